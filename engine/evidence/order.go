package evidence

import (
	"cmp"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
)

// CompareItems orders the items of one unit canonically: by first day, kind, last day, learned day, then by what else
// they say, and only then by sequence. Kinds compare by name, so that the order in which a contract lists them changes
// nothing. Items that are equal but for their sequence are written alike, so the order of arrival never shows.
func CompareItems(c *contracts.Contract, a, b *Item) int {
	if a.First != b.First {
		return cmp.Compare(a.First, b.First)
	}
	if a.Kind != b.Kind {
		return strings.Compare(c.Evidence[a.Kind].Name, c.Evidence[b.Kind].Name)
	}
	if a.Last != b.Last {
		return cmp.Compare(a.Last, b.Last)
	}
	if a.Learned != b.Learned {
		return cmp.Compare(a.Learned, b.Learned)
	}
	if order := compareSaid(a, b); order != 0 {
		return order
	}
	return cmp.Compare(a.Sequence, b.Sequence)
}

// compareSaid orders two items of one kind by what they say beside their days.
func compareSaid(a, b *Item) int {
	if order := strings.Compare(a.ID, b.ID); order != 0 {
		return order
	}
	if order := slices.CompareFunc(a.Values, b.Values, CompareFigures); order != 0 {
		return order
	}
	return cmp.Or(strings.Compare(a.Points, b.Points), strings.Compare(a.Source, b.Source),
		strings.Compare(a.Party, b.Party), cmp.Compare(a.Cohort, b.Cohort),
		compareBool(a.Withheld, b.Withheld), compareBool(a.Standing == Withdrawing, b.Standing == Withdrawing))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// CompareFigures orders two figures of one field: known before not observed, then by value.
func CompareFigures(a, b formula.Figure) int {
	if a.State != b.State {
		return cmp.Compare(a.State, b.State)
	}
	if a.Unit != b.Unit {
		return cmp.Compare(a.Unit, b.Unit)
	}
	return a.Num.Cmp(b.Num)
}

// CompareUnits orders two roots, or two members of one tree: by how deep the type lies under its root, by the name of
// the type, then by key, compared as bytes.
func CompareUnits(c *contracts.Contract, a, b *Unit) int {
	if a.Type != b.Type {
		return cmp.Or(cmp.Compare(Depth(c, a.Type), Depth(c, b.Type)), strings.Compare(c.Units[a.Type].Name, c.Units[b.Type].Name))
	}
	return strings.Compare(a.Key, b.Key)
}

// Depth returns how many unit types lie above the type of that index: 0 for a root.
func Depth(c *contracts.Contract, unitType int) int {
	depth := 0
	for at := c.Units[unitType].PartOf; at >= 0 && depth < len(c.Units); at = c.Units[at].PartOf {
		depth++
	}
	return depth
}

// SortItems puts items in canonical order.
func SortItems(c *contracts.Contract, items []Item) {
	if len(items) <= 12 {
		// Most units have a handful of items; an insertion sort in place moves fewer bytes than the general one.
		for i := 1; i < len(items); i++ {
			for j := i; j > 0 && CompareItems(c, &items[j], &items[j-1]) < 0; j-- {
				items[j], items[j-1] = items[j-1], items[j]
			}
		}
		return
	}
	slices.SortFunc(items, func(a, b Item) int { return CompareItems(c, &a, &b) })
}
