package language

import (
	"slices"

	"outturn/contracts"
)

var accountColumns = []string{contracts.AccountReceived: "received", contracts.AccountPaid: "paid", contracts.AccountBalance: "balance"}

var checkColumns = []string{contracts.CheckErrorRate: "error_rate", contracts.CheckUnchecked: "unchecked"}

func fieldIndex(fields []contracts.Field, name string) int {
	return slices.IndexFunc(fields, func(f contracts.Field) bool { return f.Name == name })
}

func fieldNames(fields []contracts.Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// prefixed are the columns of a thing as a formula writes them.
func prefixed(name string, columns []string) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = name + "." + c
	}
	return all
}
