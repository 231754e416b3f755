package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"outturn/cmd/outturn/expectation"
	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/proof"
	"outturn/engine/statements"
	"outturn/engine/whatif"
)

// settleCmd settles a folder.
type settleCmd struct {
	Dir         string `arg:"" help:"Folder with contract.yaml, evidence, and the statements issued before."`
	AsAt        day    `help:"Last day settled. Usually the end of the latest settlement period with evidence." placeholder:"DAY"`
	KnownAt     day    `help:"Last day on which evidence could be learned. Usually as long after as the contract says." placeholder:"DAY"`
	Provisional bool   `help:"Make a provisional statement, which posts nothing and is never taken off later."`
	Record      bool   `help:"Record the final statement in the folder, for later ones to take off."`
	Out         string `help:"Write statement.json and lines.ndjson into a new folder." placeholder:"FOLDER"`
	HTML        string `help:"Write the statement as a page for people, with plots of its comparisons, its savings and who benefits." name:"html" placeholder:"FILE"`
	Contract    string `help:"Settle with another contract file." placeholder:"FILE"`
	Lines       int    `help:"Lines shown a payment, and rows a list." default:"5"`
	Compare     bool   `help:"Show every unit that differs from what was published, not only a few."`
	Memory      size   `help:"Memory for sorting evidence; beyond it, temporary files." default:"256MiB" placeholder:"SIZE"`
	JSON        bool   `help:"Print one JSON document." name:"json"`
}

// settledJSON is what settle --json prints.
type settledJSON struct {
	Statement json.RawMessage              `json:"statement"`
	Digest    string                       `json:"digest"`
	Recorded  string                       `json:"recorded,omitempty"`
	Written   string                       `json:"written,omitempty"`
	HTML      string                       `json:"html,omitempty"` // the file that holds the page
	Lines     []json.RawMessage            `json:"lines"`          // some records; --out writes all of them
	Published *expectation.PublishedReport `json:"published,omitempty"`
}

// Run settles and prints the statement.
func (cmd *settleCmd) Run(w terminal.World) error {
	return finding(w, cmd.run(w), cmd.JSON)
}

func (cmd *settleCmd) run(w terminal.World) error {
	if cmd.Record && cmd.Provisional {
		return terminal.Usage(errors.New("a provisional statement is never prior to another, so --record does not go with --provisional; --out FOLDER keeps it"))
	}
	if cmd.Lines < 0 {
		return terminal.Usage(errors.New("--lines counts lines: nought or more"))
	}
	f, err := openFolder(cmd.Dir, cmd.Contract, cmd.Memory)
	if err != nil {
		return err
	}
	published, err := expectation.ReadPublished(f.files)
	if err != nil {
		return err
	}
	ctx, stop := terminal.Interruptible()
	defer stop()
	progress := newProgress(w)
	defer progress.done()
	r, err := f.ready(occasion{cmd.AsAt.Date, cmd.KnownAt.Date, cmd.Provisional}, progress.read)
	if err != nil {
		return err
	}
	defer r.close()
	s := &settlement{cmd: cmd, folder: f, sampler: newSampler(f.contract, cmd.Lines), published: published, prior: r.prior.Stored}
	if err := s.recorders(); err != nil {
		return err
	}
	defer s.abandon()
	st, err := engine.Settle(f.contract, r.on, &watched{r.Snapshot, ctx, progress}, r.position, s.sink())
	progress.done()
	if err != nil {
		return err
	}
	return s.print(w, st)
}

// settlement is one run of settle: where its records go, and what is made of them.
type settlement struct {
	cmd       *settleCmd
	folder    *folder
	sampler   *sampler
	published *expectation.Published
	amounts   map[string]money.Amount
	order     []string
	named     map[string]bool // units the published file names
	sums      expectation.UnitSums
	prior     []*proof.Stored
	record    *proof.Recorder
	out       *proof.Recorder
	html      *htmlFile
}

// recorders begins what the statement will be written to.
func (s *settlement) recorders() (err error) {
	defer func() {
		if err != nil {
			s.abandon()
		}
	}()
	if s.cmd.HTML != "" {
		if s.html, err = newHTMLFile(s.cmd.HTML); err != nil {
			return err
		}
	}
	if s.published != nil {
		if s.amounts, s.order, err = s.published.Read(s.folder.files, s.folder.contract); err != nil {
			return err
		}
		s.sums, s.named = expectation.UnitSums{}, map[string]bool{}
		for _, unit := range s.order {
			s.named[unit] = true
		}
		for _, stored := range s.prior {
			if err := s.sums.TakeAll(stored, s.named); err != nil {
				return err
			}
		}
	}
	if s.cmd.Record {
		if s.record, err = proof.NewRecorder(proof.RecordName(s.folder.dir, len(s.prior)+1)); err != nil {
			return err
		}
	}
	if s.cmd.Out != "" {
		s.out, err = proof.NewRecorder(s.cmd.Out)
	}
	return err
}

func (s *settlement) abandon() {
	if s.html != nil {
		s.html.abandon()
	}
	for _, r := range []*proof.Recorder{s.record, s.out} {
		if r != nil {
			_ = r.Abandon() // what is left behind is a temporary folder that nothing reads
		}
	}
}

// sink hands records to all that want them.
func (s *settlement) sink() engine.Sink {
	sinks := []engine.Sink{s.sampler.sink}
	if s.record != nil {
		sinks = append(sinks, s.record.Sink)
	}
	if s.out != nil {
		sinks = append(sinks, s.out.Sink)
	}
	if s.published != nil {
		sinks = append(sinks, whatif.EachRecord(s.folder.contract, func(r *statements.Record) { s.sums.Take(r, s.named) }))
	}
	return together(sinks...)
}

// print commits what is recorded, then prints the statement.
func (s *settlement) print(w terminal.World, st statements.Statement) error {
	digest, err := st.Digest()
	if err != nil {
		return err
	}
	v := view{contract: s.folder.contract, statement: st, digest: digest.String(), sample: s.sampler.kept, limit: s.cmd.Lines,
		dir: filepath.Clean(s.folder.dir), paged: s.cmd.HTML, width: w.Width(), colour: w.Colour()}
	recorded, written, err := s.commit(v)
	if err != nil {
		return err
	}
	var report *expectation.PublishedReport
	if s.published != nil {
		compared, err := s.published.Compare(s.folder.contract, s.sums, s.amounts, s.order)
		if err != nil {
			return err
		}
		report = &compared
	}
	if s.cmd.JSON {
		return s.printJSON(w, st, settledJSON{Digest: digest.String(), Recorded: recorded, Written: written, HTML: s.cmd.HTML, Published: report})
	}
	if v.recorded = recorded; written != "" {
		v.recorded = written
	}
	if _, err := io.WriteString(w.Stdout, printStatement(v)); err != nil {
		return err
	}
	if report == nil {
		return nil
	}
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	rows := s.cmd.Lines
	if s.cmd.Compare {
		rows = len(report.Rows)
	}
	expectation.PrintPublished(p, *report, rows)
	_, err = fmt.Fprint(w.Stdout, "\n"+p.Text.String())
	return err
}

// commit puts the statement and its page in their places, and says where. The page is written before the statement is
// recorded and put in its place after it, so that a page which cannot be made leaves nothing recorded.
func (s *settlement) commit(v view) (recorded, written string, err error) {
	if s.html != nil {
		page, err := htmlStatement(v)
		if err != nil {
			return "", "", err
		}
		if err := s.html.write(page); err != nil {
			return "", "", err
		}
	}
	if s.record != nil {
		if err := s.record.Commit(v.statement); err != nil {
			return "", "", err
		}
		recorded = proof.RecordName(s.folder.dir, len(s.prior)+1)
	}
	if s.out != nil {
		if err := s.out.Commit(v.statement); err != nil {
			return "", "", err
		}
		written = s.cmd.Out
	}
	if s.html != nil {
		if err := s.html.commit(); err != nil {
			return "", "", err
		}
	}
	return recorded, written, nil
}

func (s *settlement) printJSON(w terminal.World, st statements.Statement, document settledJSON) error {
	head, err := st.Bytes()
	if err != nil {
		return err
	}
	document.Statement = head
	document.Lines = []json.RawMessage{}
	for _, raw := range s.sampler.raw {
		document.Lines = append(document.Lines, raw)
	}
	return terminal.WriteJSON(w.Stdout, document)
}
