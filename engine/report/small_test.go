package report

import (
	"fmt"
	"testing"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// What one party owes another is always said: payments whose counts are not shown stand together, and where there is but one
// of them it stands with the others.
func TestWhatIsOwedStandsTogether(t *testing.T) {
	pounds, _ := money.LookupCurrency("GBP")
	flowsOf := func(names ...string) []*flow {
		var all []*flow
		for i, name := range names {
			all = append(all, &flow{pair{"a", "b", name}, money.FromMinor(pounds, int64(100*(i+1))), money.FromMinor(pounds, 0)})
		}
		return all
	}
	for _, c := range []struct {
		it     string
		flows  []*flow
		hidden map[string]bool
		want   string
	}{
		{"nothing hidden", flowsOf("x", "y"), nil, "[x] 1.00; [y] 2.00; "},
		{"two hidden stand together", flowsOf("x", "y", "z"), map[string]bool{"x": true, "z": true}, "[x z] 4.00; [y] 2.00; "},
		{"one hidden stands with all", flowsOf("x", "y", "z"), map[string]bool{"y": true}, "[x y z] 6.00; "},
		{"one alone is said", flowsOf("x"), map[string]bool{"x": true}, "[x] 1.00; "},
	} {
		found := ""
		for _, d := range together("b", c.flows, c.hidden) {
			found += fmt.Sprintf("%v %s; ", d.Payments, d.Amount)
		}
		if found != c.want {
			t.Errorf("%s: %s, expected %s", c.it, found, c.want)
		}
	}
}

// A value of a step is read exactly, however the statement writes it.
func TestStepsAreReadExactly(t *testing.T) {
	pounds, _ := money.LookupCurrency("GBP")
	m := &maker{c: &contracts.Contract{Currency: pounds}}
	for text, want := range map[string]string{"£1,234.50": "1234.5", "-£0.01": "-0.01", "94.5": "94.5", "13/155 (£0.083...)": "13/155", "-13/155 (-£0.083...)": "-13/155", "£3461275.19325": "3461275.19325"} {
		if x, ok := m.exactOf(text); !ok || x.String() != want {
			t.Errorf("%q is read as %s, expected %s", text, x, want)
		}
	}
	if _, ok := m.exactOf("not observed"); ok {
		t.Error("words are read as a figure")
	}
}

// Whom a cap refused, since another payment is made for the same unit, is counted once, at what it would have been paid.
func TestWhatIsFoundTwiceIsCountedOnce(t *testing.T) {
	pounds, _ := money.LookupCurrency("GBP")
	m := &maker{c: &contracts.Contract{Currency: pounds}, small: 5, last: &statements.Statement{
		Overlaps: []statements.OverlapSum{{Name: "one of two", Clause: "7", Payments: []statements.OverlapLine{
			{Payment: "job_fee", Refused: 7, Sum: money.FromMinor(pounds, 7*80_000)},
			{Payment: "progress_fee"}}}},
		Elsewhere: []statements.ElsewhereSum{{Payment: "job_fee", Register: "register", Outcomes: 6, Sum: money.FromMinor(pounds, 6*80_000)}},
		Items:     []statements.ReasonCount{{Reason: statements.ReasonDuplicate, Count: 9}, {Reason: "used", Count: 100}},
	}}
	var b Board
	m.duplication(&b)
	// Seven refused, six paid elsewhere and nine items found twice are 22.
	if b.Duplication.Total == nil || *b.Duplication.Total != "22" || len(b.Duplication.Parts) != 3 {
		t.Fatalf("%+v: expected three parts and 22 in all", b.Duplication)
	}
	for i, want := range []string{"£4,800.00", "£5,600.00", ""} {
		price := ""
		if p := b.Duplication.Parts[i].Price; p != nil {
			price = p.Format(pounds)
		}
		if price != want {
			t.Errorf("%v is priced %q, expected %q", b.Duplication.Parts[i].What, price, want)
		}
	}
}
