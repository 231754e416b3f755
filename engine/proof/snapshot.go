package proof

import (
	"bytes"
	"fmt"
	"io"
	"iter"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// kept is a snapshot read back from its canonical bytes, wherever they lie.
type kept struct {
	contract *contracts.Contract
	units    io.ReaderAt
	cuts     []int64 // where each shard begins, and where the last ends; roots are never cut
	roots    []int   // by shard
	whole    []evidence.Item
	summary  evidence.Summary
}

const (
	shardsKept    = 8
	treeBytesMax  = 64 << 20 // one root with its members
	treeReadBytes = 1 << 20
)

// openSnapshot reads canonical bytes from end to end, works out the digest and the counts, and marks where they can be
// divided. Late is not in the bytes: it is what the statement says was left out.
func openSnapshot(c *contracts.Contract, whole []byte, units io.ReaderAt, size int64) (*kept, error) {
	k := &kept{contract: c, units: units, cuts: []int64{0}, roots: []int{0}}
	items, err := evidence.NewReader(c).Items(whole)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wholeName, err)
	}
	k.whole = items
	var root evidence.Root
	root.Add(evidence.UnitDigest(whole))
	k.count(items)
	var canonical []byte
	at := int64(0)
	for tree, err := range k.trees(0, size) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", unitsName, err)
		}
		if at >= int64(len(k.cuts))*(size/shardsKept+1) {
			k.cuts, k.roots = append(k.cuts, at), append(k.roots, 0)
		}
		k.roots[len(k.roots)-1]++
		canonical = evidence.AppendTree(canonical[:0], c, tree)
		at += int64(len(canonical))
		root.Add(evidence.UnitDigest(canonical))
		k.summary.Units += len(tree.Units)
		for i := range tree.Units {
			k.count(tree.Units[i].Items)
		}
	}
	k.cuts = append(k.cuts, size)
	k.summary.Digest = root.Sum()
	return k, nil
}

func (k *kept) count(items []evidence.Item) {
	k.summary.Items += len(items)
	for i := range items {
		k.summary.Standing[items[i].Standing]++
	}
}

// Shards, Roots, Units, Whole and Summary make it an evidence.Snapshot.
func (k *kept) Shards() int { return len(k.cuts) - 1 }

// Roots returns how many roots a shard has.
func (k *kept) Roots(shard int) int { return k.roots[shard] }

// Units yields the roots of one shard.
func (k *kept) Units(shard int) iter.Seq2[*evidence.Tree, error] {
	return k.trees(k.cuts[shard], k.cuts[shard+1])
}

// Whole returns the items about the contract, a role or a cohort.
func (k *kept) Whole() []evidence.Item { return k.whole }

// Summary says what the snapshot holds.
func (k *kept) Summary() evidence.Summary { return k.summary }

// trees reads the roots between two places, a block at a time: all the trees of a block but the last, whose end only
// the next block shows.
func (k *kept) trees(from, to int64) iter.Seq2[*evidence.Tree, error] {
	return func(yield func(*evidence.Tree, error) bool) {
		reader := evidence.NewReader(k.contract)
		block := make([]byte, 0, treeReadBytes)
		for from < to || len(block) > 0 {
			room := int64(cap(block) - len(block))
			n := int(min(room, to-from))
			filled := len(block)
			block = block[:filled+n]
			if _, err := k.units.ReadAt(block[filled:], from); err != nil && err != io.EOF {
				yield(nil, err)
				return
			}
			from += int64(n)
			whole := len(block)
			if from < to {
				whole = lastRoot(block)
			}
			if whole == 0 { // one tree fills the block
				if cap(block) >= treeBytesMax {
					yield(nil, fmt.Errorf("one unit with its members of more than %d bytes", treeBytesMax))
					return
				}
				block = append(make([]byte, 0, 2*cap(block)), block...)
				continue
			}
			for tree, err := range reader.Trees(block[:whole]) {
				if !yield(tree, err) || err != nil {
					return
				}
			}
			block = block[:copy(block, block[whole:])]
		}
	}
}

// lastRoot returns where the last root of a block begins: the last whole line that does not begin with a tab and whose
// third field, the parent, is blank; 0 when that is the first line or none is whole.
func lastRoot(block []byte) int {
	for end := bytes.LastIndexByte(block, '\n') + 1; end > 0; {
		begins := bytes.LastIndexByte(block[:end-1], '\n') + 1
		if isRoot(block[begins:]) {
			return begins
		}
		end = begins
	}
	return 0
}

func isRoot(line []byte) bool {
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	if len(line) == 0 || line[0] == '\t' {
		return false
	}
	for range 2 {
		i := bytes.IndexByte(line, '\t')
		if i < 0 {
			return false
		}
		line = line[i+1:]
	}
	return len(line) == 0 || line[0] == '\t'
}
