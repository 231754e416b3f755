package plot

import (
	"html/template"
	"math/big"
)

// Balance is a plot of how far apart two groups are on each covariate, in standard deviations, before and after
// matching or weighting. Lines at a tenth show what is commonly taken to be near enough (Austin 2009).
type Balance struct {
	ID, Title, Desc string
	Rows            []Covariate
}

// Covariate is one row of a balance plot; both differences are "" for a covariate that does not vary.
type Covariate struct {
	Name          string
	Before, After string // decimals, with their signs
}

type balanceRow struct {
	Covariate
	Label               string // the name, cut to its column
	Y, BeforeX, AfterX  int
	HasBefore, HasAfter bool
}

const (
	balanceLeft      = 220
	balanceRowHeight = 24
	balanceNameMax   = 28 // letters that fit the column
)

// SVG draws the plot, or says which difference is no decimal.
func (b Balance) SVG() (template.HTML, error) {
	tenth := big.NewRat(1, 10)
	var reach stretch
	reach.reach(tenth)
	reach.reach(new(big.Rat).Neg(tenth))
	before, after := make([]*big.Rat, len(b.Rows)), make([]*big.Rat, len(b.Rows))
	for i, row := range b.Rows {
		var err error
		if before[i], err = value(row.Name+" before", row.Before); err != nil {
			return "", err
		}
		if after[i], err = value(row.Name+" after", row.After); err != nil {
			return "", err
		}
		for _, v := range []*big.Rat{before[i], after[i]} {
			if v != nil {
				reach.reach(v)
			}
		}
	}
	x := newAxis(reach, balanceLeft, canvasRight, false)
	const top = 34
	bottom := top + balanceRowHeight*len(b.Rows)
	scene := struct {
		frame
		Left, Right, Top, Bottom, Middle int
		Zero, NearLow, NearHigh          int
		Ticks                            []tick
		Rows                             []balanceRow
	}{frame{b.ID, b.Title, b.Desc, canvasWidth, bottom + axisHeight}, balanceLeft, canvasRight, top, bottom, (balanceLeft + canvasRight) / 2,
		x.at(new(big.Rat)), x.at(new(big.Rat).Neg(tenth)), x.at(tenth), x.ticks(), nil}
	for i := range b.Rows {
		row := balanceRow{Covariate: b.Rows[i], Label: cut(b.Rows[i].Name, balanceNameMax), Y: top + balanceRowHeight*i + balanceRowHeight/2}
		if row.HasBefore = before[i] != nil; row.HasBefore {
			row.BeforeX = x.at(before[i])
		}
		if row.HasAfter = after[i] != nil; row.HasAfter {
			row.AfterX = x.at(after[i])
		}
		scene.Rows = append(scene.Rows, row)
	}
	return draw("balance", scene)
}

// cut shortens words to so many letters, and shows that it did.
func cut(text string, letters int) string {
	if runes := []rune(text); len(runes) > letters {
		return string(runes[:letters-1]) + "…"
	}
	return text
}
