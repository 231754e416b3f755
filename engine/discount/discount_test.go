package discount_test

import (
	"slices"
	"testing"

	"outturn/contracts/money"
	"outturn/engine/discount"
)

var pounds, _ = money.LookupCurrency("GBP")

// Five equal years from year 0 at 3.5%; the rate falls after thirty years; a year 0 is worth what it is.
func TestPresentValue(t *testing.T) {
	cent, err := money.ParseExact("0.01")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		years int
		each  string
		want  string
	}{{5, "79361.10", "£370,860.71"}, {1, "79361.10", "£79,361.10"}, {0, "1", "£0.00"}, {2, "103.50", "£203.50"}} {
		each, err := money.ParseExact(k.each)
		if err != nil {
			t.Fatal(err)
		}
		value, err := discount.PresentValue(slices.Repeat([]money.Exact{each}, k.years))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := value.Amount(pounds, money.Rounding{Mode: money.Nearest, Ties: money.TiesUp, Unit: cent})
		if err != nil {
			t.Fatal(err)
		}
		if got := sum.Format(pounds); got != k.want {
			t.Errorf("%d years of %s are worth %s, and %s was worked out", k.years, k.each, got, k.want)
		}
	}
	if _, err := discount.PresentValue(make([]money.Exact, discount.YearsMax+1)); err == nil {
		t.Error("an appraisal beyond the limit is not refused")
	}
}
