package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Fault is one thing wrong with evidence: where it stands, what was found there, the rule it breaks and what to do.
type Fault struct {
	File   string // "" when the evidence did not come from a file
	Line   int    // from 1; 0 when the fault is the file's as a whole
	Field  string // column, key or fact, "" when it is the line's as a whole
	Value  string // what was found, cut short when long; "" when nothing was
	Rule   string // what was expected
	Remedy string // what to do
}

// valueShown is how much of a value a fault repeats.
const valueShown = 60

// Shorten cuts a value to what a fault repeats of it.
func Shorten(value string) string {
	if len(value) <= valueShown {
		return value
	}
	return strings.ToValidUTF8(value[:valueShown], "") + "..."
}

// Error returns the fault on one line: place, field, value, rule, remedy.
func (f Fault) Error() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File)
	} else {
		b.WriteString("evidence")
	}
	if f.Line > 0 {
		b.WriteString(" line ")
		b.WriteString(strconv.Itoa(f.Line))
	}
	if f.Field != "" {
		b.WriteString(", ")
		b.WriteString(f.Field)
	}
	b.WriteString(": ")
	if f.Value != "" {
		b.WriteString(strconv.Quote(f.Value))
		b.WriteString(": ")
	}
	b.WriteString(f.Rule)
	if f.Remedy != "" {
		b.WriteString("; ")
		b.WriteString(f.Remedy)
	}
	return b.String()
}

// Faults is everything wrong with a body of evidence, in order of file and line. More counts the faults that were
// found beyond the most that are listed.
type Faults struct {
	List []Fault
	More int
}

// Error lists the faults, one a line.
func (f *Faults) Error() string {
	var b strings.Builder
	for i, fault := range f.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(fault.Error())
	}
	if f.More > 0 {
		fmt.Fprintf(&b, "\nand %d more", f.More)
	}
	return b.String()
}

// SortFaults puts faults in order of file, line, field and rule, so that the same evidence gives the same list.
func SortFaults(list []Fault) {
	slices.SortStableFunc(list, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Value, b.Value))
	})
}
