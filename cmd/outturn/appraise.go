package main

import (
	"fmt"
	"io"
	"strconv"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/discount"
	"outturn/engine/statements"
)

// appraiseCmd prints what savings by the year are worth in their first: the view of an appraisal, which is never settled.
type appraiseCmd struct {
	Dir     string `arg:"" help:"Folder with contract.yaml, evidence, and the statements issued before."`
	AsAt    day    `help:"Last day settled. Usually the end of the latest settlement period with evidence." placeholder:"DAY"`
	KnownAt day    `help:"Last day on which evidence could be learned. Usually as long after as the contract says." placeholder:"DAY"`
	Memory  size   `help:"Memory for sorting evidence; beyond it, temporary files." default:"256MiB" placeholder:"SIZE"`
	JSON    bool   `help:"Print one JSON document." name:"json"`
}

// appraisal is one saving by the year, discounted.
type appraisal struct {
	Saving       string          `json:"saving"`
	Figure       string          `json:"figure"` // cashable, net and so on
	Years        []appraisedYear `json:"years"`
	Sum          money.Amount    `json:"sum"`           // as a settlement sees it: of its day
	PresentValue money.Amount    `json:"present_value"` // in the first year, rounded once
}

type appraisedYear struct {
	Year   int          `json:"year"`   // from 0
	Period string       `json:"period"` // its days
	Amount money.Amount `json:"amount"`
}

// Run prints the appraisal.
func (cmd *appraiseCmd) Run(w terminal.World) error {
	return finding(w, cmd.run(w), cmd.JSON)
}

func (cmd *appraiseCmd) run(w terminal.World) error {
	f, err := openFolder(cmd.Dir, "", cmd.Memory)
	if err != nil {
		return err
	}
	progress := newProgress(w)
	defer progress.done()
	evidence, err := f.open(occasion{cmd.AsAt.Date, cmd.KnownAt.Date, true}, progress.read)
	if err != nil {
		return err
	}
	defer evidence.close()
	prior, position, err := f.statements()
	if err != nil {
		return err
	}
	defer prior.Close()
	st, err := engine.Settle(f.contract, evidence.on, evidence.Snapshot, position, nil)
	progress.done()
	if err != nil {
		return err
	}
	all := []appraisal{}
	for i := range st.Savings {
		one, ok, err := appraise(f.contract, &f.contract.Savings[i], &st.Savings[i])
		if err != nil {
			return err
		}
		if ok {
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return terminal.Usage(fmt.Errorf("%s has no saving by the year that is known: only a chain that stands per a period series of years is discounted", cmd.Dir))
	}
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, map[string]any{"contract": st.Contract, "through": st.Through, "source": discount.DiscountSource, "rates": discount.DiscountRates, "savings": all})
	}
	_, err = io.WriteString(w.Stdout, printAppraisal(w, f.contract, all))
	return err
}

// appraise discounts a chain that stands per years and nothing else. A year that is not known is not there.
func appraise(c *contracts.Contract, s *contracts.Saving, sum *statements.SavingSum) (appraisal, bool, error) {
	out := appraisal{Saving: s.Name, Years: []appraisedYear{}, Sum: money.FromMinor(c.Currency, 0)}
	if s.Form != contracts.SavingChain || len(s.Per.Periods) != 1 || s.Per.Cohort >= 0 || s.Per.Role != "" || len(s.Per.Facts) > 0 {
		return out, false, nil
	}
	series := &c.Periods[s.Per.Periods[0]].Series
	var years []money.Exact
	for i, f := range sum.Figures {
		span, _ := series.Span(i + 1)
		if days := span.Days(); days < 365 || days > 366 || f.ComesTo == nil {
			break
		}
		years = append(years, f.ComesTo.Exact())
		out.Figure, out.Sum = f.Last, out.Sum.Add(*f.ComesTo)
		out.Years = append(out.Years, appraisedYear{i, span.String(), *f.ComesTo})
	}
	value, err := discount.PresentValue(years)
	if err == nil {
		out.PresentValue, err = value.Amount(c.Currency, c.Rounding)
	}
	return out, len(years) > 0, err
}

func printAppraisal(w terminal.World, c *contracts.Contract, all []appraisal) string {
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	p.Heading("Appraisal of " + c.ID)
	p.Line(2, "What each year's saving is worth in the first. Nothing of this is ever settled: a settlement is of the money of its day.", terminal.Dim)
	rates := ""
	for _, r := range discount.DiscountRates {
		rates += ", " + r.Rate + " from year " + strconv.Itoa(r.From)
	}
	p.Line(2, "Discounted by"+rates[1:]+". ("+discount.DiscountSource+")", terminal.Dim)
	for _, one := range all {
		p.Blank()
		p.Line(2, terminal.Words(one.Saving)+", "+terminal.Words(one.Figure), terminal.Plain)
		t := terminal.Table{Columns: []terminal.Column{{Title: "year", Right: true}, {Title: "from and to"}, {Title: "in its year", Right: true}}}
		for _, y := range one.Years {
			t.Add(strconv.Itoa(y.Year), y.Period, y.Amount.Format(c.Currency))
		}
		t.Total = []string{"", "together", one.Sum.Format(c.Currency)}
		p.Write(4, t)
		p.Line(4, "worth "+one.PresentValue.Format(c.Currency)+" in year 0", terminal.Bold)
	}
	return p.Text.String()
}
