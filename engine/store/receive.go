package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// Batch is a body of evidence as it was received.
type Batch struct {
	Place                              int64
	ID, Contract, Organisation, Person string
	Format                             string // "ndjson", "csv", "json"
	Name                               string // what the sender calls it
	Digest                             [32]byte
	State                              string // "accepted", "part" (its sound part), "refused"
	Rows, Accepted, Refused            int
	First, Last                        int64 // sequences of its items; both 0 where none were accepted
	Faults                             []evidence.Fault
	MoreFaults                         int
	At                                 time.Time
}

// The states of a batch.
const (
	BatchAccepted = "accepted"
	BatchPart     = "part"
	BatchRefused  = "refused"
)

// Receipt asks for a body of evidence to be taken in.
type Receipt struct {
	Batch Batch // ID, Contract, Organisation, Person, Format, Name, Digest and At are filled in
	Terms *contracts.Contract
	Sound bool // take the sound rows of a body with faults; else all or none
	// Rows hands on each row of the body that is sound in itself, as ingest.Rows does, and returns *evidence.Faults for
	// the others. It is called again when the database undid the transaction.
	Rows func(take func(*evidence.Row) error) error
	// Place says in which file and line the row of a sequence stands, for faults.
	Place func(sequence uint64) (file string, line int)
	// Refused is how many rows were refused before they came here; those with a fault when nil.
	Refused func() int
}

// faultsKept is the most faults of a batch that are kept; the rest are counted.
const faultsKept = 1000

// lineBits is how many bits of a row's sequence are the line in its file, as engine/ingest numbers rows.
const lineBits = 40

// Receive takes in a body of evidence and keeps its batch, whatever became of it: what is wrong with the body is in the
// batch, and no error. A body that was accepted before is answered with the batch it made then. The batch's Place is not filled in.
//
// The body is read, and copied where it is large, before the contract is locked. Under the lock each row is held against all
// that is known of its unit, rows are numbered without a gap, and the lock is kept to the end, so that a snapshot taken under
// it has every number below its own. A small body whose rows cannot contradict each other is locked with one word to the
// database and kept with the next, which is the commit.
func (tx *Tx) Receive(ctx context.Context, r Receipt) (Batch, error) {
	in := &intake{tx: tx, r: &r, links: newLinks(r.Terms), faulty: map[uint64]bool{}}
	in.stage = staged{tx: tx, c: r.Terms, chains: in.links.chains, spill: in.spill}
	err := in.read(ctx)
	if err == nil {
		err = in.lock(ctx)
	}
	if err != nil || in.before != nil {
		if in.before != nil {
			return *in.before, nil
		}
		return Batch{}, err
	}
	if in.mayGoOn() {
		if err := in.check(ctx); err != nil {
			return Batch{}, err
		}
	}
	return in.keep(ctx)
}

// sameBody finds the batch that a body made before.
const sameBody = "contract = $1 and organisation = $2 and digest = $3 and state <> 'refused'"

func (in *intake) sameBody() []any {
	b := &in.r.Batch
	return []any{b.Contract, b.Organisation, b.Digest[:]}
}

// errBefore ends reading a body that was received before.
var errBefore = errors.New("this body was received before")

// spill looks, before a large body is copied, whether it was received before.
func (in *intake) spill(ctx context.Context) error {
	before, err := in.tx.batch(ctx, sameBody, in.sameBody()...)
	switch {
	case err == nil:
		in.before = &before
		return errBefore
	case errors.Is(err, ErrUnknown):
		return nil
	}
	return err
}

// lock locks the contract, and under the lock learns where its numbers stand, whether the same body came a moment before, and
// of a small one whether its rows can contradict anything.
func (in *intake) lock(ctx context.Context) error {
	var before []Batch
	b := &pgx.Batch{}
	b.Queue(lockSQL, in.r.Batch.Contract).QueryRow(locked)
	b.Queue("select "+lastSQL, in.r.Batch.Contract).QueryRow(func(row pgx.Row) error { return row.Scan(&in.last) })
	queue(b, &before, "select "+batchColumns+" from batches where "+sameBody, in.sameBody()...)
	if !in.stage.copied && len(in.links.orphans) == 0 && in.mayGoOn() {
		sql, args := in.stage.asks(delicateSQL, "select not exists (select from delicate)", in.r.Batch.Contract)
		b.Queue(sql, args...).QueryRow(func(row pgx.Row) error { return row.Scan(&in.calm) })
	}
	in.tx.tx.known = nil // others may have changed it until now
	if err := in.tx.tx.SendBatch(ctx, b).Close(); err != nil {
		return told(err)
	}
	if len(before) > 0 {
		in.before = &before[0]
	}
	return nil
}

// intake is a body on its way in.
type intake struct {
	tx     *Tx
	r      *Receipt
	links  *links
	stage  staged
	before *Batch // that the same body made
	last   int64  // number of the contract's items, which is locked
	calm   bool   // no row can contradict another, or one that was kept
	rows   int64
	faults []evidence.Fault
	more   int
	bad    int             // rows refused as they were read
	faulty map[uint64]bool // rows refused since, by their sequence
}

// mayGoOn reports whether anything can still be accepted.
func (in *intake) mayGoOn() bool { return in.r.Sound || in.bad == 0 && len(in.faulty) == 0 }

// read reads the body.
func (in *intake) read(ctx context.Context) error {
	err := in.r.Rows(func(row *evidence.Row) error {
		in.rows++
		if !in.links.learn(row) {
			return nil
		}
		return in.stage.add(ctx, row)
	})
	var faults *evidence.Faults
	if errors.As(err, &faults) {
		err = nil
	}
	if err := in.stage.close(err); err != nil {
		return err
	}
	if faults != nil {
		in.faults, in.more = append(in.faults, faults.List...), faults.More
		in.bad = faultyLines(faults)
		if in.r.Refused != nil {
			in.bad = in.r.Refused()
		}
	}
	return nil
}

// faultyLines counts the lines that faults are about.
func faultyLines(faults *evidence.Faults) int {
	type place struct {
		file string
		line int
	}
	lines := map[place]bool{}
	for _, f := range faults.List {
		lines[place{f.File, f.Line}] = true
	}
	return len(lines) + faults.More
}

// fault refuses a row that was sound in itself.
func (in *intake) fault(sequence uint64, f evidence.Fault) {
	in.faulty[sequence] = true
	if f.File == "" && in.r.Place != nil {
		f.File, f.Line = in.r.Place(sequence)
	} else if f.Line == 0 {
		f.Line = int(sequence & (1<<lineBits - 1))
	}
	f.Value = evidence.Shorten(f.Value)
	in.faults = append(in.faults, f)
}

// stagedFrom is where the numbers of rows begin that are in the stage, while they are held against those that are kept.
const stagedFrom = 1 << 60

// check holds the rows against each other and against all that was kept before, and again without those that were
// refused, until the rest stand together.
func (in *intake) check(ctx context.Context) error {
	if err := in.place(ctx); err != nil {
		return err
	}
	for dropped := 0; ; {
		if len(in.faulty) > 0 {
			if err := in.stage.drop(ctx, in.faulty); err != nil {
				return err
			}
		}
		if !in.mayGoOn() || in.calm {
			return nil
		}
		dropped = len(in.faulty)
		if err := in.gather(ctx); err != nil {
			return err
		}
		if len(in.faulty) == dropped {
			return nil
		}
	}
}

// delicateSQL finds the roots in which rows can contradict each other: where a row of the stage has a name or points at one,
// and where facts are said more than once. Of the others each row is sound by itself. The contract's own items count as one
// root. gatherSQL reads every row of them, of the stage and kept before.
const (
	delicateSQL = `touched as (
	select root_type, root_key, bool_or(id is not null or points is not null) as named, count(facts) + count(path) as told from stage group by 1, 2
), delicate as (
	select root_type, root_key from touched t where named or told > 0 and told + (
		select count(*) from items i where i.contract = $1 and i.root_type = t.root_type and i.root_key = t.root_key
			and (i.facts is not null or i.path is not null)) > 1
)`
	gatherSQL = `select * from (
	select sequence, root_type, root_key, ` + rowSaid + ` from items r join delicate using (root_type, root_key) where contract = $1
	union all
	select at + (1::bigint << 60), root_type, root_key, ` + rowSaid + ` from stage r join delicate using (root_type, root_key)) all_rows
order by root_type, root_key, 1`
)

// gather makes units and items of the rows, as a snapshot will, and refuses the rows that do not go together.
func (in *intake) gather(ctx context.Context) error {
	var one *root
	place := func(sequence uint64) string {
		if sequence < stagedFrom {
			return fmt.Sprintf("item %d", sequence)
		}
		return fmt.Sprintf("line %d", sequence&(1<<lineBits-1))
	}
	g := evidence.NewGatherer(in.r.Terms, 0, func(sequence uint64, f evidence.Fault) { in.blame(one, sequence, f) }, place)
	sql, args := in.stage.asks(delicateSQL, gatherSQL, in.r.Batch.Contract)
	return newRowReader(in.r.Terms).roots(ctx, in.tx.tx, sql, args, func(next *root) error {
		one = next
		if one.Type < 0 {
			g.Whole(each(one.Rows))
			return nil
		}
		g.Begin()
		for i := range one.Rows {
			g.Add(&one.Rows[i])
		}
		g.Tree()
		return nil
	})
}

// each yields rows by their addresses.
func each(rows []evidence.Row) iter.Seq[*evidence.Row] {
	return func(yield func(*evidence.Row) bool) {
		for i := range rows {
			if !yield(&rows[i]) {
				return
			}
		}
	}
}

// blame finds whom a fault is of: the row itself where it is new; where it was kept before, the new rows of its unit
// that have a name or point at one, as what was kept was sound without them.
func (in *intake) blame(one *root, sequence uint64, f evidence.Fault) {
	if sequence >= stagedFrom {
		in.fault(sequence-stagedFrom, f)
		return
	}
	for i := range one.Rows {
		r := &one.Rows[i]
		if r.Sequence >= stagedFrom && (len(r.ID) > 0 || len(r.Points) > 0) {
			in.fault(r.Sequence-stagedFrom, f)
		}
	}
}

// keep writes the batch, its items and its members.
func (in *intake) keep(ctx context.Context) (Batch, error) {
	b := in.r.Batch
	b.Rows = int(in.rows) + in.bad
	b.Refused = in.bad + len(in.faulty)
	b.Accepted = b.Rows - b.Refused
	b.State = BatchAccepted
	switch {
	case !in.mayGoOn() || b.Accepted == 0:
		b.State, b.Accepted, b.Refused = BatchRefused, 0, b.Rows
	case b.Refused > 0:
		b.State = BatchPart
	}
	evidence.SortFaults(in.faults)
	if len(in.faults) > faultsKept {
		in.faults, in.more = in.faults[:faultsKept], in.more+len(in.faults)-faultsKept
	}
	b.Faults, b.MoreFaults = in.faults, in.more
	if b.Accepted > 0 {
		b.First, b.Last = in.last+1, in.last+int64(b.Accepted)
	}
	if err := in.tx.addBatch(&b); err != nil || b.Accepted == 0 {
		return b, err
	}
	in.tx.wrote = true
	sql, args := in.stage.asks("", `insert into items (contract, sequence, batch, line, `+rowColumns+`)
		select $1, $2::bigint - 1 + row_number() over (order by at), $3, at & ((1::bigint << 40) - 1), `+rowColumns+` from stage`,
		b.Contract, b.First, b.ID)
	in.tx.tx.later(sql, args...).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != int64(b.Accepted) {
			return fmt.Errorf("%d rows of %s were to be kept and %d were", b.Accepted, b.ID, tag.RowsAffected())
		}
		return nil
	})
	return b, in.links.keep(ctx, in, &b)
}

// addBatch writes the batch.
func (tx *Tx) addBatch(b *Batch) error {
	if b.Faults == nil {
		b.Faults = []evidence.Fault{}
	}
	faults, err := json.Marshal(b.Faults)
	if err != nil {
		return err
	}
	tx.tx.later(`insert into batches (contract, id, organisation, person, format, name, digest, state, rows, accepted, refused,
		first, last, faults, more_faults, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		b.Contract, b.ID, b.Organisation, b.Person, b.Format, b.Name, b.Digest[:], b.State, b.Rows, b.Accepted, b.Refused,
		b.First, b.Last, faults, b.MoreFaults, b.At)
	return nil
}

const batchColumns = "place, id, contract, organisation, person, format, name, digest, state, rows, accepted, refused, first, last, faults, more_faults, at"

func (v *View) batch(ctx context.Context, where string, args ...any) (Batch, error) {
	return one[Batch](ctx, v, "select "+batchColumns+" from batches where "+where, args...)
}

// Batch finds a batch, with its faults.
func (v *View) Batch(ctx context.Context, contract, id string) (Batch, error) {
	return v.batch(ctx, "contract = $1 and id = $2", contract, id)
}

// Batches lists the batches of a contract, without their faults.
func (v *View) Batches(ctx context.Context, contract string, p Page) ([]Batch, error) {
	return collect[Batch](ctx, v, "select place, id, contract, organisation, person, format, name, digest, state, rows, accepted, refused, first, last, '[]'::jsonb as faults, more_faults, at"+
		" from batches where contract = $1 and place > $2 order by place limit $3", contract, p.After, p.Limit)
}

// sortedKeys are the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
