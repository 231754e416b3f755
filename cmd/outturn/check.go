package main

import (
	"fmt"
	"io"

	"outturn/cmd/outturn/terminal"
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
func (cmd *checkCmd) Run(w terminal.World) error {
	c, err := readContract(cmd.Contract)
	if err != nil {
		if name, document, unread := contractDocument(cmd.Contract); unread == nil {
			err = whatif.PriceChoices(name, document, err)
		}
		return finding(w, err, cmd.JSON)
	}
	warnings := whatif.Warnings(c)
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, checked(c, warnings))
	}
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	printContract(p, c, warnings)
	_, err = io.WriteString(w.Stdout, p.Text.String())
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
func printContract(p *terminal.Page, c *contracts.Contract, warnings []whatif.Warning) {
	p.Rule("━")
	p.Ends(c.ID, c.Currency.Code, terminal.Bold)
	p.Line(0, fmt.Sprintf("from %s to %s; settled by %s, evidence learned up to %s after counts", c.First.Long(), c.Last.Long(),
		terminal.Words(c.Periods[c.Calendar.Settle].Name), c.Calendar.CutOff), terminal.Plain)
	p.Rule("━")
	p.Heading("Parties")
	t := terminal.Table{Columns: []terminal.Column{{}, {}, {Flex: true}}}
	for _, party := range c.Parties {
		name := party.Name
		if party.Each >= 0 {
			name = "each " + terminal.Words(c.Units[party.Each].Name)
		}
		t.Add(terminal.Words(party.ID), terminal.Words(party.Role), name)
	}
	p.Write(2, t)
	p.Heading("Payments")
	for i, payment := range c.Payments {
		if i > 0 {
			p.Blank()
		}
		p.Line(2, terminal.Words(payment.Name), terminal.Bold)
		p.Line(4, payment.Sentence, terminal.Plain)
	}
	if rules := sentences.Of(c); len(rules) > 0 {
		p.Heading("Rules")
		for _, rule := range rules {
			p.Line(2, rule, terminal.Plain)
		}
	}
	p.Heading("Choices made")
	t = terminal.Table{Columns: []terminal.Column{{Title: "where", Flex: true}, {Title: "choice", Flex: true}, {Title: "stated", Flex: true}}}
	for _, choice := range sentences.Choices(c) {
		t.Add(choice.Where, choice.Choice, choice.Stated)
	}
	p.Write(2, t)
	printWarnings(p, warnings)
	p.Blank()
	if n := len(c.Examples); n > 0 {
		p.Line(0, fmt.Sprintf("No faults. It carries %s: outturn test runs them.", terminal.Counted(n, "example"))+warned(len(warnings)), terminal.Plain)
	} else {
		p.Line(0, "No faults. It carries no examples; under examples: it can say what evidence comes to, and outturn test runs that."+warned(len(warnings)), terminal.Plain)
	}
}
