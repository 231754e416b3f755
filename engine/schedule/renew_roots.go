package schedule

import (
	"bytes"
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
func (r *keptRoots) read(terms *contracts.Contract, kept *store.KeptRoots, changed evidence.Roots, through calendar.Date) ([]evidence.Unit, error) {
	_, byRank := evidence.RootRanks(terms)
	f, err := newFinder(byRank, changed, through)
	if err != nil {
		return nil, err
	}
	near, err := r.near(kept, changed, f)
	if err != nil {
		return nil, err
	}
	if !near {
		if err := r.all(kept); err != nil {
			return nil, err
		}
		if f, err = newFinder(byRank, changed, through); err != nil {
			return nil, err
		}
		tree := &evidence.Gapped{}
		tree.Gap() // what is about no unit
		f.gap = tree.Gap
		err := evidence.MergeRoots(r.lists, func(root *evidence.RootAt) error {
			is, err := f.find(root)
			if err == nil && is {
				tree.Add(evidence.Digest(root.Leaf))
			}
			return err
		})
		if err = errors.Join(err, f.end()); err != nil {
			return nil, err
		}
		r.tree = tree
	}
	r.settled = f.settled
	return f.expired, nil
}

// finder goes over roots that were kept, in order, and finds those that are not what they were: of which something was told, which are
// new, or whose day has come.
type finder struct {
	byRank  []int
	through calendar.Date
	changed evidence.Roots // of which something was told, by name
	gap     func()         // for each that is not what it was

	next    evidence.RootAt // of the changed
	there   bool
	isNew   bool // whether any is
	expired []evidence.Unit
	settled map[rootNamed][]byte
}

func newFinder(byRank []int, changed evidence.Roots, through calendar.Date) (*finder, error) {
	f := &finder{byRank: byRank, through: through, changed: changed, settled: map[rootNamed][]byte{}}
	return f, f.advance()
}

// find says whether a root is what it was.
func (f *finder) find(root *evidence.RootAt) (is bool, err error) {
	for f.there && bytes.Compare(f.next.Name, root.Name) < 0 {
		if err := f.found(true); err != nil {
			return false, err
		}
	}
	told := f.there && bytes.Equal(f.next.Name, root.Name)
	if !told && root.Until >= f.through {
		return true, nil
	}
	if int(root.Name[0]) >= len(f.byRank) {
		return false, errors.New("what was kept names a unit that the contract does not have")
	}
	named := rootNamed{f.byRank[root.Name[0]], string(root.Key())}
	f.settled[named] = root.Settled
	if told {
		return false, f.found(false)
	}
	f.expired = append(f.expired, evidence.Unit{Type: named.unitType, Key: named.key})
	if f.gap != nil {
		f.gap()
	}
	return false, nil
}

// found takes up the next of the changed, which is new or not.
func (f *finder) found(isNew bool) error {
	f.isNew = f.isNew || isNew
	if f.gap != nil {
		f.gap()
	}
	return f.advance()
}

func (f *finder) advance() (err error) {
	f.there, err = f.changed.Next(&f.next)
	return err
}

// end finds those that stand behind all others.
func (f *finder) end() error {
	for f.there {
		if err := f.found(true); err != nil {
			return err
		}
	}
	return nil
}

// near reads what stands near the roots that changed. It is false where that is no less work, or there are new roots, behind
// which every other stands elsewhere in the tree.
func (r *keptRoots) near(kept *store.KeptRoots, changed evidence.Roots, f *finder) (bool, error) {
	index, err := kept.Index()
	if err != nil {
		return false, err
	}
	touched, n, err := index.Touched(changed, f.through)
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
	tree, err := index.Tree(touched, lists, f.find)
	if err = errors.Join(err, f.end()); err != nil || f.isNew {
		return false, err
	}
	r.tree = tree
	r.index, r.touched, r.lists, r.later, r.length = index, touched, lists, lengths(later), index.Length
	return true, nil
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

// nextRoots is what is kept of roots for the next run.
type nextRoots struct {
	list  evidence.Roots
	index store.KeptIndex
	whole bool // whether the list is of all
}

// allRoots keeps every root.
func allRoots(list evidence.Roots) (nextRoots, error) {
	index, err := evidence.NewIndex([]evidence.Roots{list})
	return nextRoots{list, store.KeptIndex{Whole: index.Bytes()}, true}, err
}

// next is what is kept for the next run, given the roots that are not what they were. Where much was kept since every root was, what
// changed is gathered up, and that is the whole. The index is made meanwhile.
func (r *keptRoots) next(kept *store.KeptRoots, list evidence.Roots) (func() (nextRoots, error), error) {
	whole := len(list) > 0 && r.later+len(list) > r.length/renewShare
	if whole {
		if err := r.all(kept); err != nil {
			return nil, err
		}
	}
	index, touched, lists := r.index, r.touched, with(r.lists, list)
	return meanwhile(func() (nextRoots, error) {
		if whole {
			var all evidence.Roots
			err := evidence.MergeRoots(lists, func(one *evidence.RootAt) error {
				all = all.Keep(one)
				return nil
			})
			if err != nil {
				return nextRoots{}, err
			}
			return allRoots(all)
		}
		if touched != nil {
			changes, err := index.Changes(touched, lists)
			return nextRoots{list, store.KeptIndex{Changes: changes}, false}, err
		}
		all, err := evidence.NewIndex(lists)
		return nextRoots{list, store.KeptIndex{Whole: all.Bytes()}, false}, err
	}), nil
}

// meanwhile does something while other things are done, and returns what waits for it.
func meanwhile[T any](do func() (T, error)) func() (T, error) {
	var out T
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		out, err = do()
	}()
	return func() (T, error) {
		<-done
		return out, err
	}
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
