package main

import (
	"fmt"
	"io"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// explainCmd shows where figures come from.
type explainCmd struct {
	Dir         string `arg:"" help:"Folder with contract.yaml, evidence, and the statements issued before."`
	Unit        string `arg:"" help:"Key of a unit or of a member of one. Without it, the lines of the whole." optional:""`
	Payment     string `help:"Only this payment." placeholder:"PAYMENT"`
	AsAt        day    `help:"Last day settled. Usually the end of the latest settlement period with evidence." placeholder:"DAY"`
	KnownAt     day    `help:"Last day on which evidence could be learned." placeholder:"DAY"`
	Provisional bool   `help:"As a provisional statement."`
	Contract    string `help:"Explain under another contract file." placeholder:"FILE"`
	Memory      size   `help:"Memory for sorting evidence; beyond it, temporary files." default:"256MiB" placeholder:"SIZE"`
	JSON        bool   `help:"Print one JSON document." name:"json"`
}

// Run settles the unit again with its working.
func (cmd *explainCmd) Run(w terminal.World) error {
	return finding(w, cmd.run(w), cmd.JSON)
}

func (cmd *explainCmd) run(w terminal.World) error {
	f, err := openFolder(cmd.Dir, cmd.Contract, cmd.Memory)
	if err != nil {
		return err
	}
	if err := knownPayment(f.contract, cmd.Payment); err != nil {
		return err
	}
	progress := newProgress(w)
	defer progress.done()
	r, err := f.ready(occasion{cmd.AsAt.Date, cmd.KnownAt.Date, cmd.Provisional}, progress.read)
	if err != nil {
		return err
	}
	defer r.close()
	explained, uses, err := engine.Explain(f.contract, r.on, r.Snapshot, r.position, cmd.Unit, cmd.Payment)
	progress.done()
	if err != nil {
		return err
	}
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, explainedJSON(f.contract, r.on, explained, uses))
	}
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	v := view{contract: f.contract, width: p.Width, colour: p.Colour}
	p.Line(0, fmt.Sprintf("%s, settled through %s, on evidence learned up to %s", f.contract.ID, r.on.Through.Long(), r.on.CutOff.Long()), terminal.Bold)
	if len(explained) == 0 {
		p.Blank()
		p.Line(0, nothingFor(cmd.Unit, cmd.Payment), terminal.Plain)
	}
	v.printExplanations(p, explained)
	v.printItemUses(p, uses)
	_, err = io.WriteString(w.Stdout, p.Text.String())
	return err
}

func nothingFor(unit, payment string) string {
	of := "the whole"
	if unit != "" {
		of = unit
	}
	if payment != "" {
		return fmt.Sprintf("There is no line of %s for %s.", terminal.Words(payment), of)
	}
	return fmt.Sprintf("There are no lines for %s.", of)
}

// knownPayment refuses a payment that the contract does not make, and lists those it does.
func knownPayment(c *contracts.Contract, name string) error {
	var names []string
	for _, payment := range c.Payments {
		if name == "" || payment.Name == name {
			return nil
		}
		names = append(names, payment.Name)
	}
	return terminal.Usage(fmt.Errorf("%s makes no payment %q; its payments are %s", c.ID, name, strings.Join(names, ", ")))
}

// printExplanations prints each line with its tape. What an earlier statement settled is no part of the working, so
// every figure here is to date.
func (v view) printExplanations(p *terminal.Page, explained []engine.Explanation) {
	said := ""
	for _, e := range explained {
		p.Blank()
		p.Rule("─")
		l := shownLine{e.Unit, &e.Line}
		p.Ends(terminal.Words(e.Line.Payment)+", "+l.of()+v.inPeriod(e.Line.Period), v.money(e.Line.ToDate)+" to date", terminal.Bold)
		if e.Line.Count != "" {
			p.Line(2, "counted "+groupedText(e.Line.Count), terminal.Plain)
		}
		if text := strings.Join(e.Line.Notes, "; "); text != "" {
			p.Line(2, text, terminal.Dim)
		}
		for _, payment := range v.contract.Payments {
			if payment.Name == e.Line.Payment && payment.Name != said {
				p.Line(2, payment.Sentence, terminal.Dim)
				said = payment.Name
			}
		}
		if len(e.Steps) > 0 {
			p.Blank()
			terminal.Tape(p, 2, e.Steps)
		}
	}
}

// printItemUses prints what each item of the unit says, and what it did.
func (v view) printItemUses(p *terminal.Page, uses []engine.ItemUse) {
	if len(uses) == 0 {
		return
	}
	p.Blank()
	p.Rule("─")
	p.Line(0, "Evidence", terminal.Bold)
	t := terminal.Table{Columns: []terminal.Column{{Title: "kind"}, {Title: "of"}, {Title: "day"}, {Title: "says", Flex: true}, {Title: "learned"}, {Title: "source", Flex: true}, {Title: "what it did", Flex: true}}}
	for _, use := range uses {
		learned := ""
		if use.Item.Learned != use.Item.First {
			learned = use.Item.Learned.String()
		}
		source := use.Item.Source
		if use.Item.ID != "" {
			source = strings.TrimSpace(source + " " + use.Item.ID)
		}
		t.Add(terminal.Words(use.Kind), use.Unit, days(&use.Item), v.says(&use.Item), learned, source, use.Use)
	}
	p.Write(2, t)
}

// days writes an item's day, or the first and last of a spell.
func days(item *evidence.Item) string {
	if item.Last != item.First && !item.Last.IsZero() {
		return item.First.String() + " to " + item.Last.String()
	}
	return item.First.String()
}

// says writes what an item says, field by field, in canonical text.
func (v view) says(item *evidence.Item) string {
	kind := &v.contract.Evidence[item.Kind]
	var parts []string
	for i := range item.Values {
		if text := evidence.AppendFigure(nil, &kind.Says[i], item.Values[i]); len(text) > 0 {
			parts = append(parts, terminal.Words(kind.Says[i].Name)+" "+item.Values[i].Format(v.contract.Currency))
		}
	}
	return strings.Join(parts, ", ")
}

// explanationJSON is one line with its working, as explain --json prints it.
type explanationJSON struct {
	Unit    string            `json:"unit"`
	Payment string            `json:"payment"`
	Of      string            `json:"of,omitempty"`
	Period  int               `json:"period"`
	Count   string            `json:"count,omitempty"`
	ToDate  string            `json:"to_date"`
	Notes   []string          `json:"notes,omitempty"`
	Steps   []statements.Step `json:"steps"`
}

// itemJSON is one item of evidence and what it did.
type itemJSON struct {
	Kind    string            `json:"kind"`
	Unit    string            `json:"unit"`
	First   string            `json:"first"`
	Last    string            `json:"last,omitempty"`
	Learned string            `json:"learned"`
	Says    map[string]string `json:"says"`
	ID      string            `json:"id,omitempty"`
	Source  string            `json:"source,omitempty"`
	Use     string            `json:"use"`
}

func explainedJSON(c *contracts.Contract, on engine.Occasion, explained []engine.Explanation, uses []engine.ItemUse) map[string]any {
	lines, items := []explanationJSON{}, []itemJSON{}
	for _, e := range explained {
		l := e.Line
		lines = append(lines, explanationJSON{Unit: e.Unit, Payment: l.Payment, Of: l.Of, Period: l.Period, Count: l.Count, ToDate: l.ToDate.String(),
			Notes: l.Notes, Steps: append([]statements.Step{}, e.Steps...)})
	}
	for _, use := range uses {
		item := itemJSON{Kind: use.Kind, Unit: use.Unit, First: use.Item.First.String(), Learned: use.Item.Learned.String(), ID: use.Item.ID, Source: use.Item.Source, Use: use.Use, Says: map[string]string{}}
		if use.Item.Last != use.Item.First {
			item.Last = use.Item.Last.String()
		}
		says := c.Evidence[use.Item.Kind].Says
		for i := range use.Item.Values {
			if text := evidence.AppendFigure(nil, &says[i], use.Item.Values[i]); len(text) > 0 {
				item.Says[says[i].Name] = string(text)
			}
		}
		items = append(items, item)
	}
	return map[string]any{"contract": c.ID, "through": on.Through.String(), "cut_off": on.CutOff.String(), "lines": lines, "items": items}
}
