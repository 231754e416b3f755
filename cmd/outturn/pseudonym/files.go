package pseudonym

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// CSV replaces the identifiers of comma-separated rows whose columns are named on the first line. Where anything is at
// fault, what was written is not to be used.
func (j Job) CSV(from io.Reader, to io.Writer) (Done, error) {
	w := j.begin()
	g := &guard{from: from, left: RowBytesMax}
	rows := csv.NewReader(g)
	rows.ReuseRecord = true
	out := csv.NewWriter(to)
	header, err := rows.Read()
	if err != nil {
		return w.done, w.unreadable(err)
	}
	if len(header) > columnsMax {
		return w.done, fmt.Errorf("%s: %d columns; at most %d", j.Name, len(header), columnsMax)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	names, uses := make([]string, len(header)), make([]use, len(header))
	for i, name := range header {
		line, at := rows.FieldPos(i)
		names[i] = strings.TrimSpace(name)
		uses[i] = w.column(line, at, names[i])
	}
	write := func(cell func(i int) string) error {
		var row []string
		for i := range names {
			if uses[i] != dropped {
				row = append(row, cell(i))
			}
		}
		return out.Write(row)
	}
	if err := write(func(i int) string { return names[i] }); err != nil {
		return w.done, err
	}
	for {
		g.row()
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return w.done, w.unreadable(err)
		}
		w.done.Rows++
		if err := write(func(i int) string {
			line, at := rows.FieldPos(i)
			return w.cell(line, at, names[i], row[i], uses[i])
		}); err != nil {
			return w.done, err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return w.done, err
	}
	return w.finish(func(column string) bool { _, is := w.known[column]; return is })
}

// unreadable is a file that cannot be read on, with what was at fault before.
func (w *work) unreadable(err error) error {
	var bad *csv.ParseError
	switch {
	case errors.As(err, &bad):
		w.fault(bad.Line, bad.Column, "", bad.Err.Error(), "mend the row; every row has as many columns as the first")
	case errors.Is(err, io.EOF):
		w.fault(1, 1, "", "there is nothing in it", "the first line names the columns")
	default:
		return err
	}
	return &w.faults
}

func quotedCell(text string) string {
	if !strings.ContainsAny(text, "\",\r\n") {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

// NDJSON replaces the identifiers of objects, one a line. Where anything is at fault, what was written is not to be used.
func (j Job) NDJSON(from io.Reader, to io.Writer) (Done, error) {
	w := j.begin()
	g := &guard{from: from, left: RowBytesMax}
	lines := bufio.NewReader(g)
	out := bufio.NewWriterSize(to, 1<<16)
	var line, made []byte
	for number := 1; ; number++ {
		g.row()
		line = line[:0]
		var err error
		for more := true; more; {
			var part []byte
			part, err = lines.ReadSlice('\n')
			line = append(line, part...)
			more = errors.Is(err, bufio.ErrBufferFull)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return w.done, fmt.Errorf("%s:%d: %w", j.Name, number, err)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			w.done.Rows++
			made = append(w.object(made[:0], number, line), '\n')
			if _, err := out.Write(made); err != nil {
				return w.done, err
			}
		}
		if err != nil {
			break
		}
	}
	if err := out.Flush(); err != nil {
		return w.done, err
	}
	return w.finish(func(column string) bool { _, is := w.known[column]; return is || w.done.Rows == 0 })
}

// object writes one object with its identifiers replaced.
func (w *work) object(made []byte, number int, line []byte) []byte {
	d := jsontext.NewDecoder(bytes.NewReader(line))
	unreadable := func(err error) []byte {
		w.fault(number, int(d.InputOffset())+1, "", "this cannot be read: "+err.Error(), "one object a line, with texts, numbers, true, false or null")
		return made
	}
	if token, err := d.ReadToken(); err != nil || token.Kind() != jsontext.KindBeginObject {
		return unreadable(errors.Join(err, errors.New("a line is an object")))
	}
	made = append(made, '{')
	for first := true; d.PeekKind() != jsontext.KindEndObject; {
		token, err := d.ReadToken()
		if err != nil {
			return unreadable(err)
		}
		name := token.String()
		u := w.column(number, int(d.InputOffset())-len(name), name)
		value, err := d.ReadValue()
		if err != nil {
			return unreadable(err)
		}
		if u == dropped {
			continue
		}
		if !first {
			made = append(made, ',')
		}
		first = false
		made, _ = jsontext.AppendQuote(made, name) // it was read as text
		made = append(made, ':')
		made = w.value(made, number, int(d.InputOffset())-len(value)+1, name, value, u)
	}
	if _, err := d.ReadToken(); err != nil {
		return unreadable(err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return unreadable(errors.New("something stands behind the object"))
	}
	return append(made, '}')
}

// value writes one value, its identifier replaced.
func (w *work) value(made []byte, number, at int, name string, value jsontext.Value, u use) []byte {
	text := string(value)
	switch value.Kind() {
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		w.fault(number, at, name, "a value within a value, into which nobody looks", "evidence has texts, numbers, true, false and null alone")
		return append(made, "null"...)
	case jsontext.KindString:
		unquoted, err := jsontext.AppendUnquote(nil, value)
		if err != nil {
			w.fault(number, at, name, "this is no text", "write it as UTF-8")
		}
		text = string(unquoted)
	case jsontext.KindNumber:
	default:
		return append(made, value...)
	}
	if is := w.cell(number, at, name, text, u); is != text || value.Kind() == jsontext.KindString {
		made, _ = jsontext.AppendQuote(made, is)
		return made
	}
	return append(made, value...)
}
