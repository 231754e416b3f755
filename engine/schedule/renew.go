package schedule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/statements"
	"outturn/engine/store"
)

// A run of a contract whose units can be told apart need not go over them all again. With each final statement it is kept
// what all came to and, of each root, its digest and until which day what it comes to stands; the next run reads and
// assesses the roots of which anything was told since and those whose day has come, and the statement has the bytes of one
// made in full. Where anything stands in the way, the run is in full, and its record says why.

const (
	// keepRootsDefault is how many roots a contract must have for anything to be kept: fewer are gone over sooner.
	keepRootsDefault = 1000
	// renewShare is one in how many roots may be another for a run to be made of these alone.
	renewShare = 8
)

// renewal is a run made of what was kept and of the roots that are not what they were.
type renewal struct {
	base     store.StatementHead // the last final statement
	version  int
	kept     store.Keeping
	was, is  engine.Part
	lines    [][]byte
	whole    *evidence.Apart
	changed  int
	share    int            // one in how many roots may be another
	list     evidence.Roots // of the roots that were assessed
	roots    keptRoots
	position engine.Position           // what was settled of the whole, and of them as it was kept
	next     func() (nextRoots, error) // what a final run leaves of roots
}

// errMany ends the reading of what is too many roots.
var errMany = errors.New("too many roots are not what they were")

// renewal prepares a run, or says why it must be in full.
func (w *Worker) renewal(ctx context.Context, run store.Run) (r *renewal, why string, err error) {
	if w.o.KeepRoots < 0 {
		return nil, "", nil
	}
	err = w.o.Store.SystemRead(ctx, func(v *store.View) error {
		terms, version, err := inForce(ctx, v, &w.documents, run.Contract)
		if err != nil {
			return err
		}
		if why, err = engine.Separable(terms, occasion(run)); why != "" || err != nil {
			return err
		}
		base, err := v.LastFinal(ctx, run.Contract)
		if errors.Is(err, store.ErrUnknown) {
			return nil
		}
		if err != nil {
			return err
		}
		one := &renewal{base: base, version: version.Number, share: w.share}
		one.kept, err = v.Kept(ctx, run.Contract, base.Place)
		switch {
		case errors.Is(err, store.ErrUnknown):
			return nil // little, or made otherwise
		case err != nil:
			return err
		case !one.kept.Found.Readable():
			why = "what was kept is another release's"
			return nil
		case base.Version != version.Number:
			why = "the contract was varied"
			return nil
		case run.Through < base.Through || run.CutOff < base.CutOff:
			return nil // the settlement in full says it
		}
		if why, err = one.prepare(ctx, v, terms, run); err == nil && why == "" {
			r = one
		}
		return err
	})
	if err != nil && !store.Passing(err) {
		return nil, "", nil // as it will be found in full, and then said
	}
	return r, why, err
}

// prepare finds the roots that are not what they were, and assesses them as they were and as they are.
func (r *renewal) prepare(ctx context.Context, v *store.View, terms *contracts.Contract, run store.Run) (why string, err error) {
	told, whole, err := v.ToldSince(ctx, run.Contract, r.base.Sequence, run.Sequence, r.base.CutOff, run.CutOff, r.kept.Summary.Late > 0)
	if err != nil {
		return "", err
	}
	if whole {
		return "something was told of no unit", nil
	}
	roots, err := unitsNamed(terms, told)
	if err != nil {
		return "", err
	}
	changed := evidence.RootsNamed(terms, roots)
	many := func() bool { r.changed = len(roots); return r.changed > r.kept.Roots/r.share }
	if many() {
		return r.many(), nil
	}
	// Also of the new as they were: what was told of them by then was left out, and counted.
	was, is, err := v.SnapshotsOfRoots(ctx, terms, run.Contract, store.Moment{Sequence: r.base.Sequence, CutOff: r.base.CutOff}, store.Moment{Sequence: run.Sequence, CutOff: run.CutOff},
		roots, func(v *store.View) ([]evidence.Unit, error) {
			expired, err := r.roots.read(terms, v.KeptRoots(ctx, run.Contract, r.kept), changed, run.Through)
			roots = append(roots[:len(roots):len(roots)], expired...)
			if err == nil && many() {
				err = errMany
			}
			return expired, err
		})
	if errors.Is(err, errMany) {
		return r.many(), nil
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, was.Close(), is.Close()) }()
	if r.position, err = v.PositionOfWhole(ctx, terms, run.Contract); err != nil {
		return "", err
	}
	r.position.Of = r.roots.settledOf
	var old, now engine.Kept
	var before error
	var wait sync.WaitGroup
	wait.Go(func() {
		old, before = engine.AssessKeeping(terms, engine.Occasion{Through: r.base.Through, CutOff: r.base.CutOff, Final: true}, Watch(ctx, was), engine.Position{}, nil)
	})
	now, err = engine.AssessKeeping(terms, occasion(run), Watch(ctx, is), r.position, func(b []byte) error {
		r.lines = append(r.lines, bytes.Clone(b))
		return nil
	})
	wait.Wait()
	if err = errors.Join(err, before); err != nil {
		return "", err
	}
	r.was, r.is, r.list = old.Found, now.Found, is.List(now.Until, now.Settled)
	if run.Kind == store.RunFinal {
		if r.next, err = r.roots.next(v.KeptRoots(ctx, run.Contract, r.kept), r.list); err != nil {
			return "", err
		}
	}
	return "", r.join(terms, v.KeptRoots(ctx, run.Contract, r.kept), was, is, run)
}

func (r *renewal) many() string {
	return fmt.Sprintf("%d of %d roots are not what they were", r.changed, r.kept.Roots)
}

// join makes what the statement says of the snapshot.
func (r *renewal) join(terms *contracts.Contract, kept *store.KeptRoots, was, is *ingest.Snapshot, run store.Run) error {
	old, now := was.Stretch(), is.Stretch()
	r.kept.Summary.Less(&old.Summary)
	r.kept.Summary.Add(&now.Summary)
	sum, beside := r.kept.Summary, is.Beside()
	sum.Add(&beside)
	whole := evidence.UnitDigest(evidence.AppendItems(nil, terms, is.Whole()))
	var err error
	sum.CutOff = run.CutOff
	sum.Digest, r.kept.Roots, err = r.roots.sum(kept, whole, now.Leaves, r.list)
	r.whole = evidence.NewApart(is.Whole(), sum)
	return err
}

// unitsNamed finds the types of roots that are named by type and key.
func unitsNamed(terms *contracts.Contract, named [][2]string) (list []evidence.Unit, err error) {
	for _, root := range named {
		t := unitNamed(terms, root[0])
		if t < 0 {
			return nil, fmt.Errorf("there is evidence of a %s, and the contract has no such unit", root[0])
		}
		list = append(list, evidence.Unit{Type: t, Key: root[1]})
	}
	return list, nil
}

func unitNamed(terms *contracts.Contract, name string) int {
	for i := range terms.Units {
		if terms.Units[i].Name == name {
			return i
		}
	}
	return -1
}

// make makes the statement of the run, and keeps what it leaves.
func (r *renewal) make(ctx context.Context, tx *store.Tx, terms *contracts.Contract, version store.Version, run store.Run, sink engine.Sink) (statements.Statement, *keeping, error) {
	last, err := tx.LastFinal(ctx, run.Contract)
	if err != nil {
		return statements.Statement{}, nil, err
	}
	if version.Number != r.version || last.Number != r.base.Number || len(r.position.Prior) != r.base.Number {
		return statements.Statement{}, nil, fmt.Errorf("the contract was varied or settled meanwhile: %w", store.ErrBusy)
	}
	st, found, err := engine.Renew(terms, occasion(run), r.whole, r.position, r.kept.Found, r.was, r.is, func(yield func([]byte, error) bool) {
		for _, b := range r.lines {
			if !yield(b, nil) {
				return
			}
		}
	}, sink)
	if err != nil {
		return st, nil, err
	}
	if run.Kind != store.RunFinal {
		return st, nil, nil
	}
	k := &keeping{Keeping: r.kept}
	k.Found = found
	if k.nextRoots, err = r.next(); k.whole {
		k.Base = 0
	}
	return st, k, err
}

// keeping is what a final statement leaves for the next.
type keeping struct {
	store.Keeping
	nextRoots
}

// keep keeps it with the statement, once that is there.
func (k *keeping) keep(ctx context.Context, tx *store.Tx, run store.Run) error {
	if k == nil {
		return nil
	}
	k.Statement = run.Statement
	if k.Base == 0 {
		k.Base = run.Statement
	}
	return tx.Keep(ctx, run.Contract, k.Keeping, k.list, k.index)
}

// settleKeeping settles a run in one piece, and says what may be kept of it.
func (w *Worker) settleKeeping(ctx context.Context, v *store.View, terms *contracts.Contract, run store.Run, sink engine.Sink) (st statements.Statement, k *keeping, err error) {
	snapshot, err := v.Snapshot(ctx, terms, run.Contract, run.Sequence, run.CutOff)
	if err != nil {
		return st, nil, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	position, _, err := v.Position(ctx, terms, run.Contract, 0)
	if err != nil {
		return st, nil, err
	}
	st, kept, err := engine.SettleKeeping(terms, occasion(run), Watch(ctx, snapshot), position, sink)
	if err != nil || run.Kind != store.RunFinal || kept.Found == nil || w.o.KeepRoots < 0 || len(kept.Until) < w.o.KeepRoots {
		return st, nil, err
	}
	k = &keeping{}
	k.Found, k.Roots, k.Summary = kept.Found, len(kept.Until), snapshot.Stretch().Summary
	k.nextRoots, err = allRoots(snapshot.List(kept.Until, kept.Settled))
	return st, k, err
}
