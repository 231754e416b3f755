package ingest

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// savings is a contract about organisations, whose reports are published by somebody else, in files of their own form.
func savings() *contracts.Contract {
	usd, _ := money.LookupCurrency("USD")
	field := func(name string, t formula.Type) contracts.Field { return contracts.Field{Name: name, Type: t} }
	return &contracts.Contract{ID: "savings", Currency: usd,
		Units: []contracts.Unit{{Name: "organisation", PartOf: -1, Facts: []contracts.Field{{Name: "state", Type: formula.Choice, Choices: []string{"AZ", "NM"}}}},
			{Name: "office", PartOf: 0}},
		Evidence: []contracts.Kind{
			{Name: "year_report", Of: contracts.OfUnit, Unit: 0, Form: contracts.Reading, Says: []contracts.Field{
				{Name: "track", Type: formula.Choice, Choices: []string{"A", "EN"}}, field("two_sided", formula.YesNo), field("started", formula.Date),
				field("benchmark", formula.Money), field("relief", formula.Money), field("minimum_rate", formula.Rate), field("quality", formula.Rate),
				field("guardrail", formula.YesNo), field("revenue", formula.Money)}},
			{Name: "opening", Of: contracts.OfUnit, Unit: 1, Form: contracts.Event, Says: []contracts.Field{field("cost", formula.Money)}},
		}}
}

const savingsMapping = `
files:
  - match: "results-{year}.csv"
    where: {Kept: [yes, "1"]}
    unit: {organisation: ACO_ID}
    facts: {state: {column: Seat, values: {"Arizona, USA": AZ, "New Mexico": NM}}}
    kind: year_report
    day: "{year}-12-31"
    learned: {column: Published, format: D.M.YYYY}
    source: "results of {year}"
    id: "{ACO_ID}/{year}"
    says:
      track: Track
      two_sided: {column: Risk, values: {"Two-Sided": yes, "One-Sided": no}}
      started: {column: Start, format: MM/DD/YYYY}
      benchmark: Benchmark
      relief: {column: DisAdj, times: -1}
      minimum_rate: {column: MinSavPerc, per_cent: yes}
      quality: {column: Quality, per_cent: no}
      guardrail: {column: Guardrail, values: {"1": yes}, if_absent: not_observed}
      revenue: {nothing: not_observed}
    blanks: ["", "-"]
    suppressed: ["*"]
  - match: "openings.ndjson"
    unit: {organisation: "org", office: "{org}/{desk}"}
    kind: {column: what, values: {opens: opening}}
    day: {column: when}
    says: {cost: {constant: "$12.50"}}
ignore: [notes.csv, "*.xlsx"]
`

const savingsHead = "ACO_ID,Name,Seat,Kept,Published,Track,Risk,Start,Benchmark,DisAdj,MinSavPerc,Quality\n"

// savingsFolder is a folder with the mapping, the published rows, and files that are to be passed over.
func savingsFolder(mapping, rows string) fs.FS {
	return folder("evidence.yaml", mapping, "notes.csv", "free text", "evidence/table.xlsx", "x", "evidence/results-2023.csv", savingsHead+rows,
		"openings.ndjson", `{"what": "opens", "org": "A1", "desk": "west", "when": "2023-02-01", "clerk": "x"}`)
}

func TestMappingReadsAPublishedFileAsItStands(t *testing.T) {
	c := savings()
	const rows = "A2,\"Two, Inc\",\"Arizona, USA\",1,29.10.2024,EN,Two-Sided,07/01/2019,\"$242,995,775\",-2566990,1%,0.7809\n" +
		"A1,One,New Mexico,yes,1.2.2024,A,One-Sided,12/31/2018,100,0,1.005,*\n" +
		"A3,Three,-,no,x,x,x,x,x,x,x,x\n" +
		"A4,Four,-,yes,29.10.2024,-,,-,-,,-,-\n"
	s := open(t, c, savingsFolder(savingsMapping, rows), Options{})
	// 1% and 1.005 per cent are 0.01 and 0.01005; relief is the adjustment times -1; a * is withheld and a - not observed.
	want := lines(
		"organisation\tA1\t\tNM",
		"\tyear_report\t2023-12-31\t\tA\tno\t2018-12-31\t100\t0\t0.01005\t\t\t\tlearned=2024-02-01\tid=A1/2023\tsource=results of 2023\twithheld",
		"office\tA1/west\t0",
		"\topening\t2023-02-01\t\t12.5",
		"organisation\tA2\t\tAZ",
		"\tyear_report\t2023-12-31\t\tEN\tyes\t2019-07-01\t242995775\t2566990\t0.01\t0.7809\t\t\tlearned=2024-10-29\tid=A2/2023\tsource=results of 2023",
		"organisation\tA4\t\t",
		"\tyear_report\t2023-12-31\t\t\t\t\t\t\t\t\t\t\tlearned=2024-10-29\tid=A4/2023\tsource=results of 2023")
	if got := written(t, c, s); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestMappingFaults(t *testing.T) {
	const rows = "A1,One,New Mexico,yes,1.2.2024,A,One-Sided,12/31/2018,100,0,1,1\n"
	for _, test := range []struct{ name, old, new, want string }{
		{"an unknown key", "kind: year_report", "kinds: year_report", "evidence.yaml line 7, files (column 5): \"kinds\": no such key here; did you mean kind?"},
		{"an unknown key of a source", "times: -1", "time: -1", "no such key here; did you mean times?"},
		{"an unknown field", "track: Track", "trak: Track", `says (column 7): "trak": the contract has no such name under says; did you mean track?`},
		{"a fact under says", "track: Track", "state: Track", "the contract has no such name under says"},
		{"an unknown unit", "organisation: ACO_ID", "organization: ACO_ID", "no such unit type; did you mean organisation?"}, //nolint:misspell // the misspelling is the fault
		{"an unknown kind", "kind: year_report", "kind: year_reports", `kind (column 5): "year_reports": no such kind of evidence; did you mean year_report?`},
		{"a key twice", "kind: year_report", "kind: year_report\n    kind: year_report", "the key stands twice"},
		{"an unknown column", "track: Track", "track: Trak", "names this column, and the file has none of the name; did you mean Track?"},
		{"an unlisted value", `"Two-Sided": yes, "One-Sided": no`, `"Two-Sided": yes`, `two_sided: "One-Sided": evidence.yaml lists no such value: expected Two-Sided`},
		{"a format of no date", "MM/DD/YYYY", "MM/YYYY", "a format is of a date"},
		{"another format", "MM/DD/YYYY", "DD/MM/YYYY", "there is no such day: month 31"},
		{"per cent of money", "times: -1", "per_cent: yes", "per_cent is yes or no, and of a rate or points"},
		{"an anchor", "kind: year_report", "kind: &a year_report", "anchors, aliases, tags"},
		{"a file not matched", "results-{year}.csv", "result-{year}.csv", "evidence/results-2023.csv line 1: no entry of evidence.yaml matches evidence/results-2023.csv; add one, or name it under ignore:"},
		{"two entries", "openings.ndjson", "results-{y}.csv", "two entries of evidence.yaml match"},
		{"an open brace", "results-{year}.csv", "results-{year.csv", "{captures} in closed braces"},
		{"neither column nor constant", "column: Risk, ", "", "expected one of column, constant and nothing"},
		{"not YAML", "files:", "files: [", "the document is not YAML"},
		{"a list", "files:\n", "files: x\nignored:\n", "expected a list of entries"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(savingsMapping, test.old, test.new, 1)
			if text == savingsMapping {
				t.Fatal("the test changes nothing")
			}
			_, err := Open(savings(), savingsFolder(text, rows), Options{})
			if faults := (*evidence.Faults)(nil); !errors.As(err, &faults) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestDateFormats(t *testing.T) {
	for _, test := range []struct{ format, text, want string }{
		{"MM/DD/YYYY", "07/01/2019", "2019-07-01"}, {"D.M.YYYY", "1.7.2019", "2019-07-01"}, {"D.M.YYYY", "31.12.2019", "2019-12-31"},
		{"YYYYMMDD", "20190701", "2019-07-01"}, {"YYYY-MM-DD", "2019-07-01", "2019-07-01"},
		{"MM/DD/YYYY", "7/1/2019", ""}, {"MM/DD/YYYY", "07/01/19", ""}, {"MM/DD/YYYY", "07/01/2019 ", ""}, {"MM/DD/YYYY", "13/01/2019", ""},
		{"D.M.YYYY", "31.2.2019", ""}, {"D/M/YYYY", "1/1/1899", ""},
	} {
		f, ok := parseDateFormat(test.format)
		if !ok {
			t.Fatal(test.format)
		}
		d, rule, _ := f.read([]byte(test.text))
		if d.String() != test.want || (rule == "") != (test.want != "") {
			t.Errorf("%s as %s: got %s %s, want %s", test.text, test.format, d, rule, test.want)
		}
	}
	for _, bad := range []string{"", "YYYY", "MM/DD/YY", "MM/MM/YYYY", "YYYY-MM-DDTHH", "YYYY MM DD DD"} {
		if _, ok := parseDateFormat(bad); ok {
			t.Errorf("%q was read as a format", bad)
		}
	}
}
