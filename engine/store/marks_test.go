package store

import (
	"reflect"
	"testing"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// Of 1,000 bytes of records some begin at 0, 100, 250 and 600, and the whole's at 900: which bytes may hold the records of
// roots, worked out by hand.
func TestStretchesHoldTheRootsAndTheWhole(t *testing.T) {
	c := &contracts.Contract{Units: []contracts.Unit{{Name: "home", PartOf: -1}}}
	marks := []mark{{0, 0, []byte("B")}, {100, 0, []byte("D")}, {250, 0, []byte("F")}, {600, 0, []byte("H")}, {900, 1, nil}}
	last := [2]int{900, 1000}
	for _, test := range []struct {
		name  string
		from  int // the marks that there are
		roots string
		want  [][2]int
	}{
		{"none", 0, "", [][2]int{last}},
		{"a mark's own", 0, "D", [][2]int{{100, 250}, last}},
		{"between two marks", 0, "E", [][2]int{{100, 250}, last}},
		{"several of one stretch, and the next", 0, "DEF", [][2]int{{100, 600}, last}},
		{"apart", 0, "BG", [][2]int{{0, 100}, {250, 600}, last}},
		{"before all", 0, "A", [][2]int{last}},
		{"behind all", 0, "X", [][2]int{{600, 1000}}},
		{"the first chunk has no marks", 2, "AE", [][2]int{{0, 250}, last}},
		{"the first mark's own, behind them", 2, "F", [][2]int{{250, 600}, last}},
		{"none has", 5, "AE", [][2]int{{0, 1000}}},
	} {
		var roots []evidence.Unit
		for _, key := range test.roots {
			roots = append(roots, evidence.Unit{Key: string(key)})
		}
		if got := stretchesOf(c, marks[test.from:], 1000, roots); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, expected %v", test.name, got, test.want)
		}
	}
}
