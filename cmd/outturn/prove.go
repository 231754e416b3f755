package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/proof"
)

// exportCmd writes a bundle.
type exportCmd struct {
	Dir      string `arg:"" help:"Folder with contract.yaml, evidence, and recorded statements."`
	Number   int    `help:"Which statement; without it, the latest." placeholder:"N"`
	Out      string `help:"Bundle to write; it must not exist yet." required:"" placeholder:"BUNDLE"`
	Contract string `help:"The contract file as it was then, when the folder's has been varied since." placeholder:"FILE"`
	Memory   size   `help:"Memory for sorting evidence; beyond it, temporary files." default:"256MiB" placeholder:"SIZE"`
	JSON     bool   `help:"Print one JSON document." name:"json"`
}

// Run writes the bundle of a recorded statement.
func (cmd *exportCmd) Run(w terminal.World) error {
	return finding(w, cmd.run(w), cmd.JSON)
}

func (cmd *exportCmd) run(w terminal.World) error {
	f, err := openFolder(cmd.Dir, cmd.Contract, cmd.Memory)
	if err != nil {
		return err
	}
	issued, _, err := f.statements()
	if err != nil {
		return err
	}
	defer issued.Close()
	number := cmd.Number
	if number == 0 {
		number = len(issued.Stored)
	}
	if number < 1 || number > len(issued.Stored) {
		return terminal.Usage(fmt.Errorf("%s has %s recorded; outturn settle %s --record records one", cmd.Dir, terminal.Counted(len(issued.Stored), "statement"), cmd.Dir))
	}
	statement := issued.Stored[number-1]
	cutOff, err := calendar.ParseDate(statement.Statement.CutOff)
	if err != nil {
		return err
	}
	progress := newProgress(w)
	defer progress.done()
	snapshot, err := f.evidence(cutOff, progress.read)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	bundle := proof.Bundle{Contract: f.contract, Snapshot: snapshot, Prior: issued.Stored[:number-1], Statement: statement}
	if err := writeBundle(cmd.Out, bundle); err != nil {
		return err
	}
	progress.done()
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, map[string]any{"bundle": cmd.Out, "contract": f.contract.ID, "number": number, "statement": statement.Digest.String()})
	}
	_, err = fmt.Fprintf(w.Stdout, "%s: statement %d of %s, through %s, with all it was made from.\nAnybody can make it again: outturn verify %s\n", cmd.Out, number, f.contract.ID, terminal.Long(statement.Statement.Through), cmd.Out)
	return err
}

// writeBundle writes a bundle whole, or leaves nothing behind.
func writeBundle(name string, bundle proof.Bundle) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, os.ErrExist) {
		return terminal.Usage(fmt.Errorf("%s exists; a bundle is written to a new file", name))
	}
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	err = bundle.Write(buffered)
	if err = errors.Join(err, buffered.Flush(), file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// verifyCmd makes a bundle's statement again.
type verifyCmd struct {
	Bundle string `arg:"" help:"Bundle that outturn export wrote."`
	JSON   bool   `help:"Print one JSON document." name:"json"`
}

// verifiedJSON is what verify --json prints.
type verifiedJSON struct {
	Verified bool `json:"verified"`
	*proof.Report
}

// Run verifies the bundle and says what it found.
func (cmd *verifyCmd) Run(w terminal.World) error {
	file, err := os.Open(cmd.Bundle)
	if err != nil {
		return terminal.Usage(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	report, err := proof.Verify(file, info.Size())
	if err != nil {
		return finding(w, err, cmd.JSON)
	}
	if cmd.JSON {
		err = terminal.WriteJSON(w.Stdout, verifiedJSON{report.OK(), report})
	} else {
		p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
		printReport(p, filepath.Base(cmd.Bundle), report)
		_, err = io.WriteString(w.Stdout, p.Text.String())
	}
	if err == nil && !report.OK() {
		err = terminal.ErrFound
	}
	return err
}

func printReport(p *terminal.Page, name string, r *proof.Report) {
	if r.OK() {
		p.Line(0, fmt.Sprintf("%s: verified. Statement %d of %s, %s, through %s, was made again from the bundle alone and is the same to the byte.", name, r.Number, r.Contract, r.Status, terminal.Long(r.Through)), terminal.Bold)
		p.Line(2, fmt.Sprintf("%s, %s, %s; %s, every byte of them covered", terminal.Counted(r.Units, "unit"), terminal.Counted(r.Items, "item"), terminal.Counted(r.Lines, "line"), terminal.Counted(r.Parts, "part")), terminal.Plain)
		p.Line(2, "statement "+r.Statement, terminal.Plain)
		p.Line(2, "A bundle is not signed yet: hold this digest against the one you were given.", terminal.Dim)
		return
	}
	p.Line(0, name+": NOT verified.", terminal.Bold)
	for _, fault := range r.Faults {
		p.Line(2, fault, terminal.Plain)
	}
	if len(r.Differences) > 0 {
		p.Heading("Lines that come out otherwise when settled again")
		t := terminal.Table{Columns: []terminal.Column{{Title: "unit", Flex: true}, {Title: "payment"}, {Title: "period", Right: true}, {Title: "statement says", Right: true}, {Title: "settling again gives", Right: true}, {Title: "difference", Right: true}}}
		for _, d := range r.Differences {
			of := d.Unit
			if of == "" {
				of = "the whole"
			}
			if d.Of != "" {
				of += " / " + d.Of
			}
			t.Add(of, terminal.Words(d.Payment), period(d.Period), orNone(d.Expected), orNone(d.Found), d.By)
		}
		p.Write(2, t)
		if r.More > 0 {
			p.Line(2, fmt.Sprintf("and %s", terminal.Counted(r.More, "more line")), terminal.Plain)
		}
	}
}

func orNone(amount string) string {
	if amount == "" {
		return "no line"
	}
	return amount
}

// versionCmd prints the version.
type versionCmd struct {
	JSON bool `help:"Print one JSON document." name:"json"`
}

// Run prints which program this is and which edition of the language it reads.
func (cmd *versionCmd) Run(w terminal.World) error {
	version, revision := "(development)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, map[string]any{"version": version, "revision": revision, "edition": contracts.Edition, "bundle": proof.BundleEdition})
	}
	_, err := fmt.Fprintf(w.Stdout, "outturn %s %s\ncontract language, edition %d; bundle, layout %d\n", version, revision, contracts.Edition, proof.BundleEdition)
	return err
}
