package plot

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Places are worked by hand: an axis of 530 pixels from 170, 0% to 20%, has 8.387...% at 170 + 530 * 0.08387... / 0.2 =
// 392.26, so 392.
func TestEffectStandsWhereItShould(t *testing.T) {
	e := Effect{ID: "e", Title: "Effect", Desc: "said", Axis: "effect", Percent: true,
		Estimates: []Estimate{{Label: "worked out here", At: "0.083870967742", Low: "0.0053", High: "0.16245", Value: "8.39%"}, {Label: "certified", At: "0.084", Value: "8.4%", Certified: true}},
		Marks:     []Mark{{At: "0", Label: "no effect", Null: true}, {At: "0.1", Label: "gate"}}}
	svg := drawn(t, e.SVG)
	holds(t, svg,
		`<circle class="treated-dot point" cx="392" cy="69" r="7"/>`,
		`<line x1="184" x2="600" y1="69" y2="69"/>`,                // 170 + 530 * 0.0053 / 0.2 = 184.0; 170 + 530 * 0.16245 / 0.2 = 600.5, less a little
		`<path class="certified point" d="M393 115`,                // 170 + 530 * 0.084 / 0.2 = 392.6
		`<line class="null" x1="170" x2="170"`,                     // nought
		`<line class="gate" x1="435" x2="435"`,                     // a tenth, half way
		`<text class="gate-name" x="430" y="33" text-anchor="end"`, // right of the middle, so that words go left
		`>0%</text>`, `>5%</text>`, `>10%</text>`, `>20%</text>`, `viewBox="0 0 720 178"`)
}

// An axis of 480 pixels from 220, -0.6 to 0.4: nought is at 220 + 288 = 508, tenths 48 either side, -0.4127 at 309.9.
func TestBalanceStandsWhereItShould(t *testing.T) {
	b := Balance{ID: "b", Title: "Balance", Desc: "said", Rows: []Covariate{{"age", "-0.4127", "0.0131"}, {"a covariate with a very long name indeed", "0.3806", ""}, {"man", "", ""}}}
	svg := drawn(t, b.SVG)
	holds(t, svg,
		`<circle class="before-dot" cx="310" cy="46" r="5"/><circle class="after-dot" cx="514" cy="46" r="5"/>`,
		`<line class="moved" x1="310" x2="514" y1="46" y2="46"/>`,
		`<line class="near" x1="460" x2="460"`, `<line class="near" x1="556" x2="556"`, `<line class="axis" x1="508" x2="508"`,
		`a covariate with a very lon…<title>a covariate with a very long name indeed</title>`, `does not vary`)
	if n := strings.Count(svg, "<circle"); n != 2+2+1 { // two in the key
		t.Errorf("%d dots, expected 5", n)
	}
}

// An axis of 226 pixels upwards from 260, 3,800 to 4,400: 4,210 is 154.4 up. Days 0, 92, 184, 276 run from 94 to 686.
func TestTrendStandsWhereItShould(t *testing.T) {
	tr := Trend{ID: "t", Title: "Trend", Desc: "said", Series: []string{"joined", "others"}, Points: []Point{
		{Day: 0, Label: "Apr", Values: []string{"4210", "4015"}}, {Day: 92, Label: "Jul", Values: []string{"4305", "4080.5"}},
		{Day: 184, Label: "Oct", Values: []string{"", "4111"}, After: true}, {Day: 276, Label: "Jan", Values: []string{"3850", "4170"}, After: true}}}
	svg := drawn(t, tr.SVG)
	holds(t, svg,
		`<polyline class="treated" points="94,106 291,70"/>`, // 94 + 592 / 3 = 291.3; the gap ends the line
		`<circle class="treated-dot" cx="686" cy="241" r="5"/>`,
		`<polyline class="comparison" points="94,179 291,154 489,143 686,121"/>`,
		`<path class="begun" d="M390 34H700`, // half way from 291 to 489
		`>3,800</text>`, `>4,400</text>`)
	if strings.Count(svg, "<polyline") != 2 {
		t.Error("a gap is bridged")
	}
	one := Trend{ID: "t", Series: []string{"joined"}, Points: []Point{{Day: 7, Label: "only", Values: []string{"3"}}}}
	holds(t, drawn(t, one.SVG), `cx="390"`)
	drawn(t, Trend{ID: "t", Series: []string{"joined"}}.SVG)
}

func TestAxisEndsOnTicks(t *testing.T) {
	for _, c := range []struct{ low, high, ticks string }{
		{"0", "0.16245", "0.00 0.05 0.10 0.15 0.20"},
		{"0", "6", "0 1 2 3 4 5 6"},
		{"0", "6.1", "0 2 4 6 8"},
		{"-0.1", "0.1", "-0.10 -0.05 0.00 0.05 0.10"},
		{"5", "5", "0 2 4 6 8 10"},
		{"0", "0", "-1.0 -0.5 0.0 0.5 1.0"},
		{"-3", "-3", "-6 -5 -4 -3 -2 -1 0"},
		{"999000", "1001000", "999,000 999,500 1,000,000 1,000,500 1,001,000"},
	} {
		var s stretch
		for _, text := range []string{c.low, c.high} {
			v, err := value("v", text)
			if err != nil {
				t.Fatal(err)
			}
			s.reach(v)
		}
		var ticks []string
		for _, mark := range newAxis(s, 0, 100, false).ticks() {
			ticks = append(ticks, mark.Text)
		}
		if found := strings.Join(ticks, " "); found != c.ticks {
			t.Errorf("%s to %s: %s, expected %s", c.low, c.high, found, c.ticks)
		}
	}
}

// Whatever its figures, an axis holds them all, in their order, with two to nine ticks.
func TestAxisHoldsWhatStandsOnIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Custom(func(t *rapid.T) *big.Rat {
			return big.NewRat(rapid.Int64Range(-1e12, 1e12).Draw(t, "n"), []int64{1, 1000, 1e12}[rapid.IntRange(0, 2).Draw(t, "d")])
		})
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		var s stretch
		s.reach(a)
		s.reach(b)
		x := newAxis(s, 170, 700, false)
		if n := len(x.ticks()); n < 2 || n > ticksMax+3 {
			t.Fatalf("%d ticks", n)
		}
		at, bt := x.at(a), x.at(b)
		if min(at, bt) < 170 || max(at, bt) > 700 {
			t.Fatalf("at %d and %d, outside 170 to 700", at, bt)
		}
		if a.Cmp(b) < 0 && at > bt {
			t.Fatalf("%s stands after %s", a.FloatString(3), b.FloatString(3))
		}
	})
}

func TestWhatIsNoDecimalIsRefused(t *testing.T) {
	for _, text := range []string{"1e9999999", "NaN", "Inf", "8.4%", "£1", "<b>", strings.Repeat("9", 400)} {
		for _, svg := range []func() (template.HTML, error){
			Effect{Estimates: []Estimate{{Label: "here", At: text}}}.SVG,
			Effect{Estimates: []Estimate{{Label: "here", At: "1", Low: text, High: "2"}}}.SVG,
			Effect{Marks: []Mark{{Label: "here", At: text}}}.SVG,
			Balance{Rows: []Covariate{{"here", text, ""}}}.SVG,
			Balance{Rows: []Covariate{{"here", "", text}}}.SVG,
			Trend{Series: []string{"here"}, Points: []Point{{Values: []string{text}}}}.SVG,
		} {
			if _, err := svg(); err == nil || !strings.Contains(err.Error(), "here") || !strings.Contains(err.Error(), "expected a decimal") {
				t.Errorf("%.20q: %v, expected an error that names the figure", text, err)
			}
		}
	}
}

// Names come from contracts and may hold anything.
func TestNamesAreEscaped(t *testing.T) {
	evil := `"><script>alert(1)</script><svg onload='x'>`
	for _, svg := range []func() (template.HTML, error){
		Effect{ID: evil, Title: evil, Desc: evil, Axis: evil, Estimates: []Estimate{{Label: evil, At: "1", Value: evil}}, Marks: []Mark{{At: "0", Label: evil}}}.SVG,
		Balance{ID: evil, Title: evil, Desc: evil, Rows: []Covariate{{evil, "1", "0"}}}.SVG,
		Trend{ID: evil, Title: evil, Desc: evil, Axis: evil, Series: []string{evil}, Points: []Point{{Label: evil, Values: []string{"1"}}}}.SVG,
	} {
		text := drawn(t, svg)
		if strings.Contains(text, "<script") || strings.Count(text, "<svg") != 1 {
			t.Errorf("a name came through as it was: %s", text)
		}
	}
}

// drawn draws a picture, and holds it to being well-formed with a title and a description.
func drawn(t *testing.T, svg func() (template.HTML, error)) string {
	t.Helper()
	html, err := svg()
	if err != nil {
		t.Fatal(err)
	}
	again, _ := svg()
	if again != html {
		t.Error("drawn again, it differs")
	}
	decoder := xml.NewDecoder(strings.NewReader(string(html)))
	seen := map[string]int{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, html)
		}
		if start, ok := token.(xml.StartElement); ok {
			seen[start.Name.Local]++
		}
	}
	for _, name := range []string{"svg", "title", "desc"} {
		if seen[name] == 0 {
			t.Errorf("no %s in %s", name, fmt.Sprint(seen))
		}
	}
	return string(html)
}

func holds(t *testing.T, svg string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(svg, part) {
			t.Errorf("expected %s in\n%s", part, svg)
		}
	}
}
