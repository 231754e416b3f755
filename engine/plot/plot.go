// Package plot draws figures of a statement as SVG for a page: an effect with its interval, how far apart two groups
// are before and after matching, and how both went over time; of a report, a saving that comes down by steps, and who puts
// something in and has something of it. It takes decimals as text and works every place out in
// whole pixels with exact fractions, so that one statement has one picture, byte for byte, on every machine. It draws
// what it is given and works nothing out: no figure on a page comes from here.
package plot

import (
	_ "embed"
	"fmt"
	"html/template"
	"math/big"
	"strings"
)

// Style is the style sheet that the plots need on the page that holds them.
//
//go:embed plot.css
var Style template.CSS

//go:embed plot.tmpl
var source string

var templates = template.Must(template.New("plot").Parse(source))

// The canvas. A page shows it at this width or narrower, so that its letters keep their size on paper.
const (
	canvasWidth = 720
	canvasRight = 700 // where axes end
	lineHeight  = 17
	axisHeight  = 44 // an axis with its numbers and its name
)

// frame is what every picture has: its size, and words for those who do not see it.
type frame struct {
	ID, Title, Desc string
	Width, Height   int
}

func draw(name string, scene any) (template.HTML, error) {
	var svg strings.Builder
	if err := templates.ExecuteTemplate(&svg, name, scene); err != nil {
		return "", fmt.Errorf("plot %s: %w", name, err)
	}
	return template.HTML(svg.String()), nil
}

// Mark is a value drawn across an effect's plot, such as the null or the level that a gate asks for.
type Mark struct {
	At    string // decimal
	Label string
	Null  bool // what there is when nothing was achieved, drawn otherwise than a gate
}

// Estimate is one row of an effect's plot: a point, with its interval where it has one.
type Estimate struct {
	Label     string
	At        string // decimal
	Low, High string // decimals, or both ""
	Value     string // the point in words, written beside it
	Certified bool   // drawn as a diamond: somebody's certified figure, not one worked out here
}

// Effect is a plot of estimates of one effect, each with its interval, against the null and the gates.
type Effect struct {
	ID, Title, Desc string // ID begins the picture's names on the page, and stands once on it
	Axis            string // what the figures are
	Percent         bool   // figures are rates: 0.084 is written 8.4%
	Estimates       []Estimate
	Marks           []Mark
}

type effectRow struct {
	Estimate
	Y, X, From, To int
	HasInterval    bool
	ValueX         int
	ValueAnchor    string
}

type drawnMark struct {
	Mark
	X, TextX, TextY, Bottom int
	Anchor                  string
}

const (
	effectLeft      = 170
	effectRowHeight = 46
	markNameMax     = 42 // letters that fit beside a mark
)

// SVG draws the plot, or says which figure is no decimal.
func (e Effect) SVG() (template.HTML, error) {
	var reach stretch
	type read struct{ at, low, high *big.Rat }
	var rows []read
	for _, one := range e.Estimates {
		var r read
		for _, part := range []struct {
			name, text string
			to         **big.Rat
		}{{"the effect", one.At, &r.at}, {"the low end of the interval", one.Low, &r.low}, {"the high end of the interval", one.High, &r.high}} {
			v, err := value(one.Label+": "+part.name, part.text)
			if err != nil {
				return "", err
			}
			if *part.to = v; v != nil {
				reach.reach(v)
			}
		}
		rows = append(rows, r)
	}
	marks := make([]*big.Rat, len(e.Marks))
	for i, mark := range e.Marks {
		at, err := value(mark.Label, mark.At)
		if err != nil {
			return "", err
		}
		if marks[i] = at; at != nil {
			reach.reach(at)
		}
	}
	x := newAxis(reach, effectLeft, canvasRight, e.Percent)
	top := 8 + lineHeight*len(e.Marks)
	scene := struct {
		frame
		Left, Right, Top, Bottom, Middle int
		Axis                             string
		Ticks                            []tick
		Rows                             []effectRow
		Marks                            []drawnMark
	}{Left: effectLeft, Right: canvasRight, Top: top, Bottom: top + effectRowHeight*len(rows), Middle: (effectLeft + canvasRight) / 2, Axis: e.Axis, Ticks: x.ticks()}
	scene.frame = frame{e.ID, e.Title, e.Desc, canvasWidth, scene.Bottom + axisHeight}
	for i, r := range rows {
		if r.at == nil {
			continue
		}
		row := effectRow{Estimate: e.Estimates[i], Y: top + effectRowHeight*i + effectRowHeight*3/5, X: x.at(r.at)}
		row.ValueX, row.ValueAnchor = row.X, "middle"
		if row.X > canvasRight-80 {
			row.ValueX, row.ValueAnchor = canvasWidth-8, "end"
		}
		if r.low != nil && r.high != nil {
			row.HasInterval, row.From, row.To = true, x.at(r.low), x.at(r.high)
		}
		scene.Rows = append(scene.Rows, row)
	}
	for i, at := range marks {
		if at == nil {
			continue
		}
		mark := drawnMark{Mark: e.Marks[i], X: x.at(at), TextY: 16 + lineHeight*i, Bottom: scene.Bottom}
		mark.Label = cut(mark.Label, markNameMax)
		mark.TextX, mark.Anchor = mark.X+5, "start"
		if mark.X > canvasWidth*3/5 { // it would run off the right
			mark.TextX, mark.Anchor = mark.X-5, "end"
		}
		scene.Marks = append(scene.Marks, mark)
	}
	return draw("effect", scene)
}
