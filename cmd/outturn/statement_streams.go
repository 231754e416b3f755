package main

import (
	"fmt"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
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

// expectedStream is what somebody worked out of one stream. What is blocked is compared where it is listed, whole.
type expectedStream struct {
	Stream   string            `yaml:"stream"`
	PutIn    string            `yaml:"put_in"`
	PaidIn   string            `yaml:"paid_in"`
	Paid     string            `yaml:"paid"`
	HeldBack string            `yaml:"held_back"`
	Holds    string            `yaml:"holds"`
	Blocked  []expectedBlocked `yaml:"blocked"`
	RunsOut  string            `yaml:"runs_out"`
	Short    string            `yaml:"short"`
	Unspent  string            `yaml:"unspent"`
}

// expectedBlocked is one sum that a stream did not pay. Why holds some words of the reason.
type expectedBlocked struct {
	Payment string `yaml:"payment"`
	Of      string `yaml:"of"`
	Period  int    `yaml:"period"`
	Amount  string `yaml:"amount"`
	Why     string `yaml:"why"`
}

// stream compares what one stream comes to.
func (d *comparer) stream(want expectedStream, found []statements.StreamSum) {
	for _, s := range found {
		if s.Stream != want.Stream {
			continue
		}
		forecast := s.Forecast
		if forecast == nil {
			none := money.FromMinor(d.currency, 0)
			forecast = &statements.Forecast{Short: none, Unspent: none}
		}
		for _, figure := range []struct {
			name, want string
			found      money.Amount
		}{{"put in", want.PutIn, s.PutIn}, {"paid in", want.PaidIn, s.PaidIn}, {"paid", want.Paid, s.Paid}, {"held back", want.HeldBack, s.HeldBack}, {"holds", want.Holds, s.Holds},
			{"short", want.Short, forecast.Short}, {"unspent", want.Unspent, forecast.Unspent}} {
			if figure.want != "" {
				d.amount(want.Stream+", "+figure.name, figure.want, figure.found)
			}
		}
		if want.RunsOut != "" {
			d.text(want.Stream+", runs out", want.RunsOut, forecast.RunsOut)
		}
		if want.Blocked != nil {
			d.blocked(want, s)
		}
		return
	}
	d.text("stream", want.Stream, "no such stream")
}

func (d *comparer) blocked(want expectedStream, found statements.StreamSum) {
	d.count(want.Stream+", sums blocked", len(want.Blocked), len(found.Blocked))
	for i, b := range want.Blocked {
		if i >= len(found.Blocked) {
			return
		}
		f := found.Blocked[i]
		at := fmt.Sprintf("%s, blocked %d", want.Stream, i+1)
		d.text(at, fmt.Sprintf("%s %s %d", b.Payment, b.Of, b.Period), fmt.Sprintf("%s %s %d", f.Payment, f.Of, f.Period))
		d.amount(at, b.Amount, f.Amount)
		if !strings.Contains(f.Why, b.Why) {
			d.text(at+", why", b.Why, f.Why)
		}
	}
}
