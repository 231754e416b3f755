package plot

import (
	"html/template"
	"math/big"
)

// Waterfall is a plot of a sum that comes down by steps: each sum stands on nought, what comes off hangs from the sum before
// it, and the parts of the last stand one on another. One row a bar, so that names have room.
type Waterfall struct {
	ID, Title, Desc string
	Axis            string
	Bars            []Bar
}

// BarKind says how a bar stands.
type BarKind uint8

// A sum from nought; what comes off the sum before; a part of the last sum, after the parts before it.
const (
	BarSum BarKind = iota + 1
	BarLess
	BarPart
)

// Bar is one bar of a waterfall.
type Bar struct {
	Kind   BarKind
	Label  string
	Amount string // decimal; of what comes off, what comes off
	Value  string // it in words, written beside it
}

type barRow struct {
	Label, Name  string
	Class        string
	Y, X, Width  int
	Middle       int
	ValueX       int
	Anchor       string
	Value        string
	Joins        bool // a line to the next row, where it ends
	JoinX, JoinY int
	JoinTo       int
}

const (
	waterfallLeft      = 190
	waterfallRight     = 588 // values stand to the right of it
	waterfallRowHeight = 30
	waterfallBar       = 18
	waterfallNameMax   = 27 // letters that fit the column
)

// SVG draws the plot, or says which amount is no decimal.
func (w Waterfall) SVG() (template.HTML, error) {
	type span struct{ from, to *big.Rat }
	var reach stretch
	reach.reach(new(big.Rat))
	spans := make([]span, len(w.Bars))
	at := new(big.Rat)
	for i, bar := range w.Bars {
		amount, err := value(bar.Label, bar.Amount)
		if err != nil {
			return "", err
		}
		if amount == nil {
			amount = new(big.Rat)
		}
		switch {
		case bar.Kind == BarSum:
			spans[i] = span{new(big.Rat), amount}
		case bar.Kind == BarLess:
			spans[i] = span{at, new(big.Rat).Sub(at, amount)}
		case i > 0 && w.Bars[i-1].Kind == BarPart:
			spans[i] = span{at, new(big.Rat).Add(at, amount)}
		default:
			spans[i] = span{new(big.Rat), amount}
		}
		at = spans[i].to
		reach.reach(spans[i].from)
		reach.reach(spans[i].to)
	}
	x := newAxis(reach, waterfallLeft, waterfallRight, false)
	const top = 8
	scene := struct {
		frame
		Left, Right, Top, Bottom, Middle, Zero int
		Axis                                   string
		Ticks                                  []tick
		Rows                                   []barRow
	}{Left: waterfallLeft, Right: waterfallRight, Top: top, Bottom: top + waterfallRowHeight*len(w.Bars), Middle: (waterfallLeft + waterfallRight) / 2,
		Zero: x.at(new(big.Rat)), Axis: w.Axis, Ticks: thinned(x.ticks(), x.at(new(big.Rat)))}
	scene.frame = frame{w.ID, w.Title, w.Desc, canvasWidth, scene.Bottom + axisHeight}
	for i, bar := range w.Bars {
		from, to := x.at(spans[i].from), x.at(spans[i].to)
		row := barRow{Label: cut(bar.Label, waterfallNameMax), Name: bar.Label, Value: bar.Value, Y: top + waterfallRowHeight*i + (waterfallRowHeight-waterfallBar)/2,
			X: min(from, to), Width: max(1, max(from, to)-min(from, to)), ValueX: max(from, to) + 6, Anchor: "start"}
		row.Middle = row.Y + waterfallBar/2
		row.Class = map[BarKind]string{BarSum: "bar-sum", BarLess: "bar-less", BarPart: "bar-part"}[bar.Kind]
		if bar.Kind == BarLess && spans[i].to.Cmp(spans[i].from) > 0 {
			row.Class = "bar-more"
		}
		if i+1 < len(w.Bars) && w.Bars[i+1].Kind != BarPart || bar.Kind == BarPart && i+1 < len(w.Bars) {
			row.Joins, row.JoinX, row.JoinY, row.JoinTo = true, to, row.Y+waterfallBar, row.Y+waterfallRowHeight
		}
		scene.Rows = append(scene.Rows, row)
	}
	return draw("waterfall", scene)
}

// digitWidth is how wide a digit of a tick is at most, in pixels.
const digitWidth = 7

// thinned leaves out the texts of ticks that would touch, and keeps that of nought, which stands at a place.
func thinned(ticks []tick, nought int) []tick {
	widest, at := 0, 0
	for i, one := range ticks {
		widest = max(widest, digitWidth*len(one.Text)+digitWidth)
		if one.At == nought {
			at = i
		}
	}
	step := 1
	if len(ticks) > 1 {
		apart := max(1, ticks[1].At-ticks[0].At)
		step = (widest + apart - 1) / apart
	}
	for i := range ticks {
		if (i-at)%step != 0 {
			ticks[i].Text = ""
		}
	}
	return ticks
}
