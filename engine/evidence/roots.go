package evidence

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
)

// Roots are roots in canonical order without their evidence, as bytes: of each its type, key and digest, until which last day
// settled what it comes to stands, and what was settled of it.
type Roots []byte

// RootAt is one of them. Its name is comparable with others of the same contract: it orders them.
type RootAt struct {
	Name    []byte // the rank of its type and its key
	Leaf    []byte
	Until   calendar.Date
	Settled []byte // as the engine keeps it
	whole   []byte // as it is written
}

// Key is the root's key.
func (r *RootAt) Key() []byte { return r.Name[1:] }

// RootsNamed lists roots by their names alone, in order: they have no digest, and hold until no day.
func RootsNamed(c *contracts.Contract, units []Unit) (list Roots) {
	ranks, _ := RootRanks(c)
	names := make([]string, len(units))
	for i := range units {
		names[i] = string(ranks[units[i].Type]) + units[i].Key
	}
	slices.Sort(names)
	var none Digest
	for _, name := range names {
		list = list.Append([]byte(name), none[:], 0, nil)
	}
	return list
}

// RootRanks orders the types of a contract that are part of no other as their roots are ordered.
func RootRanks(c *contracts.Contract) (rank []byte, byRank []int) {
	rank = make([]byte, len(c.Units))
	for i := range c.Units {
		if c.Units[i].PartOf >= 0 {
			continue
		}
		for j := range c.Units {
			if c.Units[j].PartOf < 0 && c.Units[j].Name < c.Units[i].Name {
				rank[i]++
			}
		}
	}
	byRank = make([]int, len(c.Units))
	for i := range c.Units {
		if c.Units[i].PartOf < 0 {
			byRank[rank[i]] = i
		}
	}
	return rank, byRank
}

// Append adds a root behind the others.
func (b Roots) Append(name, leaf []byte, until calendar.Date, settled []byte) Roots {
	b = append(b, byte(len(name)))
	b = append(b, name...)
	b = append(b, leaf...)
	b = binary.LittleEndian.AppendUint32(b, uint32(until))
	b = binary.AppendUvarint(b, uint64(len(settled)))
	return append(b, settled...)
}

// Keep adds a root of another list behind the others.
func (b Roots) Keep(r *RootAt) Roots { return append(b, r.whole...) }

var errRoots = errors.New("what was kept of roots cannot be read")

// Next takes the first root off; false at the end.
func (b *Roots) Next(into *RootAt) (bool, error) {
	r := *b
	if len(r) == 0 {
		return false, nil
	}
	n := 1 + int(r[0])
	const rest = len(Digest{}) + 4
	if len(r) < n+rest || n < 2 {
		return false, errRoots
	}
	into.Name, into.Leaf = r[1:n], r[n:n+len(Digest{})]
	into.Until = calendar.Date(int32(binary.LittleEndian.Uint32(r[n+len(Digest{}):])))
	size, more := binary.Uvarint(r[n+rest:])
	n += rest + more
	if more <= 0 || size > uint64(len(r)-n) {
		return false, errRoots
	}
	end := n + int(size)
	into.Settled, into.whole = r[n:end], r[:end]
	*b = r[end:]
	return true, nil
}

// MergeRoots calls each for every root of lists, in order. A root of a later list takes the place of the same in an
// earlier one.
func MergeRoots(lists []Roots, each func(r *RootAt) error) error {
	lists = append([]Roots(nil), lists...)
	at, there := make([]RootAt, len(lists)), make([]bool, len(lists))
	var err error
	for i := range lists {
		if there[i], err = lists[i].Next(&at[i]); err != nil {
			return err
		}
	}
	var one RootAt
	for {
		first := -1
		for i := range lists {
			if there[i] && (first < 0 || bytes.Compare(at[i].Name, at[first].Name) <= 0) {
				first = i
			}
		}
		if first < 0 {
			return nil
		}
		one = at[first]
		if err := each(&one); err != nil {
			return err
		}
		for i := range lists {
			if there[i] && bytes.Equal(at[i].Name, one.Name) {
				if there[i], err = lists[i].Next(&at[i]); err != nil {
					return err
				}
			}
		}
	}
}
