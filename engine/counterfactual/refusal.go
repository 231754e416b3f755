package counterfactual

import "fmt"

// Class says why there is no answer.
type Class string

// The classes of refusal. A refusal is an answer: the contract says what follows from it.
const (
	Undefined Class = "undefined" // the data are sound and have no such estimate
	Invalid   Class = "invalid"   // the data or the options are not well formed
)

// Refusal is the error of every input that has no estimate. Nothing is repaired to get one: no half is added to an
// empty cell, no row with a gap is left out, no column is dropped.
type Refusal struct {
	Class  Class  // undefined or invalid
	Reason string // what was found, what was expected, and what to do
}

// Error returns the class and the reason.
func (r *Refusal) Error() string { return string(r.Class) + ": " + r.Reason }

func undefined(format string, args ...any) error {
	return &Refusal{Undefined, fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error {
	return &Refusal{Invalid, fmt.Sprintf(format, args...)}
}
