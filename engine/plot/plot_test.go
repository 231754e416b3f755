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
	// 3,600 to 4,400: 4,000 is half way up, at 147; the line has no dots.
	lined := Trend{ID: "t", Series: []string{"joined"}, Line: "the line before", Points: []Point{{Day: 0, Label: "Apr", Values: []string{"4400"}, Line: "4400"}, {Day: 1, Label: "Jul", Values: []string{"3600"}, Line: "4000", After: true}}}
	holds(t, drawn(t, lined.SVG), `<polyline class="treated" points="94,34 686,260"/>`, `<polyline class="line" points="94,34 686,147"/>`, `>the line before</text>`)
	if n := strings.Count(drawn(t, lined.SVG), "<circle"); n != 2 {
		t.Errorf("%d dots, expected 2", n)
	}
	one := Trend{ID: "t", Series: []string{"joined"}, Points: []Point{{Day: 7, Label: "only", Values: []string{"3"}}}}
	holds(t, drawn(t, one.SVG), `cx="390"`)
	drawn(t, Trend{ID: "t", Series: []string{"joined"}}.SVG)
}

// An axis of 398 pixels from 190, 0 to 300,000: 240,000 is at 190 + 398 * 0.8 = 508.4, 75,600 at 290.3, and its parts begin
// at 190 and at 15,120: 190 + 398 * 0.0504 = 210.1.
func TestWaterfallStandsWhereItShould(t *testing.T) {
	w := Waterfall{ID: "w", Title: "Waterfall", Desc: "said", Axis: "GBP", Bars: []Bar{{BarSum, "all outcomes", "300000.00", "£300,000.00"}, {BarLess, "anyway", "60000.00", "-£60,000.00"},
		{BarSum, "net", "240000.00", "£240,000.00"}, {BarLess, "a very long name that does not fit its column", "164400.00", "-£164,400.00"}, {BarSum, "cashed", "75600.00", "£75,600.00"},
		{BarPart, "council", "15120.00", "£15,120.00"}, {BarPart, "health", "60480.00", "£60,480.00"}}}
	svg := drawn(t, w.SVG)
	holds(t, svg, `viewBox="0 0 720 262"`, `<rect class="bar-sum" x="190" y="14" width="398" height="18"/>`, `<rect class="bar-less" x="508" y="44" width="80" height="18"/>`,
		`<rect class="bar-sum" x="190" y="74" width="318" height="18"/>`, `<rect class="bar-sum" x="190" y="134" width="100" height="18"/>`,
		`<rect class="bar-part" x="190" y="164" width="20" height="18"/>`, `<rect class="bar-part" x="210" y="194" width="80" height="18"/>`, `a very long name that does…<title>a very long name that does not fit its column</title>`)
	large := drawn(t, Waterfall{ID: "w", Bars: []Bar{{BarSum, "a", "1134000000.00", ""}, {BarLess, "b", "1200000000.00", ""}}}.SVG)
	for text, stands := range map[string]bool{">0</text>": true, ">200,000,000</text>": false, ">400,000,000</text>": true, ">1,200,000,000</text>": true, ">-200,000,000</text>": false} {
		if strings.Contains(large, text) != stands {
			t.Errorf("%s stands: %t, expected otherwise", text, !stands)
		}
	}
	loss := Waterfall{ID: "w", Bars: []Bar{{BarSum, "cashable", "0.00", ""}, {BarLess, "cost", "2415.00", ""}, {BarSum, "net", "-2415.00", ""}, {BarPart, "council", "-1449.00", ""}, {BarPart, "nhs", "-966.00", ""}}}
	holds(t, drawn(t, loss.SVG), `>-2,500</text>`, `<rect class="bar-less"`)
	more := Waterfall{ID: "w", Bars: []Bar{{BarSum, "a", "1.00", ""}, {BarLess, "b", "-1.00", ""}, {BarSum, "c", "2.00", ""}}}
	holds(t, drawn(t, more.SVG), `<rect class="bar-more"`)
	drawn(t, Waterfall{ID: "w"}.SVG)
}

// The higher side has 300 pixels: of 419,500, 83,500 are 59.7 and 11,500 are 8.2; 114,000 are 81.5.
func TestFlowsStandWhereTheyShould(t *testing.T) {
	f := Flows{ID: "f", Title: "Flows", Desc: "said", Middle: "place", In: []Band{{"council", "cash", "83500.00", "£83,500.00"}, {"council", "in_kind", "11500.00", "£11,500.00"}, {"health", "cash", "0.00", "£0.00"}},
		Out: []Band{{"health", "benefit", "114000.00", "£114,000.00"}, {"provider", "cash", "305500.00", "£305,500.00"}}}
	svg := drawn(t, f.SVG)
	holds(t, svg, `<path class="band-cash" d="M190 30C270 30 270 30 350 30V90C270 90 270 90 190 90z">`, `<path class="band-in-kind" d="M190 90C270 90 270 90 350 90V98C270 98 270 98 190 98z">`,
		`<path class="band-benefit" d="M530 30C450 30 450 30 370 30V112C450 112 450 112 530 112z">`, `<rect class="node" x="182" y="30" width="8" height="68"/>`, `<rect class="node" x="350" y="30" width="20" height="300"/>`,
		`<title>council, in kind: £11,500.00</title>`, `>£83,500.00 cash</text>`)
	if !strings.Contains(svg, ">health<title>") || strings.Count(svg, "<path") != 4 {
		t.Error("a band of nothing is drawn, or one of something is not")
	}
	drawn(t, Flows{ID: "f"}.SVG)
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
			Waterfall{Bars: []Bar{{Kind: BarSum, Label: "here", Amount: text}}}.SVG,
			Flows{In: []Band{{Party: "here", Amount: text}}}.SVG,
			Flows{Out: []Band{{Party: "here", Amount: text}}}.SVG,
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
		Waterfall{ID: evil, Title: evil, Desc: evil, Axis: evil, Bars: []Bar{{BarSum, evil, "1", evil}}}.SVG,
		Flows{ID: evil, Title: evil, Desc: evil, Middle: evil, In: []Band{{evil, evil, "1", evil}}}.SVG,
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
