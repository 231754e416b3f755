package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"outturn/api/client"
	"outturn/engine"
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
func (cmd *remoteSend) Run(w world, remote *remoteCmd) error {
	for _, file := range cmd.Files {
		if mediaOf[filepath.Ext(file)] == "" {
			return usageError{fmt.Errorf("%s: evidence is read from .csv, .ndjson and .json", file)}
		}
	}
	return remote.with(w, func(ctx context.Context, s *distant) error {
		var mapping []byte
		if cmd.Mapping != "" {
			var err error
			if mapping, err = os.ReadFile(cmd.Mapping); err != nil {
				return usageError{err}
			}
		}
		batches := make([]client.Batch, 0, len(cmd.Files))
		rows := table{columns: []column{{title: "file", flex: true}, {title: "batch"}, {title: "rows", right: true}, {title: "taken", right: true}, {title: "refused", right: true}, {title: "state"}}}
		var faults []client.Fault
		for _, file := range cmd.Files {
			b, err := cmd.send(ctx, s, file, mapping)
			if err != nil {
				return errors.Join(s.sent(batches, rows, nil), fmt.Errorf("%s: %w", file, err))
			}
			batches, faults = append(batches, b), append(faults, b.Faults...)
			rows.add(file, b.ID, grouped(b.Rows), grouped(b.Accepted), grouped(b.Refused), b.State)
		}
		return s.sent(batches, rows, faults)
	})
}

func (cmd *remoteSend) send(ctx context.Context, s *distant, file string, mapping []byte) (b client.Batch, err error) {
	from, err := os.Open(file)
	if err != nil {
		return b, usageError{err}
	}
	defer from.Close()
	return s.SendBatch(ctx, cmd.Contract, client.Evidence{Name: filepath.Base(file), ContentType: mediaOf[filepath.Ext(file)], Body: from, Mapping: mapping, Sound: cmd.Sound})
}

// sent shows what was taken, and what of it was not.
func (s *distant) sent(batches []client.Batch, rows table, faults []client.Fault) error {
	if len(batches) == 0 {
		return nil
	}
	err := s.print(batches, func(p *page) {
		p.write(0, rows)
		for _, f := range faults {
			p.line(2, f.String(), plain)
		}
	})
	if err == nil && len(faults) > 0 {
		return errFound
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
func (cmd *remoteExplain) Run(w world, remote *remoteCmd) error {
	if (cmd.Number == 0) == (cmd.Through == "") {
		return usageError{errors.New("give --number, for a statement that was issued, or --through, for what would be due by a day")}
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
		return s.print(e, func(p *page) { explained(p, e, written, cmd.Payment) })
	})
}

// explained lays out the lines of a unit, each with its working, and what each item of evidence did.
func explained(p *page, e client.Explained, written amounts, payment string) {
	p.line(0, fmt.Sprintf("Through %s, told by %s (%s).", long(e.Through), long(e.CutOff), e.Status), dim)
	for _, line := range e.Lines {
		if payment != "" && line.Payment != payment {
			continue
		}
		name := words(line.Payment)
		if line.Of != "" {
			name += ", " + line.Of
		}
		if line.Period > 0 {
			name += fmt.Sprintf(", period %d", line.Period)
		}
		p.blank()
		p.ends(name, written.of(line.ToDate)+" to date, "+written.of(line.Due)+" due", bold)
		if line.Reason != "" {
			p.line(2, line.Reason, plain)
		}
		for _, note := range line.Notes {
			p.line(2, note, dim)
		}
		steps := make([]engine.Step, len(line.Steps))
		for i, step := range line.Steps {
			steps[i] = engine.Step{Depth: step.Depth, Name: step.Name, Text: step.Text, Value: step.Value, Clause: step.Clause}
		}
		tape(p, 2, steps)
	}
	rows := table{columns: []column{{title: "item"}, {title: "day"}, {title: "known"}, {title: "what it did", flex: true}}}
	for _, item := range e.Items {
		day := item.First
		if item.Last != "" && item.Last != item.First {
			day += " to " + item.Last
		}
		rows.add(strings.TrimSpace(item.Kind+" "+item.ID), day, item.Learned, item.Use)
	}
	if len(rows.rows) > 0 {
		p.heading("Evidence")
		p.write(2, rows)
	}
}
