package whatif

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/language"
)

func TestDiff(t *testing.T) {
	text := string(documentOf(t, "troubled-families-1"))
	old := fixture(t, "troubled-families-1")
	for _, one := range []struct {
		name, from, to string
		want           []string // section, kind, where: old -> new
	}{
		{"nothing", "", "", nil},
		{"a comment", "# Troubled Families, phase 1.", "# Another.", nil},
		{"an example", "as_at: 2012-06-30\n    due: {council: £3200.00, department: -£3200.00}", "as_at: 2012-07-01\n    due: {council: £3200.00, department: -£3200.00}", nil},
		{"a row", "turnaround_price: £1500.00", "turnaround_price: £1550.00",
			[]string{"rows changed table fees.turnaround_price, programme year 2: £1,500.00 -> £1,550.00"}},
		{"a threshold within a figure", "{is: 5/6 * families_agreed, rounded", "{is: 4/6 * families_agreed, rounded",
			[]string{"terms changed quantities.families_funded.is: 5/6 * families_agreed -> 4/6 * families_agreed"}},
		{"a cut-off", "cut_off: 15 days after", "cut_off: 16 days after", []string{"choices changed calendar: evidence is counted until"}},
		{"an edge", "attendance: {of: pupil", "attendance: {clause: annex, of: pupil", []string{"terms added evidence.attendance.clause:  -> annex"}},
	} {
		t.Run(one.name, func(t *testing.T) {
			changed := strings.Replace(text, one.from, one.to, 1)
			if one.from != one.to && changed == text {
				t.Fatalf("the contract does not hold %q", one.from)
			}
			c, err := language.Decode("new", []byte(changed))
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, d := range Diff(old, c) {
				if d.Section != "payments" && d.Section != "rules" { // prices stand in the sentences too
					found = append(found, d.Section+" "+d.Kind+" "+d.Where+": "+d.Old+" -> "+d.New)
				}
			}
			if len(found) != len(one.want) || !slices.EqualFunc(found, one.want, strings.HasPrefix) {
				t.Errorf("%q, expected %q", found, one.want)
			}
		})
	}
}

// What was added one way round was removed the other way round.
func TestDiffBackwards(t *testing.T) {
	a, b := fixture(t, "work-programme"), fixture(t, "troubled-families-1")
	forth, back := Diff(a, b), Diff(b, a)
	count := func(list []Difference, kind string) int {
		n := 0
		for _, d := range list {
			if d.Kind == kind {
				n++
			}
		}
		return n
	}
	if len(forth) != len(back) || count(forth, DiffAdded) != count(back, DiffRemoved) || count(forth, DiffAdded) == 0 {
		t.Errorf("%d and %d differences, %d added and %d removed", len(forth), len(back), count(forth, DiffAdded), count(back, DiffRemoved))
	}
	for _, name := range fixtures(t) {
		if c, err := language.Decode(name, documentOf(t, name)); err == nil && len(Diff(c, c)) > 0 {
			t.Errorf("%s differs from itself: %v", name, Diff(c, c))
		}
	}
}

func TestMarked(t *testing.T) {
	old, new := Marked("at least 10% is paid the whole sum", "more than 10% is paid the excess")
	if old != "[-at least-] 10% is paid the [-whole sum-]" || new != "{+more than+} 10% is paid the {+excess+}" {
		t.Errorf("%s / %s", old, new)
	}
}

// Without its marks each sentence is what it was.
func TestMarkedKeepsTheWords(t *testing.T) {
	sentence := rapid.Custom(func(r *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "£1.00"}), 0, 12).Draw(r, "words"), " ")
	})
	strip := strings.NewReplacer("[-", "", "-]", "", "{+", "", "+}", "")
	rapid.Check(t, func(r *rapid.T) {
		a, b := sentence.Draw(r, "old"), sentence.Draw(r, "new")
		old, new := Marked(a, b)
		if strip.Replace(old) != a || strip.Replace(new) != b {
			r.Fatalf("%q, %q became %q, %q", a, b, old, new)
		}
		if a == b && (old != a || new != b) {
			r.Fatalf("%q is marked against itself: %q", a, old)
		}
	})
}

// A settlement set beside itself moves nothing, and beside another moves as much one way as the other.
func TestCompare(t *testing.T) {
	c := fixture(t, "peterborough")
	changed, _, err := SetTerm(c.Source, "payments.cohort_reduction.price", "£7100.00")
	if err != nil {
		t.Fatal(err)
	}
	other, err := language.Decode("new", changed)
	if err != nil {
		t.Fatal(err)
	}
	e := &c.Examples[2] // 160 events at £7,000.00: £1,120,000.00
	a, err := SettleExample(c, e)
	if err != nil {
		t.Fatal(err)
	}
	b, err := SettleExample(other, e)
	if err != nil {
		t.Fatal(err)
	}
	if same := Compare(&a, &a); len(same.Lines) != 0 || !same.Total.Move.IsZero() || same.Same == 0 {
		t.Errorf("beside itself: %+v", same)
	}
	forth, back := Compare(&a, &b), Compare(&b, &a)
	if got := forth.Total; got.Before.String() != "1120000.00" || got.After.String() != "1136000.00" || got.Move.String() != "16000.00" { // 160 x £100
		t.Errorf("%+v", got)
	}
	if len(forth.Lines) != 1 || forth.Lines[0].Move.String() != "16000.00" || !forth.Total.Move.Equal(back.Total.Move.Neg()) {
		t.Errorf("%+v and %+v", forth.Lines, back.Total)
	}
	for _, party := range forth.Parties {
		want := map[string]string{"ministry": "-10000.00", "lottery": "-6000.00", "investors": "16000.00"}[party.Name] // 62.5%, 37.5%
		if party.Move.String() != want {
			t.Errorf("%s moves %s, expected %s", party.Name, party.Move, want)
		}
	}
}

// A rule is set beside the one that has at least half of its words, and otherwise it was removed and another added.
func TestDiffSetsAlikeRulesSideBySide(t *testing.T) {
	text := string(documentOf(t, "troubled-families-1"))
	old := fixture(t, "troubled-families-1")
	ofRules := func(from, to string) string {
		c, err := language.Decode("new", []byte(strings.Replace(text, from, to, 1)))
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, d := range Diff(old, c) {
			if d.Section == "rules" {
				kinds = append(kinds, d.Kind)
			}
		}
		return strings.Join(kinds, " ")
	}
	if kinds := ofRules("into_work:     {per: family, as_soon_as: {longest_run: {at_least: 13 weeks}}", "into_work:     {per: family, as_soon_as: {longest_run: {at_least: 14 weeks}}"); kinds != "changed" {
		t.Errorf("one word of a measure: %s", kinds)
	}
	if kinds := ofRules("{per: family, as_soon_as: {longest_run: {at_least: 13 weeks}}, in: beginning with attachment, clause: paragraph 14}",
		"{per: family, on: claim, when: {school: yes}, if_all_neutral: met, not_above: 1, clause: another}"); kinds != "removed added" {
		t.Errorf("quite another measure: %s", kinds)
	}
}
