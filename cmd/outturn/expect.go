package main

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

// expectedName is the file of a worked folder that says what its settlements come to.
const expectedName = "expected.yaml"

// expected is what somebody worked out by hand: settlements in order, each final one prior to the next.
type expected struct {
	Settlements []expectedSettlement `yaml:"settlements"`
}

// expectedSettlement is one settlement of expected.yaml. Amounts are texts as a person writes them.
type expectedSettlement struct {
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

// difference is one figure that is not what was expected.
type difference struct {
	Of         string `json:"of"`
	Expected   string `json:"expected"`
	Found      string `json:"found"`
	Difference string `json:"difference"`
}

// readExpected reads a folder's expected.yaml; nil when it has none.
func readExpected(folder fs.FS) (*expected, error) {
	document, err := fs.ReadFile(folder, expectedName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var e expected
	if err := yaml.Load(document, &e, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("%s: %w", expectedName, err)
	}
	if len(e.Settlements) == 0 {
		return nil, fmt.Errorf("%s: no settlements; list under settlements: each day settled and what is then due", expectedName)
	}
	for i, s := range e.Settlements {
		if s.Status != statusFinal && s.Status != statusProvisional {
			return nil, fmt.Errorf("%s: settlement %d: status is %q; say final or provisional", expectedName, i+1, s.Status)
		}
		for _, day := range []string{s.AsAt, s.KnownAt} {
			if _, err := calendar.ParseDate(day); err != nil && (day != "" || s.AsAt == "") {
				return nil, fmt.Errorf("%s: settlement %d: %w", expectedName, i+1, err)
			}
		}
	}
	return &e, nil
}

// comparer collects the differences between one settlement and what was expected of it.
type comparer struct {
	currency money.Currency
	found    []difference
}

func (d *comparer) text(of, expected, found string) {
	if expected != found {
		d.found = append(d.found, difference{Of: of, Expected: expected, Found: found})
	}
}

func (d *comparer) count(of string, expected, found int) {
	if expected != found {
		d.found = append(d.found, difference{of, strconv.Itoa(expected), strconv.Itoa(found), strconv.Itoa(found - expected)})
	}
}

func (d *comparer) amount(of, expected string, found money.Amount) {
	want, err := money.ParseAmount(d.currency, expected)
	if err != nil {
		d.found = append(d.found, difference{of, expected, found.Format(d.currency), err.Error()})
		return
	}
	if want.Cmp(found) != 0 {
		d.found = append(d.found, difference{of, want.Format(d.currency), found.Format(d.currency), found.Sub(want).Format(d.currency)})
	}
}

// compare says where a settlement differs from what was expected of it. The lines are those that wanted.take kept.
func (s *expectedSettlement) compare(c *contracts.Contract, st statements.Statement, lines *wantedLines, dues *whatif.Dues) []difference {
	d := &comparer{currency: c.Currency}
	d.text("status", s.Status, st.Status)
	d.parties(s.Due, st, dues)
	sums := map[string]money.Amount{}
	for _, p := range st.Payments {
		sums[p.Payment] = p.ToDate
	}
	for _, name := range sortedKeys(s.ToDate) {
		if found, ok := sums[name]; ok {
			d.amount(terminal.Words(name)+", to date", s.ToDate[name], found)
		} else {
			d.text(terminal.Words(name)+", to date", s.ToDate[name], "no payment of that name")
		}
	}
	for i, want := range s.Lines {
		d.line(want, lines.kept[i])
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
		d.text("assumption "+terminal.Words(name), s.Assumptions[name], citedVersions(name, st))
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
			d.text("binds", name, "does not bind")
		}
	}
	return d.found
}

// parties compares what is due by party. A party of the contract with money due that is not listed is a difference too;
// so is a unit that is a party, once any such unit is listed. A party that stands for many units may be listed or not.
func (d *comparer) parties(want map[string]string, st statements.Statement, dues *whatif.Dues) {
	parties, units := dues.By(st)
	together := map[string]money.Amount{}
	for _, sum := range st.Due {
		together[sum.Party] = sum.Due
	}
	anyUnit := false
	for _, party := range sortedKeys(want) {
		found := money.FromMinor(d.currency, 0)
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
				d.text(party, "not listed", found[party].Format(d.currency))
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

func (d *comparer) line(want expectedLine, found *foundLine) {
	of := terminal.Words(want.Payment)
	if want.Of != "" {
		of += " of " + want.Of
	}
	if want.Period != 0 {
		of += ", period " + strconv.Itoa(want.Period)
	}
	if found == nil { // a line that does not move is not on the statement
		if due, err := money.ParseAmount(d.currency, want.Due); err != nil || !due.IsZero() || want.ToDate+want.Settled+want.Count != "" || want.Corrects != nil {
			d.text(of, want.Due, "no such line")
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
		d.text(of+", counted", want.Count, found.count)
	}
	if want.Corrects != nil && *want.Corrects != (found.corrects > 0) {
		d.text(of+", corrects", strconv.FormatBool(*want.Corrects), strconv.FormatBool(found.corrects > 0))
	}
}

// reasons compares counts by reason. What is expected names a reason by some words of it.
func (d *comparer) reasons(of string, want map[string]int, found []statements.ReasonCount) {
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
func (d *comparer) waits(want expectedWait, found []statements.WaitingSum) {
	of := terminal.Words(want.Payment) + ", " + want.Reason
	for _, w := range found {
		if w.Payment != want.Payment || !strings.Contains(w.Reason, want.Reason) {
			continue
		}
		d.count(of, want.Count, w.Count)
		if w.Sum != nil {
			d.amount(of+", sum", want.Sum, *w.Sum)
		} else {
			d.text(of+", sum", want.Sum, "")
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

// wantedLines picks out of the records of a settlement the lines that somebody expects.
type wantedLines struct {
	contract *contracts.Contract
	want     []expectedLine
	kept     []*foundLine
}

// foundLine is a line, or all lines of one unit and payment together.
type foundLine struct {
	due, toDate, settled money.Amount
	count                string
	corrects             int
}

func newWantedLines(c *contracts.Contract, want []expectedLine) *wantedLines {
	return &wantedLines{contract: c, want: want, kept: make([]*foundLine, len(want))}
}

// take looks through one record.
func (w *wantedLines) take(r *statements.Record) {
	for i, want := range w.want {
		for l := range r.Lines {
			line := &r.Lines[l]
			if line.Payment != want.Payment || (want.Period != 0 && line.Period != want.Period) || !w.isOf(r, line, want.Of) {
				continue
			}
			if w.kept[i] == nil {
				w.kept[i] = &foundLine{}
			}
			f := w.kept[i]
			f.due, f.toDate, f.settled = f.due.Add(line.Due), f.toDate.Add(line.ToDate), f.settled.Add(line.Settled)
			f.count, f.corrects = line.Count, max(f.corrects, line.Corrects)
		}
	}
}

// isOf reports whether a line is about what a person named: its root unit, with or without the level's values; its
// member, likewise; or, for a line of the whole, the values of its level. Commas between values do as well as strokes.
func (w *wantedLines) isOf(r *statements.Record, line *statements.Line, of string) bool {
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
func (w *wantedLines) member(line *statements.Line) bool {
	for i := range w.contract.Payments {
		if p := &w.contract.Payments[i]; p.Name == line.Payment {
			return p.Per.Unit >= 0 && w.contract.Units[p.Per.Unit].PartOf >= 0
		}
	}
	return false
}
