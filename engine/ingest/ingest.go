// Package ingest turns bytes into evidence: CSV and NDJSON files in, a snapshot or every fault in them out.
//
// A file is read in the contract's own words (a column for each unit type, fact and field, and kind, day, until,
// learned, id, corrects, withdraws, source, state, party, cohort), or, where evidence.yaml describes it, as it was
// published. Files of any size are read in bounded memory: rows become short records, sorted runs of records are
// merged by root unit, and each root's canonical bytes are written and digested in the same pass. The README tells
// the format for those who send evidence.
package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// Options says how evidence is read. The zero value reads everything with the defaults.
type Options struct {
	CutOff    calendar.Date                     // items learned later are left out and counted; no day: none are
	Memory    int64                             // bytes for sorting and for the snapshot, 256 MiB when 0; what does not fit goes to TempDir
	TempDir   string                            // the system's when ""
	Progress  func(bytesRead, bytesTotal int64) // called now and then while files are read, never twice at once; may be nil
	Leaves    bool                              // keep each root's name and digest, for Stretch and List
	Later     bool                              // of FromRows: put the rows together when they are read, so that what is read once is made once
	MaxFaults int                               // faults listed, 1000 when 0; the rest are counted
}

// MappingFile is the name of the file that describes published files.
const MappingFile = "evidence.yaml"

// Open reads every evidence file of a contract's folder: *.csv and *.ndjson in the folder itself, and in evidence and
// the folders below it. The error is *evidence.Faults when the evidence is at fault, listing every fault in it; no
// snapshot is made of a part. The caller closes the snapshot when it is no longer read.
func Open(c *contracts.Contract, fsys fs.FS, o Options) (*Snapshot, error) {
	v, err := newVocabulary(c)
	if err != nil {
		return nil, err
	}
	o.Memory = max(cmp.Or(o.Memory, memoryDefault), memoryLeast)
	faults := &collector{most: cmp.Or(o.MaxFaults, faultsDefault)}
	mapping, err := readMapping(fsys, v, faults)
	if err != nil {
		return nil, err
	}
	files, err := findFiles(fsys, mapping, faults)
	if err != nil {
		return nil, err
	}
	faults.files = files
	store := &store{dir: o.TempDir}
	s, err := read(v, fsys, files, mapping, store, faults, o)
	if err == nil {
		err = faults.err()
	}
	if err == nil {
		return s, nil
	}
	if closing := store.close(); closing != nil {
		err = errors.Join(err, closing)
	}
	return nil, err
}

// findFiles lists the evidence files by path, in order: the order is the order of arrival.
func findFiles(fsys fs.FS, mapping *mapping, faults *collector) ([]string, error) {
	var files []string
	take := func(name string, every bool) {
		switch {
		case mapping.ignores(name):
		case strings.HasSuffix(name, ".csv"), strings.HasSuffix(name, ".ndjson"):
			files = append(files, name)
		case every && !strings.HasSuffix(name, ".md"), strings.HasSuffix(name, ".csv.gz"), strings.HasSuffix(name, ".ndjson.gz"):
			faults.add(0, evidence.Fault{File: name, Rule: "expected a .csv or .ndjson file", Remedy: "convert or unpack it, or name it under ignore: in " + MappingFile})
		}
	}
	top, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("the contract's folder cannot be read: %w", err)
	}
	for _, entry := range top {
		if !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			take(entry.Name(), false)
		}
	}
	err = fs.WalkDir(fsys, "evidence", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			if name == "evidence" && errors.Is(err, fs.ErrNotExist) {
				return fs.SkipAll
			}
			return err
		}
		if strings.HasPrefix(path.Base(name), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.IsDir() {
			take(name, true)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the evidence folder cannot be read: %w", err)
	}
	if len(files) > filesMax {
		return nil, fmt.Errorf("the contract's folder has %d evidence files, and at most %d are read: join some", len(files), filesMax)
	}
	slices.Sort(files)
	return files, nil
}

// store is the temporary files of one snapshot.
type store struct {
	dir   string
	files []*os.File
}

// create makes a temporary file.
func (s *store) create(what string) (*os.File, error) {
	f, err := os.CreateTemp(s.dir, "outturn-"+what+"-*")
	if err != nil {
		return nil, fmt.Errorf("evidence does not fit the memory allowed, and no temporary file can be made: %w", err)
	}
	s.files = append(s.files, f)
	// Where the system allows it the name goes at once, so that a killed process leaves nothing behind.
	_ = os.Remove(f.Name())
	return f, nil
}

// close closes and removes the files.
func (s *store) close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
		if err := os.Remove(f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	s.files = nil
	return errors.Join(errs...)
}
