package ingest

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"outturn/engine/evidence"
)

// jsonObject reads one line of NDJSON: an object whose values are texts, numbers, true, false or null. Numbers are
// their text: none becomes a float.
type jsonObject struct {
	b     []byte
	at    int
	plain []byte // texts that had escapes in them
}

// jsonFault is what is wrong with a line, and near which key.
type jsonFault struct{ field, value, rule, remedy string }

// read calls each with every key and value. A null is nothing; true and false are yes and no.
func (o *jsonObject) read(line []byte, each func(key, value []byte, null bool) *jsonFault) *jsonFault {
	o.b, o.at, o.plain = line, 0, o.plain[:0]
	if !o.take('{') {
		return o.unexpected("an object, which begins with {")
	}
	for first := true; ; first = false {
		if first && o.take('}') {
			break
		}
		key, fault := o.text("the key of a value, in quotes")
		if fault != nil {
			return fault
		}
		if !o.take(':') {
			return o.unexpected("a colon after the key " + strconv.Quote(string(key)))
		}
		value, null, fault := o.value(key)
		if fault != nil {
			return fault
		}
		if fault := each(key, value, null); fault != nil {
			return fault
		}
		if o.take(',') {
			continue
		}
		if !o.take('}') {
			return o.unexpected("a comma or the } that closes the object")
		}
		break
	}
	if o.blanks(); o.at < len(o.b) {
		return o.unexpected("the end of the line: one object a line")
	}
	return nil
}

func (o *jsonObject) blanks() {
	for o.at < len(o.b) && (o.b[o.at] == ' ' || o.b[o.at] == '\t' || o.b[o.at] == '\r') {
		o.at++
	}
}

// take skips blanks and the byte c, if it is there.
func (o *jsonObject) take(c byte) bool {
	o.blanks()
	if o.at < len(o.b) && o.b[o.at] == c {
		o.at++
		return true
	}
	return false
}

func (o *jsonObject) unexpected(expected string) *jsonFault {
	if o.at >= len(o.b) {
		return &jsonFault{rule: "the line ends where " + expected + " was expected", remedy: "the file may have been cut off: send it again"}
	}
	return &jsonFault{rule: "at character " + strconv.Itoa(o.at+1) + ", expected " + expected, value: evidence.Shorten(string(o.b[o.at:])), remedy: "write one JSON object a line"}
}

// value reads a text, number, true, false or null.
func (o *jsonObject) value(key []byte) (value []byte, null bool, fault *jsonFault) {
	o.blanks()
	if o.at >= len(o.b) {
		return nil, false, o.unexpected("a value")
	}
	switch o.b[o.at] {
	case '"':
		value, fault = o.text("a text")
		return value, false, fault
	case '{', '[':
		return nil, false, &jsonFault{field: string(key), rule: "a value is a text or a number, and here an object or a list stands", remedy: "write one item for each"}
	}
	start := o.at
	for o.at < len(o.b) && bytes.IndexByte([]byte(",} \t\r"), o.b[o.at]) < 0 {
		o.at++
	}
	word := o.b[start:o.at]
	switch string(word) {
	case "true":
		return []byte("yes"), false, nil
	case "false":
		return []byte("no"), false, nil
	case "null":
		return nil, true, nil
	}
	if len(word) == 0 || len(bytes.Trim(word, "0123456789+-.eE")) > 0 || word[0] != '-' && (word[0] < '0' || word[0] > '9') {
		o.at = start
		return nil, false, o.unexpected("a text in quotes, a number, true, false or null")
	}
	return word, false, nil
}

// text reads a quoted text and undoes its escapes.
func (o *jsonObject) text(expected string) ([]byte, *jsonFault) {
	if !o.take('"') {
		return nil, o.unexpected(expected)
	}
	start, from := o.at, len(o.plain)
	escaped := false
	for o.at < len(o.b) {
		switch c := o.b[o.at]; {
		case c == '"':
			text := o.b[start:o.at]
			o.at++
			if escaped {
				o.plain = append(o.plain, text...)
				text = o.plain[from:len(o.plain):len(o.plain)]
			}
			if !utf8.Valid(text) {
				return nil, &jsonFault{value: string(text), rule: "a text is not UTF-8", remedy: "save the file as UTF-8"}
			}
			return text, nil
		case c < 0x20:
			return nil, &jsonFault{rule: "a control character stands in a text, at character " + strconv.Itoa(o.at+1), remedy: "escape it"}
		case c == '\\':
			o.plain = append(o.plain, o.b[start:o.at]...)
			o.at++
			if !o.escape() {
				return nil, &jsonFault{rule: "an escape that JSON does not know, at character " + strconv.Itoa(o.at), remedy: `write \" \\ \/ \b \f \n \r \t or \u and four digits`}
			}
			start, escaped = o.at, true
		default:
			o.at++
		}
	}
	return nil, o.unexpected("the quotation mark that closes a text")
}

// escape reads what follows a backslash.
func (o *jsonObject) escape() bool {
	if o.at >= len(o.b) {
		return false
	}
	c := o.b[o.at]
	o.at++
	if to := bytes.IndexByte([]byte(`"\/bfnrt`), c); to >= 0 {
		o.plain = append(o.plain, "\"\\/\b\f\n\r\t"[to])
		return true
	}
	if c != 'u' {
		return false
	}
	r, ok := o.hex()
	if ok && utf16.IsSurrogate(r) {
		// The two halves of a character beyond the first 65,536; half a one is refused.
		if o.at+1 >= len(o.b) || o.b[o.at] != '\\' || o.b[o.at+1] != 'u' {
			return false
		}
		o.at += 2
		var low rune
		low, ok = o.hex()
		r = utf16.DecodeRune(r, low)
		ok = ok && r != utf8.RuneError
	}
	o.plain = utf8.AppendRune(o.plain, r)
	return ok
}

func (o *jsonObject) hex() (rune, bool) {
	if o.at+4 > len(o.b) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(o.b[o.at:o.at+4]), 16, 32)
	o.at += 4
	return rune(n), err == nil
}

// readNDJSON turns a block of whole lines into records. columns gives each name its cell, and a name that is none is a
// fault unless the file is mapped.
func (w *worker) readNDJSON(b []byte, line uint64) {
	for ; len(b) > 0; line++ {
		text := b
		if end := bytes.IndexByte(b, '\n'); end >= 0 {
			text, b = b[:end], b[end+1:]
		} else {
			b = nil
		}
		if len(bytes.TrimLeft(text, " \t\r")) == 0 {
			continue
		}
		if len(text) > rowBytesMax {
			w.rower.line = line
			w.rower.fault("", nil, "a line has more than "+strconv.Itoa(rowBytesMax)+" bytes", "write one item a line")
			continue
		}
		w.readObject(text, line)
	}
}

// readObject lays one object out under the columns of the plan.
func (w *worker) readObject(text []byte, line uint64) {
	plan := w.rower.plan
	for len(w.cells) < plan.columns {
		w.cells = append(w.cells, nil)
	}
	cells := w.cells[:plan.columns]
	clear(cells)
	w.rower.line, w.rower.wrong = line, false
	w.seen = w.seen[:0]
	fault := w.json.read(text, func(key, value []byte, null bool) *jsonFault {
		column, known := w.names[string(key)]
		if !known && !w.mapped {
			w.rower.fault(string(key), value, "no such name in the contract", suggest(string(key), w.rower.v.names))
			return nil
		}
		if w.repeated(key) {
			return &jsonFault{field: string(key), value: string(value), rule: "the key stands twice in one object", remedy: "take one away"}
		}
		if !known || null {
			return nil
		}
		if value == nil {
			value = []byte{}
		}
		cells[column] = value
		return nil
	})
	if fault != nil {
		w.rower.fault(fault.field, []byte(fault.value), fault.rule, fault.remedy)
	}
	if !w.rower.wrong {
		w.take(line, cells)
	}
}

// repeated reports whether the object had the key already.
func (w *worker) repeated(key []byte) bool {
	for _, had := range w.seen {
		if bytes.Equal(had, key) {
			return true
		}
	}
	w.seen = append(w.seen, key)
	return false
}
