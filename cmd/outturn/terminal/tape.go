package terminal

import (
	"fmt"

	"outturn/engine/statements"
)

// This file prints the working of a figure.

// Tape prints steps as a calculator would: what each figure is, how it was come by, and its value to the right.
func Tape(p *Page, indent int, steps []statements.Step) { p.Write(indent, TapeOf(steps)) }

// TapeOf is the table that a tape prints.
func TapeOf(steps []statements.Step) Table {
	t := Table{tape: true, Columns: []Column{{Title: "figure", Flex: true}, {Title: "how", Flex: true}, {Title: "value", Right: true}, {Title: "clause", Flex: true}}}
	for _, s := range Folded(steps) {
		t.Add(Words(s.Name), s.Text, s.Value, s.Clause)
		t.depths = append(t.depths, s.Depth)
	}
	return t
}

// Folded leaves of steps that are worked out over and over the last time only, with a step before it that says so.
func Folded(steps []statements.Step) []statements.Step {
	var out []statements.Step
	for i := 0; i < len(steps); {
		if length, times := repeated(steps[i:]); times >= repeatsMin {
			i += length * (times - 1)
			out = append(out, statements.Step{Depth: steps[i].Depth, Name: "...", Text: fmt.Sprintf("worked out %s times, day by day; the last:", Grouped(times))})
			out = append(out, steps[i:i+length]...)
			i += length
			continue
		}
		out = append(out, steps[i])
		i++
	}
	return out
}

// repeated finds the block of steps that is worked out over and over from here, and how often.
func repeated(steps []statements.Step) (length, times int) {
	alike := func(a, b statements.Step) bool { return a.Depth == b.Depth && a.Name == b.Name && a.Clause == b.Clause }
	for length = 1; length <= blockMax && length*repeatsMin <= len(steps); length++ {
		n := length
		for n < len(steps) && alike(steps[n], steps[n-length]) {
			n++
		}
		if times = n / length; times >= repeatsMin {
			return length, times
		}
	}
	return 0, 0
}

// A figure that is followed day by day until it reaches its test is worked out many times, with other values each time.
const (
	repeatsMin = 8  // a family may have a few members, whose figures look alike too
	blockMax   = 12 // steps worked out together
)
