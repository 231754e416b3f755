package expectation

import (
	"slices"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file holds what was worked out of baselines, standings and savings against a statement.

// expectedBaseline is what somebody worked out of a baseline: at one value of what it stands per ("" for the contract),
// what is expected, the grade of its evidence, steps of it, and the adjustments that wait, each for whom.
type expectedBaseline struct {
	Baseline string              `yaml:"baseline"`
	Of       string              `yaml:"of"`
	Expected string              `yaml:"expected"`
	Grade    int                 `yaml:"grade"`
	Steps    map[string]string   `yaml:"steps"`
	Waits    map[string][]string `yaml:"waits"`
}

// baseline compares one baseline with what was expected of it. Waits, if said at all, are all that wait.
func (d *Comparer) baseline(want expectedBaseline, st statements.Statement) {
	of := strings.TrimSpace("baseline " + terminal.Words(want.Baseline) + " " + want.Of)
	for _, b := range st.Baselines {
		for _, f := range b.Figures {
			if b.Baseline == want.Baseline && f.Of == want.Of {
				d.baselineFigure(of, want, f)
				return
			}
		}
	}
	d.Text(of, want.Expected, "no such baseline")
}

func (d *Comparer) baselineFigure(of string, want expectedBaseline, f statements.BaselineFigure) {
	if want.Expected != "" {
		d.Text(of, want.Expected, f.Expected)
	}
	if want.Grade != 0 {
		d.count(of+", grade", want.Grade, f.Grade)
	}
	d.steps(of, want.Baseline, want.Steps, f.Steps)
	if want.Waits == nil {
		return
	}
	waits := map[string][]string{}
	for _, a := range f.Adjustments {
		for _, w := range a.WaitsFor {
			waits[a.Adjustment] = append(waits[a.Adjustment], w.Party)
		}
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(sortedKeys(waits), sortedKeys(want.Waits)...)))) {
		d.Text(of+", "+terminal.Words(name)+" waits for", strings.Join(want.Waits[name], ", "), strings.Join(waits[name], ", "))
	}
}

// expectedStanding is what somebody worked out of a figure that has a standing.
type expectedStanding struct {
	Figure   string `yaml:"figure"`
	Of       string `yaml:"of"`
	Standing string `yaml:"standing"`
	Is       string `yaml:"is"`
}

// standings compares figures and how they stand with what was expected of them.
func (d *Comparer) standings(wants []expectedStanding, st statements.Statement) {
	for _, want := range wants {
		found := "no such figure"
		for _, f := range st.Figures {
			for _, v := range f.Values {
				if f.Figure == want.Figure && v.Of == want.Of {
					found = strings.TrimSpace(v.Standing + " " + v.Is)
				}
			}
		}
		d.Text(strings.TrimSpace("figure "+terminal.Words(want.Figure)+" "+want.Of), strings.TrimSpace(want.Standing+" "+want.Is), found)
	}
}

// citedVersions lists the versions of an assumption that a statement cites.
func citedVersions(name string, st statements.Statement) string {
	var versions []string
	for _, a := range st.Assumptions {
		if a.Assumption == name {
			for _, v := range a.Versions {
				versions = append(versions, strconv.Itoa(v.Version))
			}
		}
	}
	return strings.Join(versions, ", ")
}

// expectedSaving is what somebody worked out of a saving: at one value of what it stands per ("" for the contract), what
// it comes to and what each beneficiary has of it.
type expectedSaving struct {
	Saving  string            `yaml:"saving"`
	Of      string            `yaml:"of"`
	ComesTo string            `yaml:"comes_to"`
	Steps   map[string]string `yaml:"steps"`
	Shares  map[string]string `yaml:"shares"`
	Rating  string            `yaml:"rating"`
	Tests   map[string]string `yaml:"tests"` // passed: yes or no
}

// saving compares one saving with what was expected of it.
func (d *Comparer) saving(want expectedSaving, st statements.Statement) {
	of := strings.TrimSpace("saving " + terminal.Words(want.Saving) + " " + want.Of)
	for _, s := range st.Savings {
		for _, f := range s.Figures {
			if s.Saving == want.Saving && f.Of == want.Of {
				d.savingFigure(of, want, s.Saving, f)
				return
			}
		}
	}
	d.Text(of, want.ComesTo, "no such saving")
}

func (d *Comparer) savingFigure(of string, want expectedSaving, name string, f statements.SavingFigure) {
	switch {
	case f.ComesTo == nil:
		d.Text(of, want.ComesTo, f.Why)
	case want.ComesTo != "":
		d.amount(of, want.ComesTo, *f.ComesTo)
	}
	if want.Rating != "" {
		d.Text(of+", rating", want.Rating, f.Rating)
	}
	for _, test := range sortedKeys(want.Tests) {
		found := "no such test"
		for _, one := range f.Tests {
			if one.Test == test {
				found = map[bool]string{true: "yes", false: "no"}[one.Passed]
			}
		}
		d.Text(of+", "+terminal.Words(test), want.Tests[test], found)
	}
	d.steps(of, name, want.Steps, f.Steps)
	for _, party := range sortedKeys(want.Shares) {
		found := money.FromMinor(d.Currency, 0)
		for _, share := range f.Shares {
			if share.Party == party {
				found = share.Amount
			}
		}
		d.amount(of+", "+party, want.Shares[party], found)
	}
}

// steps compares steps of a saving or a baseline with what was expected of them.
func (d *Comparer) steps(of, name string, want map[string]string, steps []statements.Step) {
	for _, step := range sortedKeys(want) {
		found := "no such step"
		for _, s := range steps {
			if called, _, _ := strings.Cut(s.Name, " ("); called == name+"."+step {
				found = s.Value
			}
		}
		d.Text(of+", "+terminal.Words(step), want[step], found)
	}
}
