package main

import (
	"fmt"

	"outturn/engine"
)

// This file prints the working of a figure.

// tape prints steps as a calculator would: what each figure is, how it was come by, and its value to the right.
func tape(p *page, indent int, steps []engine.Step) { p.write(indent, tapeOf(steps)) }

func tapeOf(steps []engine.Step) table {
	t := table{tape: true, columns: []column{{title: "figure", flex: true}, {title: "how", flex: true}, {title: "value", right: true}, {title: "clause", flex: true}}}
	for _, s := range folded(steps) {
		t.add(words(s.Name), s.Text, s.Value, s.Clause)
		t.depths = append(t.depths, s.Depth)
	}
	return t
}

// folded leaves of steps that are worked out over and over the last time only, with a step before it that says so.
func folded(steps []engine.Step) []engine.Step {
	var out []engine.Step
	for i := 0; i < len(steps); {
		if length, times := repeated(steps[i:]); times >= repeatsMin {
			i += length * (times - 1)
			out = append(out, engine.Step{Depth: steps[i].Depth, Name: "...", Text: fmt.Sprintf("worked out %s times, day by day; the last:", grouped(times))})
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
func repeated(steps []engine.Step) (length, times int) {
	alike := func(a, b engine.Step) bool { return a.Depth == b.Depth && a.Name == b.Name && a.Clause == b.Clause }
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
