package evidence

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"

	"pgregory.net/rapid"
)

// homes is a contract made by hand: homes with lodgers, and a kind with a field of every type that evidence may have.
func homes() *contracts.Contract {
	field := func(name string, t formula.Type) contracts.Field { return contracts.Field{Name: name, Type: t} }
	return &contracts.Contract{
		ID: "homes",
		Units: []contracts.Unit{
			{Name: "home", PartOf: -1, Facts: []contracts.Field{{Name: "area", Type: formula.Choice, Choices: []string{"north", "a\tb\\n", "south"}}, field("opened", formula.Date)}},
			{Name: "lodger", PartOf: 0, Facts: []contracts.Field{field("age", formula.Number)}},
			{Name: "barn", PartOf: -1},
		},
		Evidence: []contracts.Kind{
			{Name: "visit", Of: contracts.OfUnit, Unit: 0, Form: contracts.Event},
			{Name: "stay", Of: contracts.OfUnit, Unit: 1, Form: contracts.Spell, Says: []contracts.Field{
				field("cost", formula.Money), field("share", formula.Rate), field("fall", formula.Points), field("score", formula.Number),
				field("scale", formula.Plain), field("nights", formula.Days), field("term", formula.Length), field("due", formula.Date),
				field("agreed", formula.YesNo), {Name: "mood", Type: formula.Choice, Choices: []string{"good", "bad"}}}},
			{Name: "audit", Of: contracts.OfContract, Unit: -1, Form: contracts.Event},
			{Name: "check", Of: contracts.OfUnit, Unit: 0, Form: contracts.Event, Says: []contracts.Field{field("n", formula.Number)}},
		},
	}
}

func day(n int) calendar.Date { return calendar.MustDate("2012-01-01").AddDays(n) }

// drawFigure draws a figure of a field, known or not.
func drawFigure(t *rapid.T, f *contracts.Field) formula.Figure {
	if rapid.IntRange(0, 4).Draw(t, "unknown") == 0 {
		return formula.Figure{Type: f.Type, State: formula.Unknown}
	}
	figure := formula.Figure{Type: f.Type}
	switch f.Type {
	case formula.Date:
		figure.Num = money.Int(int64(day(rapid.IntRange(0, 9000).Draw(t, "date"))))
	case formula.YesNo:
		figure.Num = money.Int(int64(rapid.IntRange(0, 1).Draw(t, "yes")))
	case formula.Choice:
		figure.Num = money.Int(int64(rapid.IntRange(0, len(f.Choices)-1).Draw(t, "choice")))
	case formula.Length:
		figure.Num, figure.Unit = money.Int(int64(rapid.IntRange(0, 200).Draw(t, "n"))), calendar.Unit(rapid.IntRange(0, 4).Draw(t, "unit"))
	default:
		figure.Num = money.Frac(rapid.Int64Range(-1e12, 1e12).Draw(t, "above"), rapid.SampledFrom([]int64{1, 10, 100, 1e6, 1e14, 3, 8}).Draw(t, "below"))
	}
	return figure
}

func drawFigures(t *rapid.T, fields []contracts.Field) []formula.Figure {
	figures := []formula.Figure{}
	for i := range fields {
		figures = append(figures, drawFigure(t, &fields[i]))
	}
	return figures
}

var textGen = rapid.SampledFrom([]string{"", "A", "key\twith tab", "new\nline", "back\\slash", "\\t", "é", " "})

func drawItem(t *rapid.T, c *contracts.Contract, kind int) Item {
	item := Item{Kind: kind, First: day(rapid.IntRange(0, 40).Draw(t, "first")), Standing: Standing(rapid.IntRange(0, 4).Draw(t, "standing")),
		Withheld: rapid.Bool().Draw(t, "withheld"), ID: textGen.Draw(t, "id"), Points: textGen.Draw(t, "points"),
		Source: textGen.Draw(t, "source"), Party: textGen.Draw(t, "party"), Cohort: rapid.IntRange(0, 3).Draw(t, "cohort"),
		Values: drawFigures(t, c.Evidence[kind].Says)}
	item.Last = item.First.AddDays(rapid.IntRange(0, 3).Draw(t, "days"))
	item.Learned = item.First.AddDays(rapid.IntRange(0, 3).Draw(t, "later"))
	return item
}

func drawTree(t *rapid.T, c *contracts.Contract) Tree {
	tree := Tree{Units: []Unit{{Type: 0, Key: textGen.Draw(t, "key"), Parent: -1}}}
	for i := range rapid.IntRange(0, 3).Draw(t, "lodgers") {
		tree.Units = append(tree.Units, Unit{Type: 1, Key: fmt.Sprint(textGen.Draw(t, "key"), i), Parent: 0})
	}
	sequence := uint64(0)
	for i := range tree.Units {
		u := &tree.Units[i]
		u.Facts = drawFigures(t, c.Units[u.Type].Facts)
		u.Items = []Item{}
		for range rapid.IntRange(0, 4).Draw(t, "items") {
			sequence++
			item := drawItem(t, c, []int{0, 1, 0}[u.Type])
			item.Sequence = sequence
			u.Items = append(u.Items, item)
		}
	}
	return tree
}

// What is written is read back, and what is read is written, byte for byte; a reader used before reads the same.
func TestTreeRoundTrip(t *testing.T) {
	c := homes()
	reader := NewReader(c)
	var used Tree
	rapid.Check(t, func(t *rapid.T) {
		one, two := drawTree(t, c), drawTree(t, c)
		b := AppendTree(AppendTree(nil, c, &one), c, &two)
		rest := b
		for _, want := range []Tree{one, two} {
			var err error
			var fresh Tree
			if _, err = ParseTree(rest, c, &fresh); err != nil {
				t.Fatalf("%v in %q", err, rest)
			}
			if rest, err = reader.Tree(rest, &used); err != nil {
				t.Fatal(err)
			}
			for _, got := range []Tree{fresh, used} {
				if !reflect.DeepEqual(normal(got), normal(want)) {
					t.Fatalf("got %+v\nwant %+v\nfrom %q", got, want, b)
				}
			}
		}
		if len(rest) != 0 {
			t.Fatalf("left over: %q", rest)
		}
	})
}

// normal makes trees comparable: an empty slice and none are the same.
func normal(t Tree) Tree {
	units := append([]Unit{}, t.Units...)
	for i := range units {
		units[i].Items = append([]Item{}, units[i].Items...)
		units[i].Facts = append([]formula.Figure{}, units[i].Facts...)
		for j := range units[i].Items {
			units[i].Items[j].Values = append([]formula.Figure{}, units[i].Items[j].Values...)
		}
	}
	return Tree{Units: units}
}

func TestCanonicalText(t *testing.T) {
	c := homes()
	pounds := func(n, d int64) formula.Figure { return formula.Figure{Type: formula.Money, Num: money.Frac(n, d)} }
	values := make([]formula.Figure, 10)
	for i := range values {
		values[i] = formula.Figure{Type: c.Evidence[1].Says[i].Type, State: formula.Unknown}
	}
	values[0] = pounds(-12345, 100)
	values[1] = formula.Figure{Type: formula.Rate, Num: money.Frac(5, 6)}
	values[6] = formula.Figure{Type: formula.Length, Num: money.Int(1), Unit: calendar.Month}
	values[8] = formula.Figure{Type: formula.YesNo, Num: money.Int(1)}
	tree := Tree{Units: []Unit{
		{Type: 0, Key: "H\t1", Parent: -1, Facts: []formula.Figure{{Type: formula.Choice, Num: money.Int(1)}, {Type: formula.Date, State: formula.Unknown}}},
		{Type: 1, Key: "L", Parent: 0, Facts: []formula.Figure{{Type: formula.Number, Num: money.Frac(1, 200)}}, Items: []Item{
			{Kind: 1, First: day(0), Last: day(31), Learned: day(0), Values: values},
			{Kind: 0, First: day(1), Last: day(1), Learned: day(2), ID: "i", Points: "p", Source: "s", Party: "q", Cohort: 2, Withheld: true, Standing: Withdrawing},
		}},
	}}
	want := "home\tH\\t1\t\ta\\tb\\\\n\t\n" +
		"lodger\tL\t0\t0.005\n" +
		"\tstay\t2012-01-01\t2012-02-01\t-123.45\t5/6\t\t\t\t\t1 month\t\tyes\t\n" +
		"\tvisit\t2012-01-02\t\tlearned=2012-01-03\tid=i\tpoints=p\tsource=s\tparty=q\tcohort=2\twithheld\twithdrawing\n"
	if got := string(AppendTree(nil, c, &tree)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestParseTreeReadsOnlyCanonicalBytes(t *testing.T) {
	c := homes()
	for _, b := range []string{
		"", "home", "home\tH", "home\tH\t", "home\tH\t\t\t", "shed\tH\t\n", "home\tH\t\tnorth\n", "home\tH\t\tnorth\t\t\n", "home\tH\t0\t\t\n",
		"lodger\tL\t\t1\n", "home\tH\t\t\t\nlodger\tL\t00\t1\n", "home\tH\t\t\t\nlodger\tL\t1\t1\n", "home\tH\t\t\t\nhome\tG\t0\t\t\n",
		"home\tH\t\teast\t\n", "home\tH\t\t\t2012-1-1\n", "home\tH\\\t\t\t\n", "home\tH\\x\t\t\t\n",
		"home\tH\t\t\t\n\tvisit\t2012-01-01\t2012-01-01\n", "home\tH\t\t\t\n\tvisit\t2012-01-01\n", "home\tH\t\t\t\n\tvisit\t2012-01-01\t",
		"home\tH\t\t\t\n\tvisit\t2012-01-01\t\tlearned=2012-01-01\n", "home\tH\t\t\t\n\tvisit\t2012-01-01\t\tsource=s\tid=i\n",
		"home\tH\t\t\t\n\tvisit\t2012-01-01\t\tid=\n", "home\tH\t\t\t\n\tvisit\t2012-01-01\t\tid=a", "home\tH\t\t\t\n\tvisit\t2012-01-01\t\tcohort=02\n", "home\tH\t\t\t\n\tvisit\t2012-01-01\t\tcohort=0\n",
		"home\tH\t\t\t\n\tvisit\t2012-01-01\t\twithheld\twithheld\n", "home\tH\t\t\t\n\tvisit\t2012-01-01\t\tstands\n",
		"home\tH\t\t\t\n\tcheck\t2012-01-01\t\t1.0\n", "home\tH\t\t\t\n\tcheck\t2012-01-01\t\t01\n", "home\tH\t\t\t\n\tcheck\t2012-01-01\t\t-0\n",
		"home\tH\t\t\t\n\tcheck\t2012-01-01\t\t4/2\n", "home\tH\t\t\t\n\tcheck\t2012-01-01\t\t1e5\n", "home\tH\t\t\t\n\tcheck\t2012-01-01\t\t+1\n",
	} {
		var tree Tree
		if _, err := ParseTree([]byte(b), c, &tree); err == nil {
			t.Errorf("read %q as %q", b, AppendTree(nil, c, &tree))
		}
	}
}

// The RFC 6962 tree of n leaves, by its own recursive definition, is what the streaming builder gives.
func TestRootIsTheTreeHashOfRFC6962(t *testing.T) {
	var hash func(leaves []Digest) Digest
	hash = func(leaves []Digest) Digest {
		if len(leaves) == 0 {
			return sha256.Sum256(nil)
		}
		if len(leaves) == 1 {
			return leaves[0]
		}
		k := 1
		for 2*k < len(leaves) {
			k *= 2
		}
		left, right := hash(leaves[:k]), hash(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
	}
	var root Root
	var leaves []Digest
	for n := range 70 {
		if got, want := root.Sum(), hash(leaves); got != want {
			t.Fatalf("%d leaves: got %s, want %s", n, got, want)
		}
		leaf := UnitDigest([]byte(fmt.Sprint("leaf ", n)))
		leaves = append(leaves, leaf)
		root.Add(leaf)
	}
}

// Whichever leaves come last, the tree is the same.
func TestGappedIsTheSameTree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 6962))
	joined := 0
	for n := range 300 {
		for _, known := range []int{0, 1, 7, 50, 1000} { // so many to a gap
			var whole Root
			var gapped Gapped
			var last []Digest
			for i := range n {
				leaf := UnitDigest([]byte(fmt.Sprint("leaf ", i)))
				whole.Add(leaf)
				if random.IntN(known+1) == 0 {
					gapped.Gap()
					last = append(last, leaf)
				} else {
					gapped.Add(leaf)
				}
			}
			if gapped.Sum(last) != whole.Sum() || gapped.Len() != uint64(n) || gapped.Gaps() != len(last) {
				t.Fatalf("%d leaves, of them %d last: another tree", n, len(last))
			}
			joined += n - len(gapped.nodes)
		}
	}
	if joined < 100_000 {
		t.Errorf("%d subtrees were hashed before their neighbours were known", joined)
	}
}

// The published test vectors of Certificate Transparency: the tree of the leaves "" and 00.
func TestMerkleVectors(t *testing.T) {
	var root Root
	if got := root.Sum().String(); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Error("no leaves:", got)
	}
	root.Add(UnitDigest(nil))
	if got := root.Sum().String(); got != "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" {
		t.Error("one leaf:", got)
	}
	root.Add(UnitDigest([]byte{0}))
	if got := root.Sum().String(); got != "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" {
		t.Error("two leaves:", got)
	}
	long := bytes.Repeat([]byte("x"), 5000) // longer than the copy on the stack
	if UnitDigest(long) != Digest(sha256.Sum256(append([]byte{0}, long...))) {
		t.Error("a long leaf")
	}
}

// told makes an item of the kind check for a table of resolutions: day, learned, id, points, value.
func told(d, learned int, id, points string, n int64) Item {
	return Item{Kind: 3, First: day(d), Last: day(d), Learned: day(learned), ID: id, Points: points,
		Values: []formula.Figure{{Type: formula.Number, Num: money.Int(n)}}}
}

func withdraws(d, learned int, id, points string) Item {
	item := told(d, learned, id, points, 0)
	item.Standing = Withdrawing
	return item
}

func TestResolve(t *testing.T) {
	c := homes()
	for _, test := range []struct {
		name  string
		items []Item // in canonical order
		want  []Standing
		fault string
	}{
		{"nothing points", []Item{told(1, 1, "", "", 1), told(2, 2, "", "", 1)}, []Standing{Stands, Stands}, ""},
		{"equal items without an id", []Item{told(1, 1, "", "", 1), told(1, 2, "", "", 1), told(1, 3, "", "", 2)}, []Standing{Stands, Duplicate, Stands}, ""},
		{"equal items with one id", []Item{told(1, 1, "a", "", 1), told(1, 2, "a", "", 1)}, []Standing{Stands, Duplicate}, ""},
		{"equal items with two ids", []Item{told(1, 1, "a", "", 1), told(1, 1, "b", "", 1)}, []Standing{Stands, Stands}, ""},
		{"a correction", []Item{told(1, 1, "a", "", 1), told(2, 5, "", "a", 2)}, []Standing{Corrected, Stands}, ""},
		{"a correction learned the same day, in front of what it corrects", []Item{told(0, 1, "", "a", 2), told(1, 1, "a", "", 1)}, []Standing{Stands, Corrected}, ""},
		{"a correction of a correction", []Item{told(1, 1, "a", "", 1), told(2, 5, "b", "a", 2), told(3, 6, "c", "b", 3)}, []Standing{Corrected, Corrected, Stands}, ""},
		{"a withdrawal", []Item{told(1, 1, "a", "", 1), withdraws(1, 5, "", "a")}, []Standing{Withdrawn, Withdrawing}, ""},
		{"a withdrawal of a correction", []Item{told(1, 1, "a", "", 1), told(2, 5, "b", "a", 2), withdraws(2, 6, "", "b")}, []Standing{Corrected, Withdrawn, Withdrawing}, ""},
		{"a withdrawal of what was corrected already", []Item{told(1, 1, "a", "", 1), withdraws(1, 6, "", "a"), told(2, 5, "b", "a", 2)}, []Standing{Corrected, Withdrawing, Withdrawn}, ""},
		{"two corrections of one item: the later", []Item{told(1, 1, "a", "", 1), told(2, 6, "", "a", 2), told(3, 5, "", "a", 3)}, []Standing{Corrected, Stands, Corrected}, ""},
		{"a correction of a duplicate's id", []Item{told(1, 1, "a", "", 1), told(1, 2, "a", "", 1), told(2, 5, "", "a", 2)}, []Standing{Corrected, Duplicate, Stands}, ""},
		{"an unknown id", []Item{told(1, 1, "a", "", 1), told(2, 5, "", "z", 2)}, []Standing{Stands, Stands}, `points at the id "z"`},
		{"learned before what it corrects", []Item{told(1, 5, "a", "", 1), told(2, 4, "", "a", 2)}, []Standing{Stands, Stands}, "before the item"},
		{"a withdrawal cannot be withdrawn", []Item{told(1, 1, "a", "", 1), withdraws(1, 5, "b", "a"), withdraws(1, 6, "", "b")}, []Standing{Withdrawn, Withdrawing, Withdrawing}, "itself a withdrawal"},
		{"one id, two items", []Item{told(1, 1, "a", "", 1), told(1, 1, "a", "", 2)}, []Standing{Stands, Stands}, "borne by another item"},
		{"a ring", []Item{told(1, 1, "a", "b", 1), told(2, 1, "b", "a", 2)}, []Standing{Stands, Stands}, "in a ring"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for i := range test.items {
				test.items[i].Sequence = uint64(i)
			}
			if !itemsSorted(c, test.items) {
				t.Fatal("the test's items are not in canonical order")
			}
			faults := Resolve(test.items)
			for i := range test.items {
				if test.items[i].Standing != test.want[i] {
					t.Errorf("item %d: got %s, want %s", i, test.items[i].Standing, test.want[i])
				}
			}
			if (len(faults) > 0) != (test.fault != "") || test.fault != "" && !strings.Contains(faults[0].Rule, test.fault) {
				t.Errorf("faults: got %+v, want %q", faults, test.fault)
			}
		})
	}
}

func itemsSorted(c *contracts.Contract, items []Item) bool {
	for i := 1; i < len(items); i++ {
		if CompareItems(c, &items[i-1], &items[i]) > 0 {
			return false
		}
	}
	return true
}

// A long stretch of items on one day is resolved by a table, with the answer that pairs would give.
func TestManyDuplicatesOnOneDay(t *testing.T) {
	var items []Item
	for n := range 40 {
		items = append(items, told(1, 1, "", "", int64(n/2)))
	}
	Resolve(items)
	for n := range items {
		if want := []Standing{Stands, Duplicate}[n%2]; items[n].Standing != want {
			t.Errorf("item %d: got %s, want %s", n, items[n].Standing, want)
		}
	}
}

// Items in any order, with any learned days, make one snapshot: the digest does not know how they arrived.
func TestArrivalChangesNothing(t *testing.T) {
	c := homes()
	rapid.Check(t, func(t *rapid.T) {
		var items []Item
		for n := range rapid.IntRange(0, 12).Draw(t, "items") {
			item := told(rapid.IntRange(0, 2).Draw(t, "day"), 3, "", "", int64(rapid.IntRange(0, 1).Draw(t, "n")))
			if rapid.Bool().Draw(t, "named") {
				item.ID = fmt.Sprint("i", n)
			}
			items = append(items, item)
		}
		tree := func(order []int) []Tree {
			u := Unit{Type: 0, Key: "H", Parent: -1, Facts: []formula.Figure{{Type: formula.Choice, State: formula.Unknown}, {Type: formula.Date, State: formula.Unknown}}}
			for place, i := range order {
				item := items[i]
				item.Sequence = uint64(place)
				u.Items = append(u.Items, item)
			}
			return []Tree{{Units: []Unit{u}}}
		}
		var straight []int
		for i := range items {
			straight = append(straight, i)
		}
		one, err := NewMemory(c, tree(straight), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		two, err := NewMemory(c, tree(rapid.Permutation(straight).Draw(t, "order")), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if one.Summary() != two.Summary() {
			t.Fatalf("got %+v and %+v", one.Summary(), two.Summary())
		}
	})
}

func TestMemoryOrdersUnitsAndShardsThem(t *testing.T) {
	c := homes()
	unknown := func(types ...formula.Type) (figures []formula.Figure) {
		for _, t := range types {
			figures = append(figures, formula.Figure{Type: t, State: formula.Unknown})
		}
		return figures
	}
	home := func(key string, lodgers ...string) Tree {
		tree := Tree{Units: []Unit{{Type: 0, Key: key, Parent: -1, Facts: unknown(formula.Choice, formula.Date)}}}
		for _, l := range lodgers {
			tree.Units = append(tree.Units, Unit{Type: 1, Key: l, Parent: 0, Facts: unknown(formula.Number)})
		}
		return tree
	}
	m, err := NewMemory(c, []Tree{home("b", "y", "x"), home("a"), {Units: []Unit{{Type: 2, Key: "z", Parent: -1}}}, home("A"), home("aa")}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for shard := range m.Shards() {
		for tree, err := range m.Units(shard) {
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range tree.Units {
				keys = append(keys, c.Units[u.Type].Name+" "+u.Key)
			}
		}
	}
	want := "barn z, home A, home a, home aa, home b, lodger x, lodger y"
	if got := strings.Join(keys, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := NewMemory(c, []Tree{home("a"), home("a")}, nil, 0); err == nil || !strings.Contains(err.Error(), "two trees") {
		t.Error("two trees with one root:", err)
	}
	if _, err := NewMemory(c, []Tree{home("a", "x", "x")}, nil, 0); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Error("a member twice:", err)
	}
}

func TestAppendExactWritesWhatExactDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := money.Frac(rapid.Int64().Draw(t, "n"), rapid.SampledFrom([]int64{1, 2, 3, 5, 7, 10, 64, 100, 1e9, 1e12, 1e18}).Draw(t, "d"))
		if got := string(AppendExact(nil, x)); got != x.String() {
			t.Fatalf("got %s, want %s", got, x)
		}
	})
}

func TestFaultSaysPlaceValueRuleAndRemedy(t *testing.T) {
	faults := &Faults{List: []Fault{
		{File: "a.csv", Line: 3, Field: "day", Value: "x", Rule: "expected a day", Remedy: "write it"},
		{Rule: "nothing is here"}}, More: 2}
	want := "a.csv line 3, day: \"x\": expected a day; write it\nevidence: nothing is here\nand 2 more"
	if got := faults.Error(); got != want {
		t.Errorf("got %s", got)
	}
}

func FuzzParseTree(f *testing.F) {
	f.Add([]byte("home\tH\t\tnorth\t2012-01-01\n\tcheck\t2012-01-01\t\t1.5\tid=a\tcorrected\nlodger\tL\t0\t4\n"))
	f.Add([]byte("barn\tB\\t\t\n\tvisit\t2012-01-01\t2012-01-02\tcohort=3\twithheld\twithdrawing\nbarn\tC\t\n"))
	f.Add([]byte("home\tH\t\t\t\nlodger\tL\t0\t\n\tstay\t2012-01-01\t2012-02-01\t-123.45\t5/6\t\t\t\t\t1 month\t\tyes\t\n"))
	c := homes()
	f.Fuzz(func(t *testing.T, b []byte) {
		var tree Tree
		rest, err := ParseTree(b, c, &tree)
		if err != nil {
			return
		}
		read := b[:len(b)-len(rest)]
		if again := AppendTree(nil, c, &tree); !bytes.Equal(again, read) {
			t.Fatalf("read %q, written %q", read, again)
		}
	})
}
