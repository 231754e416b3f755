package schedule

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/store"
)

// Evidence is also fetched: from a folder into which somebody puts files, or from an HTTPS location. It comes in by the
// same door as what is sent, one batch a file, whole or not at all unless the source says that its sound part will do.
// The same bytes are taken once, so that a file that is read twice, by two processes or after a crash, does no harm.

// Admit says what may come from a source beyond what the contract asks of a row: it returns what looks at each row, and
// gives the faults it finds; an error of it ends the look.
type Admit func(ctx context.Context, v *store.View, s store.Source, terms *contracts.Contract) (func(*evidence.Row) ([]evidence.Fault, error), error)

// The limits of a source.
const (
	sourceBytesMax = 8 << 30 // of one file
	sourceFilesMax = 1000    // at one look; the others come at the next
	mappingMax     = 1 << 20
	faultsMax      = 1000 // of one file that are listed; the others are counted
)

// lookAtSource asks for a look at one source whose time has come. Looks that were missed are made up for by one.
func (w *Worker) lookAtSource(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	list, err := tx.DueSources(ctx, now, 1)
	if err != nil || len(list) == 0 {
		return false, err
	}
	s := list[0]
	times, err := ParseTimes(s.Cron, s.Zone)
	if err != nil {
		s.Next, s.Why = time.Time{}, err.Error() // it rests until it is written again
		return true, tx.SetSource(ctx, s)
	}
	s.Next, _ = times.After(now)
	if err := w.jobs.QueueSource(ctx, tx, s); err != nil {
		return false, err
	}
	return true, tx.SetSource(ctx, s)
}

// read does one look at a source. What is wrong is noted on the source; the next look comes by its own times.
func (w *Worker) read(ctx context.Context, j store.SourceJob) error {
	in := intake{Worker: w}
	err := w.o.Store.SystemRead(ctx, func(v *store.View) (err error) {
		if in.source, err = v.Source(ctx, j.Contract, j.Source); err != nil {
			return err
		}
		in.etag = in.source.ETag
		in.terms, _, err = inForce(ctx, v, &w.documents, j.Contract)
		return err
	})
	if errors.Is(err, store.ErrUnknown) {
		return nil
	}
	if err == nil {
		switch in.source.Kind {
		case store.SourceDirectory:
			err = in.folder(ctx)
		case store.SourceHTTPS:
			err = in.fetch(ctx)
		}
	}
	why := ""
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		why = err.Error()
		w.o.Log.Warn("a source could not be read", "contract", j.Contract, "source", j.Source, "error", err)
	}
	return w.o.Store.System(ctx, w.o.Now(), func(tx *store.Tx) error {
		return tx.SourceLooked(ctx, j.Contract, j.Source, in.etag, w.o.Now(), why)
	})
}

// intake is one look at a source.
type intake struct {
	*Worker
	source store.Source
	terms  *contracts.Contract
	etag   string // of what was fetched last
}

// given is one file as it was found.
type given struct {
	name    string
	body    io.ReaderAt
	size    int64
	mapping []byte // how a published file is read; nil: in the contract's own words
}

// report is what became of a file, as it is put beside it.
type report struct {
	File     string        `json:"file"`
	Contract string        `json:"contract"`
	Source   string        `json:"source"`
	State    string        `json:"state"` // "accepted", "part", "refused"
	Why      string        `json:"why,omitempty"`
	Batch    string        `json:"batch,omitempty"`
	Before   bool          `json:"received_before,omitempty"`
	Rows     int           `json:"rows"`
	Accepted int           `json:"accepted"`
	Refused  int           `json:"refused"`
	Faults   []faultReport `json:"faults,omitempty"`
	More     int           `json:"more_faults,omitempty"`
	Digest   string        `json:"sha256,omitempty"`
	At       string        `json:"at"`
}

// faultReport is one fault of a file as its report has it.
type faultReport struct {
	Line   int    `json:"line,omitempty"`
	Field  string `json:"field,omitempty"`
	Found  string `json:"found,omitempty"`
	Rule   string `json:"rule"`
	Remedy string `json:"remedy,omitempty"`
}

// faultsReported puts faults as the report has them.
func faultsReported(list []evidence.Fault) (out []faultReport) {
	for _, f := range list {
		out = append(out, faultReport{f.Line, f.Field, f.Value, f.Rule, f.Remedy})
	}
	return out
}

// take takes one file in, and keeps its report.
func (in *intake) take(ctx context.Context, g given) (report, error) {
	r := report{File: g.name, Contract: in.source.Contract, Source: in.source.Name, State: store.BatchRefused, At: in.o.Now().UTC().Format(time.RFC3339)}
	format := map[string]string{".csv": "csv", ".ndjson": "ndjson"}[path.Ext(g.name)]
	switch {
	case format == "":
		r.Why = "evidence is a .csv or an .ndjson file; convert or unpack it"
	case g.size > sourceBytesMax:
		r.Why = fmt.Sprintf("the file has %d bytes, and %d is the most; divide it", g.size, int64(sourceBytesMax))
	default:
		return in.receive(ctx, g, format, r)
	}
	return r, in.o.Store.System(ctx, in.o.Now(), func(tx *store.Tx) error { return in.keep(ctx, tx, &r, nil) })
}

// receive takes in a file as one batch.
func (in *intake) receive(ctx context.Context, g given, format string, r report) (report, error) {
	digest, err := digestOf(g)
	if err != nil {
		return r, err
	}
	r.Digest = hex.EncodeToString(digest[:])
	id, err := newBatch()
	if err != nil {
		return r, err
	}
	err = in.o.Store.System(ctx, in.o.Now(), func(tx *store.Tx) error {
		d := &door{given: g, in: in}
		if in.o.Admit != nil {
			if d.admit, err = in.o.Admit(ctx, &tx.View, in.source, in.terms); err != nil {
				return err
			}
		}
		b, err := tx.Receive(ctx, store.Receipt{
			Batch: store.Batch{ID: id, Contract: in.source.Contract, Organisation: in.source.Organisation, Person: actor + "/" + in.source.Name, Format: format, Name: g.name,
				Digest: digest, At: in.o.Now()},
			Terms: in.terms, Sound: in.source.Sound, Rows: d.rows, Refused: func() int { return d.refused },
			Place: func(sequence uint64) (string, int) { return g.name, ingest.SequenceLine(sequence) }})
		if err != nil {
			return err
		}
		r.State, r.Batch, r.Before, r.Rows, r.Accepted, r.Refused, r.Faults, r.More = b.State, b.ID, b.ID != id, b.Rows, b.Accepted, b.Refused, faultsReported(b.Faults), b.MoreFaults
		return in.keep(ctx, tx, &r, digest[:])
	})
	if err != nil && !store.Passing(err) { // such as a mapping that cannot be read
		r.Why = err.Error()
		err = in.o.Store.System(ctx, in.o.Now(), func(tx *store.Tx) error { return in.keep(ctx, tx, &r, digest[:]) })
	}
	return r, err
}

// keep writes the report of a file down, in the transaction of what became of it.
func (in *intake) keep(ctx context.Context, tx *store.Tx, r *report, digest []byte) error {
	at := in.o.Now()
	err := tx.AddSourceFile(ctx, store.SourceFile{Contract: r.Contract, Source: r.Source, Name: r.File, Digest: digest, State: r.State, Batch: r.Batch, Why: r.Why, At: at})
	if err != nil {
		return err
	}
	status := 201
	if r.State == store.BatchRefused {
		status = 422
	}
	return tx.Audit(ctx, store.AuditRow{Contract: r.Contract, Organisation: in.source.Organisation, Person: actor, Operation: "read-source", RequestID: r.Source,
		Status: status, Subject: r.File + ": " + r.State + " " + r.Batch, At: at})
}

// digestOf is the digest by which a file is known again: of its bytes, and of how they are read.
func digestOf(g given) (digest [32]byte, err error) {
	h := sha256.New()
	if g.mapping != nil {
		m := sha256.Sum256(g.mapping)
		h.Write(m[:])
	}
	if _, err := io.Copy(h, io.NewSectionReader(g.body, 0, g.size)); err != nil {
		return digest, err
	}
	return [32]byte(h.Sum(nil)), nil
}

// newBatch makes up a name for a batch.
func newBatch() (string, error) {
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return "batch-" + hex.EncodeToString(b[:]), nil
}

// door looks at each row of a file before it is taken.
type door struct {
	given
	in      *intake
	admit   func(*evidence.Row) ([]evidence.Fault, error)
	refused int
}

// rows reads the file and hands on what is sound and may come from this source.
func (d *door) rows(take func(*evidence.Row) error) error {
	var own evidence.Faults
	bad := map[int]bool{}
	today := calendarDay(d.in.o.Now())
	d.refused = 0
	err := ingest.Rows(d.in.terms, d, ingest.Options{TempDir: d.in.o.TempDir, MaxFaults: faultsMax}, func(row *evidence.Row) error {
		var faults []evidence.Fault
		if d.admit == nil && row.Item && row.Learned > today {
			faults = append(faults, evidence.Fault{Field: "learned", Value: row.Learned.String(), Rule: "a day that has not come", Remedy: "say when it became known"})
		}
		if d.admit != nil {
			found, err := d.admit(row)
			if err != nil {
				return err
			}
			faults = append(faults, found...)
		}
		for _, f := range faults {
			f.File, f.Line = d.name, ingest.SequenceLine(row.Sequence)
			bad[f.Line] = true
			if len(own.List) < faultsMax {
				own.List = append(own.List, f)
			} else {
				own.More++
			}
		}
		if len(faults) > 0 {
			return nil
		}
		return take(row)
	})
	var theirs *evidence.Faults
	if errors.As(err, &theirs) {
		for _, f := range theirs.List {
			bad[f.Line] = true
		}
		own.List, own.More = append(own.List, theirs.List...), own.More+theirs.More
	} else if err != nil {
		return err
	}
	if d.refused = len(bad) + own.More; d.refused == 0 {
		return nil
	}
	evidence.SortFaults(own.List)
	return &own
}

// calendarDay is the day of an instant, in UTC.
func calendarDay(at time.Time) calendar.Date {
	year, month, of := at.UTC().Date()
	day, err := calendar.NewDate(year, int(month), of)
	if err != nil {
		panic("schedule: the clock shows no day: " + err.Error())
	}
	return day
}
