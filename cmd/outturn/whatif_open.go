package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/whatif"
)

// openJSON is what whatif --open --json prints.
type openJSON struct {
	Choices  []jsonOpen    `json:"choices"`
	Readings []jsonReading `json:"readings"`
	Refused  []jsonRefused `json:"refused"`
	More     bool          `json:"more"` // there are more readings than were tried
}

type jsonOpen struct {
	Where   string   `json:"where"`
	Choice  string   `json:"choice"`
	Answers []string `json:"answers"`
}

type jsonAnswer struct {
	Where  string `json:"where"`
	Choice string `json:"choice"`
	Answer string `json:"answer"`
}

type jsonReading struct {
	Answers []jsonAnswer `json:"answers"`
	Pays    []jsonPays   `json:"pays"`
}

type jsonPays struct {
	On      string                  `json:"on"`
	Parties map[string]money.Amount `json:"parties"`
	Error   string                  `json:"error,omitempty"`
}

type jsonRefused struct {
	Answers []jsonAnswer `json:"answers"`
	Why     string       `json:"why"`
}

// open completes every open choice, settles each reading and prints what each pays.
func (cmd *whatifCmd) open(w terminal.World) error {
	name, document, err := contractDocument(cmd.Dir)
	if err != nil {
		return err
	}
	readings, err := whatif.Complete(name, document)
	if err != nil {
		return err
	}
	g := &ground{base: readings.List[0].Contract, on: occasion{cmd.AsAt.Date, cmd.KnownAt.Date, true}, progress: newProgress(w)}
	if cmd.On == "auto" {
		cmd.On = "examples" // which are what the parties agreed about; the evidence is settled when it is asked for
	}
	if err := cmd.chooseGround(g); err != nil {
		return err
	}
	defer g.progress.done()
	var paid [][]pays
	for i := range readings.List {
		g.progress.show("settling reading %d of %d", i+1, len(readings.List))
		paid = append(paid, g.paysUnder(readings.List[i].Contract))
	}
	g.progress.done()
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, openDocument(readings, paid))
	}
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	printOpen(p, g.base, readings, paid)
	_, err = io.WriteString(w.Stdout, p.Text.String())
	return err
}

// pays is what one reading pays on one example, or why it cannot be settled.
type pays struct {
	on      string
	settled whatif.Settled
	err     error
}

// paysUnder settles the ground under one reading; one example that cannot be settled does not stop the others.
func (g *ground) paysUnder(c *contracts.Contract) []pays {
	if !g.examples {
		settled, err := g.settle(c)
		if err != nil {
			return []pays{{on: "the evidence", err: err}}
		}
		return []pays{{settled[0].Name, settled[0], nil}}
	}
	var all []pays
	for i := range g.base.Examples {
		settled, err := whatif.SettleExample(c, &g.base.Examples[i])
		all = append(all, pays{g.base.Examples[i].It, settled, err})
	}
	return all
}

// text is what is due to each party, in the contract's order.
func (o *pays) text(c *contracts.Contract) string {
	if o.err != nil {
		return "cannot be settled: " + o.err.Error()
	}
	var parts []string
	for _, change := range whatif.Compare(&o.settled, &o.settled).Parties {
		parts = append(parts, terminal.Words(change.Name)+" "+change.Before.Format(c.Currency))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// printOpen prints the choices, the readings by number, and for each example what the readings pay, those that pay alike
// on one row.
func printOpen(p *terminal.Page, c *contracts.Contract, readings whatif.Readings, paid [][]pays) {
	p.Rule("━")
	p.Ends(c.ID, c.Currency.Code, terminal.Bold)
	text := fmt.Sprintf("%s left open, completed in %s that %s sound", terminal.Counted(len(readings.Choices), "choice"), terminal.Counted(len(readings.List), "way"), isAre(len(readings.List)))
	if readings.More {
		text += fmt.Sprintf("; there are more, and the first %d are shown", len(readings.List))
	}
	p.Line(0, text, terminal.Plain)
	p.Rule("━")
	p.Heading("Choices left open")
	for _, choice := range readings.Choices {
		p.Line(2, fmt.Sprintf("%s: %s: %s", choice.Where, choice.Choice, strings.Join(choice.Options, " | ")), terminal.Plain)
	}
	p.Heading("Readings")
	t := terminal.Table{Columns: []terminal.Column{{Right: true}, {Flex: true}}}
	for i := range readings.List {
		t.Add(terminal.Grouped(i+1), answersText(readings.List[i].Answers))
	}
	p.Write(2, t)
	alike := 0
	for e := range paid[0] {
		rows := together1(c, paid, e)
		if len(rows) == 1 {
			alike++
			continue
		}
		p.Heading("On " + onWhat(paid[0][e].on))
		t := terminal.Table{Columns: []terminal.Column{{Title: "readings", Flex: true}, {Title: "due", Flex: true}}}
		for _, row := range rows {
			t.Add(numbersText(row.readings), row.text)
		}
		p.Write(2, t)
	}
	p.Blank()
	switch {
	case alike == len(paid[0]):
		p.Line(0, "Every reading pays the same on all that was settled: write an example that tells them apart.", terminal.Bold)
	case alike > 0:
		p.Line(0, fmt.Sprintf("On %s every reading pays the same.", terminal.Counted(alike, "more example")), terminal.Plain)
	}
	if n := len(readings.Refused); n > 0 {
		p.Line(0, fmt.Sprintf("%s not sound; the first: %s: %s.", terminal.Counted(n, "combination"), answersText(readings.Refused[0].Answers), readings.Refused[0].Why), terminal.Dim)
	}
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// readingsRow is the readings that pay alike.
type readingsRow struct {
	readings []int
	text     string
}

// together1 puts the readings that pay alike on one example together, in the order of the first of each.
func together1(c *contracts.Contract, paid [][]pays, example int) []readingsRow {
	var rows []readingsRow
	for i := range paid {
		text := paid[i][example].text(c)
		at := slices.IndexFunc(rows, func(r readingsRow) bool { return r.text == text })
		if at < 0 {
			at = len(rows)
			rows = append(rows, readingsRow{text: text})
		}
		rows[at].readings = append(rows[at].readings, i+1)
	}
	return rows
}

// numbersText writes readings with runs drawn together: "1-3, 7".
func numbersText(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		text := terminal.Grouped(numbers[i])
		if j > i {
			text += "-" + terminal.Grouped(numbers[j])
		}
		parts = append(parts, text)
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

func answersText(answers []whatif.Answer) string {
	var parts []string
	for _, a := range answers {
		parts = append(parts, a.Where+": "+a.Choice+": "+a.Word)
	}
	return strings.Join(parts, "; ")
}

func openDocument(readings whatif.Readings, paid [][]pays) openJSON {
	document := openJSON{Choices: []jsonOpen{}, Readings: []jsonReading{}, Refused: []jsonRefused{}, More: readings.More}
	for _, choice := range readings.Choices {
		document.Choices = append(document.Choices, jsonOpen{choice.Where, choice.Choice, choice.Options})
	}
	for i := range readings.List {
		one := jsonReading{Answers: jsonAnswers(readings.List[i].Answers)}
		for _, o := range paid[i] {
			entry := jsonPays{On: o.on, Parties: o.settled.Parties}
			if o.err != nil {
				entry.Error = o.err.Error()
			}
			one.Pays = append(one.Pays, entry)
		}
		document.Readings = append(document.Readings, one)
	}
	for _, r := range readings.Refused {
		document.Refused = append(document.Refused, jsonRefused{jsonAnswers(r.Answers), r.Why})
	}
	return document
}

func jsonAnswers(answers []whatif.Answer) []jsonAnswer {
	list := []jsonAnswer{}
	for _, a := range answers {
		list = append(list, jsonAnswer{a.Where, a.Choice, a.Word})
	}
	return list
}
