package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/statements"
)

// Difference is one line that comes out otherwise when it is settled again. Amounts are what is due now.
type Difference struct {
	Unit     string `json:"unit"` // "" for the whole
	Payment  string `json:"payment"`
	Of       string `json:"of,omitempty"`
	Period   int    `json:"period"`
	Expected string `json:"expected"` // what the bundle's statement says; "" when it has no such line
	Found    string `json:"found"`    // what settling again gives; "" when it gives no such line
	By       string `json:"by"`       // found less expected; "0.00" when the lines differ elsewhere than in what is due
}

// String says the difference as a sentence.
func (d Difference) String() string {
	of := "unit " + d.Unit
	if d.Unit == "" {
		of = "the whole"
	}
	if d.Of != "" {
		of += " (" + d.Of + ")"
	}
	says, gives := d.Expected, d.Found
	if says == "" {
		says = "no such line"
	}
	if gives == "" {
		gives = "no such line"
	}
	return fmt.Sprintf("%s, %s, period %d: the statement says %s, settling again gives %s: %s apart", of, d.Payment, d.Period, says, gives, d.By)
}

// comparison holds the records that are settled again against those of a stored statement, as they come. As long as all
// is equal it compares bytes; from the first run that is not, record by record.
type comparison struct {
	contract *contracts.Contract
	stored   *Stored
	at       int64 // how much of the stored lines has been compared as bytes
	buffer   []byte
	apart    bool
	cursor   *lineReader        // record by record
	next     *statements.Record // the stored record at the cursor; nil at the end
	found    []Difference
	more     int
}

func newComparison(c *contracts.Contract, s *Stored) *comparison {
	return &comparison{contract: c, stored: s, found: []Difference{}}
}

// sink takes a run of records.
func (c *comparison) sink(records []byte) error {
	if !c.apart {
		if cap(c.buffer) < len(records) {
			c.buffer = make([]byte, len(records))
		}
		there := c.buffer[:len(records)]
		n, err := c.stored.lines.ReadAt(there, c.at)
		if err != nil && err != io.EOF {
			return err
		}
		if bytes.Equal(there[:n], records) {
			c.at += int64(n)
			return nil
		}
		c.apart = true
		c.cursor = newLineReader(io.NewSectionReader(c.stored.lines, c.at, c.stored.size-c.at))
		if err := c.advance(); err != nil {
			return err
		}
	}
	for len(records) > 0 {
		end := bytes.IndexByte(records, '\n') + 1
		if end == 0 {
			return errors.New("settling again gives a record without its end")
		}
		var again statements.Record
		if err := engine.ParseRecord(records[:end], c.contract, &again); err != nil {
			return err
		}
		if err := c.record(&again); err != nil {
			return err
		}
		records = records[end:]
	}
	return nil
}

// advance reads the next stored record.
func (c *comparison) advance() error {
	line, err := c.cursor.next()
	if errors.Is(err, io.EOF) {
		c.next = nil
		return nil
	}
	if err != nil {
		return err
	}
	c.next = &statements.Record{}
	if err := engine.ParseRecord(line, c.contract, c.next); err != nil {
		return fmt.Errorf("a record that cannot be read: %w", err)
	}
	return nil
}

// record compares one record that was settled again with the stored ones up to its place.
func (c *comparison) record(again *statements.Record) error {
	for c.next != nil && before(c.contract, c.next, again) {
		c.lines(c.next, c.next.Lines, nil)
		if err := c.advance(); err != nil {
			return err
		}
	}
	if c.next == nil || before(c.contract, again, c.next) {
		c.lines(again, nil, again.Lines)
		return nil
	}
	c.lines(again, c.next.Lines, again.Lines)
	return c.advance()
}

// lines compares the lines of one unit, matched by payment, level and period.
func (c *comparison) lines(r *statements.Record, stored, again []statements.Line) {
	type key struct {
		payment, of string
		period      int
	}
	matched := map[key]*statements.Line{}
	for i := range again {
		matched[key{again[i].Payment, again[i].Of, again[i].Period}] = &again[i]
	}
	for i := range stored {
		k := key{stored[i].Payment, stored[i].Of, stored[i].Period}
		other := matched[k]
		delete(matched, k)
		if other == nil || !sameLine(&stored[i], other) {
			c.differ(r, &stored[i], other)
		}
	}
	for i := range again { // in order, not the map's
		if _, left := matched[key{again[i].Payment, again[i].Of, again[i].Period}]; left {
			c.differ(r, nil, &again[i])
		}
	}
}

func sameLine(a, b *statements.Line) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func (c *comparison) differ(r *statements.Record, stored, again *statements.Line) {
	if len(c.found) == DifferencesMax {
		c.more++
		return
	}
	line := stored
	if line == nil {
		line = again
	}
	d := Difference{Unit: r.Unit, Payment: line.Payment, Of: line.Of, Period: line.Period}
	was, is := money.FromMinor(c.contract.Currency, 0), money.FromMinor(c.contract.Currency, 0)
	if stored != nil {
		was = stored.Due
		d.Expected = was.String()
	}
	if again != nil {
		is = again.Due
		d.Found = is.String()
	}
	d.By = is.Sub(was).String()
	c.found = append(c.found, d)
}

// finish compares what the stored statement has beyond the last record settled again.
func (c *comparison) finish() error {
	if !c.apart {
		if c.at == c.stored.size {
			return nil
		}
		c.apart = true
		c.cursor = newLineReader(io.NewSectionReader(c.stored.lines, c.at, c.stored.size-c.at))
		if err := c.advance(); err != nil {
			return err
		}
	}
	for c.next != nil {
		c.lines(c.next, c.next.Lines, nil)
		if err := c.advance(); err != nil {
			return err
		}
	}
	return nil
}
