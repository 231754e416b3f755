package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/engine"
	"outturn/engine/report"
	"outturn/engine/statements"
)

// reportCmd prints what a partnership's board, or one party's accounting officer, reads of a settlement.
type reportCmd struct {
	Dir       string `arg:"" help:"Folder with contract.yaml, evidence, and the statements issued before."`
	Board     bool   `help:"The partnership board's report. This is what is printed unless --officer is said." xor:"whose"`
	Officer   string `help:"The statement of one party's accounting officer." placeholder:"PARTY" xor:"whose"`
	Statement int    `help:"Of a recorded statement, instead of what would be settled now." placeholder:"N"`
	Small     int    `help:"Show no count below this, other than nought, nor what would say it; 0 shows all. The contract's own stands where it is higher." default:"5" placeholder:"N"`
	AsAt      day    `help:"Last day settled. Usually the end of the latest settlement period with evidence." placeholder:"DAY"`
	KnownAt   day    `help:"Last day on which evidence could be learned. Usually as long after as the contract says." placeholder:"DAY"`
	HTML      string `help:"Write it as a page for people, with a waterfall of each saving and who invests and who benefits." name:"html" placeholder:"FILE"`
	Memory    size   `help:"Memory for sorting evidence; beyond it, temporary files." default:"256MiB" placeholder:"SIZE"`
	JSON      bool   `help:"Print one JSON document." name:"json"`
}

// boardJSON and officerJSON are what report --json prints.
type boardJSON struct {
	report.Head
	Board report.Board `json:"board"`
	HTML  string       `json:"html,omitempty"`
}

type officerJSON struct {
	report.Head
	Officer report.Officer `json:"officer"`
	HTML    string         `json:"html,omitempty"`
}

// Run prints the report, and finds something where its sums do not agree.
func (cmd *reportCmd) Run(w terminal.World) error {
	return finding(w, cmd.run(w), cmd.JSON)
}

func (cmd *reportCmd) run(w terminal.World) (err error) {
	if cmd.Small < 0 {
		return terminal.Usage(errors.New("--small is a count: 3 or more, or 0 to show all"))
	}
	f, err := openFolder(cmd.Dir, "", cmd.Memory)
	if err != nil {
		return err
	}
	if cmd.Officer != "" && !slices.Contains(partyIDs(f), cmd.Officer) {
		return terminal.Usage(fmt.Errorf("--officer %s: there is no such party in %s; the parties are %s", cmd.Officer, f.contract.ID, strings.Join(partyIDs(f), ", ")))
	}
	var html *htmlFile
	if cmd.HTML != "" {
		if html, err = newHTMLFile(cmd.HTML); err != nil {
			return err
		}
		defer html.abandon()
	}
	statements, err := f.reported(w, cmd.Statement, occasion{cmd.AsAt.Date, cmd.KnownAt.Date, false})
	if err != nil {
		return err
	}
	r, err := report.New(report.Input{Contract: f.contract, Statements: statements, Small: cmd.Small})
	if err != nil {
		return err
	}
	v := reportView{view: view{contract: f.contract, statement: statements[len(statements)-1], width: w.Width(), colour: w.Colour()}, Report: r}
	return cmd.print(w, v, html)
}

func (cmd *reportCmd) print(w terminal.World, v reportView, html *htmlFile) error {
	r, checks := v.Report, v.Board.Reconciliation
	var document any = boardJSON{r.Head, r.Board, cmd.HTML}
	s, err := v.board()
	if cmd.Officer != "" {
		o := v.officer(cmd.Officer)
		document, checks = officerJSON{r.Head, *o, cmd.HTML}, o.Reconciliation
		s = v.officerSheet(o)
	}
	if err == nil && html != nil {
		err = html.page(func() ([]byte, error) { return htmlReport(v, s) })
	}
	if err != nil {
		return err
	}
	if cmd.JSON {
		err = terminal.WriteJSON(w.Stdout, document)
	} else {
		p := &terminal.Page{Width: v.width, Colour: v.colour}
		s.Print(p, v.of(), v.head(), v.note())
		_, err = io.WriteString(w.Stdout, p.Text.String())
	}
	if err == nil && slices.ContainsFunc(checks, func(a report.Agreement) bool { return !a.Agrees }) {
		return terminal.ErrFound
	}
	return err
}

// reported are the final statements of a folder up to the one that is reported: a recorded one, or what would be settled
// now; where that is recorded already and nothing has come since, the recorded one.
func (f *folder) reported(w terminal.World, number int, on occasion) ([]statements.Statement, error) {
	if number != 0 {
		issued, _, err := f.statements()
		if err != nil {
			return nil, err
		}
		defer issued.Close()
		if number < 0 || number > len(issued.Stored) {
			return nil, terminal.Usage(fmt.Errorf("%s has %s recorded; outturn settle %s --record records one", f.dir, terminal.Counted(len(issued.Stored), "statement"), f.dir))
		}
		all := make([]statements.Statement, number)
		for i := range all {
			all[i] = issued.Stored[i].Statement
		}
		return all, nil
	}
	progress := newProgress(w)
	defer progress.done()
	r, err := f.ready(on, progress.read)
	if err != nil {
		return nil, err
	}
	defer r.close()
	st, err := engine.Settle(f.contract, r.on, r.Snapshot, r.position, nil)
	if err != nil {
		return nil, err
	}
	var all []statements.Statement
	for _, stored := range r.prior.Stored {
		all = append(all, stored.Statement)
	}
	if n := len(all); n > 0 && all[n-1].Through == st.Through && all[n-1].CutOff == st.CutOff {
		return all, nil
	}
	return append(all, st), nil
}

func partyIDs(f *folder) []string {
	var ids []string
	for _, p := range f.contract.Parties {
		ids = append(ids, p.ID)
	}
	return ids
}
