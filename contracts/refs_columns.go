package contracts

import "slices"

var accountColumns = []string{AccountReceived: "received", AccountPaid: "paid", AccountBalance: "balance"}

var checkColumns = []string{CheckErrorRate: "error_rate", CheckUnchecked: "unchecked"}

func fieldIndex(fields []Field, name string) int {
	return slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
}

func fieldNames(fields []Field) []string {
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
