package schedule

import (
	"bytes"
	"io"
	"io/fs"
	"time"

	"outturn/engine/ingest"
)

// A file as engine/ingest reads it: a folder with one file in it, and the mapping beside it where there is one. The bytes
// are read from where they lie, as often as need be.

// Open makes it an fs.FS.
func (g *given) Open(name string) (fs.File, error) {
	switch {
	case name == ".":
		return &openFolder{info: info{name: ".", folder: true}, entries: g.entries()}, nil
	case name == g.name:
		return &openFile{info{name: name, size: g.size}, io.NewSectionReader(g.body, 0, g.size)}, nil
	case name == ingest.MappingFile && g.mapping != nil:
		return &openFile{info{name: name, size: int64(len(g.mapping))}, bytes.NewReader(g.mapping)}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (g *given) entries() []fs.DirEntry {
	list := []fs.DirEntry{fs.FileInfoToDirEntry(info{name: g.name, size: g.size})}
	if g.mapping != nil {
		list = append(list, fs.FileInfoToDirEntry(info{name: ingest.MappingFile, size: int64(len(g.mapping))}))
	}
	return list
}

// info describes a file of such a folder.
type info struct {
	name   string
	size   int64
	folder bool
}

// Name is the file's name.
func (i info) Name() string { return i.name }

// Size is in bytes.
func (i info) Size() int64 { return i.size }

// Mode tells the folder from its files.
func (i info) Mode() fs.FileMode {
	if i.folder {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

// ModTime is not known.
func (info) ModTime() time.Time { return time.Time{} }

// IsDir tells the folder from its files.
func (i info) IsDir() bool { return i.folder }

// Sys is nothing.
func (info) Sys() any { return nil }

type openFile struct {
	info
	io.Reader
}

// Stat describes the file.
func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close leaves the bytes where they lie.
func (f *openFile) Close() error { return nil }

type openFolder struct {
	info
	entries []fs.DirEntry
}

// Stat describes the folder.
func (f *openFolder) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close does nothing.
func (f *openFolder) Close() error { return nil }

// Read is not for folders.
func (f *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: ".", Err: fs.ErrInvalid}
}

// ReadDir lists what has not been listed yet.
func (f *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(f.entries) {
		if n > 0 && len(f.entries) == 0 {
			return nil, io.EOF
		}
		n = len(f.entries)
	}
	list := f.entries[:n]
	f.entries = f.entries[n:]
	return list, nil
}
