package api

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"outturn/api/client"
)

// JSON as this service reads it: one document, names as they are written and each once, UTF-8, no NUL, no exponents. The
// usual decoder lets all of these pass, and money goes through here.

// depthMax is how deep a document may nest.
const depthMax = 64

// jsonFormat is how bodies are read and written.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		b, err := encode(v)
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	},
	Unmarshal: func(data []byte, v any) error {
		return json.Unmarshal(data, v, json.RejectUnknownMembers(true))
	},
}

// encode writes a body: the same value always as the same bytes. What somebody sent may stand in a refusal of it, so bytes that
// are no UTF-8 become U+FFFD.
func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// strictFaults reads a whole document for what no body may hold. Faults of form end the reading, others do not.
func strictFaults(data []byte) (faults []client.Fault) {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	fault := func(at int64, pointer, message, remedy string) {
		line, column := placeOf(data, int(at))
		faults = append(faults, client.Fault{Pointer: pointer, Line: line, Column: column, Message: message, Remedy: remedy})
	}
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return faults
		}
		if err != nil {
			at, pointer, message := d.InputOffset(), "", err.Error()
			var wrong *jsontext.SyntacticError
			if errors.As(err, &wrong) {
				at, pointer, message = wrong.ByteOffset, string(wrong.JSONPointer), wrong.Err.Error()
			}
			fault(at, pointer, message, "send one JSON document, each name once, in UTF-8")
			return faults
		}
		if d.StackDepth() > depthMax {
			fault(d.InputOffset(), "", "the document nests too deep", "nest less")
			return faults
		}
		switch token.Kind() {
		case '"':
			if strings.ContainsRune(token.String(), 0) {
				fault(d.InputOffset(), string(d.StackPointer()), "a text holds no NUL", "take it out")
			}
		case '0':
			if strings.ContainsAny(token.String(), "eE") {
				fault(d.InputOffset(), string(d.StackPointer()), "a number has no exponent", "write it out in digits")
			}
		default: // brackets, true, false and null say nothing that could be misread
		}
	}
}

// placeOf turns an offset into line and column, from 1.
func placeOf(data []byte, at int) (line, column int) {
	at = min(max(at, 0), len(data))
	before := data[:at]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
