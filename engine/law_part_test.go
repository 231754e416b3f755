package engine_test

import (
	"iter"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// Law 10: a settlement that is divided into parts, each assessed apart in every pass, reduces to the bytes of one that is not.
func TestLawPartsReduceToTheWhole(t *testing.T) {
	passes := map[int]int{}
	law(t, func(t *rapid.T, w *drawn) {
		earlier := w.settle(t, drawOccasionBefore(t, w), w.told, engine.Position{})
		pos := position(w.c, earlier)
		s, err := w.told.snapshot(w.c, w.on.CutOff)
		if err != nil {
			t.Fatal(err)
		}
		plain := w.settleOn(t, w.on, s, pos)
		if n, err := engine.Passes(w.c, w.on); err != nil || n == 0 {
			return // with a shadow
		}
		all := reshard(s, 1).trees
		cuts := []int{0, len(all)}
		for range uniform(t, 0, 4, "cuts") {
			cuts = append(cuts, uniform(t, 0, len(all), "cut"))
		}
		slices.Sort(cuts)
		divided, n := w.divided(t, s, all, cuts, pos)
		passes[n]++
		same(t, w.c, "divided into parts", plain, divided)
	})
	if !testing.Short() && (len(passes) < 2 || passes[1] == 0) {
		t.Errorf("contracts by how many passes they take: %v; expected some of one pass and some of more", passes)
	}
}

// divided settles trees in parts, from cut to cut, and says in how many passes.
func (w *drawn) divided(t *rapid.T, s evidence.Snapshot, all []*evidence.Tree, cuts []int, pos engine.Position) (*settled, int) {
	n, err := engine.Passes(w.c, w.on)
	if err != nil {
		t.Fatal(err)
	}
	passes := make([][]engine.Part, n)
	lines := make([][]byte, len(cuts)-1)
	for pass := range passes {
		for number := range lines {
			part := &resharded{Snapshot: s, trees: all[cuts[number]:cuts[number+1]], shards: uniform(t, 1, 3, "shards")}
			found, err := engine.Assess(w.c, w.on, part, pos, number, passes[:pass], func(b []byte) error {
				lines[number] = append(lines[number], b...)
				return nil
			})
			if err != nil {
				t.Fatalf("pass %d, part %d: %v\n%s", pass+1, number+1, err, w.c.Source)
			}
			passes[pass] = append(passes[pass], found)
		}
	}
	out, err := settledBy(w.c, func(sink engine.Sink) (statements.Statement, error) {
		return engine.Reduce(w.c, w.on, s, pos, passes, func(number int) iter.Seq2[[]byte, error] {
			return func(yield func([]byte, error) bool) {
				if len(lines[number]) > 0 {
					yield(lines[number], nil)
				}
			}
		}, sink)
	})
	if err != nil {
		t.Fatalf("reduce: %v\n%s", err, w.c.Source)
	}
	return out, n
}

// What a part came to is read back only whole, and by the release that wrote it.
func TestPartsThatAreNotWholeAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawCase(rapidChoice{t})
		s, err := w.told.snapshot(w.c, w.on.CutOff)
		if err != nil {
			t.Fatal(err)
		}
		n, err := engine.Passes(w.c, w.on)
		if err != nil || n != 1 {
			return
		}
		part, err := engine.Assess(w.c, w.on, s, engine.Position{}, 0, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		reduce := func(p engine.Part) error {
			_, err := engine.Reduce(w.c, w.on, s, engine.Position{}, [][]engine.Part{{p}}, func(int) iter.Seq2[[]byte, error] {
				return func(func([]byte, error) bool) {}
			}, nil)
			return err
		}
		if err := reduce(part); err != nil {
			t.Fatal(err)
		}
		for what, p := range map[string]engine.Part{"cut short": part[:rapid.IntRange(0, len(part)-1).Draw(t, "length")],
			"longer": append(part[:len(part):len(part)], 0), "of another edition": append(engine.Part{part[0] + 2}, part[1:]...)} {
			if reduce(p) == nil {
				t.Errorf("a part that is %s was taken", what)
			}
		}
	})
}
