package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/proof"
)

// Keeping is what a final statement leaves for the next.
type Keeping struct {
	Statement int64            // its place
	Base      int64            // the place of the statement with which every root was kept, its own where it is that
	Roots     int              // all there are
	Summary   evidence.Summary // of the roots
	Found     engine.Part
}

// keptChunk is about how many bytes of roots stand in one row.
const keptChunk = 1 << 20

// Keep keeps what a statement of this transaction leaves. What was kept before its base is let go.
func (tx *Tx) Keep(ctx context.Context, contract string, k Keeping, roots evidence.Roots) error {
	if err := tx.exec(ctx, "delete from kept where contract = $1 and statement < $2", contract, k.Base); err != nil {
		return err
	}
	digest := sha256.Sum256(roots)
	err := tx.exec(ctx, "insert into kept (contract, statement, base, roots, counts, found, digest) values ($1, $2, $3, $4, $5, $6, $7)",
		contract, k.Statement, k.Base, k.Roots, k.Summary.Counts(), []byte(k.Found), digest[:])
	for number := 0; err == nil && len(roots) > 0; number++ {
		n := min(keptChunk, len(roots))
		err = tx.exec(ctx, "insert into kept_roots (contract, statement, number, bytes) values ($1, $2, $3, $4)", contract, k.Statement, number, []byte(roots[:n]))
		roots = roots[n:]
	}
	return err
}

// Kept reads what a statement left, and the roots kept with it and before it, from its base on. ErrUnknown where nothing is
// kept.
func (v *View) Kept(ctx context.Context, contract string, statement int64) (k Keeping, roots []evidence.Roots, err error) {
	var counts []int
	var found []byte
	err = v.tx.QueryRow(ctx, "select statement, base, roots, counts, found from kept where contract = $1 and statement = $2", contract, statement).
		Scan(&k.Statement, &k.Base, &k.Roots, &counts, &found)
	if err != nil {
		return k, nil, told(err)
	}
	k.Found = found
	k.Summary.SetCounts(counts)
	rows, err := v.tx.Query(ctx, `select k.statement, k.digest, r.bytes from kept k left join kept_roots r using (contract, statement)
		where k.contract = $1 and k.statement between $2 and $3 order by k.statement, r.number`, pgx.QueryResultFormats{pgx.BinaryFormatCode}, contract, k.Base, k.Statement)
	if err != nil {
		return k, nil, told(err)
	}
	defer rows.Close()
	var digests [][]byte
	last := int64(-1)
	for rows.Next() {
		raw := rows.RawValues()
		var place int64
		for _, b := range raw[0] {
			place = place<<8 | int64(b)
		}
		if place != last {
			last = place
			digests, roots = append(digests, bytes.Clone(raw[1])), append(roots, nil)
		}
		roots[len(roots)-1] = append(roots[len(roots)-1], raw[2]...)
	}
	if err := rows.Err(); err != nil {
		return k, nil, told(err)
	}
	for i := range roots {
		if sum := sha256.Sum256(roots[i]); !bytes.Equal(sum[:], digests[i]) {
			return k, nil, errors.New("what was kept with a statement is not what was written")
		}
	}
	return k, roots, nil
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

// SnapshotsOfRoots are the parts of two Snapshots, of an earlier moment and of a later one, that have some roots, named by
// their types and keys, and what is about no unit. Each row is read once for both.
func (v *View) SnapshotsOfRoots(ctx context.Context, c *contracts.Contract, contract string, was, is Moment, types, keys []string) (old, now *ingest.Snapshot, err error) {
	options := func(m Moment) ingest.Options {
		return ingest.Options{CutOff: m.CutOff, Memory: v.store.memory / 2, Leaves: true}
	}
	takes, read, ended := make(chan func(*evidence.Row) error), make(chan error, 1), make(chan error, 1)
	go func() {
		var err error
		old, err = ingest.FromRows(c, options(was), func(take func(*evidence.Row) error) error {
			takes <- take
			return <-read
		})
		ended <- err
	}()
	now, err = ingest.FromRows(c, options(is), func(take func(*evidence.Row) error) (err error) {
		takeOld := <-takes
		defer func() { read <- err }()
		return v.rowsOfRoots(ctx, c, contract, is.Sequence, types, keys, func(row *evidence.Row) error {
			if row.Sequence <= uint64(was.Sequence) {
				if err := takeOld(row); err != nil {
					return err
				}
			}
			return take(row)
		})
	})
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

// rowsOfRoots reads what is about no unit, and then the rows of one root after the other, by the index: they are few.
func (v *View) rowsOfRoots(ctx context.Context, c *contracts.Contract, contract string, upTo int64, types, keys []string, take func(*evidence.Row) error) error {
	r := newRowReader(c)
	args := []any{contract, 0, upTo, r.typeName(r.root)}
	if err := r.each(ctx, v.tx, snapshotSQL+" and r.root_type = ''", args, take); err != nil {
		return err
	}
	return r.each(ctx, v.tx, "select r.sequence, nullif(r.root_type, $4), r.root_key, "+rowSaid+` from unnest($5::text[], $6::text[]) named (t, k)
		cross join lateral (select * from items i where i.contract = $1 and i.root_type = t and i.root_key = k and i.sequence > $2 and i.sequence <= $3 offset 0) r`,
		append(args, types, keys), take)
}

// PositionOf is the position of some roots, and of the whole: what was settled of others is passed over unread. Wanted
// tells by the head of a record.
func (v *View) PositionOf(ctx context.Context, c *contracts.Contract, contract string, wanted func(head []byte) bool) (engine.Position, error) {
	_, stored, err := v.position(ctx, c, contract, 0, proof.OpenHead)
	var p engine.Position
	for _, s := range stored {
		p.Prior = append(p.Prior, s.Some(wanted))
	}
	return p, err
}

// LastFinal finds the last final statement of a contract; ErrUnknown where there is none.
func (v *View) LastFinal(ctx context.Context, contract string) (StatementHead, error) {
	return one[StatementHead](ctx, v, "select "+statementColumns+" from statements where contract = $1 and status = 'final' order by number desc limit 1", contract)
}
