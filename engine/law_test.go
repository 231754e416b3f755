package engine_test

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
)

// The laws of settlement, each held to contracts and evidence drawn at random. They are numbered as the design numbers
// them; those that need a database are tested where it is.

// drawn is a contract with evidence and an occasion.
type drawn struct {
	c     *contracts.Contract
	draft *draft
	told  told
	on    engine.Occasion
}

// law holds a law to drawn cases: two rounds, since rapid draws a hundred a time.
func law(t *testing.T, holds func(t *rapid.T, w *drawn)) {
	t.Helper()
	for range 2 {
		rapid.Check(t, func(t *rapid.T) {
			holds(t, drawCase(rapidChoice{t}))
		})
	}
}

// drawCase draws a contract, evidence for it, and an occasion.
func drawCase(t chooser) *drawn {
	c, d := drawContract(t)
	return &drawn{c: c, draft: d, told: drawEvidence(t, c), on: drawOccasion(t, c, 1)}
}

// drawOccasion draws a final settlement of a period from the given one, more often a later one.
func drawOccasion(t chooser, c *contracts.Contract, from int) engine.Occasion {
	s := &c.Periods[c.Calendar.Settle].Series
	span, _ := s.Span(t.choose(max(from, s.Len()/3), s.Len(), "period"))
	return engine.Occasion{Through: span.Last, CutOff: min(span.Last.AddDays(t.choose(0, 400, "cut-off")), c.Calendar.LastCutOff), Final: true}
}

// settle settles evidence on an occasion.
func (w *drawn) settle(t *rapid.T, on engine.Occasion, e told, pos engine.Position) *settled {
	s, err := e.snapshot(w.c, on.CutOff)
	if err != nil {
		t.Fatalf("the snapshot: %v", err)
	}
	return w.settleOn(t, on, s, pos)
}

func (w *drawn) settleOn(t *rapid.T, on engine.Occasion, s evidence.Snapshot, pos engine.Position) *settled {
	out, err := settleOn(w.c, on, s, pos)
	if err != nil {
		t.Fatalf("settle: %v\n%s", err, w.c.Source)
	}
	return out
}

// chain settles a few later and later periods, each after the ones before.
func (w *drawn) chain(t *rapid.T) []*settled {
	s := &w.c.Periods[w.c.Calendar.Settle].Series
	var chain []*settled
	var cutOff calendar.Date
	for n := uniform(t, 1, s.Len(), "first settled"); n <= s.Len() && len(chain) < 4; n += uniform(t, 1, 4, "settled after") {
		span, _ := s.Span(n)
		cutOff = max(cutOff, span.Last.AddDays(uniform(t, 0, 90, "cut-off"))) // what is known does not become unknown
		on := engine.Occasion{Through: span.Last, CutOff: cutOff, Final: true}
		chain = append(chain, w.settle(t, on, w.told, position(w.c, chain...)))
	}
	return chain
}

func same(t *rapid.T, c *contracts.Contract, what string, a, b *settled) {
	t.Helper()
	if x, y := a.text(), b.text(); x != y {
		t.Fatalf("%s: %s\n%s", what, unlikeness(x, y), c.Source)
	}
}

// Law 1: lines sum to totals, legs to lines, postings to nought, parties to nought, and to date is settled and due.
func TestLawSumsFoot(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		chain := w.chain(t)
		for i := range chain {
			if fault := footed(w.c, chain[:i+1]); fault != "" {
				t.Fatalf("statement %d: %s\n%s%s", i+1, fault, w.c.Source, chain[i].text())
			}
		}
	})
}

// Law 2: delivering the same items in another order changes nothing. Laws 3 and 10: nor do shards, cores or doing it
// again.
func TestLawOrderShardsAndCoresChangeNothing(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		earlier := w.settle(t, drawOccasionBefore(t, w), w.told, engine.Position{})
		pos := position(w.c, earlier)
		plain := w.settle(t, w.on, w.told, pos)
		same(t, w.c, "settled again", plain, w.settle(t, w.on, w.told, pos))
		same(t, w.c, "delivered in another order", plain, w.settle(t, w.on, w.told.shuffled(rapid.Uint64().Draw(t, "order")), pos))
		s, err := w.told.snapshot(w.c, w.on.CutOff)
		if err != nil {
			t.Fatal(err)
		}
		for _, shards := range []int{1, 2, 7, 40} {
			same(t, w.c, "in other shards", plain, w.settleOn(t, w.on, reshard(s, shards), pos))
		}
		cores := runtime.GOMAXPROCS(0)
		defer runtime.GOMAXPROCS(cores)
		for _, n := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(n)
			same(t, w.c, "on other cores", plain, w.settleOn(t, w.on, reshard(s, 9), pos))
		}
	})
}

// drawOccasionBefore draws a settlement not after the case's own.
func drawOccasionBefore(t *rapid.T, w *drawn) engine.Occasion {
	s := &w.c.Periods[w.c.Calendar.Settle].Series
	last, _ := s.Number(w.on.Through)
	span, _ := s.Span(uniform(t, 1, last, "earlier period"))
	return engine.Occasion{Through: span.Last, CutOff: min(w.on.CutOff, span.Last.AddDays(uniform(t, 0, 60, "earlier cut-off"))), Final: true}
}

// maybeBefore is the position of no statement, or of one settled before: what it settled may keep its place under a cap.
func (w *drawn) maybeBefore(t *rapid.T) engine.Position {
	if !rapid.Bool().Draw(t, "settled before") {
		return engine.Position{}
	}
	return position(w.c, w.settle(t, drawOccasionBefore(t, w), w.told, engine.Position{}))
}

// shuffled is the same evidence delivered in another order: trees, members and items.
func (e told) shuffled(seed uint64) told {
	out := e.copy()
	r := rand.New(rand.NewPCG(seed, 1))
	r.Shuffle(len(out.whole), func(i, j int) { out.whole[i], out.whole[j] = out.whole[j], out.whole[i] })
	r.Shuffle(len(out.trees), func(i, j int) { out.trees[i], out.trees[j] = out.trees[j], out.trees[i] })
	for t := range out.trees {
		units := out.trees[t].Units
		for u := range units {
			items := units[u].Items
			r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		}
		shuffleMembers(r, units)
	}
	return out
}

// shuffleMembers puts the members of a tree in another order and sets their parents right. The root stays first.
func shuffleMembers(r *rand.Rand, units []evidence.Unit) {
	to := make([]int, len(units))
	for i, p := range r.Perm(len(units) - 1) {
		to[i+1] = p + 1
	}
	moved := make([]evidence.Unit, len(units))
	for i := range units {
		moved[to[i]] = units[i]
		if p := units[i].Parent; p >= 0 {
			moved[to[i]].Parent = to[p]
		}
	}
	copy(units, moved)
}

// Law 2, the rest: keys renamed in a way that keeps their order change only names and digests.
func TestLawRenamingKeysChangesOnlyNames(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		plain := w.settle(t, w.on, w.told, engine.Position{})
		renamed := w.told.copy()
		for i := range renamed.trees {
			for u := range renamed.trees[i].Units {
				renamed.trees[i].Units[u].Key = "unit-" + renamed.trees[i].Units[u].Key
			}
		}
		other := w.settle(t, w.on, renamed, engine.Position{})
		back := func(b []byte) string { return strings.ReplaceAll(string(b), "unit-", "") }
		if a, b := string(plain.lines), back(other.lines); a != b {
			t.Fatalf("lines: %s\n%s", unlikeness(a, b), w.c.Source)
		}
		a, b := plain.statement, other.statement
		a.Snapshot.Digest, b.Snapshot.Digest, a.Lines.Root, b.Lines.Root, a.Lines.Bytes, b.Lines.Bytes = "", "", "", "", 0, 0
		x, _ := a.Bytes()
		y, _ := b.Bytes()
		if string(x) != string(y) {
			t.Fatalf("head: %s\n%s", unlikeness(string(x), string(y)), w.c.Source)
		}
	})
}

// Law 3: settling again with this statement in the position is due nil.
func TestLawSettledAgainIsDueNil(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		chain := w.chain(t)
		last := chain[len(chain)-1]
		on := engine.Occasion{Through: calendar.MustDate(last.statement.Through), CutOff: calendar.MustDate(last.statement.CutOff), Final: true}
		again := w.settle(t, on, w.told, position(w.c, chain...))
		if len(again.records) > 0 {
			t.Fatalf("lines on a second settlement of the same:\n%s%s", again.lines, w.c.Source)
		}
		for i, p := range again.statement.Due {
			if !p.Due.IsZero() || !p.ToDate.Equal(last.statement.Due[i].ToDate) || !p.Settled.Equal(p.ToDate) {
				t.Fatalf("%s is due %s, settled %s of %s to date; the statement before had %s", p.Party, p.Due, p.Settled, p.ToDate, last.statement.Due[i].ToDate)
			}
		}
	})
}

// Law 4: n settlements pay in total what one at the end would, where settled places do not stand.
func TestLawInstalmentsPayTheWhole(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		if w.draft.stands || w.draft.final {
			t.Skip("settled places, or payments, stand")
		}
		chain := w.chain(t)
		last := chain[len(chain)-1]
		on := engine.Occasion{Through: calendar.MustDate(last.statement.Through), CutOff: calendar.MustDate(last.statement.CutOff), Final: true}
		once := w.settle(t, on, w.told, engine.Position{})
		for _, legs := range []bool{false, true} {
			paid, due := map[lineAt]int64{}, map[lineAt]int64{}
			for _, s := range chain {
				s.dues(paid, legs)
			}
			once.dues(due, legs)
			for at, n := range paid {
				if due[at] != n {
					t.Fatalf("%+v: %d paid in instalments, %d at once\n%s%s", at, n, due[at], w.c.Source, once.lines)
				}
				delete(due, at)
			}
			for at, n := range due {
				if n != 0 {
					t.Fatalf("%+v: nothing paid in instalments, %d at once\n%s", at, n, w.c.Source)
				}
			}
		}
		for i, p := range last.statement.Due {
			if !p.ToDate.Equal(once.statement.Due[i].ToDate) {
				t.Fatalf("%s: %s to date in instalments, %s at once", p.Party, p.ToDate, once.statement.Due[i].ToDate)
			}
		}
	})
}

// Law 5: after an item is withdrawn the entitlement is what it would have been had it never come.
func TestLawWithdrawnIsNeverCame(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		without, with := w.told.copy(), w.told.copy()
		taken := 0
		for i := range without.trees {
			for u := range without.trees[i].Units {
				a, b := &without.trees[i].Units[u], &with.trees[i].Units[u]
				if n := withdrawable(a.Items); n >= 0 && uniform(t, 0, 1, "withdrawn") == 1 {
					taken++
					back := b.Items[n]
					b.Items[n].ID, back.ID, back.Points, back.Standing = "gone", "goner", "gone", evidence.Withdrawing
					b.Items = append(b.Items, back)
					a.Items = slices.Delete(a.Items, n, n+1)
				}
			}
		}
		never := w.settle(t, w.on, without, engine.Position{})
		withdrawn := w.settle(t, w.on, with, engine.Position{})
		if !bytes.Equal(never.lines, withdrawn.lines) {
			t.Fatalf("%d withdrawn: %s\n%s", taken, unlikeness(string(never.lines), string(withdrawn.lines)), w.c.Source)
		}
		// Settled while it stood, it comes back as a difference.
		stood := w.settle(t, w.on, w.told, engine.Position{})
		if w.draft.stands || w.draft.final {
			return
		}
		after := w.settle(t, w.on, with, position(w.c, stood))
		for i, p := range after.statement.Due {
			if !p.ToDate.Equal(never.statement.Due[i].ToDate) {
				t.Fatalf("%s: %s to date after the withdrawal, %s had it never come\n%s", p.Party, p.ToDate, never.statement.Due[i].ToDate, w.c.Source)
			}
		}
	})
}

// withdrawable finds an item that nothing points at and that no equal item repeats, or -1.
func withdrawable(items []evidence.Item) int {
	for i := range items {
		it := &items[i]
		alone := it.ID == "" && it.Points == ""
		for j := range items {
			if i != j && items[j].Kind == it.Kind && items[j].First == it.First && items[j].ID == "" {
				alone = false
			}
		}
		if alone {
			return i
		}
	}
	return -1
}

// Law 6: no cap is passed, worked out again from the lines.
func TestLawCapsBind(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		chain := w.chain(t)
		if fault := overCaps(w.c, w.draft.caps, chain); fault != "" {
			t.Fatalf("%s\n%s%s", fault, w.c.Source, chain[len(chain)-1].lines)
		}
	})
}

// Law 8: every unit is counted or excluded with one reason, every item is used or says why not.
func TestLawEveryUnitAndItemIsCountedOnce(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		s := w.settle(t, w.on, w.told, engine.Position{})
		if fault := accounted(w.c, w.told, s); fault != "" {
			t.Fatalf("%s\n%s%s", fault, w.c.Source, s.head)
		}
	})
}

// Law 9, and what a statement's lines are: records read back and are written again as they were, and the head commits
// to them.
func TestLawRecordsReadBackAndTheRootCommits(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		for _, s := range w.chain(t) {
			if fault := committed(w.c, s); fault != "" {
				t.Fatalf("%s\n%s%s", fault, w.c.Source, s.text())
			}
		}
	})
}

// Law 9: every line is explained to the same penny, and every item of its unit says what became of it.
func TestLawEveryLineIsExplained(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		s, err := w.told.snapshot(w.c, w.on.CutOff)
		if err != nil {
			t.Fatal(err)
		}
		pos := w.maybeBefore(t)
		out := w.settleOn(t, w.on, s, pos)
		for i := range out.records {
			if fault := explained(w.c, w.on, s, pos, &out.records[i]); fault != "" {
				t.Fatalf("%s\n%s%s", fault, w.c.Source, out.lines)
			}
			if i > 2 {
				break
			}
		}
	})
}

// Trails say of units what the statement says of all of them: what each payment comes to, why what is not paid waits, who
// counts and who does not, and what became of each item.
func TestLawTrailsAreTheStatement(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		s, err := w.told.snapshot(w.c, w.on.CutOff)
		if err != nil {
			t.Fatal(err)
		}
		pos := w.maybeBefore(t)
		out := w.settleOn(t, w.on, s, pos)
		if fault := trailed(w.c, w.on, s, pos, out); fault != "" {
			t.Fatalf("%s\n%s%s", fault, w.c.Source, out.head)
		}
	})
}

// A provisional statement says the same as a final one and posts nothing.
func TestLawProvisionalPostsNothing(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		final := w.settle(t, w.on, w.told, engine.Position{})
		on := w.on
		on.Final = false
		provisional := w.settle(t, on, w.told, engine.Position{})
		if len(provisional.statement.Postings) > 0 {
			t.Fatalf("a provisional statement posts: %s", provisional.head)
		}
		provisional.statement.Status, provisional.statement.Postings = final.statement.Status, final.statement.Postings
		provisional.head, _ = provisional.statement.Bytes()
		same(t, w.c, "provisional", final, provisional)
	})
}

// FuzzSettle lets bytes draw the contract and its evidence: settling may refuse, and never panics.
func FuzzSettle(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 3))
		b := make([]byte, 8000) // enough to draw a whole case from
		for i := range b {
			b[i] = byte(r.Uint64())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		w := drawCase(&byteChoice{t, b})
		snapshot, err := w.told.snapshot(w.c, w.on.CutOff)
		if err != nil {
			t.Fatal(err)
		}
		s, err := settleOn(w.c, w.on, snapshot, engine.Position{})
		if err != nil {
			t.Fatalf("%v\n%s", err, w.c.Source)
		}
		chain := []*settled{s}
		if fault := cmp.Or(footed(w.c, chain), committed(w.c, s), accounted(w.c, w.told, s), overCaps(w.c, w.draft.caps, chain)); fault != "" {
			t.Fatalf("%s\n%s", fault, w.c.Source)
		}
	})
}
