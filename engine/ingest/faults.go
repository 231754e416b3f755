package ingest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"outturn/engine/evidence"
)

// collector gathers faults from every worker and keeps the first of them by file and line, so that the same evidence
// gives the same list however the work fell.
type collector struct {
	mu    sync.Mutex
	files []string
	most  int
	list  []placed
	more  int
}

// placed is a fault and where it stands, as sequence numbers do.
type placed struct {
	sequence uint64
	fault    evidence.Fault
}

// add notes a fault at a sequence: its file and line are filled in here.
func (c *collector) add(sequence uint64, f evidence.Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.File == "" {
		f.File, f.Line = c.place(sequence)
	}
	f.Value = evidence.Shorten(f.Value)
	c.list = append(c.list, placed{sequence, f})
	if len(c.list) > 2*c.most+16 {
		c.trim()
	}
}

// place returns the file and line of a sequence.
func (c *collector) place(sequence uint64) (file string, line int) {
	if n := int(sequence >> lineBits); n < len(c.files) {
		file = c.files[n]
	}
	return file, int(sequence & lineMask)
}

// trim keeps the first faults and counts the rest.
func (c *collector) trim() {
	slices.SortStableFunc(c.list, func(a, b placed) int {
		switch {
		case a.sequence < b.sequence:
			return -1
		case a.sequence > b.sequence:
			return 1
		}
		return strings.Compare(a.fault.Field+a.fault.Rule, b.fault.Field+b.fault.Rule)
	})
	if extra := len(c.list) - c.most; extra > 0 {
		c.more += extra
		c.list = c.list[:c.most]
	}
}

// err returns what was gathered as *evidence.Faults, nil when there was nothing.
func (c *collector) err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) == 0 {
		return nil
	}
	c.trim()
	faults := &evidence.Faults{More: c.more}
	for _, p := range c.list {
		faults.List = append(faults.List, p.fault)
	}
	return faults
}

// suggest returns "did you mean X?" when a known name is near to what was found, and else lists the names.
func suggest(found string, known []string) string {
	best, distance := "", 1+max(1, len(found)/3)
	for _, name := range known {
		if d := editDistance(strings.ToLower(found), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %s?", best)
	}
	if len(known) == 0 {
		return "leave it out"
	}
	const listed = 20
	if len(known) > listed {
		return fmt.Sprintf("write one of %s and %d more", strings.Join(known[:listed], ", "), len(known)-listed)
	}
	return "write " + orList(known)
}

// orList joins words as English does: "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// editDistance is the number of characters to add, take away or change to make b of a; names longer than 64 bytes are
// never near.
func editDistance(a, b string) int {
	const longest = 64
	if len(a) > longest || len(b) > longest {
		return longest
	}
	var row [longest + 1]int
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			corner, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, corner+cost)
		}
	}
	return row[len(b)]
}
