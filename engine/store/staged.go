package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// staged is where the rows of a body wait to be held against what is kept. Those of a small one wait here, and go along with
// each question: a table of the connection's own is emptied at every commit, which costs more than all the rest. From so many
// rows on they are copied into that table.
type staged struct {
	tx     *Tx
	c      *contracts.Contract
	chains [][]int
	few    []evidence.Row
	bytes  int
	copied bool
	k      *copier // while rows are copied
	spill  func(ctx context.Context) error
}

// The most rows, and bytes in them, that are few.
const (
	fewRows  = 200
	fewBytes = 256 << 10
)

// add puts a row, whose path must be whole, with the others.
func (s *staged) add(ctx context.Context, r *evidence.Row) error {
	if !s.copied {
		size, plain := textOf(r)
		if s.bytes += size; plain && len(s.few) < s.tx.store.few && s.bytes <= fewBytes {
			s.few = append(s.few, cloneRow(r))
			return nil
		}
		if err := s.spill(ctx); err != nil {
			return err
		}
		if err := s.tx.exec(ctx, stageSQL); err != nil {
			return err
		}
		s.copied = true
	}
	if s.k == nil {
		s.k = newCopier(ctx, s.tx, s.c)
		for i := range s.few {
			if err := s.k.add(&s.few[i]); err != nil {
				return err
			}
		}
		s.few = nil
	}
	return s.k.add(r)
}

// close ends adding: in good order, or as undone where an error is given. It must be called.
func (s *staged) close(err error) error {
	k := s.k
	if k == nil {
		return err
	}
	s.k = nil
	return k.close(err)
}

// drop takes refused rows out.
func (s *staged) drop(ctx context.Context, faulty map[uint64]bool) error {
	if !s.copied {
		s.few = slices.DeleteFunc(s.few, func(r evidence.Row) bool { return faulty[r.Sequence] })
		return nil
	}
	list := make([]int64, 0, len(faulty))
	for sequence := range faulty {
		list = append(list, int64(sequence))
	}
	return s.tx.exec(ctx, "delete from stage where at = any ($1)", list)
}

// fewSQL is the rows of a small body as the table that the others are copied into.
const fewSQL = `stage as (select * from json_to_recordset($%d::json) as r (
	at bigint, root_type text collate "C", root_key text collate "C", leaf text collate "C", path text[],
	kind text collate "C", first date, last date, learned date, is_item boolean, withdraws boolean, withheld boolean,
	id text collate "C", points text collate "C", source text, party text, cohort integer, facts text[], said text[]))`

// asks makes a statement that reads the stage, of what it says of it beforehand and of what it then does.
func (s *staged) asks(with, do string, args ...any) (string, []any) {
	if s.copied {
		if with != "" {
			with = "with " + with + " "
		}
		return with + do, args
	}
	stage := fmt.Sprintf(fewSQL, len(args)+1)
	if with != "" {
		stage += ", " + with
	}
	return "with " + stage + " " + do, append(args, s.json())
}

// json is the rows as json_to_recordset reads them.
func (s *staged) json() string {
	rows := make([]stagedRow, len(s.few))
	for i := range s.few {
		rows[i] = s.rowOf(&s.few[i])
	}
	b, err := json.Marshal(rows)
	if err != nil {
		panic("store: a row of texts that is no JSON: " + err.Error())
	}
	return string(b)
}

// stagedRow is a row as copier writes it. What is left out is null.
type stagedRow struct {
	At        uint64   `json:"at"`
	RootType  string   `json:"root_type"`
	RootKey   string   `json:"root_key"`
	Leaf      string   `json:"leaf"`
	Path      []string `json:"path,omitempty"`
	Kind      *string  `json:"kind,omitempty"`
	First     string   `json:"first,omitempty"`
	Last      string   `json:"last,omitempty"`
	Learned   string   `json:"learned,omitempty"`
	IsItem    bool     `json:"is_item"`
	Withdraws bool     `json:"withdraws"`
	Withheld  bool     `json:"withheld"`
	ID        string   `json:"id,omitempty"`
	Points    string   `json:"points,omitempty"`
	Source    string   `json:"source,omitempty"`
	Party     string   `json:"party,omitempty"`
	Cohort    int      `json:"cohort,omitempty"`
	Facts     []string `json:"facts,omitempty"`
	Said      []string `json:"said,omitempty"`
}

func (s *staged) rowOf(r *evidence.Row) stagedRow {
	day := func(d calendar.Date) string {
		if d.IsZero() {
			return ""
		}
		return d.String()
	}
	row := stagedRow{At: r.Sequence, First: day(r.First), Last: day(r.Last), Learned: day(r.Learned), IsItem: r.Item, Withdraws: r.Withdraws, Withheld: r.Withheld,
		ID: string(r.ID), Points: string(r.Points), Source: string(r.Source), Party: string(r.Party), Cohort: r.Cohort}
	if r.Leaf >= 0 {
		row.RootType, row.RootKey, row.Leaf = s.c.Units[s.chains[r.Leaf][0]].Name, string(r.Path[0]), s.c.Units[r.Leaf].Name
		for _, key := range r.Path[1:] {
			row.Path = append(row.Path, string(key))
		}
	}
	for i := range r.Facts {
		f := &r.Facts[i]
		unit := &s.c.Units[s.chains[r.Leaf][f.Level]]
		row.Facts = append(row.Facts, unit.Name+"."+unit.Facts[f.Fact].Name+"="+string(f.Text))
	}
	if r.Kind >= 0 {
		row.Kind = &s.c.Evidence[r.Kind].Name
		for i, text := range r.Values {
			if len(text) > 0 {
				row.Said = append(row.Said, s.c.Evidence[r.Kind].Says[i].Name+"="+string(text))
			}
		}
	}
	return row
}

// textOf is how many bytes a row has, and whether all of them are text.
func textOf(r *evidence.Row) (size int, plain bool) {
	plain = true
	look := func(b []byte) {
		size += len(b)
		plain = plain && utf8.Valid(b) && !slices.Contains(b, 0)
	}
	for _, list := range [][][]byte{r.Path, r.Values, {r.ID, r.Points, r.Source, r.Party}} {
		for _, b := range list {
			look(b)
		}
	}
	for i := range r.Facts {
		look(r.Facts[i].Text)
	}
	return size, plain
}
