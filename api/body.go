package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"outturn/engine/ingest"
)

// A body of evidence as engine/ingest reads it: a folder with one file in it, and the mapping beside it when the sender
// gave one. The bytes are read from where the request left them, as often as need be.

// The formats of evidence, by media type.
const (
	mediaNDJSON = "application/x-ndjson"
	mediaCSV    = "text/csv"
	mediaJSON   = "application/json"
	mediaForm   = "multipart/form-data"
)

// mappingBytesMax is the most that a mapping may have.
const mappingBytesMax = 1 << 20

// sentEvidence is evidence as a request carries it.
type sentEvidence struct {
	format  string // "ndjson", "csv", "json"
	name    string // of the file
	mapping []byte
	open    func() (io.ReadCloser, error)
	size    int64
}

// evidenceOf finds the evidence in a request: the body itself, or the part of a form called evidence, beside which
// another called mapping may stand.
func evidenceOf(r *request, contentType, name string) (*sentEvidence, error) {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, refuse(http.StatusUnsupportedMediaType, "say what the body is in Content-Type: %s, %s, %s, or %s with parts evidence and mapping", mediaNDJSON, mediaCSV, mediaJSON, mediaForm)
	}
	e := &sentEvidence{name: name, size: r.body.size, open: func() (io.ReadCloser, error) { return r.body.open(), nil }}
	if media == mediaForm {
		if media, err = e.fromForm(r, parameters["boundary"]); err != nil {
			return nil, err
		}
	}
	switch media {
	case mediaNDJSON, "application/ndjson", "application/jsonl":
		e.format = "ndjson"
	case mediaCSV:
		e.format = "csv"
	case mediaJSON:
		e.format = "json"
		raw := e.open
		e.open = func() (io.ReadCloser, error) {
			from, err := raw()
			return &jsonLines{from: from, decoder: jsontext.NewDecoder(from)}, err
		}
	default:
		return nil, refuse(http.StatusUnsupportedMediaType, "evidence is %s, %s or %s, and this is %.60q", mediaNDJSON, mediaCSV, mediaJSON, media)
	}
	if ending := map[string]string{"ndjson": ".ndjson", "json": ".ndjson", "csv": ".csv"}[e.format]; path.Ext(e.name) != ending || !fs.ValidPath(e.name) || strings.ContainsAny(e.name, "/\\") {
		e.name = "evidence" + ending
	}
	return e, nil
}

// fromForm finds the parts of a form.
func (e *sentEvidence) fromForm(r *request, boundary string) (media string, err error) {
	wanted := refuse(http.StatusUnprocessableEntity, "a form has a part evidence, with its Content-Type, and may have a part mapping")
	each := func(take func(p *multipart.Part) (stop bool, err error)) error {
		form := multipart.NewReader(r.body.open(), boundary)
		for {
			p, err := form.NextPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return wanted
			}
			if stop, err := take(p); err != nil || stop {
				return err
			}
		}
	}
	err = each(func(p *multipart.Part) (bool, error) {
		switch p.FormName() {
		case "evidence":
			media, _, err = mime.ParseMediaType(p.Header.Get("Content-Type"))
			if e.name == "" {
				e.name = path.Base(p.FileName())
			}
			return false, err
		case "mapping":
			e.mapping, err = io.ReadAll(io.LimitReader(p, mappingBytesMax+1))
			if err == nil && len(e.mapping) > mappingBytesMax {
				err = failed(errTooLarge, mappingBytesMax)
			}
			return false, err
		}
		return false, wanted
	})
	if err == nil && media == "" {
		err = wanted
	}
	e.open = func() (found io.ReadCloser, err error) {
		err = each(func(p *multipart.Part) (bool, error) {
			found = p
			return p.FormName() == "evidence", nil
		})
		return found, err
	}
	return media, err
}

// jsonLines turns {"items": [{...}, {...}]} into one object a line.
type jsonLines struct {
	from    io.ReadCloser
	decoder *jsontext.Decoder
	line    []byte // what is still to be handed out
	begun   bool
	ended   bool
}

func (j *jsonLines) Close() error { return j.from.Close() }

func (j *jsonLines) Read(b []byte) (int, error) {
	for len(j.line) == 0 {
		if j.ended {
			return 0, io.EOF
		}
		if err := j.next(); err != nil {
			return 0, fmt.Errorf(`the body is {"items": [...]}, one JSON document, each name once: %w`, err)
		}
	}
	n := copy(b, j.line)
	j.line = j.line[n:]
	return n, nil
}

func (j *jsonLines) next() error {
	d := j.decoder
	expect := func(kind jsontext.Kind, text string) error {
		t, err := d.ReadToken()
		if err == nil && (t.Kind() != kind || text != "" && t.String() != text) {
			err = fmt.Errorf("found %s at %s", t, d.StackPointer())
		}
		return err
	}
	if !j.begun {
		j.begun = true
		if err := errors.Join(expect('{', ""), expect('"', "items"), expect('[', "")); err != nil {
			return err
		}
	}
	if d.PeekKind() == ']' {
		j.ended = true
		if err := errors.Join(expect(']', ""), expect('}', "")); err != nil {
			return err
		}
		if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
			return errors.New("something follows the document")
		}
		return nil
	}
	if d.PeekKind() != '{' {
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		return fmt.Errorf("expected an object at %s", d.StackPointer())
	}
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	compact := value.Clone()
	if err := compact.Compact(); err != nil {
		return err
	}
	j.line = append(compact, '\n')
	return nil
}

// FS: the folder. Open answers for ".", the file and the mapping.
func (e *sentEvidence) Open(name string) (fs.File, error) {
	switch {
	case name == ".":
		return &sentFile{info: sentInfo{name: ".", dir: true}, entries: e.entries()}, nil
	case name == e.name:
		body, err := e.open()
		return &sentFile{info: sentInfo{name: name, size: e.length()}, from: body}, err
	case name == ingest.MappingFile && e.mapping != nil:
		return &sentFile{info: sentInfo{name: name, size: int64(len(e.mapping))}, from: io.NopCloser(bytes.NewReader(e.mapping))}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// length is how many bytes the file has as far as anybody knows; nought for one that is made as it is read.
func (e *sentEvidence) length() int64 {
	if e.format == "json" {
		return 0
	}
	return e.size
}

func (e *sentEvidence) entries() []fs.DirEntry {
	list := []fs.DirEntry{fs.FileInfoToDirEntry(sentInfo{name: e.name, size: e.length()})}
	if e.mapping != nil {
		list = append(list, fs.FileInfoToDirEntry(sentInfo{name: ingest.MappingFile, size: int64(len(e.mapping))}))
	}
	return list
}

type sentFile struct {
	info    sentInfo
	from    io.ReadCloser
	entries []fs.DirEntry
}

func (f *sentFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *sentFile) Close() error {
	if f.from == nil {
		return nil
	}
	return f.from.Close()
}
func (f *sentFile) Read(b []byte) (int, error) {
	if f.from == nil {
		return 0, &fs.PathError{Op: "read", Path: f.info.name, Err: fs.ErrInvalid}
	}
	return f.from.Read(b)
}
func (f *sentFile) ReadDir(int) ([]fs.DirEntry, error) {
	list := f.entries
	f.entries = nil
	return list, nil
}

type sentInfo struct {
	name string
	size int64
	dir  bool
}

func (i sentInfo) Name() string { return i.name }
func (i sentInfo) Size() int64  { return i.size }
func (i sentInfo) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
func (i sentInfo) ModTime() time.Time { return time.Time{} }
func (i sentInfo) IsDir() bool        { return i.dir }
func (i sentInfo) Sys() any           { return nil }
