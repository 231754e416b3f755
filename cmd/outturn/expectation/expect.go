// Package expectation is what somebody worked out by hand, or published, of settlements, held against what was found.
package expectation

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine/statements"
	"outturn/engine/whatif"
)

// Name is the file of a worked folder that says what its settlements come to.
const Name = "expected.yaml"

// Expected is what somebody worked out by hand: settlements in order, each final one prior to the next.
type Expected struct {
	Settlements []Settlement `yaml:"settlements"`
}

// Settlement is one settlement of expected.yaml. Amounts are texts as a person writes them.
type Settlement struct {
	AsAt     string            `yaml:"as_at"`
	KnownAt  string            `yaml:"known_at"` // the cut-off, when it is not the contract's own
	Status   string            `yaml:"status"`
	Why      string            `yaml:"why"`
	Due      map[string]string `yaml:"due"`
	ToDate   map[string]string `yaml:"to_date"`
	Lines    []expectedLine    `yaml:"lines"`
	Excluded struct {
		Units map[string]int `yaml:"units"`
		Items map[string]int `yaml:"items"`
	} `yaml:"excluded"`
	Waiting []expectedWait   `yaml:"waiting"`
	Binds   []string         `yaml:"binds"`
	Savings []expectedSaving `yaml:"savings"`

	Streams     []expectedStream   `yaml:"streams"`
	InKind      map[string]string  `yaml:"in_kind"` // the value of each contribution, to date
	Figures     []expectedStanding `yaml:"figures"`
	Assumptions map[string]string  `yaml:"assumptions"` // the versions cited, by assumption: "1", or "1, 2"
	Baselines   []expectedBaseline `yaml:"baselines"`

	Partners map[string]string `yaml:"partners"` // the net of each, and of "taxpayer"
	Cure     []expectedCure    `yaml:"cure"`
	Uncured  string            `yaml:"uncured"`
	Reports  *expectedReports  `yaml:"reports"` // of a final settlement
}

// expectedLine is one line due: which it is, and what it comes to. Of is a unit's key, a member's, a level's values, or
// "" for the contract; without a period, the lines of all periods together.
type expectedLine struct {
	Payment  string `yaml:"payment"`
	Of       string `yaml:"of"`
	Period   int    `yaml:"period"`
	Due      string `yaml:"due"`
	ToDate   string `yaml:"to_date"`
	Settled  string `yaml:"settled"`
	Count    string `yaml:"count"`
	Corrects *bool  `yaml:"corrects"`
}

// expectedWait is what is not paid under one payment for one reason, of which some words are given.
type expectedWait struct {
	Payment string `yaml:"payment"`
	Reason  string `yaml:"reason"`
	Count   int    `yaml:"count"`
	Sum     string `yaml:"sum"`
}

// Difference is one figure that is not what was expected.
type Difference struct {
	Of         string `json:"of"`
	Expected   string `json:"expected"`
	Found      string `json:"found"`
	Difference string `json:"difference"`
}

// Read reads a folder's expected.yaml; nil when it has none.
func Read(folder fs.FS) (*Expected, error) {
	document, err := fs.ReadFile(folder, Name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var e Expected
	if err := yaml.Load(document, &e, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("%s: %w", Name, err)
	}
	if len(e.Settlements) == 0 {
		return nil, fmt.Errorf("%s: no settlements; list under settlements: each day settled and what is then due", Name)
	}
	for i, s := range e.Settlements {
		if s.Status != statements.StatusFinal && s.Status != statements.StatusProvisional {
			return nil, fmt.Errorf("%s: settlement %d: status is %q; say final or provisional", Name, i+1, s.Status)
		}
		for _, day := range []string{s.AsAt, s.KnownAt} {
			if _, err := calendar.ParseDate(day); err != nil && (day != "" || s.AsAt == "") {
				return nil, fmt.Errorf("%s: settlement %d: %w", Name, i+1, err)
			}
		}
	}
	return &e, nil
}

// Comparer collects the differences between one settlement and what was expected of it.
type Comparer struct {
	Currency money.Currency
	Found    []Difference
}

// Text notes a text that is not as expected.
func (d *Comparer) Text(of, expected, found string) {
	if expected != found {
		d.Found = append(d.Found, Difference{Of: of, Expected: expected, Found: found})
	}
}

func (d *Comparer) count(of string, expected, found int) {
	if expected != found {
		d.Found = append(d.Found, Difference{of, strconv.Itoa(expected), strconv.Itoa(found), strconv.Itoa(found - expected)})
	}
}

func (d *Comparer) amount(of, expected string, found money.Amount) {
	want, err := money.ParseAmount(d.Currency, expected)
	if err != nil {
		d.Found = append(d.Found, Difference{of, expected, found.Format(d.Currency), err.Error()})
		return
	}
	if want.Cmp(found) != 0 {
		d.Found = append(d.Found, Difference{of, want.Format(d.Currency), found.Format(d.Currency), found.Sub(want).Format(d.Currency)})
	}
}

// Compare says where a settlement differs from what was expected of it. The lines are those that wanted.take kept.
func (s *Settlement) Compare(c *contracts.Contract, st statements.Statement, lines *WantedLines, dues *whatif.Dues) []Difference {
	d := &Comparer{Currency: c.Currency}
	d.Text("status", s.Status, st.Status)
	d.parties(s.Due, st, dues)
	sums := map[string]money.Amount{}
	for _, p := range st.Payments {
		sums[p.Payment] = p.ToDate
	}
	for _, name := range sortedKeys(s.ToDate) {
		if found, ok := sums[name]; ok {
			d.amount(terminal.Words(name)+", to date", s.ToDate[name], found)
		} else {
			d.Text(terminal.Words(name)+", to date", s.ToDate[name], "no payment of that name")
		}
	}
	for i, want := range s.Lines {
		d.Line(want, lines.Kept[i])
	}
	var units []statements.ReasonCount
	for _, cohort := range st.Cohorts {
		units = append(units, cohort.Excluded...)
	}
	d.reasons("units excluded, ", s.Excluded.Units, units)
	d.reasons("items, ", s.Excluded.Items, st.Items)
	for _, want := range s.Waiting {
		d.waits(want, st.Waiting)
	}
	d.standings(s.Figures, st)
	for _, name := range sortedKeys(s.Assumptions) {
		d.Text("assumption "+terminal.Words(name), s.Assumptions[name], citedVersions(name, st))
	}
	for _, want := range s.Baselines {
		d.baseline(want, st)
	}
	for _, want := range s.Savings {
		d.saving(want, st)
	}
	for _, want := range s.Streams {
		d.stream(want, st.Streams)
	}
	d.inKind(s.InKind, st.InKind)
	d.partners(s, st.Partnership)
	for _, name := range s.Binds {
		if !binds(st.Binds, name) {
			d.Text("binds", name, "does not bind")
		}
	}
	return d.Found
}

// parties compares what is due by party. A party of the contract with money due that is not listed is a difference too;
// so is a unit that is a party, once any such unit is listed. A party that stands for many units may be listed or not.
func (d *Comparer) parties(want map[string]string, st statements.Statement, dues *whatif.Dues) {
	parties, units := dues.By(st)
	together := map[string]money.Amount{}
	for _, sum := range st.Due {
		together[sum.Party] = sum.Due
	}
	anyUnit := false
	for _, party := range sortedKeys(want) {
		found := money.FromMinor(d.Currency, 0)
		if amount, ok := together[party]; ok {
			found = amount
		} else {
			anyUnit = true
			found = found.Add(units[party])
		}
		d.amount(party, want[party], found)
	}
	unlisted := func(found map[string]money.Amount) {
		for _, party := range sortedKeys(found) {
			if _, listed := want[party]; !listed && !found[party].IsZero() {
				d.Text(party, "not listed", found[party].Format(d.Currency))
			}
		}
	}
	if want != nil {
		unlisted(parties)
	}
	if anyUnit {
		unlisted(units)
	}
}

// Line holds one expected line against what was found of it; nil is no line.
func (d *Comparer) Line(want expectedLine, found *foundLine) {
	of := terminal.Words(want.Payment)
	if want.Of != "" {
		of += " of " + want.Of
	}
	if want.Period != 0 {
		of += ", period " + strconv.Itoa(want.Period)
	}
	if found == nil { // a line that does not move is not on the statement
		if due, err := money.ParseAmount(d.Currency, want.Due); err != nil || !due.IsZero() || want.ToDate+want.Settled+want.Count != "" || want.Corrects != nil {
			d.Text(of, want.Due, "no such line")
		}
		return
	}
	for _, figure := range []struct {
		name, want string
		found      money.Amount
	}{{"due", want.Due, found.due}, {"to date", want.ToDate, found.toDate}, {"settled", want.Settled, found.settled}} {
		if figure.want != "" {
			d.amount(of+", "+figure.name, figure.want, figure.found)
		}
	}
	if want.Count != "" {
		d.Text(of+", counted", want.Count, found.count)
	}
	if want.Corrects != nil && *want.Corrects != (found.corrects > 0) {
		d.Text(of+", corrects", strconv.FormatBool(*want.Corrects), strconv.FormatBool(found.corrects > 0))
	}
}

// reasons compares counts by reason. What is expected names a reason by some words of it.
func (d *Comparer) reasons(of string, want map[string]int, found []statements.ReasonCount) {
	for _, reason := range sortedKeys(want) {
		n := 0
		for _, r := range found {
			if strings.Contains(strings.ToLower(r.Reason), strings.ToLower(reason)) {
				n += r.Count
			}
		}
		d.count(of+reason, want[reason], n)
	}
}

// waits compares what one payment does not pay for one reason.
func (d *Comparer) waits(want expectedWait, found []statements.WaitingSum) {
	of := terminal.Words(want.Payment) + ", " + want.Reason
	for _, w := range found {
		if w.Payment != want.Payment || !strings.Contains(w.Reason, want.Reason) {
			continue
		}
		d.count(of, want.Count, w.Count)
		if w.Sum != nil {
			d.amount(of+", sum", want.Sum, *w.Sum)
		} else {
			d.Text(of+", sum", want.Sum, "")
		}
		return
	}
	d.count(of, want.Count, 0)
}

func binds(bound []statements.Bind, name string) bool {
	for _, b := range bound {
		if b.Name == name || terminal.Words(b.Name) == terminal.Words(name) {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// WantedLines picks out of the records of a settlement the lines that somebody expects.
type WantedLines struct {
	contract *contracts.Contract
	want     []expectedLine
	Kept     []*foundLine
}

// foundLine is a line, or all lines of one unit and payment together.
type foundLine struct {
	due, toDate, settled money.Amount
	count                string
	corrects             int
}

// NewWantedLines looks for expected lines among the records of a statement.
func NewWantedLines(c *contracts.Contract, want []expectedLine) *WantedLines {
	return &WantedLines{contract: c, want: want, Kept: make([]*foundLine, len(want))}
}

// Take looks through one record.
func (w *WantedLines) Take(r *statements.Record) {
	for i, want := range w.want {
		for l := range r.Lines {
			line := &r.Lines[l]
			if line.Payment != want.Payment || (want.Period != 0 && line.Period != want.Period) || !w.isOf(r, line, want.Of) {
				continue
			}
			if w.Kept[i] == nil {
				w.Kept[i] = &foundLine{}
			}
			f := w.Kept[i]
			f.due, f.toDate, f.settled = f.due.Add(line.Due), f.toDate.Add(line.ToDate), f.settled.Add(line.Settled)
			f.count, f.corrects = line.Count, max(f.corrects, line.Corrects)
		}
	}
}

// isOf reports whether a line is about what a person named: its root unit, with or without the level's values; its
// member, likewise; or, for a line of the whole, the values of its level. Commas between values do as well as strokes.
func (w *WantedLines) isOf(r *statements.Record, line *statements.Line, of string) bool {
	of = strings.ReplaceAll(of, ", ", ofBetween)
	if line.Of == of || (r.Unit != "" && r.Unit+ofBetween+line.Of == of) {
		return line.Of != "" || r.Unit == of
	}
	if r.Unit == "" && line.Of == "" && of == strconv.Itoa(line.Period) { // a payment per settlement period
		return true
	}
	if r.Unit == "" || line.Of == "" {
		return r.Unit == of
	}
	if w.member(line) {
		key, _, _ := strings.Cut(line.Of, ofBetween)
		return key == of
	}
	return r.Unit == of
}

// ofBetween stands between the parts of what a line is of.
const ofBetween = " / "

// member reports whether a line's payment stands per a unit that is part of another, so that the line names its member.
func (w *WantedLines) member(line *statements.Line) bool {
	for i := range w.contract.Payments {
		if p := &w.contract.Payments[i]; p.Name == line.Payment {
			return p.Per.Unit >= 0 && w.contract.Units[p.Per.Unit].PartOf >= 0
		}
	}
	return false
}
