package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
)

// The two kinds of node are told apart by their first byte, as RFC 6962 section 2.1 does, so that no leaf can pass for
// a node.
const (
	leafPrefix = 0x00
	nodePrefix = 0x01
)

// UnitDigest is the digest of one root unit and its members by their canonical bytes (AppendTree), and the leaf of the
// snapshot's Merkle tree. The leaf of the whole-contract items is the same of AppendItems.
func UnitDigest(canonical []byte) Digest {
	// Most trees are a few hundred bytes: the copy is cheaper than a hash object for each.
	var small [1024]byte
	if len(canonical) < len(small) {
		small[0] = leafPrefix
		n := copy(small[1:], canonical)
		return sha256.Sum256(small[:1+n])
	}
	hash := sha256.New()
	hash.Write([]byte{leafPrefix})
	hash.Write(canonical)
	var d Digest
	hash.Sum(d[:0])
	return d
}

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Root builds the Merkle tree hash of RFC 6962 section 2.1 from leaves given in order, holding one digest a level. The
// zero value has no leaf.
type Root struct {
	leaves uint64
	stack  [64]Digest // one complete subtree for each bit set in leaves, the largest first
	depth  int
}

// Add adds the next leaf, which is a digest that already carries the leaf prefix.
func (r *Root) Add(leaf Digest) { r.add(0, leaf) }

// add adds the next complete subtree of a level, where one may stand.
func (r *Root) add(level int, subtree Digest) {
	r.leaves += 1 << level
	// Each trailing nought of the new count completes a subtree with the one on its left.
	for range bits.TrailingZeros64(r.leaves) - level {
		r.depth--
		subtree = node(r.stack[r.depth], subtree)
	}
	r.stack[r.depth] = subtree
	r.depth++
}

// Len returns the number of leaves.
func (r *Root) Len() uint64 { return r.leaves }

// Sum returns the tree hash of the leaves so far; of none, the digest of nothing. More may be added after.
func (r *Root) Sum() Digest {
	if r.depth == 0 {
		return sha256.Sum256(nil)
	}
	sum := r.stack[r.depth-1]
	for i := r.depth - 2; i >= 0; i-- {
		sum = node(r.stack[i], sum)
	}
	return sum
}

// Gapped builds the tree hash that Root does while some of its leaves are not known yet: of the others, what can be hashed
// without them is. The zero value has no leaf.
type Gapped struct {
	leaves uint64
	gaps   int
	nodes  []subtree // side by side
}

// subtree is a complete one, or a gap where its level is below nought.
type subtree struct {
	level  int
	digest Digest
}

// Add adds the next leaf.
func (g *Gapped) Add(leaf Digest) { g.add(0, leaf) }

// add adds the next complete subtree of a level, where one may stand.
func (g *Gapped) add(level int, digest Digest) {
	g.leaves += 1 << level
	g.nodes = append(g.nodes, subtree{level, digest})
	for ; level < bits.TrailingZeros64(g.leaves); level++ {
		n := len(g.nodes) - 1
		if n == 0 || g.nodes[n-1].level != level {
			return // part of what it would join with is not known
		}
		g.nodes[n-1] = subtree{level + 1, node(g.nodes[n-1].digest, g.nodes[n].digest)}
		g.nodes = g.nodes[:n]
	}
}

// Gap says that the next leaf is not known yet.
func (g *Gapped) Gap() {
	g.leaves++
	g.gaps++
	g.nodes = append(g.nodes, subtree{level: -1})
}

// Len returns the number of leaves, gaps with them.
func (g *Gapped) Len() uint64 { return g.leaves }

// Gaps returns the number of leaves that are not known yet.
func (g *Gapped) Gaps() int { return g.gaps }

// Sum returns the tree hash, given the leaves that stand in the gaps, in order: as many as there are gaps.
func (g *Gapped) Sum(leaves []Digest) Digest {
	var r Root
	for i := range g.nodes {
		if g.nodes[i].level >= 0 {
			r.add(g.nodes[i].level, g.nodes[i].digest)
			continue
		}
		r.Add(leaves[0])
		leaves = leaves[1:]
	}
	return r.Sum()
}

func node(left, right Digest) Digest {
	var b [1 + 2*sha256.Size]byte
	b[0] = nodePrefix
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}
