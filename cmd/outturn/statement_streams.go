package main

import (
	"fmt"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/statements"
)

// printStreams shows what each stream of money holds, and what it was asked for and did not pay.
func (v view) printStreams(p *terminal.Sheet) {
	streams := v.statement.Streams
	if len(streams) == 0 {
		return
	}
	p.Named("streams", "Streams of money")
	t := terminal.Table{Columns: []terminal.Column{{Title: "stream", Flex: true}, {Title: "for"}, {Title: "put in", Right: true}, {Title: "paid in", Right: true}, {Title: "paid", Right: true}, {Title: "holds", Right: true}}}
	for _, s := range streams {
		t.Add(terminal.Words(s.Stream)+", of "+v.party(s.Owner), purpose(s.RestrictedTo), v.money(s.PutIn), v.money(s.PaidIn), v.money(s.Paid), v.money(s.Holds))
	}
	p.Write(t)
	for _, s := range streams {
		if !s.HeldBack.IsZero() {
			p.Line(fmt.Sprintf("Of what %s paid, %s is held back.", terminal.Words(s.Stream), v.money(s.HeldBack)), terminal.Dim)
		}
		for i, b := range s.Blocked {
			if skipped := len(s.Blocked) - v.limit; i < skipped {
				if i == 0 {
					p.Line("and "+terminal.Counted(skipped, "earlier sum")+" that "+terminal.Words(s.Stream)+" did not pay (--lines N shows more)", terminal.Dim)
				}
				continue // the latest are shown
			}
			p.Line(fmt.Sprintf("Blocked: %s of %s%s. %s. (%s)", v.money(b.Amount), terminal.Words(b.Payment), v.blockedOf(s, b), sentenceCase(b.Why), s.Clause), terminal.Plain)
		}
	}
}

// purpose is what money may be spent on, as a table says it.
func purpose(name string) string {
	if name == "" {
		return "anything"
	}
	return terminal.Words(name)
}

// blockedOf names the line of a sum that was blocked.
func (v view) blockedOf(s statements.StreamSum, b statements.Blocked) string {
	text := ""
	if b.Of != "" {
		text = ", " + terminal.Words(b.Of)
	}
	for _, a := range v.contract.Accounts {
		if a.Name == s.Stream {
			text += ", " + terminal.Words(v.contract.Periods[a.Period].Name) + " " + strconv.Itoa(b.Period)
		}
	}
	return text
}

func sentenceCase(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// printForecast says when each stream ends, and what is left or missing if it goes on as it went.
func (v view) printForecast(p *terminal.Sheet) {
	if len(v.statement.Streams) == 0 {
		return
	}
	p.Named("forecast", "When the streams end")
	p.Line("A forecast, of which nothing is settled: each period that is left goes as the latest did, and what the contract says already still comes in.", terminal.Dim)
	t := terminal.Table{Columns: []terminal.Column{{Title: "stream", Flex: true}, {Title: "holds", Right: true}, {Title: "pays a period", Right: true}, {Title: "is paid", Right: true}, {Title: "to come", Right: true},
		{Title: "ends"}, {Title: "runs out"}, {Title: "short", Right: true}, {Title: "unspent", Right: true}}}
	for _, s := range v.statement.Streams {
		f := s.Forecast
		if f == nil {
			t.Add(terminal.Words(s.Stream), v.money(s.Holds), "", "", "", s.Last, "ended", "", v.money(s.Holds))
			continue
		}
		runs := "no"
		if f.RunsOut != "" {
			runs = f.RunsOut
		}
		t.Add(terminal.Words(s.Stream), v.money(s.Holds), v.money(f.Pace), v.money(f.Inflow), v.money(f.ToCome), s.Last, runs, v.money(f.Short), v.money(f.Unspent))
	}
	p.Write(t)
	for _, s := range v.statement.Streams {
		if f := s.Forecast; f != nil && !f.Pace.IsZero() && terminal.DateOf(s.Last) < v.contract.Last {
			p.Line(fmt.Sprintf("From %s on, %s a period has no stream behind it: %s ends.", terminal.DateOf(s.Last).AddDays(1).Long(), v.money(f.Pace), terminal.Words(s.Stream)), terminal.Plain)
		}
	}
}
