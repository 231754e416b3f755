package proof

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"outturn/contracts"
	"outturn/engine/statements"
)

// The names under which a contract's folder holds its statements: statements/0001/statement.json and lines.ndjson.
const (
	StatementsName = "statements"
	HeadName       = "statement.json"
	LinesName      = "lines.ndjson"
)

// StatementsMax is the most final statements one contract can have: a day's settling for more than twenty-five years.
const StatementsMax = 9999

var numberedName = regexp.MustCompile(`^[0-9]{4}$`)

// ErrRecorded says that a statement of that number stands already.
var ErrRecorded = errors.New("a statement of that number is recorded already; a statement is never changed")

// Folder is the statements of one contract, open for reading, in the order in which they were issued.
type Folder struct {
	Stored []*Stored
	files  []*os.File
}

// Close lets go of the files.
func (f *Folder) Close() error {
	var faults []error
	for _, file := range f.files {
		faults = append(faults, file.Close())
	}
	return errors.Join(faults...)
}

// ReadFolder opens the statements under dir, which is the contract's folder. None is not an error. They must be
// numbered from 0001 without a gap, and each must be what it was when it was issued.
func ReadFolder(c *contracts.Contract, dir string) (*Folder, error) {
	f := &Folder{}
	entries, err := os.ReadDir(filepath.Join(dir, StatementsName))
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !numberedName.MatchString(entry.Name()) {
			continue
		}
		name := StatementsName + "/" + entry.Name()
		if want := fmt.Sprintf("%04d", len(f.Stored)+1); entry.Name() != want {
			return nil, errors.Join(fmt.Errorf("%s: expected %s next; statements are numbered from 0001 without a gap", name, want), f.Close())
		}
		if err := f.open(c, dir, name); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

func (f *Folder) open(c *contracts.Contract, dir, name string) error {
	head, err := readLimited(filepath.Join(dir, name, HeadName), headBytesMax)
	if err != nil {
		return err
	}
	lines, err := os.Open(filepath.Join(dir, name, LinesName))
	if err != nil {
		return err
	}
	f.files = append(f.files, lines)
	info, err := lines.Stat()
	if err != nil {
		return err
	}
	stored, err := Open(c, name, head, lines, info.Size())
	if err != nil {
		return err
	}
	f.Stored = append(f.Stored, stored)
	return nil
}

func readLimited(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	document, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(document)) > limit {
		err = fmt.Errorf("%s: more than %d bytes", name, limit)
	}
	return document, err
}

// Recorder writes one statement: first its lines, as they are settled, then its head. Until Commit nothing is there to
// be read; afterwards all of it is.
type Recorder struct {
	dir, temp string
	lines     *os.File
}

// NewRecorder begins a statement that Commit will put in dir, which must not exist yet; its parent is made if need be.
func NewRecorder(dir string) (*Recorder, error) {
	if _, err := os.Lstat(dir); err == nil {
		return nil, fmt.Errorf("%s: %w", dir, ErrRecorded)
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp(parent, ".settling-")
	if err != nil {
		return nil, err
	}
	r := &Recorder{dir: dir, temp: temp}
	if err := os.Chmod(temp, 0o755); err != nil {
		return nil, errors.Join(err, r.Abandon())
	}
	if r.lines, err = os.Create(filepath.Join(temp, LinesName)); err != nil {
		return nil, errors.Join(err, r.Abandon())
	}
	return r, nil
}

// RecordName is where the final statement of a number is recorded, under a contract's folder.
func RecordName(dir string, number int) string {
	return filepath.Join(dir, StatementsName, fmt.Sprintf("%04d", number))
}

// Sink takes the records of the statement as they are settled.
func (r *Recorder) Sink(records []byte) error {
	_, err := r.lines.Write(records)
	return err
}

// Commit writes the head and puts the statement in its place, whole or not at all.
func (r *Recorder) Commit(s statements.Statement) error {
	head, err := s.Bytes()
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(r.temp, HeadName))
	if err != nil {
		return err
	}
	_, err = file.Write(head)
	if err := errors.Join(err, file.Sync(), file.Close(), r.lines.Sync(), r.lines.Close()); err != nil {
		return err
	}
	r.lines = nil
	if err := os.Rename(r.temp, r.dir); err != nil {
		if _, there := os.Lstat(r.dir); there == nil {
			return fmt.Errorf("%s: %w", r.dir, ErrRecorded)
		}
		return err
	}
	r.temp = ""
	return syncFolder(filepath.Dir(r.dir))
}

// syncFolder makes a rename last; file systems that cannot are left to themselves.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = folder.Sync() // some systems refuse to sync a folder: the statement is whole either way
	return folder.Close()
}

// Abandon takes away what was written, unless it was committed.
func (r *Recorder) Abandon() error {
	var err error
	if r.lines != nil {
		err = r.lines.Close()
		r.lines = nil
	}
	if r.temp != "" {
		err = errors.Join(err, os.RemoveAll(r.temp))
		r.temp = ""
	}
	return err
}
