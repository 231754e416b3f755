package main

import (
	"errors"
	"fmt"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/whatif"
)

// This file shows what each answer to a choice that a contract leaves open would pay on the contract's own examples.

// jsonOption is one option of a choice left open as check --json prints it.
type jsonOption struct {
	Option string       `json:"option"`
	Others []jsonAnswer `json:"others,omitempty"` // how other open choices were answered for it
	Pays   []jsonPays   `json:"on,omitempty"`
	Why    string       `json:"why,omitempty"` // it was not settled
}

// addPays puts what each option would pay beside the fault that lists the options.
func addPays(list []jsonFault, err error) {
	var open *whatif.OpenFaults
	if !errors.As(err, &open) {
		return
	}
	for _, choice := range open.Choices {
		for _, o := range choice.Options {
			j := jsonOption{Option: o.Word, Others: jsonAnswers(o.Others), Why: o.Why}
			for _, e := range o.Pays {
				pays := jsonPays{On: e.It, Parties: map[string]money.Amount{}, Error: e.Err}
				for _, p := range e.Parties {
					pays.Parties[p.Party] = p.Amount
				}
				j.Pays = append(j.Pays, pays)
			}
			list[choice.Fault].Pays = append(list[choice.Fault].Pays, j)
		}
	}
}

// openText lays out what each option of each choice would pay; nothing where no choice is open.
func openText(w terminal.World, err error) string {
	var open *whatif.OpenFaults
	if !errors.As(err, &open) {
		return ""
	}
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	p.Blank()
	if len(open.Choices) == 0 {
		p.Line(0, "What each option would pay is worked out once the other faults are mended.", terminal.Plain)
		return p.Text.String()
	}
	p.Line(0, "What each option would pay, on the contract's own examples:", terminal.Bold)
	for _, choice := range open.Choices {
		p.Blank()
		p.Line(2, fmt.Sprintf("line %d: %s: %s", choice.Line, choice.Where, choice.Choice), terminal.Bold)
		printPriced(p, &choice)
	}
	return p.Text.String()
}

func printPriced(p *terminal.Page, choice *whatif.Priced) {
	var priced []whatif.PricedOption
	for _, o := range choice.Options {
		if o.Why != "" {
			p.Line(4, o.Word+": "+o.Why, terminal.Dim)
			continue
		}
		priced = append(priced, o)
	}
	if len(priced) == 0 {
		return
	}
	if len(priced[0].Pays) == 0 {
		p.Line(4, "The contract carries no examples; under examples: it can say what evidence comes to, and each option is settled on it.", terminal.Plain)
		return
	}
	if len(priced[0].Others) > 0 {
		p.Line(4, "with "+answersText(priced[0].Others), terminal.Dim)
	}
	alike := 0
	for e := range priced[0].Pays {
		if len(priced) > 1 && allAlike(priced, e, choice.Currency) {
			alike++
			continue
		}
		p.Line(4, "On "+onWhat(priced[0].Pays[e].It), terminal.Plain)
		t := terminal.Table{Columns: []terminal.Column{{Title: "option", Flex: true}, {Title: "due", Flex: true}}}
		for _, o := range priced {
			if e < len(o.Pays) {
				t.Add(o.Word, paysText(&o.Pays[e], choice.Currency))
			}
		}
		p.Write(6, t)
	}
	switch {
	case alike == len(priced[0].Pays):
		p.Line(4, "Every option pays the same on all of them: write an example that tells them apart.", terminal.Plain)
	case alike > 0:
		p.Line(4, fmt.Sprintf("On %s every option pays the same.", terminal.Counted(alike, "more example")), terminal.Dim)
	}
}

// allAlike reports whether every option pays the same on an example.
func allAlike(priced []whatif.PricedOption, e int, c money.Currency) bool {
	for _, o := range priced[1:] {
		if e >= len(o.Pays) || paysText(&o.Pays[e], c) != paysText(&priced[0].Pays[e], c) {
			return false
		}
	}
	return true
}

// paysText is what is due to each party on one example.
func paysText(e *whatif.PricedExample, c money.Currency) string {
	if e.Err != "" {
		return "cannot be settled: " + e.Err
	}
	text := ""
	for i, party := range e.Parties {
		if i > 0 {
			text += ", "
		}
		text += terminal.Words(party.Party) + " " + party.Amount.Format(c)
	}
	if text == "" {
		return "nothing"
	}
	return text
}
