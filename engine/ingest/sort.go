package ingest

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// A run is records in order of their roots, each with its length in front. Within one root the order is any: the
// gatherer puts it right.

// appendRecord appends the record of an entry with its length, in four bytes, and says where the record begins.
func appendRecord(b []byte, v *vocabulary, e *entry) ([]byte, int) {
	at := len(b) + 4
	b = append(b, 0, 0, 0, 0)
	b = appendEntry(b, v, e)
	binary.LittleEndian.PutUint32(b[at-4:], uint32(len(b)-at))
	return b, at
}

// prefix is the first sixteen bytes of a sort key as two numbers that compare as the bytes do.
type prefix struct{ high, low uint64 }

func (p prefix) compare(q prefix) int {
	if p.high != q.high {
		return cmp.Compare(p.high, q.high)
	}
	return cmp.Compare(p.low, q.low)
}

// prefixKey is how many bytes of a key the prefix holds, behind the rank of its type.
const prefixKey = 15

// prefixOf returns the prefix of a record: the rank, and the beginning of the key, with noughts where it is shorter.
// Keys hold no control characters, so that a shorter key comes before a longer one that begins with it.
func prefixOf(record []byte) prefix {
	n := int(record[1])
	if n >= prefixKey {
		return prefix{uint64(record[0])<<56 | binary.BigEndian.Uint64(record[1:])&(1<<56-1), binary.BigEndian.Uint64(record[9:])}
	}
	var b [16]byte
	b[0] = record[0]
	copy(b[1:], record[2:2+n])
	return prefix{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])}
}

// keyOf returns the key of a record.
func keyOf(record []byte) []byte { return record[2 : 2+int(record[1])] }

// ref finds a record while a block is sorted.
type ref struct {
	prefix prefix
	at     uint32
}

// sorter sorts the records of one block. It serves one goroutine.
type sorter struct {
	refs, spare []ref
	long        bool // a key is longer than its prefix
	ordered     bool // the records came in order
}

func (s *sorter) begin() { s.refs, s.long, s.ordered = s.refs[:0], false, true }

// note takes up the record at a place in the block.
func (s *sorter) note(block []byte, at int) {
	record := block[at:]
	r := ref{prefixOf(record), uint32(at)}
	s.long = s.long || int(record[1]) > prefixKey
	if n := len(s.refs); n > 0 && s.ordered && s.refs[n-1].prefix.compare(r.prefix) > 0 {
		s.ordered = false
	}
	s.refs = append(s.refs, r)
}

// indexEvery is how many bytes of a run lie between the keys that its index holds.
const indexEvery = 64 << 10

// sorted returns a run of the block's records, in memory of its own.
func (s *sorter) sorted(block []byte) run {
	if !s.ordered {
		s.radix()
	}
	if s.long {
		// The prefixes are in order; among equal ones the whole keys decide.
		slices.SortStableFunc(s.refs, func(a, b ref) int {
			if order := a.prefix.compare(b.prefix); order != 0 {
				return order
			}
			return bytes.Compare(keyOf(block[a.at:]), keyOf(block[b.at:]))
		})
	}
	out := run{b: make([]byte, 0, len(block)), size: int64(len(block))}
	next := 0
	for _, r := range s.refs {
		if len(out.b) >= next {
			out.index = append(out.index, mark{string(block[r.at]) + string(keyOf(block[r.at:])), int64(len(out.b))})
			next = len(out.b) + indexEvery
		}
		length := binary.LittleEndian.Uint32(block[r.at-4:])
		out.b = append(out.b, block[r.at-4:r.at+length]...)
	}
	return out
}

// radix sorts the refs by prefix, byte by byte from the last, passing over the bytes that all have in common.
func (s *sorter) radix() {
	var differs prefix
	for i := range s.refs {
		differs.high |= s.refs[i].prefix.high ^ s.refs[0].prefix.high
		differs.low |= s.refs[i].prefix.low ^ s.refs[0].prefix.low
	}
	s.spare = slices.Grow(s.spare[:0], len(s.refs))[:len(s.refs)]
	for shift := 0; shift < 128; shift += 8 {
		low := shift < 64
		if low && byte(differs.low>>shift) == 0 || !low && byte(differs.high>>(shift-64)) == 0 {
			continue
		}
		var starts [256]int
		for i := range s.refs {
			starts[s.refs[i].prefix.byteAt(shift)]++
		}
		sum := 0
		for i := range starts {
			starts[i], sum = sum, sum+starts[i]
		}
		for i := range s.refs {
			c := s.refs[i].prefix.byteAt(shift)
			s.spare[starts[c]] = s.refs[i]
			starts[c]++
		}
		s.refs, s.spare = s.spare, s.refs
	}
}

func (p prefix) byteAt(shift int) byte {
	if shift < 64 {
		return byte(p.low >> shift)
	}
	return byte(p.high >> (shift - 64))
}

// run is a sorted stretch of records, in memory or in a file.
type run struct {
	b     []byte
	file  *os.File
	at    int64 // where it begins in the file
	size  int64
	index []mark
}

// mark is the key (rank and key bytes) of the record at an offset of its run.
type mark struct {
	key    string
	offset int64
}

// runs holds runs in memory up to a limit, and the rest in one temporary file.
type runs struct {
	store  *store
	memory int64
	mu     sync.Mutex
	list   []run
	held   int64
	file   *os.File
	length int64
}

// add takes up a run.
func (r *runs) add(one run) error {
	r.mu.Lock()
	if r.held+one.size <= r.memory {
		r.held += one.size
		r.list = append(r.list, one)
		r.mu.Unlock()
		return nil
	}
	if r.file == nil {
		f, err := r.store.create("sort")
		if err != nil {
			r.mu.Unlock()
			return err
		}
		r.file = f
	}
	one.file, one.at = r.file, r.length
	r.length += one.size
	r.mu.Unlock()
	// Written outside the lock: each run has its own place in the file.
	if _, err := one.file.WriteAt(one.b, one.at); err != nil {
		return fmt.Errorf("evidence does not fit the memory allowed, and the temporary file cannot be written: %w", err)
	}
	one.b = nil
	r.mu.Lock()
	r.list = append(r.list, one)
	r.mu.Unlock()
	return nil
}

// cursor reads the records of a run from an offset to an end.
type cursor struct {
	run    *run
	offset int64 // of the next byte that is not yet in buffer
	end    int64
	buffer []byte // what was read and not yet given out
	memory []byte // the whole buffer
	record []byte // the record in hand, valid until next
	prefix prefix
	err    error
}

// open prepares the cursor, with so many bytes of buffer for a run in a file.
func (c *cursor) open(buffer int) {
	if c.run.file == nil {
		c.buffer = c.run.b[c.offset:c.end]
		c.offset = c.end
		return
	}
	c.memory = make([]byte, buffer)
}

// next moves on to the next record; false at the end, and on an error.
func (c *cursor) next() bool {
	if len(c.buffer) < 4 && !c.fill(4) {
		return false
	}
	length := int(binary.LittleEndian.Uint32(c.buffer))
	if len(c.buffer) < 4+length && !c.fill(4+length) {
		return false
	}
	c.record = c.buffer[4 : 4+length]
	c.buffer = c.buffer[4+length:]
	c.prefix = prefixOf(c.record)
	return true
}

// fill reads on from the file until so many bytes are there.
func (c *cursor) fill(need int) bool {
	if c.err != nil || c.offset >= c.end {
		return false
	}
	if need > len(c.memory) {
		c.memory = make([]byte, need+need/2)
	}
	had := copy(c.memory, c.buffer)
	want := int(min(int64(len(c.memory)-had), c.end-c.offset))
	n, err := c.run.file.ReadAt(c.memory[had:had+want], c.run.at+c.offset)
	c.offset += int64(n)
	c.buffer = c.memory[:had+n]
	if n < want {
		c.err = fmt.Errorf("a temporary file cannot be read back: %w", cmp.Or(err, io.ErrUnexpectedEOF))
		return false
	}
	return len(c.buffer) >= need
}

// compare orders two cursors by the records in hand.
func (c *cursor) compare(d *cursor) int {
	if order := c.prefix.compare(d.prefix); order != 0 {
		return order
	}
	if c.record[1] <= prefixKey && d.record[1] <= prefixKey {
		return 0
	}
	return bytes.Compare(keyOf(c.record), keyOf(d.record))
}
