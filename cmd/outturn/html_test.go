package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

func htmlOf(t *testing.T, v view) string {
	t.Helper()
	page, err := htmlStatement(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// workedView is the statement of comparisons with a line of the whole that carries its working.
func workedView(t *testing.T) view {
	t.Helper()
	v := comparedView(t)
	v.sample = append(v.sample, statements.Record{Lines: []statements.Line{{Payment: "attachment_fee", Of: "cohort 1", Period: 2, Count: "160", ToDate: pounds(t, "£1120000.00"), Settled: pounds(t, "£0.00"), Due: pounds(t, "£1120000.00"),
		Legs: []statements.Leg{{Side: "from", Party: "department", Due: pounds(t, "£700000.00")}},
		Working: []statements.Step{{Depth: 1, Name: "events_avoided", Text: "(1.55 - 1.39) * 1000", Value: "160", Clause: "schedule 3"},
			{Name: "sum", Text: "160 * £7,000.00", Value: "£1,120,000.00", Clause: "schedule 4"}}}}})
	v.statement.Payments[0].Held = pounds(t, "£10.00")
	v.statement.Cohorts[0].Numbered = []statements.CohortSpan{{Number: 1, First: "2012-04-01", Closed: "2012-09-01", Units: 1000}, {Number: 2, First: "2012-09-02", Units: 400}}
	return v
}

func TestPageSaysWhatTheStatementSays(t *testing.T) {
	page := htmlOf(t, workedView(t))
	for _, want := range []string{
		"Settlement statement 2", "settled through 30 September 2012, the end of quarter 2", "on evidence learned up to 15 October 2012",
		"<strong>Communities and Local Government (department)</strong> pays <strong>An upper-tier council (council)</strong>",
		`<p class="sum">£6,400.00</p>`, `<td class="n back">-£6,400.00</td>`, "paragraph 9", "£10.00 earned and held back, not yet due",
		`<tfoot><tr><th scope="row" colspan="3">total</th><td class="n">£7,100.00</td><td class="n">£700.00</td><td class="n">£6,400.00</td>`,
		"reconvictions, cohort 1", "leavers (936) compared with other leavers (9,360)", "effect 8.39%, as certified; 95% interval worked out here from 0.53% to 16.24%; p = 0.0183",
		"the effect of reconvictions is at least 10% (schedule 4 paragraph 2)", `<td class="missed">not passed</td>`, `<td class="passed">passed</td>`,
		`<td class="n">8.4%</td><td class="n">8.3870967742%</td><td class="n">0.0129032258%</td><td>the contract pays on the certified figure</td>`,
		"0.083870967742", "does not vary", "released in summer is 0.1130", "cohorts 1 and 2 taken together", "held against a fixed rate of 58.3%", "not yet known", "the covariates are collinear",
		"(1.55 - 1.39) * 1000", "department £700,000.00", "evidence withdrawn: claim C2, learned 2012-10-01", "no. 1", "joined outside 2012-04-01 to 2015-03-31",
		"<td>1 April 2012</td><td>1 September 2012</td>", "<td>2 September 2012</td><td>open</td>",
		"not above £4,000.00 a family (paragraph 5)", "£2,100.00", "school: a window has not ended", "12 learned after the cut-off left out", "corrected by a later item",
		strings.Repeat("c0", 32), strings.Repeat("a1", 32), strings.Repeat("f0", 32), strings.Repeat("5d", 32),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// Three effects with figures, one benchmark, one certified alone; one balance; one trend.
	for mark, want := range map[string]int{`<svg class="plot"`: 7, "<article": 6, "</article>": 6, "<figcaption>": 7, `class="gate"`: 4, `class="certified point"`: 2} {
		if found := strings.Count(page, mark); found != want {
			t.Errorf("%d of %s, expected %d", found, mark, want)
		}
	}
	// The axis runs from 0% to 20% over 530 pixels from 170: 170 + 530 * 0.08387... / 0.2 = 392.
	if !strings.Contains(page, `<circle class="treated-dot point" cx="392"`) {
		t.Error("the effect does not stand at 392")
	}
	if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "http://") || strings.Contains(page, "https://") || strings.Contains(page, "<script") {
		t.Error("the page holds what was refused, an address or a script")
	}
}

// Every section that can be linked to is, under the title it has.
func TestPageLinksToItsSections(t *testing.T) {
	for _, v := range []view{sharedView(t), workedViewOf(t, "life-programme"), familiesView(t)} {
		page := htmlOf(t, v)
		links := 0
		for _, rest := range strings.Split(page, `<li><a href="#`)[1:] {
			link, _, _ := strings.Cut(rest, "</a>")
			id, title, _ := strings.Cut(link, `">`)
			links++
			if !strings.Contains(page, `id="`+id+"\">\n<h2>"+title+"</h2>") {
				t.Errorf("the page links to %s, %s, and has no such section", id, title)
			}
		}
		if sections := strings.Count(page, "<section id=") + strings.Count(page, "<footer id="); links != sections {
			t.Errorf("%d links to %d sections", links, sections)
		}
	}
}

// A provisional statement, one that moves nothing and one that is empty are written too.
func TestPageOfLittle(t *testing.T) {
	v := familiesView(t)
	v.statement.Status, v.statement.Postings = statusProvisional, nil
	if page := htmlOf(t, v); !strings.Contains(page, provisionalNote) || strings.Contains(page, "Who pays whom") || strings.Contains(page, "anyway") {
		t.Error("a provisional statement without comparisons is not written as one")
	}
	v.statement.Status = statusFinal
	if !strings.Contains(htmlOf(t, v), nobodyPays) {
		t.Error("a final statement of nothing does not say that nobody pays")
	}
	v.statement, v.sample = statements.Statement{Status: statusFinal, Comparisons: []statements.ComparisonSum{{}}}, nil
	wellFormed(t, htmlOf(t, v))
}

// Of many parties the page shows some, and says how many more there are and what they come to.
func TestPageOfMany(t *testing.T) {
	v := familiesView(t)
	v.statement.Due, v.statement.Postings = nil, nil
	for i := range htmlRowsMax + 3 {
		party := "p" + terminal.Grouped(i)
		v.statement.Due = append(v.statement.Due, statements.PartySum{Party: party, Settled: v.none(), Due: pounds(t, "£1.00"), ToDate: pounds(t, "£1.00")})
		v.statement.Postings = append(v.statement.Postings, statements.Posting{From: "department", To: party, Payment: "attachment_fee", Amount: pounds(t, "£1.00")})
	}
	page := htmlOf(t, v)
	for _, want := range []string{"and 3 more parties, due £3.00 and paying £0.00", "and 3 more pairs of parties"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// Text of contracts and evidence may hold anything, and stays text wherever it stands.
func TestPageEscapesEverything(t *testing.T) {
	v := sharedView(t)
	const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)></style></title></svg>&amp;{{.}}`
	poison(reflect.ValueOf(&v.statement).Elem(), evil)
	v.statement.Status = statusFinal
	for r := range v.sample {
		poison(reflect.ValueOf(&v.sample[r]).Elem(), evil)
	}
	for i := range v.contract.Parties {
		v.contract.Parties[i].Name = evil
	}
	v.statement.Postings[0].From = "department"
	v.statement.Payments[0].Payment, v.sample[len(v.sample)-1].Lines[0].Payment, v.sample[len(v.sample)-1].Lines[0].Reason = "attachment_fee", "attachment_fee", ""
	v.statement.Comparisons[0].State, v.digest = stateKnown, evil
	page := htmlOf(t, v)
	wellFormed(t, page)
	for _, tag := range []string{"<script", "<img", "onerror=alert(1)>"} {
		if strings.Contains(page, tag) {
			t.Errorf("%s came through as it was", tag)
		}
	}
	if strings.Count(page, "</style>") != 1 || strings.Count(page, "alert(1)") < 50 {
		t.Errorf("%d ends of style, %d poisoned texts: expected 1 and many", strings.Count(page, "</style>"), strings.Count(page, "alert(1)"))
	}
}

// poison writes a text into every field that is one, but into those that are drawn as figures.
func poison(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[money.Amount]() {
			return
		}
		for i := range v.NumField() {
			switch v.Type().Field(i).Name {
			case "Found", "Before", "After", "Threshold", "Null", "Effect", "Difference", "Reads", "Currency":
				continue
			case "Name":
				if v.Type() == reflect.TypeFor[statements.ComparedFigure]() {
					continue
				}
			case "Treated", "Comparison":
				if v.Type() == reflect.TypeFor[statements.ComparedTrend]() {
					continue
				}
			}
			poison(v.Field(i), text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), text)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem(), text)
		}
	case reflect.String:
		v.SetString(text)
	default: // a number holds no text
	}
}

// wellFormed holds a page to closing what it opens, and to names that stand once and point somewhere.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	if !utf8.ValidString(page) {
		t.Error("not UTF-8")
	}
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict, decoder.AutoClose, decoder.Entity = true, []string{"meta"}, xml.HTMLEntity
	ids, named := map[string]bool{}, []string{}
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range start.Attr {
			switch a.Name.Local {
			case "id":
				if ids[a.Value] {
					t.Errorf("two things are called %s", a.Value)
				}
				ids[a.Value] = true
			case "aria-labelledby":
				named = append(named, strings.Fields(a.Value)...)
			}
		}
	}
	for _, name := range named {
		if !ids[name] {
			t.Errorf("nothing is called %s", name)
		}
	}
}

func TestPageIsWellFormedAndTheSameAgain(t *testing.T) {
	page := htmlOf(t, workedView(t))
	wellFormed(t, page)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if htmlOf(t, workedView(t)) != page {
		t.Error("made again, the page differs")
	}
	v := workedView(t)
	v.dir, v.recorded, v.paged, v.width, v.colour = "elsewhere", "there", "page.html", 72, true
	if htmlOf(t, v) != page {
		t.Error("where it lies is in the page")
	}
}

// A figure that cannot be drawn stops the page with the name of its comparison.
func TestPageRefusesAFigureThatIsNone(t *testing.T) {
	v := comparedView(t)
	v.statement.Comparisons[1].Figures[0].Found = "NaN"
	if _, err := htmlStatement(v); err == nil || !strings.Contains(err.Error(), "comparison overall: worked out here: the effect") {
		t.Errorf("%v: expected the comparison and the figure to be named", err)
	}
}

// A page takes the place of nothing but a page, whole or not at all.
func TestPageTakesItsPlace(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	put := func(name, text string) {
		if err := os.WriteFile(at(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("contract.yaml", "outturn: 1\n")
	put("empty.html", "")
	put("old.html", "<!DOCTYPE html>\nold")
	put("short", "<!")
	if err := errors.Join(os.Mkdir(at("folder"), 0o755), os.Symlink(at("old.html"), at("link.html"))); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"folder": "is a folder; name a file for the page, such as", "contract.yaml": "is no page of HTML, so it is left alone", "short": "is no page",
		"missing/page.html": "make it first", "contract.yaml/page.html": "not a directory"} {
		_, err := newHTMLFile(at(name))
		var usage terminal.UsageError
		if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &usage) {
			t.Errorf("%s: %v, expected to be refused: %s", name, err, want)
		}
	}
	for _, name := range []string{"new.html", "empty.html", "old.html", "link.html"} {
		before, _ := os.ReadFile(at(name))
		for _, keep := range []bool{false, true} {
			f, err := newHTMLFile(at(name))
			if err != nil {
				t.Fatal(err)
			}
			if err := f.write([]byte(htmlBegins + name)); err != nil {
				t.Fatal(err)
			}
			if now, _ := os.ReadFile(at(name)); !bytes.Equal(now, before) {
				t.Errorf("%s changed before its time", name)
			}
			if keep {
				if err := f.commit(); err != nil {
					t.Fatal(err)
				}
			}
			f.abandon()
		}
		if now, _ := os.ReadFile(at(name)); string(now) != htmlBegins+name {
			t.Errorf("%s holds %q", name, now)
		}
	}
	if info, err := os.Lstat(at("link.html")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("a link was written over, and not what it leads to")
	}
	left, err := filepath.Glob(at(".outturn-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if info, err := os.Stat(at("new.html")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("not for others to read: %v %v", info, err)
	}
}
