package expectation

import (
	"fmt"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file holds what was worked out of contributions in kind, streams and partners against a statement.

// inKind compares the value of contributions in kind.
func (d *Comparer) inKind(want map[string]string, found []statements.InKindSum) {
	for _, name := range sortedKeys(want) {
		known := false
		for _, k := range found {
			if k.Contribution == name {
				d.amount("in kind, "+terminal.Words(name), want[name], k.Value)
				known = true
			}
		}
		if !known {
			d.Text("in kind, "+terminal.Words(name), want[name], "no such contribution")
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
func (d *Comparer) stream(want expectedStream, found []statements.StreamSum) {
	for _, s := range found {
		if s.Stream != want.Stream {
			continue
		}
		forecast := s.Forecast
		if forecast == nil {
			none := money.FromMinor(d.Currency, 0)
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
			d.Text(want.Stream+", runs out", want.RunsOut, forecast.RunsOut)
		}
		if want.Blocked != nil {
			d.blocked(want, s)
		}
		return
	}
	d.Text("stream", want.Stream, "no such stream")
}

func (d *Comparer) blocked(want expectedStream, found statements.StreamSum) {
	d.count(want.Stream+", sums blocked", len(want.Blocked), len(found.Blocked))
	for i, b := range want.Blocked {
		if i >= len(found.Blocked) {
			return
		}
		f := found.Blocked[i]
		at := fmt.Sprintf("%s, blocked %d", want.Stream, i+1)
		d.Text(at, fmt.Sprintf("%s %s %d", b.Payment, b.Of, b.Period), fmt.Sprintf("%s %s %d", f.Payment, f.Of, f.Period))
		d.amount(at, b.Amount, f.Amount)
		if !strings.Contains(f.Why, b.Why) {
			d.Text(at+", why", b.Why, f.Why)
		}
	}
}

// expectedCure is a payment by which somebody worked out that a partner's loss would be cured.
type expectedCure struct {
	From   string `yaml:"from"`
	To     string `yaml:"to"`
	Amount string `yaml:"amount"`
}

// partners compares what each partner is left with, and what would cure a loss.
func (d *Comparer) partners(want *Settlement, found *statements.PartnershipSum) {
	if want.Partners == nil && want.Cure == nil {
		return
	}
	if found == nil {
		d.Text("partnership", "one", "the contract has none")
		return
	}
	net := map[string]money.Amount{}
	for _, p := range found.Partners {
		net[p.Party] = p.Net
	}
	if all := found.Sides[len(found.Sides)-1]; all.Side == "taxpayer" {
		net[all.Side] = all.Net
	}
	for _, name := range sortedKeys(want.Partners) {
		if sum, ok := net[name]; ok {
			d.amount("net of "+name, want.Partners[name], sum)
		} else {
			d.Text("net of "+name, want.Partners[name], "no such partner")
		}
	}
	if want.Uncured != "" {
		d.amount("losses that no payment would cure", want.Uncured, found.Uncured)
	}
	d.count("payments that would cure a loss", len(want.Cure), len(found.Cure))
	for i, pay := range want.Cure {
		if i < len(found.Cure) {
			d.Text("cure", pay.From+" to "+pay.To, found.Cure[i].From+" to "+found.Cure[i].To)
			d.amount("cure from "+pay.From, pay.Amount, found.Cure[i].Amount)
		}
	}
}
