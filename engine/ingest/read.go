package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"

	"outturn/engine/evidence"
)

// block is a stretch of whole rows of one file, for one worker.
type block struct {
	plan   *filePlan
	file   int
	line   uint64
	b      []byte
	buffer *[]byte // to be used again
}

// filePlan is how one file is read.
type filePlan struct {
	plan   *plan
	names  map[string]int // NDJSON: the column of each key
	mapped bool
	json   bool
}

// reading phase: one goroutine cuts files into blocks, workers turn blocks into sorted runs.
type phase struct {
	v        *vocabulary
	o        Options
	faults   *collector
	links    *register
	runs     *runs
	late     atomic.Int64
	lateOf   atomic.Int64 // of these, rows about no unit
	buffers  sync.Pool
	orphans  orphans
	wholeMu  sync.Mutex
	whole    [][]byte // records of items about no unit
	total    int64
	done     int64
	stopped  atomic.Bool
	failure  error
	failOnce sync.Once
	handMu   sync.Mutex
	hand     func(*evidence.Row) error // when set, rows are handed on and nothing is kept
}

// fail stops the phase with an error that is not a fault of the evidence.
func (p *phase) fail(err error) {
	p.failOnce.Do(func() { p.failure = err })
	p.stopped.Store(true)
}

// read reads all files into runs and merges them into a snapshot.
func read(v *vocabulary, fsys fs.FS, files []string, mapping *mapping, store *store, faults *collector, o Options) (*Snapshot, error) {
	p := newPhase(v, o, faults)
	p.runs = &runs{store: store, memory: o.Memory / 2}
	p.orphans.runs = &runs{store: store, memory: o.Memory / 8}
	for _, name := range files {
		if info, err := fs.Stat(fsys, name); err == nil {
			p.total += info.Size()
		}
	}
	p.parse(fsys, files, mapping)
	if p.failure != nil {
		return nil, p.failure
	}
	p.links.report(faults)
	if err := p.place(); err != nil {
		return nil, err
	}
	return merge(p, store)
}

func newPhase(v *vocabulary, o Options, faults *collector) *phase {
	p := &phase{v: v, o: o, faults: faults, links: newRegister(v)}
	p.buffers.New = func() any { b := make([]byte, 0, p.blockSize()); return &b }
	return p
}

// blockSize is how much of a file a worker is given at once: less when little memory is allowed, or there is less.
func (p *phase) blockSize() int { return int(max(min(blockBytes, p.o.Memory/16, p.total+1), 4<<10)) }

// workerCount is how many workers parse and merge. The answer never depends on it.
func workerCount() int { return min(evidence.Workers(), 16) }

// parse cuts every file into blocks for the workers and waits for them.
func (p *phase) parse(fsys fs.FS, files []string, mapping *mapping) {
	blocks := make(chan block, 1)
	var wait sync.WaitGroup
	for range workerCount() {
		wait.Go(func() {
			w := &worker{phase: p}
			for b := range blocks {
				w.read(b)
			}
		})
	}
	for i, name := range files {
		if p.stopped.Load() {
			break
		}
		if err := p.cut(fsys, i, name, mapping, blocks); err != nil {
			p.faults.add(uint64(i)<<lineBits, evidence.Fault{File: name, Rule: "the file cannot be read: " + err.Error(), Remedy: "see that it is whole and may be read"})
		}
	}
	close(blocks)
	wait.Wait()
}

// cut reads one file from its beginning to its end and hands it out in blocks of whole rows.
func (p *phase) cut(fsys fs.FS, number int, name string, mapping *mapping, blocks chan<- block) error {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	c := cutter{p: p, f: f, number: number, name: name, line: 1}
	return c.run(mapping, blocks)
}

// cutter cuts one file into blocks.
type cutter struct {
	p      *phase
	f      io.Reader
	number int
	name   string
	line   uint64
	buffer *[]byte
	ended  bool
	plan   *filePlan
}

func (c *cutter) run(mapping *mapping, blocks chan<- block) error {
	c.buffer = c.p.take()
	for {
		if err := c.fill(); err != nil {
			return err
		}
		b := *c.buffer
		if c.plan == nil {
			if !c.ended && csvBoundary(b) == 0 && len(b) < rowBytesMax {
				c.grow() // the header goes on
				continue
			}
			length, ok := c.begin(b, mapping)
			if !ok {
				return nil
			}
			*c.buffer = append(b[:0], b[length:]...)
			continue
		}
		if len(b) == 0 && c.ended {
			return nil
		}
		whole := len(b)
		if !c.ended {
			if c.plan.json {
				whole = bytes.LastIndexByte(b, '\n') + 1
			} else {
				whole = csvBoundary(b)
			}
			if whole == 0 {
				if len(b) < rowBytesMax {
					c.grow()
					continue
				}
				whole = c.giveUp(b)
			}
		}
		next := c.p.take()
		*next = append((*next)[:0], b[whole:]...)
		lines := countLines(b[:whole])
		if c.line+lines > linesMax || c.p.stopped.Load() {
			return nil
		}
		blocks <- block{c.plan, c.number, c.line, b[:whole], c.buffer}
		c.line += lines
		c.buffer = next
	}
}

// giveUp is for a row that does not end within the limit: a mark that is not closed, most often. The row is handed out
// as it stands, so that the worker names the line, and nothing after it is read.
func (c *cutter) giveUp(b []byte) int {
	c.p.faults.add(uint64(c.number)<<lineBits|c.line, evidence.Fault{
		Rule:   fmt.Sprintf("a row that begins on or after this line has more than %d bytes, and the file is not read beyond it", rowBytesMax),
		Remedy: "close the quotation mark, or shorten the row"})
	c.ended = true
	c.f = bytes.NewReader(nil)
	return len(b)
}

// begin makes the plan of the file from its first bytes, and says how many of them it took.
func (c *cutter) begin(b []byte, mapping *mapping) (length int, ok bool) {
	fault := func(f evidence.Fault) {
		if f.Line == 0 {
			f.Line = 1
		}
		c.p.faults.add(uint64(c.number)<<lineBits|uint64(f.Line), f)
	}
	if strings.HasSuffix(c.name, ".ndjson") {
		plan, faults := ndjsonPlan(c.p.v, mapping, c.name)
		for _, f := range faults {
			fault(f)
		}
		c.plan = plan
		return len(b) - len(bytes.TrimPrefix(b, bom)), plan != nil
	}
	names, length, lines, headerFault := csvHeader(b)
	if headerFault != nil {
		fault(*headerFault)
		return 0, false
	}
	plan, faults := csvPlan(c.p.v, mapping, c.name, names)
	for _, f := range faults {
		fault(f)
	}
	c.line += lines
	c.plan = plan
	return length, plan != nil && len(faults) == 0
}

// fill reads on until the buffer is full or the file ends.
func (c *cutter) fill() error {
	for b := *c.buffer; !c.ended && len(b) < cap(b); {
		n, err := c.f.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		*c.buffer = b
		c.p.progress(n)
		if err != nil {
			c.ended = true
			if !errors.Is(err, io.EOF) {
				return err
			}
		}
	}
	return nil
}

func (c *cutter) grow() {
	b := make([]byte, len(*c.buffer), 2*cap(*c.buffer))
	copy(b, *c.buffer)
	*c.buffer = b
}

func (p *phase) progress(n int) {
	p.done += int64(n)
	if p.o.Progress != nil && n > 0 {
		p.o.Progress(p.done, p.total)
	}
}

func (p *phase) take() *[]byte {
	b := p.buffers.Get().(*[]byte)
	*b = (*b)[:0]
	return b
}

// ndjsonPlan is the plan of an NDJSON file, native or mapped.
func ndjsonPlan(v *vocabulary, mapping *mapping, name string) (*filePlan, []evidence.Fault) {
	if mapping != nil {
		entry, captured, fault := mapping.entry(name)
		if fault != nil {
			return nil, []evidence.Fault{*fault}
		}
		if entry != nil {
			plan, names, faults := entry.plan(v, captured, nil)
			if len(faults) > 0 {
				return nil, faults
			}
			return &filePlan{plan: plan, names: names, mapped: true, json: true}, nil
		}
	}
	plan, names := universalPlan(v)
	return &filePlan{plan: plan, names: names, json: true}, nil
}

// csvPlan is the plan of a CSV file, native or mapped.
func csvPlan(v *vocabulary, mapping *mapping, name string, header []string) (*filePlan, []evidence.Fault) {
	if mapping != nil {
		entry, captured, fault := mapping.entry(name)
		if fault != nil {
			return nil, []evidence.Fault{*fault}
		}
		if entry != nil {
			plan, _, faults := entry.plan(v, captured, header)
			return &filePlan{plan: plan, mapped: true}, faults
		}
	}
	plan, faults := nativePlan(v, header)
	return &filePlan{plan: plan}, faults
}

// worker turns blocks into sorted runs of records.
type worker struct {
	phase  *phase
	rower  rower
	csv    csvRows
	json   jsonObject
	names  map[string]int
	mapped bool
	cells  [][]byte
	seen   [][]byte
	out    []byte // records of the block, in the order of its rows
	lost   []byte // records of rows that name a member alone
	sorter sorter
}

// read reads one block.
func (w *worker) read(b block) {
	p := w.phase
	w.rower.v, w.rower.plan, w.rower.file, w.rower.faults, w.rower.cutOff = p.v, b.plan.plan, uint64(b.file), p.faults, p.o.CutOff
	w.names, w.mapped = b.plan.names, b.plan.mapped
	w.out, w.lost, w.rower.late = w.out[:0], w.lost[:0], 0
	w.sorter.begin()
	if !p.stopped.Load() {
		if b.plan.json {
			w.readNDJSON(b.b, b.line)
		} else {
			w.readCSV(b.b, b.line)
		}
	}
	*b.buffer = (*b.buffer)[:0]
	p.buffers.Put(b.buffer)
	p.late.Add(int64(w.rower.late))
	if len(w.out) > 0 {
		if err := p.runs.add(w.sorter.sorted(w.out)); err != nil {
			p.fail(err)
		}
	}
	if len(w.lost) > 0 {
		if err := p.orphans.runs.add(run{b: bytes.Clone(w.lost), size: int64(len(w.lost))}); err != nil {
			p.fail(err)
		}
	}
}

// take reads one row and keeps its record, or hands it on.
func (w *worker) take(line uint64, cells [][]byte) {
	e, outcome := w.rower.row(line, cells)
	if w.phase.hand != nil {
		if outcome == rowRead {
			w.phase.handOn(e)
		}
		return
	}
	if outcome != rowNothing && len(e.Path) > 1 {
		// A late row tells nothing but who is part of whom: without it an earlier row might have no root at all.
		w.phase.links.learn(e)
	}
	if outcome != rowRead {
		return
	}
	if e.Leaf < 0 {
		w.phase.addWhole(e)
		return
	}
	if !rooted(e) {
		w.lost, _ = appendRecord(w.lost, w.phase.v, e)
		return
	}
	var at int
	w.out, at = appendRecord(w.out, w.phase.v, e)
	w.sorter.note(w.out, at)
}

// addWhole keeps the record of an item about the contract, a role or a cohort.
func (p *phase) addWhole(e *entry) {
	p.wholeMu.Lock()
	defer p.wholeMu.Unlock()
	if len(p.whole) == wholeItemsMax {
		p.faults.add(e.Sequence, evidence.Fault{Rule: fmt.Sprintf("more than %d items are about the contract, a role or a cohort", wholeItemsMax),
			Remedy: "say them of units, or send sums"})
	}
	if len(p.whole) <= wholeItemsMax {
		p.whole = append(p.whole, appendEntry(nil, p.v, e))
	}
}

// orphans are records of rows that name a member and not its root.
type orphans struct{ runs *runs }

// place completes the orphans, once every row has been read, and adds them to the runs.
func (p *phase) place() error {
	var s sorter
	var out []byte
	var e entry
	s.begin()
	flush := func() error {
		if len(out) == 0 {
			return nil
		}
		err := p.runs.add(s.sorted(out))
		out = out[:0]
		s.begin()
		return err
	}
	for i := range p.orphans.runs.list {
		c := cursor{run: &p.orphans.runs.list[i], end: p.orphans.runs.list[i].size}
		c.open(64 << 10)
		for c.next() {
			decodeEntry(c.record, p.v, &e)
			if !p.links.place(&e, p.faults) {
				continue
			}
			var at int
			out, at = appendRecord(out, p.v, &e)
			s.note(out, at)
			if len(out) >= p.blockSize() {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		if c.err != nil {
			return c.err
		}
	}
	p.orphans.runs.list = nil
	return flush()
}
