package plot

import (
	"html/template"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Trend is a plot of one or two series over time, and of what would have come had the first gone on as before.
type Trend struct {
	ID, Title, Desc string
	Axis            string // what the figures are
	Percent         bool
	Series          []string // their names: the treated first
	Points          []Point  // in order of time
	Line            string   // beside one series: what the line is that each point's Line lies on; "" for none
}

// Point is one period: what each series has in it.
type Point struct {
	Day    int      // where it stands along time, such as a day's number
	Label  string   // the period in few letters
	Values []string // decimals, one a series; "" where a series has none
	After  bool     // the programme had begun
	Line   string   // decimal; "" where the line is not drawn
}

type place struct{ X, Y int }

type drawnSeries struct {
	Name    string
	Class   string   // treated, comparison or line
	Lines   []string // stretches without a gap, as points of a polyline
	Dots    []place
	LegendX int
}

const (
	trendLeft   = 80
	trendTop    = 34
	trendBottom = 260
	trendLabels = 8  // names along the time axis
	trendDots   = 60 // periods beyond which points are not marked one by one
)

// SVG draws the plot, or says which figure is no decimal.
func (t Trend) SVG() (template.HTML, error) {
	var reach stretch
	all := t.drawnSeries()
	values := make([][]*big.Rat, len(all))
	for s := range all {
		values[s] = make([]*big.Rat, len(t.Points))
		for i, point := range t.Points {
			text := point.Line
			if s < len(t.Series) {
				text = point.Values[s]
			}
			v, err := value(all[s].Name+" in "+point.Label, text)
			if err != nil {
				return "", err
			}
			if values[s][i] = v; v != nil {
				reach.reach(v)
			}
		}
	}
	y := newAxis(reach, trendBottom, trendTop, t.Percent)
	var days stretch
	for _, point := range t.Points {
		days.reach(big.NewRat(int64(point.Day), 1))
	}
	x := t.along(days)
	scene := struct {
		frame
		Left, Right, Top, Bottom, Middle, MiddleY int
		Axis                                      string
		Ticks, Labels                             []tick
		Series                                    []drawnSeries
		Begun                                     int
		HasBegun                                  bool
	}{frame: frame{t.ID, t.Title, t.Desc, canvasWidth, trendBottom + axisHeight}, Left: trendLeft, Right: canvasRight, Top: trendTop, Bottom: trendBottom,
		Middle: (trendLeft + canvasRight) / 2, MiddleY: (trendTop + trendBottom) / 2, Axis: t.Axis, Ticks: y.ticks()}
	every := (len(t.Points) + trendLabels - 1) / trendLabels
	for i, point := range t.Points {
		if i%every == 0 {
			scene.Labels = append(scene.Labels, tick{x(point.Day), point.Label})
		}
		if point.After && !scene.HasBegun {
			scene.HasBegun, scene.Begun = true, x(point.Day)
			if i > 0 { // between the last period before and the first after
				scene.Begun = (scene.Begun + x(t.Points[i-1].Day)) / 2
			}
		}
	}
	for s := range all {
		t.series(&all[s], values[s], x, y)
	}
	scene.Series = all
	return draw("trend", scene)
}

// drawnSeries are the series in the order in which they are drawn: the line last.
func (t Trend) drawnSeries() []drawnSeries {
	names := slices.Clone(t.Series)
	if t.Line != "" {
		names = append(names, t.Line)
	}
	all := make([]drawnSeries, len(names))
	for s, name := range names {
		all[s] = drawnSeries{Name: cut(name, 36), Class: []string{"treated", "comparison"}[min(s, 1)], LegendX: trendLeft + 300*s}
	}
	if t.Line != "" {
		all[len(all)-1].Class = "line"
	}
	return all
}

// along carries days to pixels: the first at the left, the last at the right, with a little room at either end.
func (t Trend) along(days stretch) func(int) int {
	const room = 14
	if len(t.Points) < 2 || days.low.Cmp(days.high) == 0 {
		return func(int) int { return (trendLeft + canvasRight) / 2 }
	}
	a := axis{low: days.low, high: days.high, from: trendLeft + room, to: canvasRight - room}
	return func(day int) int { return a.at(big.NewRat(int64(day), 1)) }
}

// series lays out where a series runs.
func (t Trend) series(drawn *drawnSeries, values []*big.Rat, x func(int) int, y axis) {
	var line []string
	flush := func() {
		if len(line) > 1 {
			drawn.Lines = append(drawn.Lines, strings.Join(line, " "))
		}
		line = nil
	}
	for i, v := range values {
		if v == nil {
			flush()
			continue
		}
		at := place{x(t.Points[i].Day), y.at(v)}
		line = append(line, strconv.Itoa(at.X)+","+strconv.Itoa(at.Y))
		if len(t.Points) <= trendDots && drawn.Class != "line" {
			drawn.Dots = append(drawn.Dots, at)
		}
	}
	flush()
}
