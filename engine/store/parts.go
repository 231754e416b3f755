package store

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"outturn/engine"
	"outturn/engine/evidence"
)

// The parts of a run that is divided among processes. Whoever works on the run makes them, pass by pass, and waits; whoever
// comes takes one under a lease, as runs are taken. What is kept of a part is what it came to in its pass, and of the
// last pass its lines. Parts are the run's attempt's own: another attempt begins anew.

// Range is a range of roots: from the first, up to but without the second. nil is the beginning, or the end.
type Range struct{ Begins, Ends []string } // type and key

// RunPart is one part of a run in one pass.
type RunPart struct {
	Contract, Run         string
	Attempt, Pass, Number int
	Range
	Version, Prior int // of the contract; how many final statements stand before
	Takes          int
}

// partsOf are the parts of one attempt at a run, in a pass.
const partsOf = " where contract = $1 and run = $2 and attempt = $3 and pass = $4"

// rangeSamples is how many roots are looked at for each range.
const rangeSamples = 64

// Divide divides the roots of a contract's evidence up to a sequence into so many ranges of about as many rows, or fewer.
func (v *View) Divide(ctx context.Context, contract string, upTo int64, into int) ([]Range, error) {
	rows, err := v.tx.Query(ctx, `select i.root_type, i.root_key from generate_series(0, $3::bigint - 1) n
		join items i on i.contract = $1 and i.sequence = 1 + n * $2 / $3 where i.root_type <> ''`, contract, upTo, into*rangeSamples)
	if err != nil {
		return nil, told(err)
	}
	roots, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]string, error) {
		root := make([]string, 2)
		return root, row.Scan(&root[0], &root[1])
	})
	if err != nil {
		return nil, told(err)
	}
	slices.SortFunc(roots, slices.Compare)
	list := []Range{{}}
	for i := 1; i < into && len(roots) > 0; i++ {
		at, last := roots[i*len(roots)/into], &list[len(list)-1]
		if slices.Compare(at, last.Begins) > 0 {
			last.Ends = at
			list = append(list, Range{Begins: at})
		}
	}
	return list, nil
}

// AddParts makes the parts of a run's next pass, and puts a job for each into the queue.
func (j *Jobs) AddParts(ctx context.Context, tx *Tx, parts []RunPart) error {
	var jobs []river.InsertManyParams
	for _, p := range parts {
		err := tx.exec(ctx, `insert into parts (contract, run, attempt, pass, number, begins, ends, version, prior) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			p.Contract, p.Run, p.Attempt, p.Pass, p.Number, texts(p.Begins), texts(p.Ends), p.Version, p.Prior)
		if err != nil {
			return err
		}
		jobs = append(jobs, river.InsertManyParams{Args: partArgs{p.Contract, p.Run, p.Attempt, p.Pass}, InsertOpts: &river.InsertOpts{Queue: queueParts}})
	}
	_, err := j.client.InsertManyFastTx(ctx, tx.tx, jobs)
	return told(err)
}

// TakePart takes up a part of a run's pass that nobody works on; ErrUnknown where there is none.
func (tx *Tx) TakePart(ctx context.Context, contract, run string, attempt, pass int, holder string, lease time.Duration) (RunPart, error) {
	const once = "materialized" //nolint:misspell // SQL's own word
	return one[RunPart](ctx, &tx.View, `with free as `+once+` (select number from parts`+partsOf+` and state = 'open'
			and (lease is null or lease < clock_timestamp()) order by number limit 1 for update skip locked)
		update parts p set takes = p.takes + 1, holder = $5, lease = clock_timestamp() + $6::interval from free
		where p.contract = $1 and p.run = $2 and p.attempt = $3 and p.pass = $4 and p.number = free.number
		returning p.contract, run, attempt, pass, p.number, begins, ends, version, prior, takes`, contract, run, attempt, pass, holder, lease)
}

// thisPart names a part in SQL, and who works on it by the number of the take.
const thisPart = partsOf + " and number = $5 and takes = $6 and state = 'open'"

func (p *RunPart) key() []any { return []any{p.Contract, p.Run, p.Attempt, p.Pass, p.Number, p.Takes} }

// KeepPart renews the lease of a part. ErrSuperseded where it is another's, done, or gone.
func (s *Store) KeepPart(ctx context.Context, p RunPart, lease time.Duration) error {
	tag, err := s.engine.Exec(ctx, "update parts set lease = clock_timestamp() + $7::interval"+thisPart, append(p.key(), lease)...)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrSuperseded
	}
	return told(err)
}

// PartWriter takes the lines of a part as they are settled.
type PartWriter struct {
	ctx   context.Context
	tx    *Tx
	part  RunPart
	b     []byte
	place int
}

// partChunk is about how many bytes of lines stand in one row; records are whole.
const partChunk = 1 << 20

// WritePart begins to write what a part came to. Whether it is still its taker's is found when it is done.
func (tx *Tx) WritePart(ctx context.Context, p RunPart) *PartWriter {
	return &PartWriter{ctx: ctx, tx: tx, part: p}
}

// Sink takes records.
func (w *PartWriter) Sink(records []byte) error {
	if w.b = append(w.b, records...); len(w.b) < partChunk {
		return nil
	}
	return w.flush()
}

func (w *PartWriter) flush() error {
	if len(w.b) == 0 {
		return nil
	}
	p := &w.part
	err := w.tx.exec(w.ctx, "insert into part_lines (contract, run, attempt, pass, number, take, place, bytes) values ($1, $2, $3, $4, $5, $6, $7, $8)",
		append(p.key(), w.place, w.b)...)
	w.place++
	w.b = w.b[:0]
	return err
}

// Done ends the part with what it came to, and of the first pass what its snapshot is. ErrSuperseded where it is another's by
// now: nothing of this transaction may then be kept.
func (w *PartWriter) Done(found engine.Part, stretch []byte) error {
	if err := w.flush(); err != nil {
		return err
	}
	err := w.tx.change(w.ctx, "update parts set state = 'done', holder = '', lease = null, found = $7, stretch = $8"+thisPart, append(w.part.key(), []byte(found), stretch)...)
	if errors.Is(err, ErrUnknown) {
		return ErrSuperseded
	}
	return err
}

// LeavePart lets go of a part: failed for a reason, or open again where there is none.
func (tx *Tx) LeavePart(ctx context.Context, p RunPart, why string) error {
	return tx.exec(ctx, "update parts set state = case when $7 = '' then 'open' else 'failed' end, why = $7, holder = '', lease = null"+thisPart, append(p.key(), why)...)
}

// PartsState says of a pass how many parts are not done, and why one failed.
func (v *View) PartsState(ctx context.Context, contract, run string, attempt, pass int) (open int, why string, err error) {
	err = v.tx.QueryRow(ctx, "select count(*) filter (where state <> 'done'), coalesce(max(why) filter (where state = 'failed'), '') from parts"+partsOf,
		contract, run, attempt, pass).Scan(&open, &why)
	return open, why, told(err)
}

// PartsFound is what each part of a pass came to, in order.
func (v *View) PartsFound(ctx context.Context, contract, run string, attempt, pass int) ([]engine.Part, error) {
	rows, err := v.tx.Query(ctx, "select found from parts"+partsOf+" order by number", contract, run, attempt, pass)
	if err != nil {
		return nil, told(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	out := make([]engine.Part, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out, told(err)
}

// PartStretches yields the roots of the parts of a run's first pass, in order.
func (v *View) PartStretches(ctx context.Context, contract, run string, attempt int, fault *error) iter.Seq[evidence.Stretch] {
	return func(yield func(evidence.Stretch) bool) {
		for number := 0; ; number++ {
			var b []byte
			err := v.tx.QueryRow(ctx, "select stretch from parts"+partsOf+" and number = $5", contract, run, attempt, 0, number).Scan(&b)
			if errors.Is(err, pgx.ErrNoRows) {
				return
			}
			var s evidence.Stretch
			if err == nil {
				s, err = evidence.ReadStretch(b)
			}
			if err != nil {
				*fault = told(err)
				return
			}
			if !yield(s) {
				return
			}
		}
	}
}

// PartLines yields the lines of a part in runs of whole records. Between two of them the transaction may be used.
func (v *View) PartLines(ctx context.Context, contract, run string, attempt, pass, number int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for place := 0; ; place++ {
			var b []byte
			err := v.tx.QueryRow(ctx, "select l.bytes from part_lines l join parts p using (contract, run, attempt, pass, number)"+partsOf+" and number = $5 and take = takes and place = $6", contract, run, attempt, pass, number, place).Scan(&b)
			if errors.Is(err, pgx.ErrNoRows) {
				return
			}
			if !yield(b, told(err)) || err != nil {
				return
			}
		}
	}
}

// ClearParts deletes the parts of a run, whatever attempt made them.
func (tx *Tx) ClearParts(ctx context.Context, contract, run string) error {
	return tx.exec(ctx, "delete from parts where contract = $1 and run = $2", contract, run)
}
