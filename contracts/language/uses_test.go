package language_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/estimators"
	"outturn/contracts/language"
	"outturn/contracts/money"
)

// construct is one thing the language can say, and how to see that a contract says it.
type construct struct {
	name string
	used func(c *contracts.Contract) bool
}

func anyOf[T any](all []T, is func(t *T) bool) bool {
	for i := range all {
		if is(&all[i]) {
			return true
		}
	}
	return false
}

func quantity(is func(q *contracts.Quantity) bool) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool { return anyOf(c.Quantities, is) }
}

func head(h contracts.Head) func(*contracts.Contract) bool {
	return quantity(func(q *contracts.Quantity) bool { return q.Head == h })
}

func measure(is func(m *contracts.Measure) bool) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool { return anyOf(c.Measures, is) }
}

func payment(is func(p *contracts.Payment) bool) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool { return anyOf(c.Payments, is) }
}

func step(op contracts.StepOp) func(*contracts.Contract) bool {
	return payment(func(p *contracts.Payment) bool {
		return anyOf(p.Then, func(s *contracts.Step) bool { return s.Op == op })
	})
}

func table(is func(t *contracts.Table) bool) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool { return anyOf(c.Tables, is) }
}

func capped(is func(k *contracts.Cap) bool) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool { return anyOf(c.Caps, is) }
}

func comparison(is func(k *contracts.Comparison) bool) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool { return anyOf(c.Comparisons, is) }
}

func estimator(e contracts.Estimator) func(*contracts.Contract) bool {
	return comparison(func(k *contracts.Comparison) bool { return k.Estimator == e })
}

func tranche(is func(t *contracts.Tranche) bool) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool {
		return anyOf(c.Divisions, func(d *contracts.Division) bool { return anyOf(d.Tranches, is) })
	}
}

func saved(f contracts.SavingForm) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool {
		return anyOf(c.Savings, func(s *contracts.Saving) bool { return s.Form == f })
	}
}

func baseline(is func(b *contracts.Baseline) bool) func(*contracts.Contract) bool {
	return func(c *contracts.Contract) bool { return anyOf(c.Baselines, is) }
}

// constructs are what the reference counts: words and keys that schemes choose between.
var constructs = []construct{
	{"units that are part of others", func(c *contracts.Contract) bool {
		return anyOf(c.Units, func(u *contracts.Unit) bool { return u.PartOf >= 0 })
	}},
	{"facts frozen at entry", func(c *contracts.Contract) bool {
		return anyOf(c.Units, func(u *contracts.Unit) bool { return len(u.Facts) > 0 })
	}},
	{"every unit a party", func(c *contracts.Contract) bool {
		return anyOf(c.Parties, func(p *contracts.Party) bool { return p.Each >= 0 })
	}},
	{"a party that another succeeds", func(c *contracts.Contract) bool {
		return anyOf(c.Parties, func(p *contracts.Party) bool { return p.SucceededBy >= 0 })
	}},
	{"cohorts that close", func(c *contracts.Contract) bool {
		return anyOf(c.Cohorts, func(k *contracts.Cohort) bool { return k.CloseAt > 0 || k.CloseAfter != nil })
	}},
	{"a cohort only compared with", func(c *contracts.Contract) bool {
		return anyOf(c.Cohorts, func(k *contracts.Cohort) bool { return k.Counts == contracts.CountsComparedOnly })
	}},
	{"dated tables", table(func(t *contracts.Table) bool { return t.Dated != nil })},
	{"bands by step", table(func(t *contracts.Table) bool { return t.Reads == contracts.ReadsStep })},
	{"bands by slice", table(func(t *contracts.Table) bool { return t.Reads == contracts.ReadsSlice })},
	{"bands by straight line", table(func(t *contracts.Table) bool { return t.Reads == contracts.ReadsStraightLine })},
	{"`mean`", head(contracts.Mean)}, {"`latest`", head(contracts.Latest)}, {"`lowest`, `highest`", quantity(func(q *contracts.Quantity) bool { return q.Head == contracts.Lowest || q.Head == contracts.Highest })},
	{"`days` of spells", head(contracts.DaysOf)}, {"`run` of spells", head(contracts.RunOf)}, {"`first_gap`", head(contracts.FirstGap)},
	{"`run_out`", quantity(func(q *contracts.Quantity) bool { return q.RunOut != nil })},
	{"`to_date`", quantity(func(q *contracts.Quantity) bool { return q.ToDate })},
	{"`neutral_if`", quantity(func(q *contracts.Quantity) bool { return q.NeutralIf != nil })},
	{"`if_unknown: left_out`", quantity(func(q *contracts.Quantity) bool { return q.IfUnknown == contracts.UnknownLeftOut })},
	{"floors and ceilings", quantity(func(q *contracts.Quantity) bool { return q.NotBelow != nil || q.NotAbove != nil })},
	{"a named rounding", quantity(func(q *contracts.Quantity) bool { return q.Rounded.Mode != money.NoRounding })},
	{"measure `on` an item", measure(func(m *contracts.Measure) bool { return m.Form == contracts.OnItem })},
	{"`as_soon_as`", measure(func(m *contracts.Measure) bool { return m.Form == contracts.AsSoonAs })},
	{"`first`", measure(func(m *contracts.Measure) bool { return m.Form == contracts.FirstItem })},
	{"`each`", measure(func(m *contracts.Measure) bool { return m.Form == contracts.EachItem })},
	{"`every` length of a run", measure(func(m *contracts.Measure) bool { return m.Form == contracts.EveryRun })},
	{"failure stop (`until`)", measure(func(m *contracts.Measure) bool { return m.Until != nil })},
	{"comparison `certified`", estimator(contracts.EstimatorCertified)}, {"comparison of `means`", estimator(contracts.EstimatorMeans)}, {"comparison `pooled`", estimator(contracts.EstimatorPooled)},
	{"comparison by an estimator", comparison(func(k *contracts.Comparison) bool {
		return estimators.Estimates(k) && k.Estimator != contracts.EstimatorPooled
	})},
	{"certified beside what is worked out", comparison(func(k *contracts.Comparison) bool { return estimators.Estimates(k) && k.CertifiedBy >= 0 })},
	{"an effect `carried` elsewhere", estimator(contracts.EstimatorCarried)}, {"a comparison `varied`", comparison(func(k *contracts.Comparison) bool { return k.Varied != nil })},
	{"payment for a measure", payment(func(p *contracts.Payment) bool { return p.For == contracts.ForMeasure })},
	{"payment for joining", payment(func(p *contracts.Payment) bool { return p.For == contracts.ForCohort })},
	{"payment for a number", payment(func(p *contracts.Payment) bool { return p.For == contracts.ForFigure })},
	{"payment of a sum", payment(func(p *contracts.Payment) bool { return p.For == contracts.ForSum })},
	{"`unless` (supersession)", payment(func(p *contracts.Payment) bool { return p.Unless != nil })},
	{"hurdle for the whole", payment(func(p *contracts.Payment) bool { return p.Hurdle != nil && p.Hurdle.PaysOn == contracts.PaysWhole })},
	{"hurdle for the excess", payment(func(p *contracts.Payment) bool { return p.Hurdle != nil && p.Hurdle.PaysOn == contracts.PaysExcess })},
	{"step `times`", step(contracts.StepTimes)}, {"step `less`", step(contracts.StepLess)}, {"step `not_above`", step(contracts.StepNotAbove)},
	{"step `not_below`", step(contracts.StepNotBelow)}, {"step `plus`", step(contracts.StepPlus)},
	{"due on a claim", payment(func(p *contracts.Payment) bool { return p.Due.ClaimedBy >= 0 })},
	{"validated before payment", payment(func(p *contracts.Payment) bool { return p.Due.ValidatedBy >= 0 })},
	{"due after a wait", payment(func(p *contracts.Payment) bool { return p.Due.Wait != nil })},
	{"`held`", payment(func(p *contracts.Payment) bool { return p.Held != nil })},
	{"division by shares or weights", tranche(func(t *contracts.Tranche) bool { return t.Claim == nil })},
	{"division by claims in order", tranche(func(t *contracts.Tranche) bool { return t.Claim != nil })},
	{"a baseline from a sample", baseline(func(b *contracts.Baseline) bool { return b.Sample != nil })}, {"a baseline as stated", baseline(func(b *contracts.Baseline) bool { return b.Sample == nil })},
	{"a baseline adjusted by rule", baseline(func(b *contracts.Baseline) bool {
		return anyOf(b.Adjustments, func(a *contracts.Adjustment) bool { return a.Approval == nil })
	})},
	{"a baseline adjusted by approval", baseline(func(b *contracts.Baseline) bool {
		return anyOf(b.Adjustments, func(a *contracts.Adjustment) bool { return a.Approval != nil })
	})},
	{"savings by a chain", saved(contracts.SavingChain)}, {"savings as stated", saved(contracts.SavingStated)}, {"savings added up", saved(contracts.SavingAdds)},
	{"savings that are rated", func(c *contracts.Contract) bool {
		return anyOf(c.Savings, func(s *contracts.Saving) bool { return s.Rating != nil })
	}},
	{"assumptions of a register", func(c *contracts.Contract) bool { return len(c.Assumptions) > 0 }},
	{"`standing`", head(contracts.Standing)},
	{"stakes that grow", func(c *contracts.Contract) bool { return len(c.Stakes) > 0 }},
	{"partners and their positions", func(c *contracts.Contract) bool { return c.Partnership != nil }},
	{"contributions in kind", func(c *contracts.Contract) bool { return len(c.InKind) > 0 }},
	{"losses made good", func(c *contracts.Contract) bool {
		return c.Partnership != nil && c.Partnership.BelowLimit.MadeGood != 0
	}},
	{"positions by period, spending that shifts, indicators", func(c *contracts.Contract) bool {
		return c.Partnership != nil && c.Partnership.By >= 0 && c.Partnership.Spend.Reactive >= 0 && len(c.Partnership.Indicators) > 0
	}},
	{"accounts", func(c *contracts.Contract) bool { return len(c.Accounts) > 0 }},
	{"streams of money", func(c *contracts.Contract) bool {
		return anyOf(c.Accounts, func(a *contracts.Account) bool { return a.Stream })
	}},
	{"restricted money", func(c *contracts.Contract) bool {
		return anyOf(c.Accounts, func(a *contracts.Account) bool { return a.RestrictedTo != "" }) || anyOf(c.Payments, func(p *contracts.Payment) bool { return p.RestrictedTo != "" })
	}},
	{"cap within a unit", capped(func(k *contracts.Cap) bool { return k.Per.Unit >= 0 })},
	{"cap on the contract or a period", capped(func(k *contracts.Cap) bool { return k.Per.Unit < 0 && k.Counting < 0 })},
	{"cap on places", capped(func(k *contracts.Cap) bool { return k.Counting >= 0 })},
	{"payments counted for a unit", capped(func(k *contracts.Cap) bool { return k.Claims })},
	{"cap on one payer", capped(func(k *contracts.Cap) bool { return k.Payer >= 0 })},
	{"days in the shadow", (*contracts.Contract).HasShadow},
	{"claims examined by sample", func(c *contracts.Contract) bool { return len(c.Checks) > 0 }},
	{"money that comes back", func(c *contracts.Contract) bool {
		return anyOf(c.Payments, func(p *contracts.Payment) bool {
			return anyOf(c.Payments, func(q *contracts.Payment) bool { return p.From.Name == q.To.Name && p.To.Name == q.From.Name })
		})
	}},
}

const (
	usesBegin = "<!-- uses: go test ./contracts/language -run TestReferenceShowsWhoUsesWhat -update -->\n"
	usesEnd   = "<!-- uses end -->\n"
)

// TestReferenceShowsWhoUsesWhat holds the reference's table of constructs against the fixtures.
func TestReferenceShowsWhoUsesWhat(t *testing.T) {
	var fixtures []*contracts.Contract
	var names []string
	err := filepath.WalkDir("../../fixtures", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Name() != "contract.yaml" {
			return err
		}
		document, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		c, err := language.Decode(path, document)
		if err == nil {
			name, _ := filepath.Rel("../../fixtures", filepath.Dir(path))
			fixtures, names = append(fixtures, c), append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| construct | schemes of `fixtures` that use it |\n| --- | --- |\n")
	for _, k := range constructs {
		var users []string
		for i, c := range fixtures {
			if k.used(c) {
				users = append(users, names[i])
			}
		}
		slices.Sort(users)
		if len(users) == 0 {
			users = []string{"the examples above"}
		}
		b.WriteString("| " + k.name + " | " + strings.Join(users, ", ") + " |\n")
	}
	holdsTable(t, usesBegin, usesEnd, b.String())
}

const (
	estimatorsBegin = "<!-- estimators: go test ./contracts/language -run TestReferenceListsEstimators -update -->\n"
	estimatorsEnd   = "<!-- estimators end -->\n"
)

// TestReferenceListsEstimators holds the reference's table of estimators against what the reader takes.
func TestReferenceListsEstimators(t *testing.T) {
	var b strings.Builder
	b.WriteString("| `estimator` | compares | with | columns | options |\n| --- | --- | --- | --- | --- |\n")
	for _, e := range estimators.Rows() {
		b.WriteString("| `" + e.Name + "`, " + e.Says + " | " + e.Of + " | " + e.Other + " | " + strings.Join(e.Columns, ", ") + " | " + strings.Join(e.Options, ", ") + " |\n")
	}
	holdsTable(t, estimatorsBegin, estimatorsEnd, b.String())
}

// holdsTable holds a table of README.md, between two marks, to what it should be, or writes it there with -update.
func holdsTable(t *testing.T, begin, end, table string) {
	t.Helper()
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(page), begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("README.md has no place for the table after %s", begin)
	}
	want := before + begin + table + end + after
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile("../README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Error("the table is not current; run the command that stands above it")
	}
}
