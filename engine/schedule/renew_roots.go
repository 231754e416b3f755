package schedule

import (
	"errors"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/store"
)

// keptRoots is what a renewal reads of the roots that were kept: by the index those that stand near one that is not what it was,
// or else all.
type keptRoots struct {
	index   evidence.Index
	touched []bool               // the blocks that were read; nil: all were
	lists   []evidence.Roots     // of what was read: what was kept with every root, and later; nil: not read yet
	later   int                  // how many bytes were kept later
	length  int                  // how many with every root
	settled map[rootNamed][]byte // of those that are not what they were
	tree    *evidence.Gapped     // of all roots, those left out that are not what they were
}

// rootNamed is a root by its type and key.
type rootNamed struct {
	unitType int
	key      string
}

// settledOf is what was settled of a root (engine.Position).
func (r *keptRoots) settledOf(unitType int, key string) []byte {
	return r.settled[rootNamed{unitType, key}]
}

// nearShare is one in how many blocks may be touched for it to be less work than to read them all.
const nearShare = 3

// read reads what was kept of roots, and finds those whose day has come, and of which nothing was told. Of those that are not what they
// were it holds what was settled.
func (r *keptRoots) read(terms *contracts.Contract, kept *store.KeptRoots, changed evidence.Roots, through calendar.Date) (expired []evidence.Unit, err error) {
	_, byRank := evidence.RootRanks(terms)
	gap := func(root *evidence.RootAt) {
		named := rootNamed{byRank[root.Name[0]], string(root.Key())}
		r.settled[named] = root.Settled
		if !root.Unknown() {
			expired = append(expired, evidence.Unit{Type: named.unitType, Key: named.key})
		}
	}
	r.settled = map[rootNamed][]byte{}
	near, err := r.near(kept, changed, through, gap)
	if near || err != nil {
		return expired, err
	}
	expired = nil
	if err := r.all(kept); err != nil {
		return nil, err
	}
	r.tree = &evidence.Gapped{}
	r.tree.Gap() // what is about no unit
	err = evidence.MergeRoots(with(r.lists, changed), func(root *evidence.RootAt) error {
		if root.Until < through {
			r.tree.Gap()
			gap(root)
		} else {
			r.tree.Add(evidence.Digest(root.Leaf))
		}
		return nil
	})
	return expired, err
}

// near reads what stands near the roots that changed. It is false where that is no less work, or there are new roots, behind
// which every other stands elsewhere in the tree.
func (r *keptRoots) near(kept *store.KeptRoots, changed evidence.Roots, through calendar.Date, gap func(root *evidence.RootAt)) (bool, error) {
	index, err := kept.Index()
	if err != nil {
		return false, err
	}
	touched, n, err := index.Touched(changed, through)
	if err != nil || n*nearShare > len(touched) {
		return false, err
	}
	base, err := kept.Stretches(index.Stretches(touched))
	if err != nil {
		return false, err
	}
	later, err := kept.Later()
	if err != nil {
		return false, err
	}
	lists := append([]evidence.Roots{base}, later...)
	if err := index.Check(touched, lists); err != nil {
		return false, err
	}
	r.tree, err = index.Tree(touched, with(lists, changed), through, gap)
	if errors.Is(err, evidence.ErrShifted) {
		return false, nil
	}
	r.index, r.touched, r.lists, r.later, r.length = index, touched, lists, lengths(later), index.Length
	return true, err
}

// all reads all, where that has not been done.
func (r *keptRoots) all(kept *store.KeptRoots) (err error) {
	if r.lists != nil && r.touched == nil {
		return nil
	}
	r.touched = nil
	if r.lists, err = kept.All(); err == nil {
		r.later, r.length = lengths(r.lists[1:]), len(r.lists[0])
	}
	return err
}

// sum is the digest of the snapshot, given the leaf of what is about no unit and those of the roots that are not what they were, and
// how many roots it has.
func (r *keptRoots) sum(kept *store.KeptRoots, whole evidence.Digest, leaves []evidence.Digest, list evidence.Roots) (evidence.Digest, int, error) {
	leaves = append([]evidence.Digest{whole}, leaves...)
	if r.tree.Gaps() == len(leaves) {
		return r.tree.Sum(leaves), int(r.tree.Len()) - 1, nil
	}
	// Of a root that would be new nothing is known yet at the cut-off.
	if err := r.all(kept); err != nil {
		return evidence.Digest{}, 0, err
	}
	var root evidence.Root
	root.Add(whole)
	err := evidence.MergeRoots(with(r.lists, list), func(one *evidence.RootAt) error {
		root.Add(evidence.Digest(one.Leaf))
		return nil
	})
	return root.Sum(), int(root.Len()) - 1, err
}

// next is what is kept of roots for the next, given those that are not what they were, and the index of all. Where much was kept
// since every root was, what changed is gathered up, and that is the whole.
func (r *keptRoots) next(kept *store.KeptRoots, list evidence.Roots) (next evidence.Roots, index evidence.Index, whole bool, err error) {
	if whole = len(list) > 0 && r.later+len(list) > r.length/renewShare; whole {
		if err := r.all(kept); err != nil {
			return nil, index, false, err
		}
		err = evidence.MergeRoots(with(r.lists, list), func(one *evidence.RootAt) error {
			next = next.Keep(one)
			return nil
		})
		if err != nil {
			return nil, index, false, err
		}
		index, err = evidence.NewIndex([]evidence.Roots{next})
		return next, index, true, err
	}
	if r.touched != nil {
		index, err = r.index.Renewed(r.touched, with(r.lists, list))
	} else {
		index, err = evidence.NewIndex(with(r.lists, list))
	}
	return list, index, false, err
}

// with is the lists and one more.
func with(lists []evidence.Roots, one evidence.Roots) []evidence.Roots {
	return append(lists[:len(lists):len(lists)], one)
}

func lengths(lists []evidence.Roots) (n int) {
	for i := range lists {
		n += len(lists[i])
	}
	return n
}
