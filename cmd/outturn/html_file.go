package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"outturn/cmd/outturn/terminal"
)

// htmlFile is a page on its way to its place: it is written to a temporary file beside it and renamed, so that the
// place holds the old page or the whole new one, never a part.
type htmlFile struct {
	name string // as it was asked for
	to   string // where it goes, links followed
	temp *os.File
}

// htmlBegins is how a page of ours begins. A file that begins otherwise is somebody's, and is not written over.
const htmlBegins = "<!doctype html>"

// newHTMLFile prepares the place of a page, so that one that cannot be written is refused before anything is settled.
func newHTMLFile(name string) (*htmlFile, error) {
	f := &htmlFile{name: name, to: name}
	if resolved, err := filepath.EvalSymlinks(name); err == nil {
		f.to = resolved
	}
	info, err := os.Stat(f.to)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if parent, err := os.Stat(filepath.Dir(f.to)); err != nil || !parent.IsDir() {
			return nil, terminal.Usage(fmt.Errorf("--html %s: there is no folder %s; make it first", name, filepath.Dir(f.to)))
		}
	case err != nil:
		return nil, terminal.Usage(fmt.Errorf("--html %s: %w", name, err))
	case info.IsDir():
		return nil, terminal.Usage(fmt.Errorf("--html %s is a folder; name a file for the page, such as %s", name, filepath.Join(name, "statement.html")))
	case !info.Mode().IsRegular():
		return nil, terminal.Usage(fmt.Errorf("--html %s is not a file that a page can take the place of; name another", name))
	default:
		if err := replaceable(f.to); err != nil {
			return nil, terminal.Usage(fmt.Errorf("--html %s %w", name, err))
		}
	}
	if f.temp, err = os.CreateTemp(filepath.Dir(f.to), ".outturn-page-"); err != nil {
		return nil, fmt.Errorf("--html %s: %w", name, err)
	}
	return f, nil
}

// replaceable refuses a file that is neither empty nor a page.
func replaceable(name string) (err error) {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	begins := make([]byte, len(htmlBegins))
	n, err := io.ReadFull(file, begins)
	switch {
	case errors.Is(err, io.EOF): // empty
		return nil
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case !bytes.EqualFold(begins[:n], []byte(htmlBegins)):
		return errors.New("is there already and is no page of HTML, so it is left alone; name another file, or take it away")
	}
	return nil
}

// write fills the temporary file.
func (f *htmlFile) write(page []byte) error {
	_, err := f.temp.Write(page)
	if err := errors.Join(err, f.temp.Chmod(0o644), f.temp.Sync()); err != nil {
		return fmt.Errorf("--html %s: %w", f.name, err)
	}
	return nil
}

// commit puts what was written in its place.
func (f *htmlFile) commit() error {
	temp := f.temp.Name()
	if err := errors.Join(f.temp.Close(), os.Rename(temp, f.to)); err != nil {
		return fmt.Errorf("--html %s: %w", f.name, err)
	}
	f.temp = nil
	return nil
}

// page makes a page and puts it in its place.
func (f *htmlFile) page(made func() ([]byte, error)) error {
	page, err := made()
	if err == nil {
		err = f.write(page)
	}
	if err == nil {
		err = f.commit()
	}
	return err
}

// abandon takes the temporary file away, unless it was put in its place.
func (f *htmlFile) abandon() {
	if f.temp != nil {
		_ = f.temp.Close() // it may be closed already, and is taken away either way
		_ = os.Remove(f.temp.Name())
	}
}
