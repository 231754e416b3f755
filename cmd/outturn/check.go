package main

import (
	"fmt"
	"io"

	"outturn/contracts"
	"outturn/contracts/sentences"
	"outturn/engine/whatif"
)

// checkCmd checks a contract.
type checkCmd struct {
	Contract string `arg:"" help:"Contract file, or the folder that holds contract.yaml."`
	JSON     bool   `help:"Print one JSON document." name:"json"`
}

// checkedJSON is what check --json prints of a sound contract.
type checkedJSON struct {
	Contract string        `json:"contract"`
	Edition  int           `json:"outturn"`
	Currency string        `json:"currency"`
	First    string        `json:"first"`
	Last     string        `json:"last"`
	Payments []jsonRule    `json:"payments"`
	Rules    []string      `json:"rules"` // measures, cohorts, comparisons, caps and checks, as sentences
	Choices  []jsonChoice  `json:"choices"`
	Examples int           `json:"examples"`
	Warnings []jsonWarning `json:"warnings"` // of a sound contract: they are no faults
	Faults   []jsonFault   `json:"faults"`
}

type jsonRule struct {
	Payment  string `json:"payment"`
	Clause   string `json:"clause"`
	Sentence string `json:"sentence"`
}

type jsonChoice struct {
	Where  string `json:"where"`
	Choice string `json:"choice"`
	Stated string `json:"stated"`
}

// Run checks the contract and prints what it says, or everything that is wrong with it.
func (cmd *checkCmd) Run(w world) error {
	c, err := readContract(cmd.Contract)
	if err != nil {
		if name, document, unread := contractDocument(cmd.Contract); unread == nil {
			err = whatif.PriceChoices(name, document, err)
		}
		return w.finding(err, cmd.JSON)
	}
	warnings := whatif.Warnings(c)
	if cmd.JSON {
		return writeJSON(w.stdout, checked(c, warnings))
	}
	p := &page{width: w.width(), colour: w.colour()}
	printContract(p, c, warnings)
	_, err = io.WriteString(w.stdout, p.text.String())
	return err
}

func checked(c *contracts.Contract, warnings []whatif.Warning) checkedJSON {
	document := checkedJSON{Contract: c.ID, Edition: c.Edition, Currency: c.Currency.Code, First: c.First.String(), Last: c.Last.String(),
		Payments: []jsonRule{}, Rules: append([]string{}, sentences.Of(c)...), Choices: []jsonChoice{}, Examples: len(c.Examples), Warnings: jsonWarnings(warnings), Faults: []jsonFault{}}
	for _, payment := range c.Payments {
		document.Payments = append(document.Payments, jsonRule{payment.Name, payment.Clause, payment.Sentence})
	}
	for _, choice := range sentences.Choices(c) {
		document.Choices = append(document.Choices, jsonChoice{choice.Where, choice.Choice, choice.Stated})
	}
	return document
}

// printContract says a sound contract: its heading, each payment as its sentence, the other rules, every choice made, and what it
// warns of.
func printContract(p *page, c *contracts.Contract, warnings []whatif.Warning) {
	p.rule("━")
	p.ends(c.ID, c.Currency.Code, bold)
	p.line(0, fmt.Sprintf("from %s to %s; settled by %s, evidence learned up to %s after counts", c.First.Long(), c.Last.Long(),
		words(c.Periods[c.Calendar.Settle].Name), c.Calendar.CutOff), plain)
	p.rule("━")
	p.heading("Parties")
	t := table{columns: []column{{}, {}, {flex: true}}}
	for _, party := range c.Parties {
		name := party.Name
		if party.Each >= 0 {
			name = "each " + words(c.Units[party.Each].Name)
		}
		t.add(words(party.ID), words(party.Role), name)
	}
	p.write(2, t)
	p.heading("Payments")
	for i, payment := range c.Payments {
		if i > 0 {
			p.blank()
		}
		p.line(2, words(payment.Name), bold)
		p.line(4, payment.Sentence, plain)
	}
	if rules := sentences.Of(c); len(rules) > 0 {
		p.heading("Rules")
		for _, rule := range rules {
			p.line(2, rule, plain)
		}
	}
	p.heading("Choices made")
	t = table{columns: []column{{title: "where", flex: true}, {title: "choice", flex: true}, {title: "stated", flex: true}}}
	for _, choice := range sentences.Choices(c) {
		t.add(choice.Where, choice.Choice, choice.Stated)
	}
	p.write(2, t)
	printWarnings(p, warnings)
	p.blank()
	if n := len(c.Examples); n > 0 {
		p.line(0, fmt.Sprintf("No faults. It carries %s: outturn test runs them.", counted(n, "example"))+warned(len(warnings)), plain)
	} else {
		p.line(0, "No faults. It carries no examples; under examples: it can say what evidence comes to, and outturn test runs that."+warned(len(warnings)), plain)
	}
}
