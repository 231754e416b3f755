package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/proof"
)

// contractNames are the names under which a folder may hold its contract, the first that is there.
var contractNames = []string{"contract.yaml", "contract.yml", "contract.json"}

// contractBytesMax is more than a contract may have, so that the decoder refuses it by its own limit.
const contractBytesMax = 8 << 20

// folder is a contract's folder: its contract, where its evidence lies, and its statements.
type folder struct {
	dir      string
	files    fs.FS
	contract *contracts.Contract
	memory   int64 // bytes that reading evidence may hold, 0 for the usual
}

// day is a day given on the command line.
type day struct{ calendar.Date }

// UnmarshalText reads 2013-03-31.
func (d *day) UnmarshalText(text []byte) error {
	parsed, err := calendar.ParseDate(string(text))
	d.Date = parsed
	return err
}

// size is a number of bytes given on the command line: 512MiB, 2GiB, 1000000.
type size int64

// UnmarshalText reads a whole number of bytes, KiB, MiB or GiB.
func (s *size) UnmarshalText(text []byte) error {
	digits := strings.TrimRight(string(text), "KMGTkmgtiBb")
	n, err := strconv.ParseInt(digits, 10, 32)
	shift, known := map[string]int{"": 0, "b": 0, "k": 10, "kib": 10, "kb": 10, "m": 20, "mib": 20, "mb": 20, "g": 30, "gib": 30, "gb": 30}[strings.ToLower(string(text[len(digits):]))]
	if err != nil || n <= 0 || !known {
		return fmt.Errorf("%q is not a size; write for instance 512MiB", text)
	}
	*s = size(n << shift)
	return nil
}

// readContract reads a contract from a file, or from the folder that holds it.
func readContract(path string) (*contracts.Contract, error) {
	name, document, err := contractDocument(path)
	if err != nil {
		return nil, err
	}
	return language.Decode(name, document)
}

// contractDocument reads the text of a contract, sound or not, from a file, or from the folder that holds it.
func contractDocument(path string) (name string, document []byte, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, terminal.Usage(err)
	}
	name = path
	if info.IsDir() {
		if name = contractIn(path); name == "" {
			return "", nil, terminal.Usage(fmt.Errorf("%s holds no contract; expected %s in it", path, contractNames[0]))
		}
	}
	if info, err = os.Stat(name); err != nil {
		return "", nil, err
	}
	if info.Size() > contractBytesMax {
		return "", nil, fmt.Errorf("%s: %d bytes; a contract has at most %d", name, info.Size(), contractBytesMax)
	}
	document, err = os.ReadFile(name)
	return name, document, err
}

// contractIn finds the contract in a folder, or "".
func contractIn(dir string) string {
	for _, name := range contractNames {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return filepath.Join(dir, name)
		}
	}
	return ""
}

// openFolder reads the contract of a folder, or another one given beside it.
func openFolder(dir, contractFile string, memory size) (*folder, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, terminal.Usage(err)
	} else if !info.IsDir() {
		return nil, terminal.Usage(fmt.Errorf("%s is a file; name the folder that holds the contract and its evidence", dir))
	}
	from := dir
	if contractFile != "" {
		from = contractFile
	}
	c, err := readContract(from)
	if err != nil {
		return nil, err
	}
	return &folder{dir: dir, files: os.DirFS(dir), contract: c, memory: int64(memory)}, nil
}

// evidence reads the folder's evidence as it was known at a cut-off; none reads all of it.
func (f *folder) evidence(cutOff calendar.Date, progress func(read, total int64)) (*ingest.Snapshot, error) {
	return ingest.Open(f.contract, f.files, ingest.Options{CutOff: cutOff, Memory: f.memory, TempDir: os.TempDir(), Progress: progress})
}

// occasion is what a person asked to settle.
type occasion struct {
	asAt, knownAt calendar.Date // none: the usual
	provisional   bool
}

// opened is evidence read for an occasion.
type opened struct {
	evidence.Snapshot
	on   engine.Occasion
	held io.Closer // what keeps it
}

// close lets the evidence go. What keeps it is temporary, so that a fault here loses nothing.
func (o *opened) close() { _ = o.held.Close() }

// open reads the evidence for an occasion. With no day asked for, it is the last day of the latest settlement period
// that has evidence up to its end; that takes one look through the evidence, all of it, before it is cut off.
func (f *folder) open(o occasion, progress func(read, total int64)) (*opened, error) {
	asked := o.asAt
	if asked.IsZero() {
		all, err := f.evidence(0, progress)
		if err != nil {
			return nil, err
		}
		latest, learned, err := latestDays(all)
		if err == nil {
			asked, err = f.latestEnd(latest)
		}
		if err != nil {
			return nil, errors.Join(err, all.Close())
		}
		on := f.occasion(asked, o)
		if learned <= on.CutOff { // nothing is late: what was read is what is wanted
			return &opened{&asKnown{all, on.CutOff}, on, all}, nil
		}
		if err := all.Close(); err != nil {
			return nil, err
		}
	}
	on := f.occasion(asked, o)
	snapshot, err := f.evidence(on.CutOff, progress)
	if err != nil {
		return nil, err
	}
	return &opened{snapshot, on, snapshot}, nil
}

func (f *folder) occasion(through calendar.Date, o occasion) engine.Occasion {
	on := engine.Occasion{Through: through, CutOff: o.knownAt, Final: !o.provisional}
	if on.CutOff.IsZero() {
		on.CutOff = engine.CutOff(f.contract, through)
	}
	return on
}

// asKnown is a snapshot that turned out to hold nothing learned after a cut-off.
type asKnown struct {
	evidence.Snapshot
	cutOff calendar.Date
}

// Summary names the cut-off.
func (s *asKnown) Summary() evidence.Summary {
	summary := s.Snapshot.Summary()
	summary.CutOff = s.cutOff
	return summary
}

// latestDays looks through a snapshot for the last day on which anything happened and on which anything was learned.
func latestDays(s evidence.Snapshot) (happened, learned calendar.Date, err error) {
	look := func(items []evidence.Item) {
		for i := range items {
			happened = max(happened, items[i].First, items[i].Last)
			learned = max(learned, items[i].Learned)
		}
	}
	look(s.Whole())
	for shard := range s.Shards() {
		for tree, err := range s.Units(shard) {
			if err != nil {
				return 0, 0, err
			}
			for i := range tree.Units {
				look(tree.Units[i].Items)
			}
		}
	}
	return happened, learned, nil
}

// latestEnd is the last day of the latest settlement period that ends no later than a day, nor than the contract.
func (f *folder) latestEnd(latest calendar.Date) (calendar.Date, error) {
	if latest.IsZero() {
		return 0, errors.New("the folder holds no evidence; put .csv or .ndjson files in it or in evidence/, or say --as-at DAY")
	}
	periods := &f.contract.Periods[f.contract.Calendar.Settle]
	latest = min(latest, f.contract.Last)
	for n := periods.Series.Len(); n >= 1; n-- {
		if span, ok := periods.Series.Span(n); ok && span.Last <= latest {
			return span.Last, nil
		}
	}
	first, _ := periods.Series.Span(1)
	return 0, terminal.Usage(fmt.Errorf("the latest evidence is of %s, before the end of the first %s, %s; say --as-at %s to settle it all the same", latest, terminal.Words(periods.Name), first.Last, first.Last))
}

// ready is all that settles a folder on an occasion: its evidence, and what earlier statements settled.
type ready struct {
	*opened
	prior    *proof.Folder
	position engine.Position
}

func (r *ready) close() {
	r.opened.close()
	_ = r.prior.Close() // only read
}

// ready opens the evidence and the statements that a settlement starts from.
func (f *folder) ready(o occasion, progress func(read, total int64)) (*ready, error) {
	evidence, err := f.open(o, progress)
	if err != nil {
		return nil, err
	}
	prior, position, err := f.statements()
	if err != nil {
		evidence.close()
		return nil, err
	}
	return &ready{evidence, prior, position}, nil
}

// statements opens what was issued before, as the position that a settlement starts from.
func (f *folder) statements() (*proof.Folder, engine.Position, error) {
	prior, err := proof.ReadFolder(f.contract, f.dir)
	if err != nil {
		return nil, engine.Position{}, err
	}
	position, err := proof.Position(prior.Stored)
	if err != nil {
		return nil, position, errors.Join(err, prior.Close())
	}
	return prior, position, nil
}
