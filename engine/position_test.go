package engine

import (
	"encoding/binary"
	"reflect"
	"testing"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// settledReader reads a home of a contract with one payment, which the council pays.
func settledReader() *reader {
	c := &contracts.Contract{Payments: []contracts.Payment{{Name: "fee", From: contracts.Payee{Party: 0, Division: -1}}}, Parties: []contracts.Party{{ID: "council"}, {ID: "ministry"}}}
	return &reader{plan: &plan{c: c}, tree: &evidence.Tree{Units: []evidence.Unit{{Key: "home"}}}}
}

// What was settled is read back as it was kept, and not at all where it is cut short, or names what is not there.
func TestSettledLinesAreReadBack(t *testing.T) {
	lines := func() []settledLine {
		return []settledLine{
			{of: "child / 2024", period: 3, minor: -250, number: 2, from: "this council", to: "that provider", legs: []settledLeg{{"from", "council", 7}, {"to", "provider", -9}}},
			{period: 4, minor: 100, number: 3},
		}
	}
	read := func(b []byte) ([]settledLine, error) {
		r := settledReader()
		err := r.readSettled(b, 3)
		return r.settled, err
	}
	kept := func(list []settledLine) []byte {
		r := settledReader()
		r.settled = list
		b := r.appendSettled([]byte{})
		size, n := binary.Uvarint(b)
		if int(size) != len(b)-n {
			t.Fatalf("%d bytes behind a length of %d", len(b)-n, size)
		}
		return b[n:]
	}
	b := kept(lines())
	if got, err := read(b); err != nil || !reflect.DeepEqual(got, lines()) {
		t.Errorf("read %+v: %v", got, err)
	}
	if b := kept(nil); len(b) != 0 {
		t.Errorf("nothing was settled, and %d bytes are kept", len(b))
	}
	for n := 1; n < len(b); n++ {
		if got, err := read(b[:n]); err == nil {
			t.Errorf("cut off at byte %d: %+v", n, got)
		}
	}
	for what, change := range map[string]func(l *settledLine){
		"a payment that is not there":         func(l *settledLine) { l.payment = 1 },
		"a payment before the first":          func(l *settledLine) { l.payment = -1 },
		"a statement that is not there":       func(l *settledLine) { l.number = 4 },
		"a statement before the first of all": func(l *settledLine) { l.number = 0 },
	} {
		list := lines()
		change(&list[1])
		if got, err := read(kept(list)); err == nil {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

// A statement's lines are added to what was settled, and a payer's part to its own: £1.00 of the council's; then £0.50 more, of which
// £0.20 fell to the ministry; then £0.10 back, of which nobody said whose it was, so that it is the council's. One line is new.
func TestLinesAreAddedToWhatWasSettled(t *testing.T) {
	r := settledReader()
	for n, out := range [][]outLine{
		{{toDate: 100}},
		{{toDate: 150, settled: 100, legs: []outLeg{{"from", "council", 130, 100}, {"from", "ministry", 20, 0}}}, {period: 1, toDate: 5, from: "a", to: "b"}},
		{{toDate: 140, settled: 150}},
	} {
		r.out = out
		r.settle(n + 1)
	}
	want := []settledLine{
		{minor: 140, number: 3, legs: []settledLeg{{"from", "council", 120}, {"from", "ministry", 20}}},
		{period: 1, minor: 5, number: 2, from: "a", to: "b"},
	}
	if !reflect.DeepEqual(r.settled, want) {
		t.Errorf("settled %+v, expected %+v", r.settled, want)
	}
}
