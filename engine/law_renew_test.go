package engine_test

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// keptRoot is what was kept of one root.
type keptRoot struct {
	tree    []byte // its canonical bytes
	until   calendar.Date
	settled []byte
}

// Law 10: a statement made from what was kept with the one before it, and from the roots that changed since alone, has the
// bytes of one made of everything. Three occasions follow one another; at each, more is known, some units are new, and
// days have passed.
func TestLawRenewedEqualsFull(t *testing.T) {
	cases, reused, expired, changed := 0, 0, 0, 0
	rounds := func(t *rapid.T) {
		c, d := drawContractWith(rapidChoice{t}, 0, true)
		w := &drawn{c: c, draft: d, told: drawEvidence(rapidChoice{t}, c), on: drawOccasion(rapidChoice{t}, c, 1)}
		why, err := engine.Separable(w.c, w.on)
		if err != nil {
			t.Fatal(err)
		}
		if why != "" {
			return
		}
		cases++
		late := map[string]int{} // by root, the occasion from which it is there
		for i := range w.told.trees {
			late[w.told.trees[i].Units[0].Key] = max(0, uniform(t, -4, 2, "there from"))
		}
		series := &w.c.Periods[w.c.Calendar.Settle].Series
		period := uniform(t, 1, series.Len(), "period")
		cutOff := calendar.Date(0)
		known := calendar.Date(0) // what is known about no unit, at every occasion
		var chain []*settled
		var part engine.Part
		var before engine.Occasion
		var told map[string]keptRoot
		var trees map[string]*evidence.Tree
		for n := range 3 {
			span, _ := series.Span(period)
			cutOff = max(cutOff, span.Last) + calendar.Date(uniform(t, 0, 120, "cut-off"))
			on := engine.Occasion{Through: span.Last, CutOff: min(cutOff, max(w.c.Calendar.LastCutOff, span.Last)), Final: true}
			if n == 0 {
				known = on.CutOff
			}
			now := w.knownFrom(late, n, known)
			s, err := now.snapshot(w.c, on.CutOff)
			if err != nil {
				t.Fatal(err)
			}
			pos := position(w.c, chain...)
			var kept engine.Kept
			full, err := settledBy(w.c, func(sink engine.Sink) (st statements.Statement, err error) {
				st, kept, err = engine.SettleKeeping(w.c, on, s, pos, sink)
				return st, err
			})
			if err != nil {
				t.Fatalf("%v\n%s", err, w.c.Source)
			}
			same(t, w.c, "settled and kept", w.settleOn(t, on, s, pos), full)
			is, next := map[string]*evidence.Tree{}, map[string]keptRoot{}
			var was, new []*evidence.Tree
			all, left := reshard(s, 1).trees, settledList(kept)
			for i, tree := range all {
				key := tree.Units[0].Key
				is[key] = tree
				one := keptRoot{evidence.AppendTree(nil, w.c, tree), kept.Until[i], left[i]}
				next[key] = one
				had, there := told[key]
				switch {
				case n == 0:
					continue
				case there && bytes.Equal(had.tree, one.tree) && had.until >= on.Through:
					reused++
					if !bytes.Equal(had.settled, one.settled) {
						t.Fatalf("of %s, which is what it was, something else is settled\n%s", key, w.c.Source)
					}
					next[key] = had // what was kept before must do
					continue
				case there && bytes.Equal(had.tree, one.tree):
					expired++
				default:
					changed++
				}
				if there {
					was = append(was, trees[key])
				}
				new = append(new, tree)
			}
			if n > 0 {
				old, err := engine.AssessKeeping(w.c, before, some(s, was), engine.Position{}, nil)
				if err != nil {
					t.Fatal(err)
				}
				var lines [][]byte
				pos := wholeOf(w.c, pos)
				pos.Of = func(_ int, key string) []byte { return told[key].settled }
				came, err := engine.AssessKeeping(w.c, on, some(s, new), pos, func(b []byte) error { lines = append(lines, bytes.Clone(b)); return nil })
				if err != nil {
					t.Fatal(err)
				}
				renewed, err := settledBy(w.c, func(sink engine.Sink) (st statements.Statement, err error) {
					st, part, err = engine.Renew(w.c, on, s, pos, part, old.Found, came.Found, func(yield func([]byte, error) bool) {
						for _, b := range lines {
							if !yield(b, nil) {
								return
							}
						}
					}, sink)
					return st, err
				})
				if err != nil {
					t.Fatalf("renew: %v\n%s", err, w.c.Source)
				}
				same(t, w.c, "made of what was kept", full, renewed)
				for i, settled := range settledList(came) {
					if key := new[i].Units[0].Key; !bytes.Equal(settled, next[key].settled) {
						t.Fatalf("what is settled of %s is kept otherwise by a run of what changed\n%s", key, w.c.Source)
					}
				}
			} else {
				part = kept.Found
			}
			chain, before, told, trees = append(chain, full), on, next, is
			period = min(period+uniform(t, 0, 2, "periods on"), series.Len())
		}
	}
	for range 4 {
		rapid.Check(t, rounds)
	}
	t.Logf("%d cases: %d roots left as they were, %d whose time had come, %d changed", cases, reused, expired, changed)
	if cases < 10 || reused < 50 || expired < 20 || changed < 20 {
		t.Errorf("too few to show anything")
	}
}

// Law 10: until the day that is noted with a root, it comes to the same through every later day, if nothing more is told.
// Each root is settled alone through the last period that ends by then, and through one before.
func TestLawRootsHoldUntilTheirDay(t *testing.T) {
	held, moved := 0, 0
	round := func(t *rapid.T) {
		c, _ := drawContractWith(rapidChoice{t}, 0, true)
		w := &drawn{c: c, told: drawEvidence(rapidChoice{t}, c), on: drawOccasion(rapidChoice{t}, c, 1)}
		if why, err := engine.Separable(c, w.on); err != nil || why != "" {
			return
		}
		s, err := w.told.copy().snapshot(c, c.Calendar.LastCutOff)
		if err != nil {
			t.Fatal(err)
		}
		ends := periodEnds(c)
		for _, tree := range reshard(s, 1).trees {
			alone := func(at int) engine.Kept {
				on := engine.Occasion{Through: ends[at], CutOff: max(c.Calendar.LastCutOff, ends[at]), Final: true}
				kept, err := engine.AssessKeeping(c, on, some(s, []*evidence.Tree{tree}), engine.Position{}, nil)
				if err != nil {
					t.Fatalf("%v\n%s", err, c.Source)
				}
				return kept
			}
			first := uniform(t, 0, len(ends)-1, "period")
			was := alone(first)
			if was.Until[0] < ends[first] {
				t.Fatalf("%s is settled through %s and holds until %s\n%s", tree.Units[0].Key, ends[first], was.Until[0], c.Source)
			}
			last := first
			for last+1 < len(ends) && ends[last+1] <= was.Until[0] {
				last++
			}
			if last == first {
				moved++
				continue
			}
			held++
			for _, at := range []int{last, uniform(t, first+1, last, "later")} {
				if is := alone(at); !bytes.Equal(is.Found, was.Found) {
					t.Fatalf("%s through %s was said to hold until %s, and comes to something else through %s\n%s",
						tree.Units[0].Key, ends[first], was.Until[0], ends[at], c.Source)
				}
			}
		}
	}
	for n := 0; n < 40 && (n == 0 || held < 10 || moved < 10); n++ { // many a drawn contract cannot be told apart, and shows nothing
		rapid.Check(t, round)
	}
	t.Logf("%d roots held through a later period, and %d did not", held, moved)
	if held < 10 || moved < 10 {
		t.Errorf("too few to show anything: %d roots held through a later period, and %d did not", held, moved)
	}
}

// settledList is what was kept as settled, root by root.
func settledList(kept engine.Kept) (list [][]byte) {
	for b := kept.Settled; len(b) > 0; {
		size, n := binary.Uvarint(b)
		list = append(list, b[n:n+int(size)])
		b = b[n+int(size):]
	}
	return list
}

// wholeOf is a position without its records of roots.
func wholeOf(c *contracts.Contract, pos engine.Position) engine.Position {
	out := engine.Position{Prior: slices.Clone(pos.Prior)}
	for i := range out.Prior {
		lines := out.Prior[i].Lines
		out.Prior[i].Whole = true
		out.Prior[i].Lines = func(int, string) iter.Seq2[statements.Record, error] { return lines(len(c.Units), "") }
	}
	return out
}

// periodEnds are the last days that can be settled.
func periodEnds(c *contracts.Contract) (ends []calendar.Date) {
	series := &c.Periods[c.Calendar.Settle].Series
	for n := 1; n <= series.Len(); n++ {
		if span, _ := series.Span(n); span.Last <= c.Last {
			ends = append(ends, span.Last)
		}
	}
	return ends
}

// some is a snapshot with some of its roots.
func some(s *evidence.Memory, trees []*evidence.Tree) evidence.Snapshot {
	return &resharded{Snapshot: s, trees: trees, shards: 2}
}

// knownFrom is the evidence of the roots that are there by an occasion, and of what is about no unit what was known by a day.
func (w *drawn) knownFrom(from map[string]int, n int, known calendar.Date) told {
	all := w.told.copy()
	var out told
	for i := range all.trees {
		if from[all.trees[i].Units[0].Key] <= n {
			out.trees = append(out.trees, all.trees[i])
		}
	}
	for i := range all.whole {
		if all.whole[i].Learned <= known {
			out.whole = append(out.whole, all.whole[i])
		}
	}
	return out
}
