// Package discount says what sums of future years are worth in the first, for appraisals; no settlement discounts.
package discount

import (
	"fmt"

	"outturn/contracts/money"
)

// This file discounts a saving's years for an appraisal. Nothing of it is ever settled: a settlement is of the money of
// its day, and no payment can read a present value, since no figure of a contract is one.

// DiscountRate is the rate of a stretch of years, counted from the first, which is year 0 and not discounted.
type DiscountRate struct {
	From int    `json:"from"` // the first year of the stretch
	Rate string `json:"rate"` // as the Green Book writes it: 3.5%
	rate money.Exact
}

// DiscountSource is where the discount rates are from.
const DiscountSource = "The Green Book (HM Treasury, 2026): social time preference rate and its declining long-term rates, as recalled"

// DiscountRates are the rates by year. A year's factor is that of the year before over 1 plus its own rate.
var DiscountRates = []DiscountRate{
	{1, "3.5%", discount(35)}, {31, "3.0%", discount(30)}, {76, "2.5%", discount(25)}, {126, "2.0%", discount(20)}, {201, "1.5%", discount(15)}, {301, "1.0%", discount(10)},
}

func discount(thousandths int64) money.Exact {
	rate, _ := money.Int(thousandths).Quo(money.Int(1000))
	return rate
}

// YearsMax is the most years that are discounted together.
const YearsMax = 400

// PresentValue is what sums of consecutive years are worth in year 0, exact, before any rounding. The first is of year 0.
func PresentValue(years []money.Exact) (money.Exact, error) {
	if len(years) > YearsMax {
		return money.Exact{}, fmt.Errorf("an appraisal of %d years; at most %d are discounted", len(years), YearsMax)
	}
	var value money.Exact
	factor := money.Int(1)
	for year, sum := range years {
		if year > 0 {
			factor, _ = factor.Quo(money.Int(1).Add(rateOf(year)))
		}
		value = value.Add(sum.Mul(factor))
	}
	return value, nil
}

func rateOf(year int) money.Exact {
	at := DiscountRates[0].rate
	for _, d := range DiscountRates {
		if year >= d.From {
			at = d.rate
		}
	}
	return at
}
