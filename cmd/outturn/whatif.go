package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/whatif"
)

// whatifCmd settles the same evidence under other terms.
type whatifCmd struct {
	Dir         string   `arg:"" help:"Folder with contract.yaml and evidence, or a contract file: then its own examples are settled."`
	Terms       string   `help:"Settle under another version of the contract too, and show what differs." placeholder:"FILE"`
	Set         []string `help:"Settle with one value changed, such as caps.1.not_above=£900.00; may be given again." placeholder:"PATH=VALUE" sep:"none"`
	Sensitivity bool     `help:"Move each term up by a tenth, or to its next answer, and show by how much the total moves."`
	Open        bool     `help:"Answer each choice that the contract leaves open every way, and show what each reading pays."`
	On          string   `help:"What is settled: evidence or examples. Usually the evidence where there is any." enum:"evidence,examples,auto" default:"auto"`
	AsAt        day      `help:"Last day settled. Usually the end of the latest settlement period with evidence." placeholder:"DAY"`
	KnownAt     day      `help:"Last day on which evidence could be learned." placeholder:"DAY"`
	Rows        int      `help:"Rows shown of lines and of terms." default:"20"`
	Memory      size     `help:"Memory for sorting evidence; beyond it, temporary files." default:"256MiB" placeholder:"SIZE"`
	JSON        bool     `help:"Print one JSON document." name:"json"`
}

// Run settles as it is asked to.
func (cmd *whatifCmd) Run(w terminal.World) error { return finding(w, cmd.run(w), cmd.JSON) }

func (cmd *whatifCmd) run(w terminal.World) error {
	modes := 0
	for _, asked := range []bool{cmd.Terms != "", len(cmd.Set) > 0, cmd.Sensitivity, cmd.Open} {
		if asked {
			modes++
		}
	}
	if modes != 1 {
		return terminal.Usage(errors.New("say one of --terms FILE, --set PATH=VALUE, --sensitivity and --open"))
	}
	if cmd.Rows < 0 {
		return terminal.Usage(errors.New("--rows counts rows: nought or more"))
	}
	if cmd.Open {
		return cmd.open(w)
	}
	g, err := cmd.ground(w)
	if err != nil {
		return err
	}
	defer g.progress.done()
	before, err := g.settle(g.base)
	if err != nil {
		return err
	}
	if cmd.Sensitivity {
		return cmd.sensitivity(w, g, before)
	}
	then, edits, err := cmd.otherTerms(g.base)
	if err != nil {
		return err
	}
	after, err := g.settle(then)
	if err != nil {
		return fmt.Errorf("under %s: %w", then.File, err)
	}
	g.progress.done()
	return cmd.sideBySide(w, g, then, edits, before, after)
}

// otherTerms reads the other version, or makes it by changing values.
func (cmd *whatifCmd) otherTerms(base *contracts.Contract) (*contracts.Contract, []whatif.Edit, error) {
	if cmd.Terms != "" {
		c, err := readContract(cmd.Terms)
		if err == nil && c.Currency.Code != base.Currency.Code {
			err = fmt.Errorf("%s is in %s and %s in %s: sums of two currencies are not set side by side", base.File, base.Currency.Code, c.File, c.Currency.Code)
		}
		return c, nil, err
	}
	document := base.Source
	var edits []whatif.Edit
	for _, set := range cmd.Set {
		path, value, err := splitSet(set)
		if err != nil {
			return nil, nil, err
		}
		changed, edit, err := whatif.SetTerm(document, path, value)
		if err != nil {
			return nil, nil, terminal.Usage(fmt.Errorf("--set %s: %w", path, err))
		}
		document, edits = changed, append(edits, edit)
	}
	c, err := language.Decode(base.File+", changed", document)
	return c, edits, err
}

// ground is what is settled again and again: a folder's evidence on one occasion, or the examples of the contract.
type ground struct {
	base     *contracts.Contract
	folder   *folder
	on       occasion
	examples bool
	progress *progress
}

func (cmd *whatifCmd) ground(w terminal.World) (*ground, error) {
	c, err := readContract(cmd.Dir)
	if err != nil {
		return nil, err
	}
	g := &ground{base: c, on: occasion{cmd.AsAt.Date, cmd.KnownAt.Date, true}, progress: newProgress(w)}
	if err := cmd.chooseGround(g); err != nil {
		return nil, err
	}
	return g, nil
}

// chooseGround takes the evidence where the folder has any, else the examples, unless it is told which.
func (cmd *whatifCmd) chooseGround(g *ground) error {
	info, err := os.Stat(cmd.Dir)
	if err != nil {
		return terminal.Usage(err)
	}
	g.examples = cmd.On == "examples" || cmd.On == "auto" && (!info.IsDir() || !hasEvidence(cmd.Dir))
	if g.examples && g.base != nil && len(g.base.Examples) == 0 {
		return fmt.Errorf("%s has neither evidence nor examples to settle; put .csv or .ndjson files in evidence/, or write examples", cmd.Dir)
	}
	if !g.examples && !info.IsDir() {
		return terminal.Usage(fmt.Errorf("%s is a file; name the folder that holds the contract and its evidence, or say --on examples", cmd.Dir))
	}
	if !g.examples {
		g.folder = &folder{dir: cmd.Dir, files: os.DirFS(cmd.Dir), contract: g.base, memory: int64(cmd.Memory)}
	}
	return nil
}

// hasEvidence reports whether a folder holds files that are read as evidence.
func hasEvidence(dir string) bool {
	for _, pattern := range []string{"*.csv", "*.ndjson", "evidence/*.csv", "evidence/*.ndjson", "evidence.yaml"} {
		if found, err := filepath.Glob(filepath.Join(dir, pattern)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// settle settles the ground under a contract. The first settlement of evidence settles the day for all.
func (g *ground) settle(c *contracts.Contract) ([]whatif.Settled, error) {
	if g.examples {
		var all []whatif.Settled
		for i := range g.base.Examples {
			settled, err := whatif.SettleExample(c, &g.base.Examples[i])
			if err != nil {
				return nil, fmt.Errorf("the example that %s: %w", g.base.Examples[i].It, err)
			}
			all = append(all, settled)
		}
		return all, nil
	}
	under := *g.folder
	under.contract = c
	evidence, err := under.open(g.on, g.progress.read)
	if err != nil {
		return nil, err
	}
	defer evidence.close()
	settled, err := whatif.SettleLines(c, engine.Occasion{Through: evidence.on.Through, CutOff: evidence.on.CutOff}, evidence.Snapshot)
	if err != nil {
		return nil, err
	}
	g.on = occasion{evidence.on.Through, evidence.on.CutOff, true}
	settled.Name = "the evidence to " + evidence.on.Through.Long()
	return []whatif.Settled{settled}, nil
}

// sideBySide prints two settlements of one ground.
func (cmd *whatifCmd) sideBySide(w terminal.World, g *ground, then *contracts.Contract, edits []whatif.Edit, before, after []whatif.Settled) error {
	var all []whatif.Compared
	for i := range before {
		all = append(all, whatif.Compare(&before[i], &after[i]))
	}
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, comparedDocument(g.base, then, edits, all, cmd.Rows))
	}
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	printCompared(p, g.base, then, edits, all, cmd.Rows)
	_, err := io.WriteString(w.Stdout, p.Text.String())
	return err
}
