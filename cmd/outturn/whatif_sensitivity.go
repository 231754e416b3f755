package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine/whatif"
)

// movedTerm is one term moved and what it does to the total.
type movedTerm struct {
	whatif.Edit
	after, move money.Amount
	err         error
}

// sensitivity moves each term and settles again.
func (cmd *whatifCmd) sensitivity(w terminal.World, g *ground, before []whatif.Settled) error {
	terms, more := whatif.Terms(g.base)
	total := sumTotals(g.base, before)
	ctx, stop := terminal.Interruptible()
	defer stop()
	var all []movedTerm
	for i, term := range terms {
		if ctx.Err() != nil {
			return fmt.Errorf("stopped")
		}
		g.progress.show("settling with term %d of %d moved", i+1, len(terms))
		one := movedTerm{Edit: term.Edit}
		c, err := language.Decode(g.base.File, term.Document)
		var after []whatif.Settled
		if err == nil {
			after, err = g.settle(c)
		}
		if one.err = err; err == nil {
			one.after = sumTotals(g.base, after)
			one.move = one.after.Sub(total)
		}
		all = append(all, one)
	}
	g.progress.done()
	slices.SortStableFunc(all, func(a, b movedTerm) int {
		return cmp.Or(-cmp.Compare(len(ok(a)), len(ok(b))), -a.move.Exact().Abs().Cmp(b.move.Exact().Abs()))
	})
	on := before[0].Name
	if g.examples {
		on = fmt.Sprintf("its %s together", terminal.Counted(len(before), "example"))
	}
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, sensitivityDocument(g.base, on, total, all, more))
	}
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	printSensitivity(p, g.base, on, total, all, more, cmd.Rows)
	_, err := io.WriteString(w.Stdout, p.Text.String())
	return err
}

// ok is "x" for a term that could be moved, so that these sort first.
func ok(t movedTerm) string {
	if t.err != nil {
		return ""
	}
	return "x"
}

func sumTotals(c *contracts.Contract, settled []whatif.Settled) money.Amount {
	total := money.FromMinor(c.Currency, 0)
	for i := range settled {
		total = total.Add(settled[i].Total())
	}
	return total
}

// barWidth is how many characters the longest bar has.
const barWidth = 16

// printSensitivity prints the terms that move the total, the most first, with a bar for each.
func printSensitivity(p *terminal.Page, c *contracts.Contract, on string, total money.Amount, all []movedTerm, more bool, rows int) {
	p.Rule("━")
	p.Ends(c.ID, c.Currency.Code, terminal.Bold)
	p.Line(0, fmt.Sprintf("on %s: %s received to date, net", on, total.Format(c.Currency)), terminal.Plain)
	p.Line(0, "each figure up by a tenth (a whole one by the nearest whole, at least 1), each choice to its next answer, one at a time", terminal.Dim)
	p.Rule("━")
	t := terminal.Table{Columns: []terminal.Column{{Title: "term", Flex: true}, {Title: "from", Right: true, Flex: true}, {Title: "to", Right: true, Flex: true}, {Title: "total moves by", Right: true}, {}}}
	still, cannot, hidden := 0, 0, 0
	for _, m := range all {
		switch {
		case m.err != nil:
			cannot++
		case m.move.IsZero():
			still++
		case len(t.Lines) == rows:
			hidden++
		default:
			t.Add(m.Path, m.From, m.To, moves(m.move, c.Currency), bar(m.move, all[0].move))
		}
	}
	p.Blank()
	p.Write(2, t)
	p.Blank()
	if hidden > 0 {
		p.Line(0, fmt.Sprintf("%s less (--rows).", terminal.Counted(hidden, "more term")+" moves it by"), terminal.Dim)
	}
	p.Line(0, fmt.Sprintf("%s moved; %s not move the total; %s not be moved so and still be sound or settle.", terminal.Counted(len(all), "term"), terminal.Grouped(still)+" do", terminal.Grouped(cannot)+" could"), terminal.Plain)
	if more {
		p.Line(0, fmt.Sprintf("The contract has more terms: the first %s were moved.", terminal.Grouped(whatif.TermsMax)), terminal.Plain)
	}
}

// bar draws a move against the largest: blocks to the right, hollow where the total falls.
func bar(move, largest money.Amount) string {
	share, ok := move.Exact().Abs().Quo(largest.Exact().Abs())
	if !ok {
		return ""
	}
	n, _ := share.Mul(money.Int(barWidth)).Round(money.Rounding{Mode: money.Up, Unit: money.Int(1)}).Int64()
	if move.Sign() < 0 {
		return strings.Repeat("░", int(n))
	}
	return strings.Repeat("█", int(n))
}

type jsonMoved struct {
	Path  string        `json:"path"`
	From  string        `json:"from"`
	To    string        `json:"to"`
	Total *money.Amount `json:"total,omitempty"`
	Move  *money.Amount `json:"move,omitempty"`
	Error string        `json:"error,omitempty"`
}

type jsonSensitivity struct {
	Contract string       `json:"contract"`
	Currency string       `json:"currency"`
	On       string       `json:"on"`
	Total    money.Amount `json:"total"`
	Terms    []jsonMoved  `json:"terms"`
	More     bool         `json:"more"`
}

func sensitivityDocument(c *contracts.Contract, on string, total money.Amount, all []movedTerm, more bool) jsonSensitivity {
	document := jsonSensitivity{Contract: c.ID, Currency: c.Currency.Code, On: on, Total: total, Terms: []jsonMoved{}, More: more}
	for _, m := range all {
		one := jsonMoved{Path: m.Path, From: m.From, To: m.To}
		if m.err != nil {
			one.Error = m.err.Error()
		} else {
			one.Total, one.Move = &m.after, &m.move
		}
		document.Terms = append(document.Terms, one)
	}
	return document
}
