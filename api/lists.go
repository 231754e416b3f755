package api

import (
	"encoding/base64"
	"net/http"
	"strconv"

	"outturn/api/client"
)

// Lists come in pages, each with a cursor to the next. A cursor says where the last row stands, so that rows which are
// added meanwhile move nothing.

// placed is a row that knows its place in its list.
type placed interface{ place() int64 }

func (o Organisation) place() int64 { return o.Place }
func (p Person) place() int64       { return p.Place }
func (k Key) place() int64          { return k.Place }
func (c ContractHead) place() int64 { return c.Place }
func (b Batch) place() int64        { return b.Place }
func (i Item) place() int64         { return i.Sequence }
func (e LedgerEntry) place() int64  { return e.Place }
func (d Dispute) place() int64      { return d.Place }
func (a AuditRow) place() int64     { return a.Place }

// Statements stand in the order in which they were issued.
func (h StatementHead) place() int64 { return int64(h.Number) }

// list answers with one page of rows, each in its shape.
func list[R placed, O any](in *Paged, rows func(Page) ([]R, error), shape func(R) O) (client.List[O], error) {
	out := client.List[O]{Items: []O{}}
	after, err := cursorOf(in.Cursor)
	if err != nil {
		return out, err
	}
	found, err := rows(Page{After: after, Limit: in.Limit + 1})
	if err != nil {
		return out, err
	}
	for i, row := range found {
		if i == in.Limit {
			out.Next = cursor(found[i-1].place())
			break
		}
		out.Items = append(out.Items, shape(row))
	}
	return out, nil
}

func cursor(place int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte("at:" + strconv.FormatInt(place, 10)))
}

func cursorOf(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil && len(raw) > 3 && string(raw[:3]) == "at:" {
		if n, err := strconv.ParseInt(string(raw[3:]), 10, 64); err == nil && n >= 0 {
			return n, nil
		}
	}
	return 0, faulty(http.StatusUnprocessableEntity, "the request is not as the API's document says", problemFault("cursor", "not a cursor of this service", "send what next said on the page before"))
}

// problemFault is a fault of a parameter or header.
func problemFault(parameter, message, remedy string) client.Fault {
	return client.Fault{Parameter: parameter, Message: message, Remedy: remedy}
}
