package disclosure

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/money"
)

// A capital letter is a part that is hidden; the total is hidden where it says so.
func TestWhatIsHidden(t *testing.T) {
	for _, c := range []struct {
		it    string
		parts []int64
		hides string
		total bool
	}{
		{"nothing small", []int64{5, 6, 0}, "...", false},
		{"one just below, and the smallest beside it", []int64{4, 20, 9}, "h.h", false},
		{"nought is shown", []int64{0, 4, 9}, ".hh", false},
		{"two that leave each other open", []int64{4, 3, 20}, "hh.", false},         // 7: one of them may be 1 to 6
		{"two whose sum gives too much away", []int64{1, 2, 20, 30}, "hhh.", false}, // 3: neither could be 5
		{"five ones are known from their sum", []int64{1, 1, 1, 1, 1}, "hhhhh", true},
		{"one alone", []int64{3}, "h", true},
		{"one beside nought", []int64{3, 0}, "h.", true},
		{"one beside the first of equals", []int64{6, 2, 6}, "hh.", false},
		{"a correction below nought is no count of anybody", []int64{-2, 8}, "..", false},
	} {
		t.Run(c.it, func(t *testing.T) {
			h := Hide(5, ints(c.parts))
			found := ""
			for _, hidden := range h.Parts {
				found += map[bool]string{true: "h", false: "."}[hidden]
			}
			if found != c.hides || h.Total != c.total {
				t.Errorf("of %v it hides %s, total %t; expected %s and %t", c.parts, found, h.Total, c.hides, c.total)
			}
		})
	}
}

func ints(ns []int64) []money.Exact {
	var all []money.Exact
	for _, n := range ns {
		all = append(all, money.Int(n))
	}
	return all
}

// What is shown says nothing of a small count: for each hidden one and each number from 1 to the threshold there is a table
// that shows the same and has that number in that place, whatever else it has.
func TestLawNothingShownSaysASmallCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		threshold := rapid.IntRange(3, 12).Draw(t, "threshold")
		parts := rapid.SliceOfN(rapid.Int64Range(0, 30), 1, 8).Draw(t, "parts")
		h := Hide(threshold, ints(parts))
		sum, count := int64(0), int64(0)
		for i, n := range parts {
			if n > 0 && n < int64(threshold) && !h.Parts[i] {
				t.Fatalf("%d of %v is shown, below %d", n, parts, threshold)
			}
			if n == 0 && h.Parts[i] {
				t.Fatalf("nought of %v is hidden", parts)
			}
			if h.Parts[i] {
				sum, count = sum+n, count+1
			}
		}
		if count == 0 && h.Total {
			t.Fatalf("nothing of %v is small, and the total is hidden", parts)
		}
		if count == 0 || h.Total {
			return
		}
		for want := int64(1); want <= int64(threshold); want++ {
			if rest := sum - want; count < 2 || rest < count-1 {
				t.Fatalf("%v shows that none of its %d hidden parts, %d together, is %d", parts, count, sum, want)
			}
		}
		// No part is hidden for nothing: without the largest of those that went along, some small one would be told.
		largest := int64(0)
		for i, n := range parts {
			if h.Parts[i] && n >= int64(threshold) {
				largest = max(largest, n)
			}
		}
		if fewer := count - 1; largest > 0 && fewer > 1 && sum-largest-(fewer-1) >= int64(threshold) {
			t.Fatalf("%v hides more than it need", parts)
		}
	})
}

// The same parts in another order hide as many, of the same sizes.
func TestLawOrderOfPartsChangesNoSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.Int64Range(0, 30), 1, 8).Draw(t, "parts")
		sizes := func(parts []int64) string {
			h := Hide(5, ints(parts))
			var hidden []int64
			for i, n := range parts {
				if h.Parts[i] {
					hidden = append(hidden, n)
				}
			}
			slices.Sort(hidden)
			return fmt.Sprint(hidden, h.Total)
		}
		if a, b := sizes(parts), sizes(rapid.Permutation(parts).Draw(t, "order")); a != b {
			t.Errorf("%s is hidden in one order and %s in another", a, b)
		}
	})
}
