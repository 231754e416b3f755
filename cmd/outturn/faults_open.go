package main

import (
	"errors"
	"fmt"

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
func (w world) openText(err error) string {
	var open *whatif.OpenFaults
	if !errors.As(err, &open) {
		return ""
	}
	p := &page{width: w.width(), colour: w.colour()}
	p.blank()
	if len(open.Choices) == 0 {
		p.line(0, "What each option would pay is worked out once the other faults are mended.", plain)
		return p.text.String()
	}
	p.line(0, "What each option would pay, on the contract's own examples:", bold)
	for _, choice := range open.Choices {
		p.blank()
		p.line(2, fmt.Sprintf("line %d: %s: %s", choice.Line, choice.Where, choice.Choice), bold)
		printPriced(p, &choice)
	}
	return p.text.String()
}

func printPriced(p *page, choice *whatif.Priced) {
	var priced []whatif.PricedOption
	for _, o := range choice.Options {
		if o.Why != "" {
			p.line(4, o.Word+": "+o.Why, dim)
			continue
		}
		priced = append(priced, o)
	}
	if len(priced) == 0 {
		return
	}
	if len(priced[0].Pays) == 0 {
		p.line(4, "The contract carries no examples; under examples: it can say what evidence comes to, and each option is settled on it.", plain)
		return
	}
	if len(priced[0].Others) > 0 {
		p.line(4, "with "+answersText(priced[0].Others), dim)
	}
	alike := 0
	for e := range priced[0].Pays {
		if len(priced) > 1 && allAlike(priced, e, choice.Currency) {
			alike++
			continue
		}
		p.line(4, "On "+onWhat(priced[0].Pays[e].It), plain)
		t := table{columns: []column{{title: "option", flex: true}, {title: "due", flex: true}}}
		for _, o := range priced {
			if e < len(o.Pays) {
				t.add(o.Word, paysText(&o.Pays[e], choice.Currency))
			}
		}
		p.write(6, t)
	}
	switch {
	case alike == len(priced[0].Pays):
		p.line(4, "Every option pays the same on all of them: write an example that tells them apart.", plain)
	case alike > 0:
		p.line(4, fmt.Sprintf("On %s every option pays the same.", counted(alike, "more example")), dim)
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
		text += words(party.Party) + " " + party.Amount.Format(c)
	}
	if text == "" {
		return "nothing"
	}
	return text
}
