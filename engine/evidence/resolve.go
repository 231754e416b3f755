package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Unresolved is an item that points at another in a way that cannot be followed. Item is its index in what was
// resolved.
type Unresolved struct {
	Item         int
	Rule, Remedy string
}

// Resolve gives each item of one unit its Standing. The items must be in canonical order; a withdrawal comes in as
// Withdrawing, whatever else an item comes in as is forgotten, and Points names the ID that a correction or withdrawal is about.
//
// An item and all that point at it, at one remove or more, are one telling, of which at most one item stands: the last
// act, by the day it was learned, then by how many removes it is from the first item, then by arrival. If the last act
// is a withdrawal nothing stands, and what had been corrected does not come back. Of items that are equal (kind, days,
// values, party, cohort, what they point at, and the same ID or none) all but the first are duplicates.
//
// It returns the items that point at no item of the unit, at a withdrawal, at one learned later, in a ring, or that
// share an ID with an item that says something else. Those are left as they came.
func Resolve(items []Item) []Unresolved {
	pointing := false
	for i := range items {
		if items[i].Standing != Withdrawing {
			items[i].Standing = Stands
		}
		pointing = pointing || items[i].Points != "" || items[i].ID != ""
	}
	markDuplicates(items)
	if !pointing {
		return nil
	}
	r := resolver{items: items, byID: make(map[string]int), first: make([]int, len(items)), removes: make([]int, len(items))}
	r.index()
	for i := range items {
		r.follow(i)
	}
	r.stand()
	return r.faults
}

// markDuplicates finds equal items. Equal items share their first day, kind and last day, so in canonical order they
// stand in one stretch.
func markDuplicates(items []Item) {
	for i := 0; i < len(items); {
		end := i + 1
		for end < len(items) && items[end].First == items[i].First && items[end].Kind == items[i].Kind && items[end].Last == items[i].Last {
			end++
		}
		if end-i > 1 {
			markStretch(items[i:end])
		}
		i = end
	}
}

// pairsMax is the longest stretch whose items are compared pair by pair; a longer one goes by a table, so that a unit
// with very many items on one day takes no longer for each.
const pairsMax = 16

func markStretch(items []Item) {
	if len(items) > pairsMax {
		seen := make(map[string]bool, len(items))
		var key []byte
		for i := range items {
			if items[i].Standing != Stands {
				continue
			}
			key = appendSameness(key[:0], &items[i])
			if seen[string(key)] {
				items[i].Standing = Duplicate
			}
			seen[string(key)] = true
		}
		return
	}
	for i := 1; i < len(items); i++ {
		for j := 0; j < i && items[i].Standing == Stands; j++ {
			if items[j].Standing == Stands && same(&items[i], &items[j]) {
				items[i].Standing = Duplicate
			}
		}
	}
}

// same reports whether two items of one kind and days say the same. Who said it, and when it was learned, do not make
// a second telling another thing.
func same(a, b *Item) bool {
	return a.ID == b.ID && a.Points == b.Points && a.Party == b.Party && a.Cohort == b.Cohort && a.Withheld == b.Withheld &&
		slices.CompareFunc(a.Values, b.Values, CompareFigures) == 0
}

// appendSameness appends what same compares, so that two items are the same if it is.
func appendSameness(b []byte, item *Item) []byte {
	for _, s := range [...]string{item.ID, item.Points, item.Party} {
		b = append(strconv.AppendInt(b, int64(len(s)), 10), ':')
		b = append(b, s...)
	}
	b = strconv.AppendBool(strconv.AppendInt(b, int64(item.Cohort), 10), item.Withheld)
	for _, f := range item.Values {
		b = append(b, ' ', byte('0'+f.State), byte('0'+f.Unit))
		b = AppendExact(b, f.Num)
	}
	return b
}

// resolver follows what the items of one unit point at.
type resolver struct {
	items   []Item
	byID    map[string]int
	first   []int // the item at the beginning of each item's telling, -1 when it cannot be followed
	removes []int // how many items lie between it and that one, 0 for itself
	faults  []Unresolved
}

// index finds the item of each ID; an ID that two different items bear is a fault of the later.
func (r *resolver) index() {
	for i := range r.items {
		item := &r.items[i]
		r.first[i] = unfollowed
		if item.ID == "" || item.Standing == Duplicate {
			continue
		}
		if other, taken := r.byID[item.ID]; taken {
			r.fault(i, fmt.Sprintf("the id %q is borne by another item of this unit, of %s, that says something else", item.ID, r.items[other].First),
				"give each item an id of its own, or write corrects: to change one")
			continue
		}
		r.byID[item.ID] = i
	}
}

// What first holds before an item is followed, while it is, and when it cannot be.
const (
	unfollowed = -2
	following  = -3
	lost       = -1
)

// follow finds the telling of item i. Chains are followed in a loop, so that a long one is no deep call.
func (r *resolver) follow(i int) {
	var chain []int
	at, first, removes := i, lost, 0
	for {
		if r.first[at] == following {
			r.fault(at, "the items point at each other in a ring, so that none came first", "let each correction name an item that was there before it")
			break
		}
		if r.first[at] != unfollowed {
			first, removes = r.first[at], r.removes[at]
			break
		}
		r.first[at] = following
		chain = append(chain, at)
		item := &r.items[at]
		if item.Standing == Duplicate {
			break
		}
		if item.Points == "" {
			first, removes = at, -1
			break
		}
		target, found := r.byID[item.Points]
		if !found || !r.mayPoint(at, target) {
			if !found {
				r.fault(at, fmt.Sprintf("it points at the id %q, and no item of this unit known at the cut-off bears it", item.Points),
					"name the id of an item of the same unit")
			}
			break
		}
		at = target
	}
	for n := len(chain) - 1; n >= 0; n-- {
		removes++
		r.first[chain[n]], r.removes[chain[n]] = first, removes
	}
}

// mayPoint reports whether the item at may point at target, and says why not.
func (r *resolver) mayPoint(at, target int) bool {
	from, to := &r.items[at], &r.items[target]
	switch {
	case to.Standing == Withdrawing:
		r.fault(at, fmt.Sprintf("it points at %q, which is itself a withdrawal", from.Points), "tell the item anew instead")
	case from.Learned < to.Learned:
		r.fault(at, fmt.Sprintf("it was learned on %s, before the item %q that it points at, which was learned on %s", from.Learned, from.Points, to.Learned),
			"correct the learned day of one of them")
	default:
		return true
	}
	return false
}

// stand lets the last act of each telling stand, unless it is a withdrawal.
func (r *resolver) stand() {
	order := make([]int, 0, len(r.items))
	for i := range r.items {
		if r.first[i] >= 0 && r.items[i].Standing != Duplicate {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(r.first[a], r.first[b]), cmp.Compare(r.items[a].Learned, r.items[b].Learned),
			cmp.Compare(r.removes[a], r.removes[b]), cmp.Compare(r.items[a].Sequence, r.items[b].Sequence), cmp.Compare(a, b))
	})
	for n := 0; n+1 < len(order); n++ {
		item, next := &r.items[order[n]], &r.items[order[n+1]]
		switch {
		case r.first[order[n]] != r.first[order[n+1]] || item.Standing == Withdrawing:
		case next.Standing == Withdrawing:
			item.Standing = Withdrawn
		default:
			item.Standing = Corrected
		}
	}
}

func (r *resolver) fault(item int, rule, remedy string) {
	r.faults = append(r.faults, Unresolved{Item: item, Rule: rule, Remedy: remedy})
}
