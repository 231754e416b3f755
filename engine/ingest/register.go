package ingest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"outturn/engine/evidence"
)

// register knows of each member what it is part of, so that a row that names the member alone finds its root.
type register struct {
	v     *vocabulary
	mu    sync.Mutex
	links map[string]link // by the member's type and key
	rival map[string][]link
	key   []byte
	full  bool
}

// link is what a member is part of, and the first row that says so.
type link struct {
	parent   string
	sequence uint64
}

func newRegister(v *vocabulary) *register {
	return &register{v: v, links: map[string]link{}, rival: map[string][]link{}}
}

// learn notes what an entry says of who is part of whom. It is a no-op for contracts without members.
func (r *register) learn(e *entry) {
	for level := len(e.Path) - 1; level > 0; level-- {
		if len(e.Path[level]) == 0 || len(e.Path[level-1]) == 0 {
			continue
		}
		r.note(r.v.chains[e.Leaf][level], e.Path[level], e.Path[level-1], e.Sequence)
	}
}

func (r *register) note(unitType int, member, parent []byte, sequence uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.key = append(append(r.key[:0], byte(unitType)), member...)
	had, known := r.links[string(r.key)]
	switch {
	case !known && len(r.links) >= membersMax:
		r.full = true
	case !known:
		r.links[string(r.key)] = link{string(parent), sequence}
	case had.parent == string(parent):
		if sequence < had.sequence {
			had.sequence = sequence
			r.links[string(r.key)] = had
		}
	default:
		r.oppose(string(r.key), link{string(parent), sequence})
	}
}

// oppose notes that a member is said to be part of another unit than before: the first row of each parent is kept, up
// to a few parents.
func (r *register) oppose(key string, l link) {
	const parentsShown = 8
	rivals := r.rival[key]
	for i := range rivals {
		if rivals[i].parent == l.parent {
			rivals[i].sequence = min(rivals[i].sequence, l.sequence)
			return
		}
	}
	if len(rivals) < parentsShown {
		r.rival[key] = append(rivals, l)
	}
}

// report adds a fault for each member that is part of two units, and for too many members.
func (r *register) report(faults *collector) {
	if r.full {
		faults.add(0, evidence.Fault{File: "evidence", Rule: fmt.Sprintf("more than %d members of units", membersMax),
			Remedy: "name the root unit on every row and declare no members, or divide the contract"})
	}
	for key, rivals := range r.rival {
		all := append(slices.Clone(rivals), r.links[key])
		slices.SortFunc(all, func(a, b link) int {
			if a.sequence != b.sequence {
				if a.sequence < b.sequence {
					return -1
				}
				return 1
			}
			return strings.Compare(a.parent, b.parent)
		})
		unit := &r.v.c.Units[key[0]]
		of := r.v.c.Units[unit.PartOf].Name
		for _, l := range all[1:] {
			faults.add(l.sequence, evidence.Fault{Field: unit.Name, Value: key[1:],
				Rule:   fmt.Sprintf("it is part of the %s %q here, and of %q at %s", of, l.parent, all[0].parent, placeText(faults.place, all[0].sequence)),
				Remedy: "a " + unit.Name + " is part of one " + of + ": correct one of them"})
		}
	}
}

// complete fills in the units above the leaf that the row left out. It returns the level of the member whose parent
// nobody has said, 0 when the path is whole, and whether the register contradicts the row.
func (r *register) complete(e *entry) (unknown int, contrary bool) {
	chain := r.v.chains[e.Leaf]
	for level := len(e.Path) - 1; level > 0; level-- {
		if len(e.Path[level-1]) > 0 && level == len(e.Path)-1 {
			continue
		}
		r.key = append(append(r.key[:0], byte(chain[level])), e.Path[level]...)
		l, known := r.links[string(r.key)]
		if !known {
			if len(e.Path[level-1]) > 0 {
				continue
			}
			return level, false
		}
		if len(e.Path[level-1]) > 0 && string(e.Path[level-1]) != l.parent {
			return level, true
		}
		e.Path[level-1] = []byte(l.parent)
	}
	return 0, false
}

// rooted reports whether a row names every unit from the root to the leaf.
func rooted(e *entry) bool {
	for _, key := range e.Path {
		if len(key) == 0 {
			return false
		}
	}
	return true
}

// place completes the path of a row that names a member alone, or reports why it cannot.
func (r *register) place(e *entry, faults *collector) bool {
	level, contrary := r.complete(e)
	if level == 0 {
		return true
	}
	unit := &r.v.c.Units[r.v.chains[e.Leaf][level]]
	of := r.v.c.Units[unit.PartOf].Name
	f := evidence.Fault{Field: unit.Name, Value: string(e.Path[level]),
		Rule: "no row says which " + of + " it is part of", Remedy: "declare it: a row with its key and its " + of + "'s"}
	if contrary {
		f.Rule, f.Remedy = "it is part of another "+of+" than this row says", "correct one of them"
	}
	faults.add(e.Sequence, f)
	return false
}
