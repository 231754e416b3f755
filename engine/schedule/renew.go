package schedule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"outturn/contracts"
	"outturn/contracts/calendar"
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
	base    store.StatementHead // the last final statement
	version int
	kept    store.Keeping
	was, is engine.Part
	lines   [][]byte
	whole   *evidence.Apart
	changed int
	share   int              // one in how many roots may be another
	list    evidence.Roots   // of the roots that were assessed
	before  []evidence.Roots // what was kept, from its base on
}

// renewal prepares a run, or says why it must be in full.
func (w *Worker) renewal(ctx context.Context, run store.Run) (r *renewal, why string, err error) {
	if w.o.KeepRoots < 0 {
		return nil, "", nil
	}
	err = w.o.Store.SystemRead(ctx, func(v *store.View) error {
		terms, version, err := inForce(ctx, v, run.Contract)
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
		one.kept, one.before, err = v.Kept(ctx, run.Contract, base.Place)
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
	types, keys, err := r.others(terms, told, run)
	if err != nil {
		return "", err
	}
	if r.changed = len(keys); r.changed > r.kept.Roots/r.share {
		return fmt.Sprintf("%d of %d roots are not what they were", r.changed, r.kept.Roots), nil
	}
	// Also of the new as they were: what was told of them by then was left out, and counted.
	was, is, err := v.SnapshotsOfRoots(ctx, terms, run.Contract, store.Moment{Sequence: r.base.Sequence, CutOff: r.base.CutOff}, store.Moment{Sequence: run.Sequence, CutOff: run.CutOff}, types, keys)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, was.Close(), is.Close()) }()
	// Nothing of this waits for another: the one reads what was settled, the others are busy meanwhile.
	var old, now engine.Kept
	var beside [2]error
	var wait sync.WaitGroup
	wait.Go(func() {
		old, beside[0] = engine.AssessKeeping(terms, engine.Occasion{Through: r.base.Through, CutOff: r.base.CutOff, Final: true}, Watch(ctx, was), engine.Position{}, nil)
	})
	wait.Go(func() { beside[1] = r.join(terms, was, is, run) })
	now, err = r.assess(ctx, v, terms, run, is, types, keys)
	wait.Wait()
	if err = errors.Join(err, beside[0], beside[1]); err != nil {
		return "", err
	}
	r.was, r.is, r.list = old.Found, now.Found, is.List(now.Until)
	return "", nil
}

// assess assesses the roots as they are, against what was settled of them.
func (r *renewal) assess(ctx context.Context, v *store.View, terms *contracts.Contract, run store.Run, is *ingest.Snapshot, types, keys []string) (engine.Kept, error) {
	wanted := map[string]bool{}
	for i := range keys {
		wanted[string(engine.RecordHead(terms, unitNamed(terms, types[i]), keys[i]))] = true
	}
	position, err := v.PositionOf(ctx, terms, run.Contract, func(head []byte) bool { return wanted[string(head)] })
	if err != nil {
		return engine.Kept{}, err
	}
	return engine.AssessKeeping(terms, occasion(run), Watch(ctx, is), position, func(b []byte) error {
		r.lines = append(r.lines, bytes.Clone(b))
		return nil
	})
}

// others lists the roots that are not what they were: those of which something was told, whose day has come, or that are new.
func (r *renewal) others(terms *contracts.Contract, told [][2]string, run store.Run) (types, keys []string, err error) {
	ranks, byRank := evidence.RootRanks(terms)
	news := map[string]bool{}
	for _, root := range told {
		t := unitNamed(terms, root[0])
		if t < 0 {
			return nil, nil, fmt.Errorf("there is evidence of a %s, and the contract has no such unit", root[0])
		}
		news[string(ranks[t])+root[1]] = true
	}
	add := func(name string) {
		types, keys = append(types, terms.Units[byRank[name[0]]].Name), append(keys, name[1:])
	}
	err = evidence.MergeRoots(r.before, func(root *evidence.RootAt) error {
		if is := news[string(root.Name)]; is || root.Until < run.Through {
			add(string(root.Name))
			delete(news, string(root.Name))
		}
		return nil
	})
	for name := range news { // in any order: the snapshot puts them in theirs
		add(name)
	}
	return types, keys, err
}

// join makes what the statement says of the snapshot.
func (r *renewal) join(terms *contracts.Contract, was, is *ingest.Snapshot, run store.Run) error {
	old, now := was.Stretch(), is.Stretch()
	r.kept.Summary.Less(&old.Summary)
	r.kept.Summary.Add(&now.Summary)
	sum, beside := r.kept.Summary, is.Beside()
	sum.Add(&beside)
	var root evidence.Root
	root.Add(evidence.UnitDigest(evidence.AppendItems(nil, terms, is.Whole())))
	r.kept.Roots = 0
	list := is.List(make([]calendar.Date, len(now.Leaves))) // until when they hold is not known yet
	err := evidence.MergeRoots(append(r.before[:len(r.before):len(r.before)], list), func(one *evidence.RootAt) error {
		root.Add(evidence.Digest(one.Leaf))
		r.kept.Roots++
		return nil
	})
	sum.CutOff, sum.Digest = run.CutOff, root.Sum()
	r.whole = evidence.NewApart(is.Whole(), sum)
	return err
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
	position, err := tx.PositionUnread(ctx, terms, run.Contract)
	if err != nil {
		return statements.Statement{}, nil, err
	}
	if version.Number != r.version || len(position.Prior) != r.base.Number {
		return statements.Statement{}, nil, fmt.Errorf("the contract was varied or settled meanwhile: %w", store.ErrBusy)
	}
	st, found, err := engine.Renew(terms, occasion(run), r.whole, position, r.kept.Found, r.was, r.is, func(yield func([]byte, error) bool) {
		for _, b := range r.lines {
			if !yield(b, nil) {
				return
			}
		}
	}, sink)
	if err != nil {
		return st, nil, err
	}
	k := &keeping{Keeping: r.kept, list: r.list}
	k.Found = found
	if changes := len(r.list); changes > 0 {
		for _, list := range r.before[1:] {
			changes += len(list)
		}
		if changes > len(r.before[0])/renewShare { // what changed is gathered up
			k.list, k.Base = nil, 0
			err = evidence.MergeRoots(append(r.before, r.list), func(one *evidence.RootAt) error {
				k.list = k.list.Append(one.Name, one.Leaf, one.Until)
				return nil
			})
		}
	}
	return st, k, err
}

// keeping is what a final statement leaves for the next.
type keeping struct {
	store.Keeping
	list evidence.Roots
}

// keep keeps it with the statement, once that is there.
func (k *keeping) keep(ctx context.Context, tx *store.Tx, run store.Run) error {
	if k == nil || run.Kind != store.RunFinal {
		return nil
	}
	k.Statement = run.Statement
	if k.Base == 0 {
		k.Base = run.Statement
	}
	return tx.Keep(ctx, run.Contract, k.Keeping, k.list)
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
	if err != nil || kept.Found == nil || w.o.KeepRoots < 0 || len(kept.Until) < w.o.KeepRoots {
		return st, nil, err
	}
	k = &keeping{list: snapshot.List(kept.Until)}
	k.Found, k.Roots, k.Summary = kept.Found, len(kept.Until), snapshot.Stretch().Summary
	return st, k, nil
}
