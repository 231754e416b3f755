package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"outturn/api/client"
	"outturn/cmd/outturn/terminal"
	"outturn/engine/statements"
)

type remoteSend struct {
	Contract string   `arg:"" help:"The contract."`
	Files    []string `arg:"" help:"Evidence: .csv, .ndjson or .json, sent in this order." type:"existingfile"`
	Mapping  string   `help:"evidence.yaml, for files that are not in the contract's own words." type:"existingfile" placeholder:"FILE"`
	Sound    bool     `help:"Take the sound rows of a file with faults; without it, all of a file or nothing."`
}

// mediaOf is how each kind of file is sent.
var mediaOf = map[string]string{".csv": "text/csv", ".ndjson": "application/x-ndjson", ".json": "application/json"}

// Run sends each file, and stops at the first that is refused. Sent again, what was taken before is answered with the batch it
// made then.
func (cmd *remoteSend) Run(w terminal.World, remote *Commands) error {
	for _, file := range cmd.Files {
		if mediaOf[filepath.Ext(file)] == "" {
			return terminal.Usage(fmt.Errorf("%s: evidence is read from .csv, .ndjson and .json", file))
		}
	}
	return remote.with(w, func(ctx context.Context, s *distant) error {
		var mapping []byte
		if cmd.Mapping != "" {
			var err error
			if mapping, err = os.ReadFile(cmd.Mapping); err != nil {
				return terminal.Usage(err)
			}
		}
		batches := make([]client.Batch, 0, len(cmd.Files))
		rows := terminal.Table{Columns: []terminal.Column{{Title: "file", Flex: true}, {Title: "batch"}, {Title: "rows", Right: true}, {Title: "taken", Right: true}, {Title: "refused", Right: true}, {Title: "state"}}}
		var faults []client.Fault
		for _, file := range cmd.Files {
			b, err := cmd.send(ctx, s, file, mapping)
			if err != nil {
				return errors.Join(s.sent(batches, rows, nil), fmt.Errorf("%s: %w", file, err))
			}
			batches, faults = append(batches, b), append(faults, b.Faults...)
			rows.Add(file, b.ID, terminal.Grouped(b.Rows), terminal.Grouped(b.Accepted), terminal.Grouped(b.Refused), b.State)
		}
		return s.sent(batches, rows, faults)
	})
}

func (cmd *remoteSend) send(ctx context.Context, s *distant, file string, mapping []byte) (b client.Batch, err error) {
	from, err := os.Open(file)
	if err != nil {
		return b, terminal.Usage(err)
	}
	defer from.Close()
	return s.SendBatch(ctx, cmd.Contract, client.Evidence{Name: filepath.Base(file), ContentType: mediaOf[filepath.Ext(file)], Body: from, Mapping: mapping, Sound: cmd.Sound})
}

// sent shows what was taken, and what of it was not.
func (s *distant) sent(batches []client.Batch, rows terminal.Table, faults []client.Fault) error {
	if len(batches) == 0 {
		return nil
	}
	err := s.print(batches, func(p *terminal.Page) {
		p.Write(0, rows)
		for _, f := range faults {
			p.Line(2, f.String(), terminal.Plain)
		}
	})
	if err == nil && len(faults) > 0 {
		return terminal.ErrFound
	}
	return err
}

type remoteExplain struct {
	Contract string `arg:"" help:"The contract."`
	Unit     string `arg:"" optional:"" help:"The unit; without it, what is worked out of the whole."`
	Number   int    `help:"Of which statement." placeholder:"N"`
	Through  string `help:"Without a statement: what would be due through this day as the evidence stands." placeholder:"DAY"`
	Payment  string `help:"Of this payment alone." placeholder:"PAYMENT"`
}

// Run shows what evidence earned.
func (cmd *remoteExplain) Run(w terminal.World, remote *Commands) error {
	if (cmd.Number == 0) == (cmd.Through == "") {
		return terminal.Usage(errors.New("give --number, for a statement that was issued, or --through, for what would be due by a day"))
	}
	return remote.with(w, func(ctx context.Context, s *distant) error {
		written, err := s.amounts(ctx, cmd.Contract)
		if err != nil {
			return err
		}
		var e client.Explained
		if cmd.Number > 0 {
			e, err = s.ExplainStatement(ctx, cmd.Contract, cmd.Number, cmd.Unit, cmd.Payment)
		} else {
			e, err = s.ExplainPreview(ctx, cmd.Contract, cmd.Through, cmd.Unit)
		}
		if err != nil {
			return err
		}
		return s.print(e, func(p *terminal.Page) { explained(p, e, written, cmd.Payment) })
	})
}

// explained lays out the lines of a unit, each with its working, and what each item of evidence did.
func explained(p *terminal.Page, e client.Explained, written amounts, payment string) {
	p.Line(0, fmt.Sprintf("Through %s, told by %s (%s).", terminal.Long(e.Through), terminal.Long(e.CutOff), e.Status), terminal.Dim)
	for _, line := range e.Lines {
		if payment != "" && line.Payment != payment {
			continue
		}
		name := terminal.Words(line.Payment)
		if line.Of != "" {
			name += ", " + line.Of
		}
		if line.Period > 0 {
			name += fmt.Sprintf(", period %d", line.Period)
		}
		p.Blank()
		p.Ends(name, written.of(line.ToDate)+" to date, "+written.of(line.Due)+" due", terminal.Bold)
		if line.Reason != "" {
			p.Line(2, line.Reason, terminal.Plain)
		}
		for _, note := range line.Notes {
			p.Line(2, note, terminal.Dim)
		}
		steps := make([]statements.Step, len(line.Steps))
		for i, step := range line.Steps {
			steps[i] = statements.Step{Depth: step.Depth, Name: step.Name, Text: step.Text, Value: step.Value, Clause: step.Clause}
		}
		terminal.Tape(p, 2, steps)
	}
	rows := terminal.Table{Columns: []terminal.Column{{Title: "item"}, {Title: "day"}, {Title: "known"}, {Title: "what it did", Flex: true}}}
	for _, item := range e.Items {
		day := item.First
		if item.Last != "" && item.Last != item.First {
			day += " to " + item.Last
		}
		rows.Add(strings.TrimSpace(item.Kind+" "+item.ID), day, item.Learned, item.Use)
	}
	if len(rows.Lines) > 0 {
		p.Heading("Evidence")
		p.Write(2, rows)
	}
}
