package report

import (
	"fmt"
	"testing"

	"outturn/contracts"
	"outturn/contracts/money"
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
