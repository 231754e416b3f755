package ingest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"

	"pgregory.net/rapid"
)

// folder makes a folder of name and content pairs.
func folder(pairs ...string) fs.FS {
	files := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		files[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return files
}

// open reads a folder that must be sound, and closes it when the test ends.
func open(t testing.TB, c *contracts.Contract, fsys fs.FS, o Options) *Snapshot {
	t.Helper()
	s, err := Open(c, fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

const familyCSV = "kind,family,pupil,adult,area,age,day,until,learned,id,corrects,withdraws,attended,partner,taken_out,cohort,treated,state\n" +
	",F,,M,,,,,,,,,,,,,,\n" +
	"attachment,F,,,south,,2012-06-01,,,a,,,,,,,,\n" +
	"attachment,F,,,,,2012-06-05,,2012-07-01,b,a,,,,,,,\n" +
	"employment,,,M,,,2012-09-03,2013-02-01,,,,,,,,,,\n" +
	"attendance,F,K,,,14,2013-01-07,,,,,,85.50%,,,,,\n" +
	"attendance,,K,,,,2013-02-07,,,,,,,,,,,withheld\n" +
	"exclusion,,K,,,,2013-02-07,,,x,,,,,,,,\n" +
	",,K,,,,,,2013-03-01,,,x,,,,,,\n" +
	"confirmation,,,,,,2015-03-01,,,,,,,nhs,\"£48,000.00\",,,\n" +
	"evaluation,,,,,,2014-01-01,,,,,,,,,2,1.420,\n"

const familyNDJSON = `{"adult": "M", "family": "F"}
{"attachment": "2012-06-01", "family": "F", "area": "south", "id": "a"}

{"attachment": "2012-06-05", "family": "F", "learned": "2012-07-01", "id": "b", "corrects": "a"}
{"kind": "employment", "adult": "M", "day": "2012-09-03", "until": "2013-02-01"}
  {"attendance":"2013-01-07","pupil":"\u004b","family":"F","attended":"85.50%", "age": 14, "cohort": null}
{"attendance": "2013-02-07", "pupil": "K", "state": "withheld"}
{"exclusion": "2013-02-07", "pupil": "K", "id": "x"}
{"withdraws": "x", "pupil": "K", "learned": "2013-03-01"}
{"confirmation": "2015-03-01", "partner": "nhs", "taken_out": 48000.00}
{"evaluation": "2014-01-01", "cohort": 2, "treated": 1.420}`

var familyText = lines(
	"\tevaluation\t2014-01-01\t\t1.42\tcohort=2",
	"\tconfirmation\t2015-03-01\t\t48000\tparty=nhs",
	"family\tF\t\tsouth\t",
	"\tattachment\t2012-06-01\t\tid=a\tcorrected",
	"\tattachment\t2012-06-05\t\tlearned=2012-07-01\tid=b\tpoints=a",
	"adult\tM\t0",
	"\temployment\t2012-09-03\t2013-02-01",
	"pupil\tK\t0\t14",
	"\tattendance\t2013-01-07\t\t0.855",
	"\tattendance\t2013-02-07\t\t\twithheld",
	"\texclusion\t2013-02-07\t\tid=x\twithdrawn",
	"\texclusion\t2013-02-07\t\tlearned=2013-03-01\tpoints=x\twithdrawing")

func TestFilesOfEitherFormSayTheSame(t *testing.T) {
	c := families()
	for name, fsys := range map[string]fs.FS{
		"csv":            folder("evidence.csv", familyCSV, "contract.yaml", "x", "statements/old.csv", "not evidence", "README.md", "x"),
		"csv, crlf, bom": folder("evidence/a.csv", "\ufeff"+strings.ReplaceAll(familyCSV, "\n", "\r\n")),
		"ndjson":         folder("evidence/deep/a.ndjson", familyNDJSON, "evidence/README.md", "x"),
		"csv, quoted":    folder("a.csv", strings.ReplaceAll(strings.ReplaceAll(familyCSV, "south", `"south"`), ",F,", `,"F",`)),
		"csv, two files": folder("b.csv", familyCSV[:strings.Index(familyCSV, "employment")], "a.csv", familyCSV[:strings.Index(familyCSV, ",F,")]+familyCSV[strings.Index(familyCSV, "employment"):]),
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, c, fsys, Options{})
			if got := written(t, c, s); got != familyText {
				t.Errorf("got\n%swant\n%s", got, familyText)
			}
			if sum := s.Summary(); sum.Units != 3 || sum.Items != 9 || sum.Standing != [5]int{6, 1, 1, 0, 1} {
				t.Errorf("summary %+v", sum)
			}
		})
	}
}

func TestFilesLearnedAfterTheCutOffAreLeftOut(t *testing.T) {
	s := open(t, families(), folder("evidence.csv", familyCSV), Options{CutOff: calendar.MustDate("2012-07-01")})
	// Known by 1 July 2012: the attachment and its correction. The other items, 2 of the contract's, 5 of members, are
	// late: employment, two attendances, an exclusion and its withdrawal.
	if sum := s.Summary(); sum.Late != 7 || sum.Items != 2 || sum.CutOff.String() != "2012-07-01" {
		t.Errorf("summary %+v", sum)
	}
}

// A row learned after the cut-off still tells which family a pupil is part of, and nothing else.
func TestALateRowStillPlacesAMember(t *testing.T) {
	c := families()
	text := "kind,family,pupil,age,day,learned\nexclusion,,K,,2012-06-01,\nexclusion,F,K,14,2012-06-02,2012-09-01\n"
	s := open(t, c, folder("e.csv", text), Options{CutOff: calendar.MustDate("2012-07-01")})
	want := lines("family\tF\t\t\t", "pupil\tK\t0\t", "\texclusion\t2012-06-01\t")
	if got := written(t, c, s); got != want || s.Summary().Late != 1 {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// faultsOf reads a folder that is at fault and returns the faults.
func faultsOf(t *testing.T, c *contracts.Contract, fsys fs.FS) *evidence.Faults {
	t.Helper()
	s, err := Open(c, fsys, Options{})
	if err == nil {
		s.Close()
		t.Fatal("no fault")
	}
	var faults *evidence.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("not faults: %v", err)
	}
	return faults
}

func TestEveryFaultIsNamed(t *testing.T) {
	const head = "kind,family,pupil,adult,day,until,learned,id,corrects,withdraws,state,party,cohort,area,entered,age,attended,taken_out,treated,cost,fall,stay,next,agreed,mood,weight,nights,note\n"
	// row fills the columns of head by name.
	row := func(pairs ...string) string {
		names := strings.Split(strings.TrimSuffix(head, "\n"), ",")
		cells := make([]string, len(names))
		for i := 0; i < len(pairs); i += 2 {
			at := slices.Index(names, pairs[i])
			if at < 0 {
				t.Fatalf("no column %s", pairs[i])
			}
			cells[at] = pairs[i+1]
		}
		return strings.Join(cells, ",") + "\n"
	}
	visit := func(pairs ...string) string {
		all := []string{"kind", "visit", "family", "F", "day", "2012-06-01", "cost", "1.5", "fall", "5 points", "stay", "2 weeks", "next", "2012-07-01",
			"agreed", "yes", "mood", "good", "weight", "3", "nights", "4"}
		return row(append(all, pairs...)...)
	}
	attach := func(pairs ...string) string {
		return row(append([]string{"kind", "attachment", "family", "F", "day", "2012-06-01"}, pairs...)...)
	}
	for _, test := range []struct{ name, rows, want string }{
		{"unknown kind", row("kind", "atachment", "family", "F", "day", "2012-06-01"), `kind: "atachment": no such kind of evidence; did you mean attachment?`},
		{"no unit", row("kind", "attachment", "day", "2012-06-01"), "line 2, family: attachment is about a family, and no key is given"},
		{"the wrong unit", row("kind", "attachment", "family", "F", "adult", "M", "day", "2012-06-01"), "attachment is about a family, and this row is about an adult"},
		{"parent only", row("kind", "exclusion", "family", "F", "day", "2012-06-01"), "exclusion is about a pupil"},
		{"two members", row("kind", "exclusion", "family", "F", "pupil", "K", "adult", "M", "day", "2012-06-01"), "are not part of each other"},
		{"no day", row("kind", "attachment", "family", "F"), "day: expected the day it happened"},
		{"no such day", attach("day", "2012-02-30"), "there is no such day"},
		{"another form of day", attach("day", "01/06/2012"), "expected YYYY-MM-DD"},
		{"a day without a kind", row("family", "F", "day", "2012-06-01"), "a day is given and no kind"},
		{"nothing", row("area", "south"), "a row names a kind of evidence, or declares a unit"},
		{"a spell backwards", row("kind", "employment", "adult", "M", "family", "F", "day", "2012-06-02", "until", "2012-06-01"), "the last day comes before the first, 2012-06-02"},
		{"a spell without end", row("kind", "employment", "adult", "M", "family", "F", "day", "2012-06-02"), "its last day is not given"},
		{"an event with an end", attach("until", "2012-06-02"), "happens on one day"},
		{"a long key", attach("family", strings.Repeat("k", 129)), "a key has at most 128 bytes, and this has 129"},
		{"a control character", attach("family", "F\x01"), "no control character"},
		{"not UTF-8", attach("family", "F\xff"), "a key is UTF-8 text"},
		{"no root", row("kind", "exclusion", "pupil", "Z", "day", "2012-06-01"), `line 2, pupil: "Z": no row says which family it is part of`},
		{"two parents", row("pupil", "K", "family", "F") + row("pupil", "K", "family", "G"), `line 3, pupil: "K": it is part of the family "G" here, and of "F" at e.csv line 2`},
		{"two answers", row("family", "F", "area", "north") + row("family", "F", "area", "south"), `line 3, area: "south": the family "F" has area "north" at e.csv line 2`},
		{"no such fact", row("kind", "certificate", "day", "2012-06-01", "area", "north"), "area is not said of certificate"},
		{"no such field", attach("attended", "85%"), "attended is not said of attachment"},
		{"no such choice", row("family", "F", "area", "nort"), `area: "nort": expected north or south; did you mean north?`},
		{"a field left out", strings.Replace(visit(), "good", "", 1), "visit says mood, and it is not given"},
		{"a unit of the contract's", row("kind", "certificate", "family", "F", "day", "2012-06-01"), "certificate is not about a unit"},
		{"no party", row("kind", "confirmation", "day", "2012-06-01", "taken_out", "5"), "expected a party whose role is partner"},
		{"a party of another role", row("kind", "confirmation", "party", "council", "day", "2012-06-01", "taken_out", "5"), `partner: "council": expected a party whose role is partner; write nhs or police`},
		{"a party too many", attach("party", "nhs"), "attachment is not about a party"},
		{"no cohort", row("kind", "evaluation", "day", "2012-06-01", "treated", "5"), "expected the number of a cohort"},
		{"cohort nought", row("kind", "evaluation", "day", "2012-06-01", "treated", "5", "cohort", "0"), "expected the number of a cohort"},
		{"an exponent", visit("cost", "1e5"), `cost: "1e5": an exponent is not read`},
		{"NaN", visit("weight", "NaN"), `weight: "NaN": expected digits`},
		{"a plus", visit("weight", "+5"), `weight: "+5": a leading + is not read`},
		{"too many digits", visit("weight", "1234567890123456789012345678901"), "at most 30 digits"},
		{"a fraction", visit("weight", "1/3"), "a fraction is not read"},
		{"another currency", visit("cost", "$5"), "the contract is in GBP, and this is in USD"},
		{"commas out of place", visit("cost", `"1,23.00"`), "commas stand before each three digits"},
		{"a sign inside", visit("cost", "£-5"), "the minus stands in front"},
		{"a bare rate", row("kind", "attendance", "pupil", "K", "family", "F", "day", "2012-06-01", "attended", "85"), "a rate is written with a % sign"},
		{"bare points", visit("fall", "5"), "in points"},
		{"part of a day", visit("nights", "1.5"), "a whole number of days"},
		{"a length without unit", visit("stay", "2"), "a whole number and days, weeks"},
		{"neither yes nor no", visit("agreed", "Yes"), "expected yes or no"},
		{"an unknown state", attach("state", "lost"), "expected observed, not_observed or withheld"},
		{"withheld and said", row("kind", "attendance", "pupil", "K", "family", "F", "day", "2012-06-01", "attended", "85%", "state", "withheld"), "nothing was observed, and a value is given"},
		{"points at itself", attach("id", "a", "corrects", "a"), "an item points at itself"},
		{"corrects and withdraws", attach("corrects", "a", "withdraws", "b"), "corrects or withdraws, not both"},
		{"a correction of nothing", attach("corrects", "zz"), `it points at the id "zz"`},
		{"a withdrawal of nothing", row("withdraws", "zz", "family", "F", "learned", "2012-07-01"), `withdraws: "zz": no item of this unit`},
		{"a withdrawal without a day", row("withdraws", "zz", "family", "F"), "a withdrawal says when it was learned"},
		{"a correction without content", row("corrects", "zz", "family", "F"), "a correction says in full"},
		{"one id, two items", attach("id", "a") + attach("id", "a", "day", "2012-06-02"), "is borne by another item"},
		{"too few columns", "attachment,F\n", "a row has 2 columns where the header has 28; give every column, empty ones too; the file may have been cut off"},
		{"too many columns", strings.TrimSuffix(attach(), "\n") + ",,\n", "a row has 30 columns where the header has 28"},
		{"an open quote", attach() + `attachment,"F,`, "line 3: a quoted field is not closed: the file may have been cut off"},
		{"a stray quote", `attachment,F"G,` + "\n", "a quotation mark stands inside a field"},
		{"more after a quote", `attachment,"F"G,` + "\n", "a quoted field ends, and more stands"},
	} {
		t.Run(test.name, func(t *testing.T) {
			faults := faultsOf(t, families(), folder("e.csv", head+test.rows))
			if !strings.Contains(faults.Error(), test.want) || !strings.HasPrefix(faults.Error(), "e.csv line ") {
				t.Errorf("got %s\nwant %s", faults, test.want)
			}
		})
	}
	for _, test := range []struct{ name, line, want string }{
		{"cut off", `{"attachment": "2012-06-01", "fam`, "the line ends where the quotation mark that closes a text was expected"},
		{"cut off later", `{"attachment": "2012-06-01", "family": "F"`, "the line ends where a comma or the } that closes the object was expected; the file may have been cut off"},
		{"a key twice", `{"attachment": "2012-06-01", "family": "F", "family": "G"}`, `family: "G": the key stands twice`},
		{"another case", `{"Attachment": "2012-06-01", "family": "F"}`, "no such name in the contract; did you mean attachment?"},
		{"a list", `{"attachment": ["2012-06-01"], "family": "F"}`, "a value is a text or a number"},
		{"two objects", `{"family": "F"} {"family": "G"}`, "expected the end of the line"},
		{"no quotes", `{family: "F"}`, "expected the key of a value, in quotes"},
		{"two kinds", `{"attachment": "2012-06-01", "visit": "2012-06-01", "family": "F"}`, "an item is of one kind"},
		{"an open spell", `{"employment": "2012-06-01 to", "adult": "M", "family": "F"}`, "its last day is not given"},
		{"half a character", `{"family": "\ud83d"}`, "an escape that JSON does not know"},
		{"a control character", "{\"family\": \"\x01\"}", "a control character stands in a text"},
		{"a float", `{"confirmation": "2012-06-01", "partner": "nhs", "taken_out": 1e5}`, "an exponent is not read"},
		{"not JSON", `nonsense`, "expected an object"},
	} {
		t.Run("ndjson "+test.name, func(t *testing.T) {
			faults := faultsOf(t, families(), folder("e.ndjson", "{\"family\": \"A\"}\n"+test.line))
			if !strings.Contains(faults.Error(), test.want) || !strings.HasPrefix(faults.Error(), "e.ndjson line 2") {
				t.Errorf("got %s\nwant %s", faults, test.want)
			}
		})
	}
	for _, test := range []struct{ name, file, text, want string }{
		{"an unknown column", "e.csv", "kind,famly,day\n", "line 1, header: \"famly\": no such column: expected kind, day and names of the contract's units, facts and fields; did you mean family?"},
		{"a column twice", "e.csv", "kind,family,family\n", "two columns have this name"},
		{"semicolons", "e.csv", "kind;family;day\n", "not set apart by commas"},
		{"an empty file", "e.csv", "", "expected a header"},
		{"UTF-16", "e.csv", "\xff\xfek\x00", "the file is UTF-16"},
		{"packed", "e.csv.gz", "x", "expected a .csv or .ndjson file"},
		{"another form", "evidence/e.xlsx", "x", "expected a .csv or .ndjson file"},
	} {
		t.Run("file "+test.name, func(t *testing.T) {
			faults := faultsOf(t, families(), folder(test.file, test.text))
			if !strings.Contains(faults.Error(), test.want) || !strings.HasPrefix(faults.Error(), test.file) {
				t.Errorf("got %s\nwant %s", faults, test.want)
			}
		})
	}
}

// All faults come at once, in order, and beyond the limit they are counted.
func TestFaultsBeyondTheLimitAreCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString("kind,family,day\n")
	for range 50_000 {
		b.WriteString("attachment,F,never\n")
	}
	_, err := Open(families(), folder("e.csv", b.String()), Options{MaxFaults: 10, Memory: 1 << 20})
	var faults *evidence.Faults
	if !errors.As(err, &faults) || len(faults.List) != 10 || faults.More != 49_990 || faults.List[0].Line != 2 || faults.List[9].Line != 11 {
		t.Fatalf("got %v", err)
	}
	if !strings.HasSuffix(err.Error(), "\nand 49990 more") {
		t.Errorf("got %s", err)
	}
}

// A quotation mark that is never closed, in a file larger than any row may be, is one named fault and no endless read.
func TestAnUnclosedQuoteInALargeFileIsNamed(t *testing.T) {
	text := "kind,family,day\nattachment,\"F,2012-06-01\n" + strings.Repeat("attachment,F,2012-06-01\n", 100_000)
	faults := faultsOf(t, families(), folder("e.csv", text))
	if !strings.Contains(faults.Error(), "line 2: a quoted field is not closed") {
		t.Errorf("got %s", faults)
	}
}

// A newline inside quotes is part of the field; the lines after it are still numbered as an editor numbers them.
func TestNewlinesInsideQuotesAreCounted(t *testing.T) {
	text := "kind,family,day,source\nattachment,F,2012-06-01,\"one \"\"and\"\", two\"\nattachment,G,2012-06-01,\"a\nb\"\nattachment,H,never,\n"
	faults := faultsOf(t, families(), folder("e.csv", text))
	want := lines(`e.csv line 3, source: "a\nb": a key holds no control character; take it out`, `e.csv line 5, day: "never": date "never": expected YYYY-MM-DD, such as 2012-04-01; write the day as 2012-04-01`)
	if got := faults.Error() + "\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// told is one drawn item, as pairs, for either form and for examples.
func drawPairs(t *rapid.T) []string {
	family := fmt.Sprint("F", rapid.IntRange(0, 10).Draw(t, "family"))
	if rapid.Bool().Draw(t, "long") {
		family = "a-long-key-that-begins-like-others-" + family
	}
	member := rapid.IntRange(0, 2).Draw(t, "member")
	pairs := []string{}
	d := calendar.MustDate("2012-01-01").AddDays(rapid.IntRange(0, 5).Draw(t, "day"))
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		pairs = []string{"kind", "attachment", "family", family, "day", d.String()}
	case 1:
		pairs = []string{"kind", "employment", "adult", fmt.Sprint(family, "a", member), "day", d.String(), "until", d.AddDays(3).String(), "family", family}
	case 2:
		pairs = []string{"kind", "attendance", "pupil", fmt.Sprint(family, "p", member), "day", d.String(), "family", family, "attended", rapid.SampledFrom([]string{"85%", "0.5%", "100.00%", ""}).Draw(t, "attended")}
	case 3:
		pairs = []string{"kind", "exclusion", "pupil", fmt.Sprint(family, "p", member), "day", d.String()}
	case 4:
		pairs = []string{"kind", "confirmation", "day", d.String(), "party", "nhs", "taken_out", rapid.SampledFrom([]string{"5", "5.00", "£1,000.10", "-3"}).Draw(t, "sum")}
	}
	if rapid.IntRange(0, 3).Draw(t, "later") == 0 {
		pairs = append(pairs, "learned", d.AddDays(2).String())
	}
	return pairs
}

// Whatever the form, the order, the memory and the blocks, the same items make the same snapshot: the one that the
// examples' own reader makes of them.
func TestEveryWayOfReadingMakesOneSnapshot(t *testing.T) {
	c := families()
	header := []string{"kind", "family", "adult", "pupil", "day", "until", "attended", "party", "taken_out", "learned"}
	rapid.Check(t, func(t *rapid.T) {
		var rows [][]string
		for f := range 11 { // so that no member lacks its family
			for _, name := range []string{fmt.Sprint("F", f), fmt.Sprint("a-long-key-that-begins-like-others-F", f)} {
				for m := range 3 {
					rows = append(rows, []string{"pupil", fmt.Sprint(name, "p", m), "family", name})
				}
			}
		}
		for range rapid.IntRange(0, 60).Draw(t, "items") {
			rows = append(rows, drawPairs(t))
		}
		cutOff := calendar.Date(0)
		if rapid.Bool().Draw(t, "cut") {
			cutOff = calendar.MustDate("2012-01-05")
		}
		var examples []contracts.ExampleItem
		var ndjson strings.Builder
		var csv [2]bytes.Buffer
		for i := range csv {
			csv[i].WriteString(strings.Join(header, ",") + "\n")
		}
		for _, row := range rapid.Permutation(rows).Draw(t, "order") {
			examples = append(examples, item(1, row...))
			cells, text := make([]string, len(header)), "{"
			for i := 0; i < len(row); i += 2 {
				cells[slices.Index(header, row[i])] = row[i+1]
				text += fmt.Sprintf("%q:%q,", row[i], row[i+1])
			}
			if cells[8] != "" {
				cells[8] = `"` + cells[8] + `"`
			}
			csv[rapid.IntRange(0, 1).Draw(t, "file")].WriteString(strings.Join(cells, ",") + "\n")
			ndjson.WriteString(strings.TrimSuffix(text, ",") + "}\n")
		}
		want, err := FromExamples(c, examples, cutOff)
		if err != nil {
			t.Fatal(err)
		}
		for _, fsys := range []fs.FS{folder("a.csv", csv[0].String(), "b.csv", csv[1].String()), folder("a.ndjson", ndjson.String())} {
			for _, memory := range []int64{0, memoryLeast} {
				s, err := Open(c, fsys, Options{CutOff: cutOff, Memory: memory})
				if err != nil {
					t.Fatal(err)
				}
				if s.Summary() != want.Summary() {
					t.Fatalf("got %+v\nwant %+v", s.Summary(), want.Summary())
				}
				s.Close()
			}
		}
	})
}

// The rows do not fit the memory allowed: what is spilled and merged in several passes is what memory would have held.
func TestSpilledEqualsHeld(t *testing.T) {
	dir := t.TempDir()
	writeProgramme(t, dir, 200_000, true)
	c := programme()
	held := open(t, c, os.DirFS(dir), Options{})
	if len(held.store.files) != 0 {
		t.Error("a small file was spilled")
	}
	for _, memory := range []int64{memoryLeast, 1 << 20, 8 << 20} {
		spilled := open(t, c, os.DirFS(dir), Options{Memory: memory, TempDir: dir})
		if len(spilled.store.files) == 0 {
			t.Errorf("nothing was spilled in %d bytes", memory)
		}
		if spilled.Summary() != held.Summary() {
			t.Errorf("memory %d: got %+v, want %+v", memory, spilled.Summary(), held.Summary())
		}
		if n := readAll(t, spilled, 2); n != 200_000 {
			t.Errorf("memory %d: %d items were read again", memory, n)
		}
	}
	if sum := held.Summary(); sum.Units != 40_000 || sum.Items != 200_000 {
		t.Errorf("summary %+v", sum)
	}
	ordered := t.TempDir()
	writeProgramme(t, ordered, 200_000, false)
	if s := open(t, c, os.DirFS(ordered), Options{}); s.Summary() != held.Summary() {
		t.Error("the order of the rows changed the snapshot")
	}
}

// The digest is the Merkle root of what the snapshot yields: what is read back is what was digested.
func TestSnapshotDigestIsOfWhatItYields(t *testing.T) {
	dir := t.TempDir()
	writeProgramme(t, dir, 50_000, true)
	c := programme()
	s := open(t, c, os.DirFS(dir), Options{Memory: 1 << 20})
	var root evidence.Root
	root.Add(evidence.UnitDigest(evidence.AppendItems(nil, c, s.Whole())))
	last := ""
	for range 2 { // and reading again gives the same
		root = evidence.Root{}
		root.Add(evidence.UnitDigest(evidence.AppendItems(nil, c, s.Whole())))
		last = ""
		for shard := range s.Shards() {
			for tree, err := range s.Units(shard) {
				if err != nil {
					t.Fatal(err)
				}
				if tree.Units[0].Key <= last {
					t.Fatalf("%s comes after %s", tree.Units[0].Key, last)
				}
				last = strings.Clone(tree.Units[0].Key)
				root.Add(evidence.UnitDigest(evidence.AppendTree(nil, c, tree)))
			}
		}
		if root.Sum() != s.Summary().Digest {
			t.Error("the digest is of something else")
		}
	}
}

func TestProgressReachesTheEnd(t *testing.T) {
	var read, total int64
	open(t, families(), folder("evidence.csv", familyCSV), Options{Progress: func(r, n int64) { read, total = r, n }})
	if read != total || total != int64(len(familyCSV)) {
		t.Errorf("%d of %d bytes, and the file has %d", read, total, len(familyCSV))
	}
}

func TestTemporaryFilesAreRemoved(t *testing.T) {
	dir, temp := t.TempDir(), t.TempDir()
	writeProgramme(t, dir, 50_000, true)
	s, err := Open(programme(), os.DirFS(dir), Options{Memory: memoryLeast, TempDir: temp})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	var failed error
	for shard := range s.Shards() {
		for _, err := range s.Units(shard) {
			failed = cmp.Or(failed, err)
		}
	}
	if failed == nil || !strings.Contains(failed.Error(), "after it was closed") {
		t.Errorf("a closed snapshot was read: %v", failed)
	}
}

// A block may end between any two bytes: the boundary is where a row ends, whatever stands in quotes.
func TestBlocksEndWhereRowsEnd(t *testing.T) {
	const text = "a,b\n1,\"x\ny\"\n2,\"\"\n3,\"\"\"\n\"\"\"\n4,z\n"
	// Rows end behind the bytes 4, 12, 17, 27 and 31 (counted by hand).
	ends := []int{0, 4, 12, 17, 27, 31}
	for n := range len(text) + 1 {
		want := 0
		for _, end := range ends {
			if end <= n {
				want = end
			}
		}
		if got := csvBoundary([]byte(text[:n])); got != want {
			t.Errorf("%q: got %d, want %d", text[:n], got, want)
		}
	}
}

// Workers finish in any order: which row is at fault, and which one it is held against, does not depend on it.
func TestFaultsNameTheLaterRowWhateverCameFirst(t *testing.T) {
	c := families()
	v, err := newVocabulary(c)
	if err != nil {
		t.Fatal(err)
	}
	said := func(sequence uint64, area string) []byte {
		return appendEntry(nil, v, &entry{Sequence: sequence, Path: [][]byte{[]byte("F")}, Kind: -1, Facts: []evidence.FactSaid{{Text: []byte(area)}}})
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		faults := &collector{files: []string{"e.csv"}, most: 10}
		records := [][]byte{said(2, "north"), said(3, "north"), said(4, "south")}
		g := newGatherer(v, faults, 0)
		g.Begin()
		for _, i := range order {
			g.add(records[i])
		}
		if tree := g.Tree(); tree.Units[0].Facts[0].Num.Sign() != 0 {
			t.Errorf("%v: the later fact counts", order)
		}
		links := newRegister(v)
		for _, i := range order {
			parent := []string{"F", "G", "G"}[i]
			links.note(1, []byte("K"), []byte(parent), uint64(i+5))
		}
		links.report(faults)
		got := faults.err().Error()
		for _, want := range []string{`e.csv line 4, area: "south": the family "F" has area "north"`, `e.csv line 6, pupil: "K": it is part of the family "G" here, and of "F" at e.csv line 5`} {
			if !strings.Contains(got, want) {
				t.Errorf("%v: got\n%s\nwant %s", order, got, want)
			}
		}
	}
}
