package whatif

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outturn/contracts/document"
	"outturn/contracts/language"
)

func documentOf(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "fixtures", name, "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// without takes texts out of a document, each of which must stand in it.
func without(t *testing.T, document []byte, texts ...string) []byte {
	t.Helper()
	s := string(document)
	for _, text := range texts {
		if !strings.Contains(s, text) {
			t.Fatalf("the document does not hold %q", text)
		}
		s = strings.ReplaceAll(s, text, "")
	}
	return []byte(s)
}

func TestComplete(t *testing.T) {
	whole := documentOf(t, "troubled-families-1")
	for _, one := range []struct {
		name     string
		out      []string
		choices  int
		readings int
	}{
		{"ties: three answers", []string{"ties: up, "}, 2, 9}, // of the contract's sums and of money_funded: {nearest: £0.01, ties: up}
		{"what a cap leaves out", []string{", beyond: refuse"}, 1, 2},
		{"whether places stand, and what is beyond", []string{", places: stand", ", beyond: refuse"}, 2, 4},
		{"who has the spare pennies: two parties or neither", []string{", spare: largest_remainder"}, 1, 3},
	} {
		t.Run(one.name, func(t *testing.T) {
			text := whole
			if one.choices == 2 && one.readings == 9 {
				text = []byte(strings.ReplaceAll(string(text), "{nearest: £0.01, ties: up}", "{ties: up, nearest: £0.01}"))
			}
			readings, err := Complete("it", without(t, text, one.out...))
			if err != nil {
				t.Fatal(err)
			}
			if len(readings.Choices) != one.choices || len(readings.List) != one.readings || readings.More {
				t.Errorf("%d choices, %d readings, more %v: expected %d and %d", len(readings.Choices), len(readings.List), readings.More, one.choices, one.readings)
			}
			seen := map[string]bool{}
			for _, r := range readings.List {
				if seen[string(r.Document)] || len(r.Answers) != one.choices {
					t.Errorf("a reading stands twice or is not whole: %v", r.Answers)
				}
				seen[string(r.Document)] = true
			}
		})
	}
}

// What silence means of eight kinds and two figures would be 2 to the tenth readings: 64 are completed, and it says that
// there are more.
func TestCompleteIsBounded(t *testing.T) {
	readings, err := Complete("it", without(t, documentOf(t, "troubled-families-1"), ", if_none: nought", ", if_none: unknown"))
	if err != nil {
		t.Fatal(err)
	}
	if len(readings.List) != ReadingsMax || !readings.More {
		t.Errorf("%d readings, more %v", len(readings.List), readings.More)
	}
}

func TestCompleteRefuses(t *testing.T) {
	whole := documentOf(t, "troubled-families-1")
	if _, err := Complete("it", whole); !errors.Is(err, ErrNothingOpen) {
		t.Errorf("a sound contract: %v", err)
	}
	var faults *document.Faults
	if _, err := Complete("it", []byte(strings.Replace(string(whole), "price: fees.attachment_price", "prise: fees.attachment_price", 1))); !errors.As(err, &faults) {
		t.Errorf("a contract with another fault: %v", err)
	}
	if _, err := Complete("it", nil); !errors.As(err, &faults) {
		t.Errorf("an empty document: %v", err)
	}
	if _, err := Complete("it", without(t, whole, ", clause: paragraph 4}")); !errors.As(err, &faults) { // no list of answers, and no bracket
		t.Errorf("a document that is not YAML: %v", err)
	}
	if _, err := Complete("it", without(t, whole, ", clause: paragraph 4")); !errors.As(err, &faults) {
		t.Errorf("a clause has no list of answers: %v", err)
	}
}

func TestSetTerm(t *testing.T) {
	whole := documentOf(t, "troubled-families-1")
	for _, one := range []struct{ path, value, from, line string }{
		{"caps.3.not_above", "£3900.00", "£4000.00", "not_above: £3900.00, in_order_of: as_listed, beyond: cut, clause: paragraph 5}"},
		{"tables.fees.rows.1.turnaround_price", "£800.00", "£700.00", "attachment_price: £3200.00, turnaround_price: £800.00,"},
		{"rounding.ties", "even", "up", "rounding: {nearest: £0.01, ties: even, spare"},
		{"calendar.run", "0 6 17 1,4,7,10 *", "0 6 16 1,4,7,10 *", `run: "0 6 17 1,4,7,10 *", zone`},
		{"quantities.families_funded.rounded", "{up: 1}", "", ""},
		{"quantities.families_funded.is", "4/6 * families_agreed", "5/6 * families_agreed", "{is: 4/6 * families_agreed, rounded: {down: 1}"},
	} {
		changed, edit, err := SetTerm(whole, one.path, one.value)
		if one.from == "" {
			if err == nil || !strings.Contains(err.Error(), "go on to one of down") {
				t.Errorf("%s: %v", one.path, err)
			}
			continue
		}
		if err != nil || edit.From != one.from || !strings.Contains(string(changed), one.line) {
			t.Errorf("%s: %+v, %v: expected %q", one.path, edit, err, one.line)
		}
		back, _, err := SetTerm(changed, one.path, one.from)
		if _, sound := language.Decode("it", changed); err != nil || sound != nil || strings.ReplaceAll(string(back), `"`, "") != strings.ReplaceAll(string(whole), `"`, "") {
			t.Errorf("%s: set back it is not what it was: %v %v", one.path, err, sound)
		}
	}
	for path, want := range map[string]string{"caps.4.not_above": "is a list of 3", "caps.1.most": `has no "most"`, "rounding.ties.up": "is a single value"} {
		if _, _, err := SetTerm(whole, path, "1"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", path, err, want)
		}
	}
}

func TestSetTermBehindQuotationMarks(t *testing.T) {
	for _, one := range []struct{ document, want string }{
		{`{a: "x \" y", b: 1}`, `{a: "n, m", b: 1}`},
		{`{a: 'it''s', b: 1}`, `{a: "n, m", b: 1}`},
		{"a: £1.00 # why\n", "a: \"n, m\" # why\n"},
	} {
		changed, _, err := SetTerm([]byte(one.document), "a", "n, m")
		if err != nil || string(changed) != one.want {
			t.Errorf("%s: %q, %v", one.document, changed, err)
		}
	}
	if _, _, err := SetTerm([]byte("a: >\n  b\n  c\n"), "a", "x"); err == nil {
		t.Error("a text over several lines was changed")
	}
}

// Every term of every fixture is moved in one place of its document and in no other.
func TestTermsMoveOnePlace(t *testing.T) {
	for _, name := range fixtures(t) {
		whole := documentOf(t, name)
		c, err := language.Decode(name, whole)
		if err != nil {
			continue // its own test says so
		}
		terms, more := Terms(c)
		if len(terms) == 0 && !more {
			t.Errorf("%s has no term", name)
		}
		for _, term := range terms {
			if term.From == term.To {
				t.Errorf("%s: %s stays %s", name, term.Path, term.From)
			}
			a, b := strings.Split(string(whole), "\n"), strings.Split(string(term.Document), "\n")
			apart := 0
			for i := range a {
				if len(a) == len(b) && a[i] != b[i] {
					apart++
				}
			}
			if len(a) != len(b) || apart != 1 {
				t.Errorf("%s: %s: %d lines differ", name, term.Path, apart)
			}
		}
	}
}

func TestTermsUp(t *testing.T) {
	m := &mover{c: fixture(t, "troubled-families-1")}
	for _, one := range []struct {
		from  string
		alone bool
		to    string
	}{
		{"£700.00", true, "£770.00"}, {"£0.05", true, "£0.06"}, {"85%", true, "93.5%"}, {"5 points", true, "5.5 points"},
		{"13 weeks", true, "14 weeks"}, {"26 weeks", true, "29 weeks"}, {"1 month", true, "2 months"}, {"6", true, "7"}, {"40", true, "44"},
		{"5", false, "5.5"}, {"1.3", true, "1.43"}, {"£4,180.00", true, "£4598.00"}, {"0%", true, ""}, {"£0.00", true, ""}, {"0", false, ""},
	} {
		if to, ok := m.up(one.from, one.alone); to != one.to && ok || ok != (one.to != "") {
			t.Errorf("%s: %q, expected %q", one.from, to, one.to)
		}
	}
}
