package engine_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// The examples in the language's reference, contracts/README.md, settle as they say: here, since contracts knows
// nothing of settling. contracts/readme_test.go holds its blocks and sentences to the code.

func TestReferenceExamplesSettleAsTheySay(t *testing.T) {
	blocks := referenceBlocks(t, "../contracts/README.md")
	settled := 0
	for _, b := range blocks {
		if b.refused || !strings.Contains(b.text, "\nexamples:") && !strings.HasPrefix(b.text, "examples:") {
			continue
		}
		c, err := language.Decode("README.md", []byte(referenceFramed(blocks[0].text, b.text)))
		if err != nil {
			t.Errorf("README.md:%d: %v", b.line, err)
			continue
		}
		for i := range c.Examples {
			settled++
			referenceExample(t, b.line, c, &c.Examples[i])
		}
	}
	if settled < 20 {
		t.Errorf("%d examples were settled; the reference has more", settled)
	}
}

// referenceExample settles one example on its own evidence. Every party that anything is due to or from must be named.
func referenceExample(t *testing.T, line int, c *contracts.Contract, e *contracts.Example) {
	t.Helper()
	s, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
	if err != nil {
		t.Errorf("README.md:%d, %q: %v", line, e.It, err)
		return
	}
	found := map[string]money.Amount{}
	sink := func(records []byte) error {
		for record := range bytes.Lines(records) {
			var r statements.Record
			if err := engine.ParseRecord(record, c, &r); err != nil {
				return err
			}
			for i := range r.Lines {
				for party, amount := range map[string]money.Amount{r.Lines[i].From: r.Lines[i].Due.Neg(), r.Lines[i].To: r.Lines[i].Due} {
					if party != "" && !slices.ContainsFunc(c.Parties, func(p contracts.Party) bool { return p.ID == party }) {
						found[party] = found[party].Add(amount) // a unit that is a party of its own
					}
				}
			}
		}
		return nil
	}
	st, err := engine.Settle(c, engine.Occasion{Through: e.AsAt, CutOff: e.AsAt, Final: true, Given: e.Given}, s, engine.Position{}, sink)
	if err != nil {
		t.Errorf("README.md:%d, %q: %v", line, e.It, err)
		return
	}
	for i, sum := range st.Due {
		if c.Parties[i].Each < 0 {
			found[sum.Party] = sum.Due
		}
	}
	for _, want := range e.Due {
		if got, ok := found[want.Party]; !ok && !want.Amount.IsZero() || ok && got.Cmp(want.Amount) != 0 {
			t.Errorf("README.md:%d, %q: %s is due %s, expected %s; waiting %v, binds %v", line, e.It, want.Party, got, want.Amount, st.Waiting, st.Binds)
		}
		delete(found, want.Party)
	}
	for party, amount := range found {
		if !amount.IsZero() {
			t.Errorf("README.md:%d, %q: %s is due %s, of which the example says nothing", line, e.It, party, amount)
		}
	}
}

type referenceBlock struct {
	line    int
	text    string
	refused bool
}

// referenceBlocks returns the fenced blocks of YAML.
func referenceBlocks(t *testing.T, name string) []referenceBlock {
	t.Helper()
	readme, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []referenceBlock
	within := false
	for i, line := range strings.Split(string(readme), "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && strings.HasPrefix(fence, "yaml"):
			within, blocks = true, append(blocks, referenceBlock{line: i + 1, refused: fence != "yaml"})
		case isFence:
			within = false
		case within:
			blocks[len(blocks)-1].text += line + "\n"
		}
	}
	if len(blocks) == 0 {
		t.Fatalf("%s has no block of YAML", name)
	}
	return blocks
}

var referenceKey = regexp.MustCompile(`(?m)^([a-z_]+):`)

// referenceFramed puts a fragment into the frame, the reference's first block: a section of named things is added to
// the frame's; payments, examples and whatever is not a map of names stand instead of the frame's.
func referenceFramed(frame, fragment string) string {
	if strings.HasPrefix(fragment, "outturn:") {
		return fragment
	}
	var order []string
	out := map[string]string{}
	for _, document := range []string{frame, fragment} {
		places := referenceKey.FindAllStringSubmatchIndex(document, -1)
		for i, at := range places {
			end := len(document)
			if i+1 < len(places) {
				end = places[i+1][0]
			}
			name, body := document[at[2]:at[3]], document[at[0]:end]
			first, rest, _ := strings.Cut(body, "\n")
			if document != frame && first == name+":" && out[name] != "" && name != "payments" && !strings.HasPrefix(strings.TrimSpace(rest), "-") {
				body = out[name] + rest
			}
			if !slices.Contains(order, name) {
				order = append(order, name)
			}
			if document != frame || name != "examples" {
				out[name] = body
			}
		}
	}
	var b strings.Builder
	for _, name := range order {
		b.WriteString(out[name])
	}
	return b.String()
}

// TestReferenceNamesEveryNameOfAStatement holds engine/README.md to the names under which a statement is written.
func TestReferenceNamesEveryNameOfAStatement(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range jsonNames(reflect.TypeFor[statements.Statement](), nil) {
		if !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("README.md says nothing of the name %q of a statement", name)
		}
	}
}

// jsonNames lists the names under which a type is written, and those within it.
func jsonNames(t reflect.Type, names []string) []string {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return names
	}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" {
			names = jsonNames(t.Field(i).Type, append(names, name))
		}
	}
	return names
}

// TestReferenceTestsExist holds engine/README.md to the tests that it names.
func TestReferenceTestsExist(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var tests []byte
	for _, pattern := range []string{"*_test.go", "*/*_test.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tests = append(tests, b...)
		}
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllSubmatch(readme, -1)
	if len(named) < 10 {
		t.Errorf("README.md names %d tests; more were expected", len(named))
	}
	for _, m := range named {
		if !bytes.Contains(tests, append([]byte("func "), m[1]...)) {
			t.Errorf("README.md names %s, which is no test of the engine", m[1])
		}
	}
}
