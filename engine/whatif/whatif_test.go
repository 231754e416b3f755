package whatif

import (
	"bytes"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
)

func fixture(t testing.TB, name string) *contracts.Contract {
	t.Helper()
	document, err := os.ReadFile(filepath.Join("..", "..", "fixtures", name, "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := language.Decode(name, document)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func generated(t testing.TB, c *contracts.Contract, g Generated) (string, int) {
	t.Helper()
	var b bytes.Buffer
	items, err := Generate(&b, c, g)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), items
}

func fixtures(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("..", "..", "fixtures", "*", "contract.yaml"))
	if err != nil || len(found) == 0 {
		t.Fatal("no fixtures", err)
	}
	var names []string
	for _, path := range found {
		names = append(names, filepath.Base(filepath.Dir(path)))
	}
	return names
}

// What is made up for any contract is read without a fault, item for item, and gives one digest in any order.
func TestGeneratedEvidenceIsRead(t *testing.T) {
	for _, name := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			c := fixture(t, name)
			var digests []evidence.Digest
			for _, shuffle := range []bool{false, true} {
				text, items := generated(t, c, Generated{Units: 120, Seed: 7, Shuffle: shuffle})
				s, err := ingest.Open(c, fstest.MapFS{"evidence/made.csv": {Data: []byte(text)}}, ingest.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if found := s.Summary().Items; found != items {
					t.Errorf("%d items read, %d were written", found, items)
				}
				digests = append(digests, s.Summary().Digest)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if digests[0] != digests[1] {
				t.Error("the same items in another order have another digest")
			}
		})
	}
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	c := fixture(t, "work-programme")
	one, _ := generated(t, c, Generated{Units: 200, Seed: 1})
	again, _ := generated(t, c, Generated{Units: 200, Seed: 1})
	other, _ := generated(t, c, Generated{Units: 200, Seed: 2})
	more, _ := generated(t, c, Generated{Units: 300, Seed: 1})
	if one != again {
		t.Error("the same seed gives other bytes")
	}
	if one == other {
		t.Error("another seed gives the same bytes")
	}
	if !strings.HasPrefix(more, one) {
		t.Error("what a unit is depends on how many there are")
	}
	shuffled, _ := generated(t, c, Generated{Units: 200, Seed: 1, Shuffle: true})
	if shuffled == one || lines(shuffled) != lines(one) {
		t.Error("a shuffle is another order of the same rows, and nothing else")
	}
}

// What does not fit into memory at once is shuffled in parts: every row comes once, and no row is lost.
func TestShuffleInParts(t *testing.T) {
	c := fixture(t, "work-programme")
	one, items := generated(t, c, Generated{Units: 500, Seed: 3})
	for _, held := range []int{1 << 10, 10 << 10, len(one), 1 << 30} {
		m := newMaker(c, Generated{Units: 500, Seed: 3, Shuffle: true})
		m.held = held
		var b bytes.Buffer
		b.Write(m.header())
		n, err := m.shuffled(&b)
		if err != nil || n != items || lines(b.String()) != lines(one) {
			t.Errorf("%d bytes held: %d items, expected %d, of the same rows: %v", held, n, items, err)
		}
	}
}

// lines is a text's lines after the first, sorted.
func lines(text string) string {
	rows := strings.Split(text, "\n")[1:]
	sort.Strings(rows)
	return strings.Join(rows, "\n")
}

// For the Work Programme a unit has about five items, and about a third reach a job outcome.
func TestGeneratedWorkProgrammeIsPlausible(t *testing.T) {
	c := fixture(t, "work-programme")
	const units = 2000
	text, items := generated(t, c, Generated{Units: units, Seed: 1})
	if items < units*47/10 || items > units*53/10 {
		t.Errorf("%d items for %d units, expected about 5 each", items, units)
	}
	for i := range c.Payments { // on evidence, so that what is paid is what was reached
		c.Payments[i].Due.ClaimedBy, c.Payments[i].Due.ValidatedBy, c.Payments[i].Due.Within = -1, -1, nil
	}
	s, err := ingest.Open(c, fstest.MapFS{"made.csv": {Data: []byte(text)}}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	st, err := engine.Settle(c, engine.Occasion{Through: c.Last, CutOff: c.Last, Final: true}, s, engine.Position{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range st.Payments {
		if p.Payment == "job_outcome_fee" && (p.Lines < units/4 || p.Lines > units*2/5) {
			t.Errorf("%d of %d reach a job outcome, expected about a third", p.Lines, units)
		}
	}
}

func TestGenerateRefusesWhatItCannot(t *testing.T) {
	c := fixture(t, "work-programme")
	for _, test := range []struct {
		g    Generated
		says string
	}{
		{Generated{Units: 0}, "from 1 to"},
		{Generated{Units: UnitsMax + 1}, "from 1 to"},
		{Generated{Units: 1, ItemsPerUnit: -1}, "at most"},
		{Generated{Units: 1, ItemsPerUnit: ItemsPerUnitMax + 1}, "at most"},
	} {
		if _, err := Generate(&bytes.Buffer{}, c, test.g); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%+v: %v", test.g, err)
		}
	}
}

// An example is settled on its own evidence; a wrong expectation is named with what was found.
func TestRunExample(t *testing.T) {
	c := fixture(t, "troubled-families-1")
	if len(c.Examples) == 0 {
		t.Fatal("no examples")
	}
	for i := range c.Examples {
		e := c.Examples[i]
		s, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
		if err != nil {
			t.Fatal(err)
		}
		r, err := RunExample(c, &e, s)
		if err != nil || !r.Agrees() {
			t.Errorf("%s: %v %+v", e.It, err, r.Due)
		}
		e.Due = append([]contracts.DueExpected(nil), e.Due...)
		e.Due[0].Amount = e.Due[0].Amount.Add(e.Due[0].Amount).Add(e.Due[0].Amount)
		if r, err = RunExample(c, &e, s); err != nil || r.Agrees() || r.Due[0].Agrees() {
			t.Errorf("%s, thrice the sum expected: %v %+v", e.It, err, r.Due)
		}
	}
}

func TestAppendKey(t *testing.T) {
	for n, want := range map[int]string{0: "P0000000", 1: "P0000001", 999_999: "P0999999", 1_000_000: "P1000000", 10_000_000: "P10000000"} {
		if found := string(appendKey(nil, "participant", n)); found != want {
			t.Errorf("%d: %s, expected %s", n, found, want)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	c := fixture(b, "work-programme")
	for b.Loop() {
		var out bytes.Buffer
		if _, err := Generate(&out, c, Generated{Units: 20_000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}
