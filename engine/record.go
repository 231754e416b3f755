package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// wholeName is the name of the record that comes after all units: the lines of the contract, its cohorts and periods.
const wholeName = "whole"

// outLine is a line ready to be written: in minor units, with its text.
type outLine struct {
	payment         int
	of              string
	period          int
	count           money.Exact
	toDate, settled int64
	held            int64 // earned and kept back
	from, to        string
	parts           []part // of the payers, where a cap on one said so
	legs            []outLeg
	before          []settledLeg // what was settled of the legs
	settledBy       int          // the statement that last settled it, 0 when none did
	corrects        int
	reason          string
	notes           []string
	steps           []statements.Step
}

type outLeg struct {
	side, party     string
	toDate, settled int64
}

// AppendRecord appends a record's canonical bytes: one line of JSON with fixed names in a fixed order, so that the same
// record is always the same bytes.
func AppendRecord(b []byte, c *contracts.Contract, r *statements.Record) []byte {
	b = openRecord(b, c, r.UnitType, r.Unit)
	for i := range r.Lines {
		l := &r.Lines[i]
		out := outLine{payment: c.PaymentIndex(l.Payment), of: l.Of, period: l.Period, toDate: minorOf(l.ToDate), settled: minorOf(l.Settled), held: minorOf(l.Held),
			from: l.From, to: l.To, corrects: l.Corrects, reason: l.Reason, notes: l.Notes, steps: l.Working}
		if l.Count != "" {
			out.count, _ = money.ParseExact(l.Count)
		}
		for _, leg := range l.Legs {
			out.legs = append(out.legs, outLeg{leg.Side, leg.Party, minorOf(leg.ToDate), minorOf(leg.Settled)})
		}
		b = appendLine(b, c, &out, i == 0)
	}
	return closeRecord(b)
}

func minorOf(a money.Amount) int64 { m, _ := a.Minor(); return m }

func openRecord(b []byte, c *contracts.Contract, unitType int, key string) []byte {
	name := wholeName
	if unitType < len(c.Units) {
		name = c.Units[unitType].Name
	}
	b = append(b, '{', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	b = appendString(b, key)
	return append(b, recordLines...)
}

// recordLines stands between a record's unit and its lines. A unit's key cannot hold it, since quotes in a text are escaped.
var recordLines = []byte(`,"lines":[`)

// headOf is how a record begins, up to its lines (openRecord). It is nothing where there are no lines.
func headOf(record []byte) []byte {
	at := bytes.Index(record, recordLines)
	if at < 0 {
		return nil
	}
	return record[:at+len(recordLines)]
}

// parseHead reads whose record begins so: the unit's type, which is one behind the last for the whole, and its key, which may lie in
// the head's own bytes.
func parseHead(head []byte, c *contracts.Contract) (unitType int, key []byte, err error) {
	name, rest, found := bytes.Cut(bytes.TrimPrefix(head, []byte(`{"`)), []byte(`":`))
	text, ends := bytes.CutSuffix(rest, recordLines)
	if !found || !ends {
		return 0, nil, fmt.Errorf("%.60q does not begin a record", head)
	}
	for unitType < len(c.Units) && c.Units[unitType].Name != string(name) {
		unitType++
	}
	if unitType == len(c.Units) && string(name) != wholeName {
		return 0, nil, fmt.Errorf("record %.60q: of no unit type of contract %s", head, c.ID)
	}
	if n := len(text); n > 1 && bytes.IndexByte(text, '\\') < 0 {
		return unitType, text[1 : n-1], nil
	}
	var unquoted string
	if err := json.Unmarshal(text, &unquoted); err != nil {
		return 0, nil, fmt.Errorf("record %.60q: %w", head, err)
	}
	return unitType, []byte(unquoted), nil
}

func closeRecord(b []byte) []byte { return append(b, ']', '}', '\n') }

// appendLine writes one line. What is nought or empty is left out, and to_date and settled where nothing was settled.
func appendLine(b []byte, c *contracts.Contract, l *outLine, first bool) []byte {
	if !first {
		b = append(b, ',')
	}
	places := c.Currency.Places
	b = append(b, `{"payment":"`...)
	b = append(b, c.Payments[l.payment].Name...)
	b = append(b, '"')
	b = appendNamed(b, "of", l.of)
	b = append(b, `,"period":`...)
	b = strconv.AppendInt(b, int64(l.period), 10)
	if !l.count.IsZero() {
		b = append(b, `,"count":"`...)
		if n, ok := l.count.Int64(); ok {
			b = strconv.AppendInt(b, n, 10)
		} else {
			b = append(b, l.count.String()...)
		}
		b = append(b, '"')
	}
	if l.settled != 0 || l.corrects != 0 {
		b = appendMoney(b, "to_date", l.toDate, places)
		b = appendMoney(b, "settled", l.settled, places)
	}
	b = appendMoney(b, "due", l.toDate-l.settled, places)
	if l.held != 0 {
		b = appendMoney(b, "held", l.held, places)
	}
	b = appendNamed(b, "from", l.from)
	b = appendNamed(b, "to", l.to)
	b = appendLegs(b, l, places)
	b = appendNamed(b, "reason", l.reason)
	if l.corrects != 0 {
		b = append(b, `,"corrects":`...)
		b = strconv.AppendInt(b, int64(l.corrects), 10)
	}
	if len(l.notes) > 0 {
		b = append(b, `,"notes":[`...)
		for i, n := range l.notes {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, n)
		}
		b = append(b, ']')
	}
	return append(appendSteps(b, l.steps), '}')
}

func appendLegs(b []byte, l *outLine, places int) []byte {
	if len(l.legs) == 0 {
		return b
	}
	b = append(b, `,"legs":[`...)
	for i, leg := range l.legs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"side":"`...)
		b = append(b, leg.side...)
		b = append(b, `","party":`...)
		b = appendString(b, leg.party)
		if leg.settled != 0 || l.corrects != 0 {
			b = appendMoney(b, "to_date", leg.toDate, places)
			b = appendMoney(b, "settled", leg.settled, places)
		}
		b = appendMoney(b, "due", leg.toDate-leg.settled, places)
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendSteps(b []byte, steps []statements.Step) []byte {
	if len(steps) == 0 {
		return b
	}
	b = append(b, `,"working":[`...)
	for i, s := range steps {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"depth":`...)
		b = strconv.AppendInt(b, int64(s.Depth), 10)
		b = append(b, `,"name":`...)
		b = appendString(b, s.Name)
		b = append(b, `,"text":`...)
		b = appendString(b, s.Text)
		b = append(b, `,"value":`...)
		b = appendString(b, s.Value)
		b = appendNamed(b, "clause", s.Clause)
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendNamed(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return appendString(b, text)
}

func appendMoney(b []byte, name string, minor int64, places int) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':', '"')
	b = appendMinor(b, minor, places)
	return append(b, '"')
}

// appendMinor writes minor units as money.Amount writes itself: 123450 as 1234.50.
func appendMinor(b []byte, minor int64, places int) []byte {
	if minor < 0 {
		b = append(b, '-')
		minor = -minor
	}
	from := len(b)
	b = strconv.AppendInt(b, minor, 10)
	if places == 0 {
		return b
	}
	for len(b)-from <= places {
		b = append(b, 0)
		copy(b[from+1:], b[from:])
		b[from] = '0'
	}
	b = append(b, 0)
	at := len(b) - 1 - places
	copy(b[at+1:], b[at:])
	b[at] = '.'
	return b
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string: only what JSON requires is escaped, and a byte that is not UTF-8 as its code point.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		ch := s[i]
		if ch < utf8.RuneSelf {
			switch {
			case ch == '"' || ch == '\\':
				b = append(b, '\\', ch)
			case ch < 0x20 || ch == 0x7f:
				b = append(b, '\\', 'u', '0', '0', hexDigits[ch>>4], hexDigits[ch&15])
			default:
				b = append(b, ch)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		b = utf8.AppendRune(b, r)
		i += n
	}
	return append(b, '"')
}

// wireLine is a line as JSON has it.
type wireLine struct {
	Payment  string            `json:"payment"`
	Of       string            `json:"of"`
	Period   int               `json:"period"`
	Count    string            `json:"count"`
	ToDate   string            `json:"to_date"`
	Settled  string            `json:"settled"`
	Due      string            `json:"due"`
	Held     string            `json:"held"`
	From     string            `json:"from"`
	To       string            `json:"to"`
	Legs     []wireLeg         `json:"legs"`
	Reason   string            `json:"reason"`
	Corrects int               `json:"corrects"`
	Notes    []string          `json:"notes"`
	Working  []statements.Step `json:"working"`
}

type wireLeg struct {
	Side    string `json:"side"`
	Party   string `json:"party"`
	ToDate  string `json:"to_date"`
	Settled string `json:"settled"`
	Due     string `json:"due"`
}

// ParseRecord reads a record that AppendRecord wrote. It refuses unknown names and amounts that are not text.
func ParseRecord(line []byte, c *contracts.Contract, into *statements.Record) error {
	head := headOf(line)
	if head == nil {
		return fmt.Errorf("record %.60q: expected a unit and its lines", line)
	}
	unitType, key, err := parseHead(head, c)
	if err != nil {
		return err
	}
	into.UnitType, into.Unit = unitType, string(key)
	lines, ends := bytes.CutSuffix(bytes.TrimSuffix(line[len(head)-1:], []byte{'\n'}), []byte{'}'})
	if !ends {
		return fmt.Errorf("record %.60q: it does not end as one", line)
	}
	var wire []wireLine
	d := json.NewDecoder(bytes.NewReader(lines))
	d.DisallowUnknownFields()
	if err := d.Decode(&wire); err != nil {
		return fmt.Errorf("record %.60q: %w", line, err)
	}
	if d.InputOffset() != int64(len(lines)) {
		return fmt.Errorf("record %.60q: there is something behind its lines", line)
	}
	into.Lines = into.Lines[:0]
	for i := range wire {
		l, err := wire[i].line(c)
		if err != nil {
			return fmt.Errorf("record of %s, line %d: %w", into.Unit, i+1, err)
		}
		into.Lines = append(into.Lines, l)
	}
	return nil
}

// line turns a wire line into a Line.
func (w *wireLine) line(c *contracts.Contract) (statements.Line, error) {
	l := statements.Line{Payment: w.Payment, Of: w.Of, Period: w.Period, Count: w.Count, From: w.From, To: w.To, Reason: w.Reason,
		Corrects: w.Corrects, Notes: w.Notes, Working: w.Working}
	var err error
	if l.ToDate, l.Settled, l.Due, err = amounts(c, w.ToDate, w.Settled, w.Due); err != nil {
		return l, err
	}
	l.Held = money.FromMinor(c.Currency, 0)
	if w.Held != "" {
		if l.Held, err = money.ParseAmount(c.Currency, w.Held); err != nil {
			return l, err
		}
	}
	for _, leg := range w.Legs {
		out := statements.Leg{Side: leg.Side, Party: leg.Party}
		if out.ToDate, out.Settled, out.Due, err = amounts(c, leg.ToDate, leg.Settled, leg.Due); err != nil {
			return l, err
		}
		l.Legs = append(l.Legs, out)
	}
	return l, nil
}

// amounts reads the three amounts of a line; to_date is due where nothing was settled.
func amounts(c *contracts.Contract, toDate, settled, due string) (a, b, d money.Amount, err error) {
	if d, err = money.ParseAmount(c.Currency, due); err != nil {
		return
	}
	a, b = d, money.FromMinor(c.Currency, 0)
	if toDate != "" {
		if a, err = money.ParseAmount(c.Currency, toDate); err != nil {
			return
		}
		b, err = money.ParseAmount(c.Currency, settled)
	}
	return
}
