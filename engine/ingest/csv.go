package ingest

import (
	"bytes"
	"fmt"
	"strconv"

	"outturn/engine/evidence"
)

// bom is the mark that some programs put in front of UTF-8.
var bom = []byte("\xef\xbb\xbf")

// csvRows cuts blocks of a CSV file into rows. It keeps nothing between rows but memory.
type csvRows struct {
	cells  [][]byte
	quoted []byte // unquoted text of the row's quoted cells
}

// next cuts the first row from b: its cells, the number of lines it takes, and what follows. rule says what is wrong
// with a row, which then has no cells.
func (r *csvRows) next(b []byte) (cells [][]byte, lines uint64, rest []byte, rule string) {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		end = len(b)
		rest = nil
	} else {
		rest = b[end+1:]
	}
	line := b[:end]
	if bytes.IndexByte(line, '"') >= 0 {
		return r.nextQuoted(b)
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	r.cells = r.cells[:0]
	if len(line) == 0 {
		return r.cells, 1, rest, ""
	}
	start := 0
	for i, c := range line {
		if c == ',' {
			r.cells = append(r.cells, line[start:i])
			start = i + 1
		}
	}
	r.cells = append(r.cells, line[start:])
	return r.cells, 1, rest, ""
}

// nextQuoted cuts a row that has a quotation mark in it. Inside quotes a comma, a newline and a doubled quote stand for
// themselves.
func (r *csvRows) nextQuoted(b []byte) (cells [][]byte, lines uint64, rest []byte, rule string) {
	r.cells, r.quoted = r.cells[:0], r.quoted[:0]
	for i := 0; ; {
		var cell []byte
		if i < len(b) && b[i] == '"' {
			cell, i, rule = r.quotedCell(b, i+1)
		} else {
			start := i
			for i < len(b) && b[i] != ',' && b[i] != '\n' && b[i] != '"' {
				i++
			}
			cell = b[start:i]
			if i < len(b) && b[i] == '"' {
				rule = "a quotation mark stands inside a field that is not quoted"
			}
			if n := len(cell); n > 0 && cell[n-1] == '\r' && (i == len(b) || b[i] == '\n') {
				cell = cell[:n-1]
			}
		}
		if rule != "" {
			return r.skip(b, i, rule)
		}
		r.cells = append(r.cells, cell)
		if i >= len(b) || b[i] == '\n' {
			i = min(i+1, len(b))
			return r.cells, countLines(b[:i]), b[i:], ""
		}
		i++ // the comma
	}
}

// quotedCell reads a quoted cell from behind its first mark, up to the comma or newline that ends it.
func (r *csvRows) quotedCell(b []byte, i int) (cell []byte, next int, rule string) {
	start, from := i, len(r.quoted)
	for {
		mark := bytes.IndexByte(b[i:], '"')
		if mark < 0 {
			return nil, start, "a quoted field is not closed: the file may have been cut off"
		}
		i += mark + 1
		if i < len(b) && b[i] == '"' { // a doubled mark is one
			r.quoted = append(r.quoted, b[start:i]...)
			i++
			start = i
			continue
		}
		break
	}
	cell = b[start : i-1]
	if len(r.quoted) > from {
		r.quoted = append(r.quoted, cell...)
		cell = r.quoted[from:len(r.quoted):len(r.quoted)]
	}
	if i < len(b) && b[i] == '\r' && (i+1 == len(b) || b[i+1] == '\n') {
		i++
	}
	if i < len(b) && b[i] != ',' && b[i] != '\n' {
		return nil, i, "a quoted field ends, and more stands before the next comma"
	}
	return cell, i, ""
}

// skip goes on at the line after the fault.
func (r *csvRows) skip(b []byte, at int, rule string) ([][]byte, uint64, []byte, string) {
	end := bytes.IndexByte(b[at:], '\n')
	if end < 0 {
		return nil, max(1, countLines(b)), nil, rule
	}
	at += end + 1
	return nil, countLines(b[:at]), b[at:], rule
}

// countLines counts the lines in b, a last one without its newline included.
func countLines(b []byte) uint64 {
	n := uint64(bytes.Count(b, []byte{'\n'}))
	if len(b) > 0 && b[len(b)-1] != '\n' {
		n++
	}
	return n
}

// csvBoundary returns the length of the whole rows at the front of b, 0 when there is none. Newlines inside quotes end
// no row: marks come in pairs, doubled ones too, so it is the even count that tells.
func csvBoundary(b []byte) int {
	if bytes.IndexByte(b, '"') < 0 {
		return bytes.LastIndexByte(b, '\n') + 1
	}
	boundary := 0
	for i := 0; i < len(b); {
		mark := bytes.IndexByte(b[i:], '"')
		if mark < 0 {
			mark = len(b) - i
		}
		if newline := bytes.LastIndexByte(b[i:i+mark], '\n'); newline >= 0 {
			boundary = i + newline + 1
		}
		if i += mark + 1; i > len(b) {
			break
		}
		closing := bytes.IndexByte(b[i:], '"')
		if closing < 0 {
			return boundary
		}
		i += closing + 1
	}
	return boundary
}

// readCSV turns a block of whole rows into records.
func (w *worker) readCSV(b []byte, line uint64) {
	r := &w.csv
	for len(b) > 0 {
		cells, lines, rest, rule := r.next(b)
		switch {
		case rule != "":
			w.rower.line = line
			w.rower.fault("", nil, rule, "mend the quoting, or send the file again")
		case len(cells) == 0:
		case len(cells) != w.rower.plan.columns:
			w.columns(line, cells)
		default:
			w.take(line, cells)
		}
		line += lines
		b = rest
	}
}

// columns reports a row with too few or too many cells.
func (w *worker) columns(line uint64, cells [][]byte) {
	want, remedy := w.rower.plan.columns, "give every column, empty ones too; quote a text with a comma in it"
	if len(cells) < want {
		remedy = "give every column, empty ones too; the file may have been cut off"
	}
	w.rower.line = line
	w.rower.fault("", nil, fmt.Sprintf("a row has %s where the header has %s", plural(len(cells), "column"), strconv.Itoa(want)), remedy)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// csvHeader cuts the header from the front of a file.
func csvHeader(b []byte) (names []string, length int, lines uint64, fault *evidence.Fault) {
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		return nil, 0, 0, &evidence.Fault{Line: 1, Field: "header", Rule: "the file is UTF-16", Remedy: "save it as CSV UTF-8"}
	}
	skipped := len(b) - len(bytes.TrimPrefix(b, bom))
	var rows csvRows
	cells, lines, rest, rule := rows.next(b[skipped:])
	if rule != "" {
		return nil, 0, 0, &evidence.Fault{Line: 1, Field: "header", Rule: rule, Remedy: "mend the quoting"}
	}
	if len(cells) == 0 {
		return nil, 0, 0, &evidence.Fault{Line: 1, Field: "header", Rule: "expected a header that names the columns, found nothing", Remedy: "put the names of the columns on the first line"}
	}
	if len(cells) > columnsMax {
		return nil, 0, 0, &evidence.Fault{Line: 1, Field: "header", Rule: fmt.Sprintf("the file has %d columns, and at most %d are read", len(cells), columnsMax), Remedy: "leave some out"}
	}
	for _, cell := range cells {
		names = append(names, string(cell))
	}
	return names, len(b) - len(rest), lines, nil
}
