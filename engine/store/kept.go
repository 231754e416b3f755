package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
)

// Keeping is what a final statement leaves for the next.
type Keeping struct {
	Statement int64            // its place
	Base      int64            // the place of the statement with which every root was kept, its own where it is that
	Roots     int              // all there are
	Summary   evidence.Summary // of the roots
	Found     engine.Part
}

// keptRow is how many bytes of roots stand in one row, as lineRow is of lines: row n begins at byte n*keptRow. keptPage is how many are
// written together.
const (
	keptRow  = lineRow
	keptPage = 64 * keptRow
)

// KeptIndex is the index of roots as a statement leaves it: whole, or what of it is not as the statement before left it.
type KeptIndex struct{ Whole, Changes []byte }

// Keep keeps what a statement of this transaction leaves: of the roots those that are not what was kept before, and the index of all.
// What was kept before its base is let go.
func (tx *Tx) Keep(ctx context.Context, contract string, k Keeping, roots evidence.Roots, index KeptIndex) error {
	if err := tx.exec(ctx, "delete from kept where contract = $1 and statement < $2", contract, k.Base); err != nil {
		return err
	}
	digest := sha256.Sum256(roots)
	err := tx.exec(ctx, "insert into kept (contract, statement, base, roots, counts, found, digest, index, changes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		contract, k.Statement, k.Base, k.Roots, k.Summary.Counts(), []byte(k.Found), digest[:], index.Whole, index.Changes)
	number := 0
	for some := range slices.Chunk(roots, keptPage) {
		if err != nil {
			return err
		}
		rows := slices.Collect(slices.Chunk([]byte(some), keptRow))
		err = tx.exec(ctx, "insert into kept_roots (contract, statement, number, bytes) select $1, $2, $3 + n - 1, b from unnest($4::bytea[]) with ordinality named (b, n)", contract, k.Statement, number, rows)
		number += len(rows)
	}
	return err
}

// Kept reads what a statement left, without its roots. ErrUnknown where nothing is kept.
func (v *View) Kept(ctx context.Context, contract string, statement int64) (k Keeping, err error) {
	var counts []int
	var found []byte
	err = v.tx.QueryRow(ctx, "select statement, base, roots, counts, found from kept where contract = $1 and statement = $2", contract, statement).
		Scan(&k.Statement, &k.Base, &k.Roots, &counts, &found)
	k.Found = found
	k.Summary.SetCounts(counts)
	return k, told(err)
}

// KeptRoots reads the roots that were kept with a statement and before it, from its base on.
type KeptRoots struct {
	ctx      context.Context
	db       querier
	contract string
	k        Keeping
}

// KeptRoots opens what was kept of roots, to be read while this view is.
func (v *View) KeptRoots(ctx context.Context, contract string, k Keeping) *KeptRoots {
	return &KeptRoots{ctx, v.tx, contract, k}
}

// Index reads the index of all: the last that was kept whole, and what changed since.
func (r *KeptRoots) Index() (x evidence.Index, err error) {
	rows, err := query(r.ctx, r.db, `select statement, index, changes from kept where contract = $1 and statement <= $2
		and statement >= (select max(statement) from kept where contract = $1 and statement <= $2 and index is not null) order by statement`, []any{r.contract, r.k.Statement})
	if err != nil {
		return x, err
	}
	defer rows.Close()
	last := int64(-1)
	for err == nil && rows.Next() {
		raw := rows.RawValues()
		last = int64(binary.BigEndian.Uint64(raw[0]))
		if raw[1] != nil {
			x, err = evidence.ReadIndex(raw[1])
		} else {
			err = x.Apply(raw[2])
		}
	}
	if err = cmp.Or(err, told(rows.Err())); err == nil && last != r.k.Statement {
		err = r.gone()
	}
	return x, err
}

func (r *KeptRoots) gone() error {
	return fmt.Errorf("what was kept is another statement's meanwhile: %w", ErrBusy)
}

// Stretches reads stretches of the list with which every root was kept, from and up to, one behind the other.
func (r *KeptRoots) Stretches(list [][2]int) (evidence.Roots, error) {
	var numbers, from, long []int32
	var places []int // in what is read
	total := 0
	for _, s := range list {
		for at := s[0]; at < s[1]; {
			n := min(s[1], (at/keptRow+1)*keptRow) - at
			numbers, from, long = append(numbers, int32(at/keptRow)), append(from, int32(at%keptRow)+1), append(long, int32(n))
			places = append(places, total)
			total += n
			at += n
		}
	}
	rows, err := query(r.ctx, r.db, "select o, substring(bytes from f for n) from unnest($3::int[], $4::int[], $5::int[]) with ordinality named (row, f, n, o) "+
		"cross join lateral (select bytes from kept_roots where contract = $1 and statement = $2 and number = row offset 0) c", []any{r.contract, r.k.Base, numbers, from, long})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	b, read := make([]byte, total), 0
	for rows.Next() {
		raw := rows.RawValues()
		read += copy(b[places[binary.BigEndian.Uint64(raw[0])-1]:], raw[1])
	}
	if err := rows.Err(); err != nil {
		return nil, told(err)
	}
	if read != total {
		return nil, fmt.Errorf("%d bytes of what was kept of roots were read of %d: %w", read, total, ErrBusy)
	}
	return b, nil
}

// All reads every list, that of the base and what was kept later.
func (r *KeptRoots) All() ([]evidence.Roots, error) { return r.lists(r.k.Base) }

// Later reads the lists that were kept later than the base.
func (r *KeptRoots) Later() ([]evidence.Roots, error) {
	if r.k.Base == r.k.Statement {
		return nil, nil
	}
	return r.lists(r.k.Base + 1)
}

// lists reads what was kept with statements from a place on.
func (r *KeptRoots) lists(from int64) ([]evidence.Roots, error) {
	rows, err := query(r.ctx, r.db, `select k.statement, k.digest, sum(octet_length(r.bytes)) over (partition by k.statement), r.bytes from kept k left join kept_roots r using (contract, statement)
		where k.contract = $1 and k.statement between $2 and $3 order by k.statement, r.number`, []any{r.contract, from, r.k.Statement})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lists []evidence.Roots
	var want evidence.Digest
	sum := sha256.New()
	ends := func() error {
		if len(lists) > 0 && !bytes.Equal(sum.Sum(nil), want[:]) {
			return errors.New("what was kept with a statement is not what was written")
		}
		sum.Reset()
		return nil
	}
	last := int64(-1)
	for rows.Next() {
		raw := rows.RawValues()
		if place := int64(binary.BigEndian.Uint64(raw[0])); place != last {
			if err := ends(); err != nil {
				return nil, err
			}
			last = place
			copy(want[:], raw[1])
			var list evidence.Roots
			if raw[2] != nil {
				list = make(evidence.Roots, 0, binary.BigEndian.Uint64(raw[2]))
			}
			lists = append(lists, list)
		}
		at := len(lists) - 1
		lists[at] = append(lists[at], raw[3]...)
		sum.Write(raw[3])
	}
	if err := rows.Err(); err != nil {
		return nil, told(err)
	}
	if last != r.k.Statement {
		return nil, r.gone()
	}
	return lists, ends()
}

// ToldSince lists the roots of which something was told behind one sequence and up to another, or was learned behind one
// cut-off and up to another, as type and key, in order; whole says that something was so told of no unit. late says that
// evidence up to the first sequence had been left out, so that it must be looked for.
func (v *View) ToldSince(ctx context.Context, contract string, from, upTo int64, cutOff, newCutOff calendar.Date, late bool) (roots [][2]string, whole bool, err error) {
	sql, args := "select root_type, root_key from items where contract = $1 and sequence > $2 and sequence <= $3", []any{contract, from, upTo}
	if late && newCutOff > cutOff {
		sql += " union select root_type, root_key from items where contract = $1 and sequence <= $2 and learned > date '0001-01-01' + ($4::int - 1) and learned <= date '0001-01-01' + ($5::int - 1)"
		args = append(args, int32(cutOff), int32(newCutOff))
	}
	rows, err := v.tx.Query(ctx, "select distinct root_type, root_key from ("+sql+") t order by 1, 2", args...)
	if err != nil {
		return nil, false, told(err)
	}
	roots, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r [2]string, err error) { return r, row.Scan(&r[0], &r[1]) })
	if err == nil && len(roots) > 0 && roots[0][0] == "" {
		return roots[1:], true, nil
	}
	return roots, false, told(err)
}

// Moment is what was known of a contract: up to a sequence, and learned by a day.
type Moment struct {
	Sequence int64
	CutOff   calendar.Date
}

// SnapshotsOfRoots are the parts of two Snapshots, of an earlier moment and of a later one, that have some roots, and what is about
// no unit. Each row is read once for both. Some roots are known; meanwhile others finds more, in a view over another connection,
// where there is one to spare, and else in this.
func (v *View) SnapshotsOfRoots(ctx context.Context, c *contracts.Contract, contract string, was, is Moment, known []evidence.Unit, others func(v *View) ([]evidence.Unit, error)) (old, now *ingest.Snapshot, err error) {
	waiting, done := context.WithCancel(ctx)
	defer done()
	free := make(chan struct{}) // this view's connection, when its own rows are read
	var next atomic.Int64
	// Whoever is free reads the next of those that are known.
	some := func(db querier, take func(*evidence.Row) error) error {
		for r := newRowReader(c); ; {
			from := min(int(next.Add(namedRoots))-namedRoots, len(known))
			list := known[from:min(from+namedRoots, len(known))]
			if len(list) == 0 {
				return nil
			}
			if err := r.ofNamed(ctx, db, contract, is.Sequence, list, take); err != nil {
				return err
			}
		}
	}
	own := func(take func(*evidence.Row) error) error {
		defer done()
		defer close(free)
		r := newRowReader(c)
		if err := r.each(ctx, v.tx, snapshotSQL+" and r.root_type = ''", []any{contract, 0, is.Sequence, r.typeName(r.root)}, take); err != nil {
			return err
		}
		return some(v.tx, take)
	}
	more := func(v *View, take func(*evidence.Row) error) error {
		list, err := others(v)
		if err != nil {
			return err
		}
		if err := newRowReader(c).ofNamed(ctx, v.tx, contract, is.Sequence, list, take); err != nil {
			return err
		}
		return some(v.tx, take)
	}
	beside := func(take func(*evidence.Row) error) error {
		conn, err := v.store.engine.Acquire(waiting)
		if err != nil {
			<-free
			return more(v, take)
		}
		defer conn.Release()
		return pgx.BeginTxFunc(ctx, conn, readOnly, func(tx pgx.Tx) error {
			other := newView(&turn{Tx: tx}, v.store)
			return more(&other, take)
		})
	}
	return both(c, v.store.memory/2, was, is, own, beside)
}

// namedRoots is how many roots are read at a time by name.
const namedRoots = 256

// both makes the snapshots of two moments of rows up to the later that are handed on once.
func both(c *contracts.Contract, memory int64, was, is Moment, give ...func(take func(*evidence.Row) error) error) (old, now *ingest.Snapshot, err error) {
	options := func(m Moment) ingest.Options { return ingest.Options{CutOff: m.CutOff, Memory: memory, Leaves: true} }
	type pair struct {
		take  chan func(*evidence.Row) error // what takes rows of the earlier
		given chan error
	}
	var toOld, toNow []func(take func(*evidence.Row) error) error
	for _, one := range give {
		p := pair{make(chan func(*evidence.Row) error), make(chan error, 1)}
		toOld = append(toOld, func(take func(*evidence.Row) error) error {
			p.take <- take
			return <-p.given
		})
		toNow = append(toNow, func(take func(*evidence.Row) error) (err error) {
			takeOld := <-p.take
			defer func() { p.given <- err }()
			return one(func(row *evidence.Row) error {
				if row.Sequence <= uint64(was.Sequence) {
					if err := takeOld(row); err != nil {
						return err
					}
				}
				return take(row)
			})
		})
	}
	ended := make(chan error, 1)
	go func() {
		var err error
		old, err = ingest.FromRows(c, options(was), toOld...)
		ended <- err
	}()
	now, err = ingest.FromRows(c, options(is), toNow...)
	err = errors.Join(err, <-ended)
	if err == nil {
		return old, now, nil
	}
	for _, one := range []*ingest.Snapshot{old, now} {
		if one != nil {
			err = errors.Join(err, one.Close())
		}
	}
	return nil, nil, err
}

// ofNamed reads the rows of one root after the other, by the index: they are few.
func (r *rowReader) ofNamed(ctx context.Context, db querier, contract string, upTo int64, roots []evidence.Unit, take func(*evidence.Row) error) error {
	if len(roots) == 0 {
		return nil
	}
	types, keys := make([]string, len(roots)), make([]string, len(roots))
	for i := range roots {
		types[i], keys[i] = r.typeName(roots[i].Type), roots[i].Key
	}
	return r.each(ctx, db, "select r.sequence, nullif(r.root_type, $4), r.root_key, "+rowSaid+` from unnest($5::text[], $6::text[]) named (t, k)
		cross join lateral (select * from items i where i.contract = $1 and i.root_type = t and i.root_key = k and i.sequence > $2 and i.sequence <= $3 offset 0) r`,
		[]any{contract, 0, upTo, r.typeName(r.root), types, keys}, take)
}

// LastFinal finds the last final statement of a contract; ErrUnknown where there is none.
func (v *View) LastFinal(ctx context.Context, contract string) (StatementHead, error) {
	return one[StatementHead](ctx, v, "select "+statementColumns+" from statements where contract = $1 and status = 'final' order by number desc limit 1", contract)
}
