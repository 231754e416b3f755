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
func (r *Root) Add(leaf Digest) {
	r.leaves++
	// Each trailing nought of the new count completes a subtree with the one on its left.
	for range bits.TrailingZeros64(r.leaves) {
		r.depth--
		leaf = node(r.stack[r.depth], leaf)
	}
	r.stack[r.depth] = leaf
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

func node(left, right Digest) Digest {
	var b [1 + 2*sha256.Size]byte
	b[0] = nodePrefix
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}
