package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"

	"outturn/contracts/calendar"
)

// The leaves of a block are one subtree of the snapshot's tree.
const (
	blockLevel  = 4
	blockLeaves = 1 << blockLevel
)

// Index divides the roots of a contract, in order, into blocks of sixteen, so that what was kept of some is found, and the tree
// hashed, without the others. The first block has one less, since the leaf of what is about no unit stands before its own, and the
// last has what is left.
type Index struct {
	Blocks []Block
	Roots  int // of all blocks
	Length int // of the list with which every root was kept, in bytes
}

// Block is some roots that stand together.
type Block struct {
	First []byte        // the name of the first
	Sum   Digest        // the tree hash of their leaves
	Until calendar.Date // the last day until which all of them hold
	At    int           // where in the list with which every root was kept its own begin
	Check uint32        // of all that is kept of them, so that it is not read otherwise than it was written
}

var errIndex = errors.New("the index of what was kept is not what was written")

// NewIndex makes the index of the roots of lists: of the one with which every root was kept, and of what was kept later.
func NewIndex(lists []Roots) (Index, error) {
	x := Index{Length: len(lists[0])}
	base, at := lists[0], 0
	var next RootAt
	there, err := base.Next(&next)
	if err != nil {
		return x, err
	}
	var sum Root
	end := func() {
		if n := len(x.Blocks); n > 0 {
			x.Blocks[n-1].Sum, sum = sum.Sum(), Root{}
		}
	}
	err = MergeRoots(lists, func(r *RootAt) error {
		x.Roots++
		if x.Roots == 1 || x.Roots%blockLeaves == 0 {
			end()
			for there && bytes.Compare(next.Name, r.Name) < 0 {
				at = x.Length - len(base)
				if there, err = base.Next(&next); err != nil {
					return err
				}
			}
			x.Blocks = append(x.Blocks, Block{First: r.Name, Until: r.Until, At: at})
		}
		b := &x.Blocks[len(x.Blocks)-1]
		b.note(r)
		sum.Add(Digest(r.Leaf))
		return nil
	})
	end()
	return x, err
}

// note takes up one more root of the block.
func (b *Block) note(r *RootAt) {
	b.Until = min(b.Until, r.Until)
	b.Check = crc32.Update(b.Check, castagnoli, r.whole)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// size is how many roots a block has.
func (x *Index) size(b int) int {
	return min(blockLeaves*(b+1), x.Roots+1) - max(blockLeaves*b, 1)
}

// Touched marks the blocks that have roots of a list, or that hold until a day before another, and the first and the last, which are
// no subtrees of the tree. n is how many.
func (x *Index) Touched(list Roots, through calendar.Date) (touched []bool, n int, err error) {
	touched = make([]bool, len(x.Blocks))
	for b := range touched {
		touched[b] = b == 0 || b == len(touched)-1 || x.Blocks[b].Until < through
	}
	err = x.over(nil, []Roots{list}, func(b int, _ *RootAt) error {
		touched[b] = true
		return nil
	})
	for _, is := range touched {
		if is {
			n++
		}
	}
	return touched, n, err
}

// Stretches lists where in the list with which every root was kept those of the touched blocks are, from and up to.
func (x *Index) Stretches(touched []bool) (list [][2]int) {
	for b, is := range touched {
		if !is {
			continue
		}
		one := [2]int{x.Blocks[b].At, x.Length}
		if b+1 < len(x.Blocks) {
			one[1] = x.Blocks[b+1].At
		}
		if n := len(list); n > 0 && list[n-1][1] == one[0] {
			list[n-1][1] = one[1]
		} else {
			list = append(list, one)
		}
	}
	return list
}

// over calls each for every root of lists that belongs to a touched block (nil: all are), in order.
func (x *Index) over(touched []bool, lists []Roots, each func(b int, r *RootAt) error) error {
	b := 0
	return MergeRoots(lists, func(r *RootAt) error {
		for b+1 < len(x.Blocks) && bytes.Compare(x.Blocks[b+1].First, r.Name) <= 0 {
			b++
		}
		if touched != nil && !touched[b] {
			return nil
		}
		return each(b, r)
	})
}

// Changes makes the touched blocks anew of the roots that lists have of them, which must be the same, and writes what of them is not as
// it was, for Apply.
func (x *Index) Changes(touched []bool, lists []Roots) ([]byte, error) {
	var b []byte
	var sum Root
	var block Block
	last, before := -1, 0
	end := func() error {
		if last < 0 {
			return nil
		}
		if int(sum.Len()) != x.size(last) {
			return errIndex
		}
		hash := sum.Sum()
		b = binary.AppendUvarint(b, uint64(last-before))
		b = binary.LittleEndian.AppendUint32(b, block.Check)
		b = binary.LittleEndian.AppendUint32(b, uint32(block.Until))
		b = append(b, hash[:]...)
		before, sum = last, Root{}
		return nil
	}
	err := x.over(touched, lists, func(at int, r *RootAt) error {
		if at != last {
			if err := end(); err != nil {
				return err
			}
			last, block = at, Block{Until: r.Until}
		}
		block.note(r)
		sum.Add(Digest(r.Leaf))
		return nil
	})
	if err == nil {
		err = end()
	}
	return summed(b), err
}

// Apply reads what Changes wrote into the index of which it was made.
func (x *Index) Apply(b []byte) error {
	b, err := unsummed(b)
	if err != nil {
		return err
	}
	const rest = 8 + len(Digest{})
	for at := uint64(0); len(b) > 0; {
		more, n := binary.Uvarint(b)
		if at += more; n <= 0 || len(b) < n+rest || at >= uint64(len(x.Blocks)) {
			return errIndex
		}
		block := &x.Blocks[at]
		block.Check = binary.LittleEndian.Uint32(b[n:])
		block.Until = calendar.Date(int32(binary.LittleEndian.Uint32(b[n+4:])))
		block.Sum = Digest(b[n+8 : n+rest])
		b = b[n+rest:]
	}
	return nil
}

// summed puts the digest of bytes behind them.
func summed(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// unsummed takes it off, and refuses bytes that are not what was written.
func unsummed(b []byte) ([]byte, error) {
	n := len(b) - len(Digest{})
	if n < 0 || sha256.Sum256(b[:n]) != Digest(b[n:]) {
		return nil, errIndex
	}
	return b[:n], nil
}

// Tree hashes what can be of the snapshot's tree: of lists are the roots of touched blocks, is says of each whether it is what it was,
// and in the place of those that are not is a gap, and where the leaf stands of what is about no unit. Roots that are not those of
// which the index was made are refused.
func (x *Index) Tree(touched []bool, lists []Roots, is func(r *RootAt) (bool, error)) (*Gapped, error) {
	g := &Gapped{}
	g.Gap()
	at, check := 0, uint32(0) // the block that is filled, and of what is there of it
	up := func(to int) error {
		for ; at < to; at++ {
			if b := &x.Blocks[at]; !touched[at] {
				g.add(blockLevel, b.Sum)
			} else if check != b.Check {
				return errIndex
			}
			check = 0
		}
		return nil
	}
	err := x.over(touched, lists, func(b int, r *RootAt) error {
		if err := up(b); err != nil {
			return err
		}
		check = crc32.Update(check, castagnoli, r.whole)
		was, err := is(r)
		if was {
			g.Add(Digest(r.Leaf))
		} else {
			g.Gap()
		}
		return err
	})
	if err == nil {
		err = up(len(x.Blocks))
	}
	return g, err
}

// Bytes writes an index so that ReadIndex reads it back. Of each block it is written what its first root's name does not have in
// common with that of the block before, and how far behind that block it begins.
func (x *Index) Bytes() []byte {
	b := binary.AppendUvarint(nil, uint64(x.Roots))
	b = binary.AppendUvarint(b, uint64(x.Length))
	var last Block
	for i := range x.Blocks {
		one := &x.Blocks[i]
		common := 0
		for common < min(len(one.First), len(last.First)) && one.First[common] == last.First[common] {
			common++
		}
		b = binary.AppendUvarint(b, uint64(one.At-last.At))
		b = binary.AppendUvarint(b, uint64(common))
		b = binary.LittleEndian.AppendUint32(b, one.Check)
		b = Roots(b).Append(one.First[common:], one.Sum[:], one.Until, nil)
		last = *one
	}
	return summed(b)
}

// ReadIndex reads what Bytes wrote.
func ReadIndex(b []byte) (x Index, err error) {
	if b, err = unsummed(b); err != nil {
		return x, err
	}
	number := func() int {
		n, size := binary.Uvarint(b)
		b = b[max(size, 0):]
		return int(n)
	}
	x.Roots, x.Length = number(), number()
	x.Blocks = make([]Block, 0, x.Roots/blockLeaves+2)
	names := make([]byte, 0, len(b))
	var last Block
	for len(b) > 0 {
		at, common := last.At+number(), number()
		if len(b) < 4 || common < 0 || common > len(last.First) {
			return x, errIndex
		}
		check := binary.LittleEndian.Uint32(b)
		b = b[4:]
		var r RootAt
		list := Roots(b)
		if there, err := list.Next(&r); err != nil || !there {
			return x, errIndex
		}
		b = list
		from := len(names)
		names = append(append(names, last.First[:common]...), r.Name...)
		last = Block{names[from:len(names):len(names)], Digest(r.Leaf), r.Until, at, check}
		x.Blocks = append(x.Blocks, last)
	}
	return x, nil
}
