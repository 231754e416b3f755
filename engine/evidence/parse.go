package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"unsafe"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// ParseTree reads one tree from the front of b into a tree that may have been used before, and returns what follows
// it. Only canonical bytes are read: what AppendTree writes of the tree is what was read, byte for byte. The texts in
// the tree are b's own bytes, so b must not change while the tree is in use. Sequences count the items from 1.
func ParseTree(b []byte, c *contracts.Contract, into *Tree) (rest []byte, err error) {
	return NewReader(c).Tree(b, into)
}

// Reader reads canonical bytes with as little work as can be: figures and items of a tree lie in the reader's own
// memory, which the next tree takes over. It serves one goroutine.
type Reader struct {
	c        *contracts.Contract
	units    map[string]int
	kinds    map[string]int
	figures  []formula.Figure
	items    []Item
	sequence uint64
}

// NewReader returns a reader of trees of the contract's units and kinds.
func NewReader(c *contracts.Contract) *Reader {
	r := &Reader{c: c, units: make(map[string]int, len(c.Units)), kinds: make(map[string]int, len(c.Evidence))}
	for i := range c.Units {
		r.units[c.Units[i].Name] = i
	}
	for i := range c.Evidence {
		r.kinds[c.Evidence[i].Name] = i
	}
	return r
}

// Trees yields the trees that stand one after another in b, each valid until the next is asked for. An error ends it.
func (r *Reader) Trees(b []byte) iter.Seq2[*Tree, error] {
	return func(yield func(*Tree, error) bool) {
		var t Tree
		for len(b) > 0 {
			rest, err := r.Tree(b, &t)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(&t, nil) {
				return
			}
			b = rest
		}
	}
}

// Tree is ParseTree in the reader's own memory: the tree is valid until the next one is read.
func (r *Reader) Tree(b []byte, into *Tree) (rest []byte, err error) {
	r.items, r.figures, r.sequence = r.items[:0], r.figures[:0], 0
	units := into.Units[:0]
	for len(b) > 0 {
		if len(units) > 0 && startsRoot(b) {
			break
		}
		var u Unit
		if b, err = r.unit(b, units, &u); err != nil {
			return nil, err
		}
		first := len(r.items)
		for len(b) > 0 && b[0] == '\t' {
			if b, err = r.item(b); err != nil {
				return nil, fmt.Errorf("unit %s: %w", u.Key, err)
			}
		}
		u.Items = r.items[first:len(r.items):len(r.items)]
		units = append(units, u)
	}
	into.Units = units
	if len(units) == 0 {
		return nil, errors.New("canonical evidence: expected a unit, found nothing")
	}
	return b, nil
}

// Items reads whole-contract items, all of b, into memory of their own.
func (r *Reader) Items(b []byte) (items []Item, err error) {
	r.items, r.figures, r.sequence = nil, nil, 0
	for len(b) > 0 {
		if b[0] != '\t' {
			return nil, errors.New("canonical evidence: expected an item, which begins with a tab")
		}
		if b, err = r.item(b); err != nil {
			return nil, err
		}
	}
	items, r.items, r.figures = r.items, nil, nil
	return items, nil
}

// startsRoot reports whether b begins with a unit line that names no parent.
func startsRoot(b []byte) bool {
	tab := bytes.IndexByte(b, '\t')
	if tab < 0 {
		return false
	}
	b = b[tab+1:]
	tab = bytes.IndexByte(b, '\t')
	if tab < 0 {
		return false
	}
	b = b[tab+1:]
	return len(b) > 0 && (b[0] == '\t' || b[0] == '\n')
}

// unit reads a unit line.
func (r *Reader) unit(b []byte, above []Unit, u *Unit) (rest []byte, err error) {
	name, b, end := field(b)
	unitType, known := r.units[string(name)]
	if !known || end {
		return nil, fmt.Errorf("canonical evidence: expected a unit type of the contract, found %q", shortText(name))
	}
	key, b, end := field(b)
	if end {
		return nil, errCut
	}
	parent, b, end := field(b)
	u.Type, u.Parent = unitType, -1
	if u.Key, err = text(key); err != nil {
		return nil, err
	}
	if len(parent) > 0 {
		u.Parent, err = strconv.Atoi(string(parent))
		if err != nil || u.Parent < 0 || u.Parent >= len(above) || !canonicalInt(parent) {
			return nil, fmt.Errorf("canonical evidence: unit %q is part of unit %q of its tree, which does not stand before it", shortText(key), shortText(parent))
		}
	}
	if (u.Parent < 0) != (len(above) == 0) || u.Parent >= 0 && r.c.Units[unitType].PartOf != above[u.Parent].Type ||
		u.Parent < 0 && r.c.Units[unitType].PartOf >= 0 {
		return nil, fmt.Errorf("canonical evidence: unit %q of type %s does not stand under a unit of the type it is part of", shortText(key), name)
	}
	facts := r.c.Units[unitType].Facts
	u.Facts, b, end, err = r.read(b, facts, end)
	if err == nil && !end {
		err = fmt.Errorf("canonical evidence: unit %q: expected %d facts, found more", shortText(key), len(facts))
	}
	return b, err
}

// item reads an item line into the reader's items.
func (r *Reader) item(b []byte) (rest []byte, err error) {
	name, b, end := field(b[1:])
	kind, known := r.kinds[string(name)]
	if !known || end {
		return nil, fmt.Errorf("canonical evidence: expected a kind of evidence of the contract, found %q", shortText(name))
	}
	r.items = append(r.items, Item{})
	item := &r.items[len(r.items)-1]
	r.sequence++
	item.Kind, item.Sequence = kind, r.sequence
	first, b, end := field(b)
	if end {
		return nil, errCut
	}
	if item.First, err = date(first); err != nil {
		return nil, err
	}
	last, b, end := field(b)
	item.Last, item.Learned = item.First, item.First
	if len(last) > 0 {
		if item.Last, err = date(last); err != nil {
			return nil, err
		}
		if item.Last == item.First {
			return nil, errors.New("canonical evidence: a last day that is the first is written as nothing")
		}
	}
	item.Values, b, end, err = r.read(b, r.c.Evidence[kind].Says, end)
	for tag := 0; err == nil && !end; {
		var found []byte
		found, b, end = field(b)
		tag, err = readTag(item, found, tag)
	}
	if err == nil && b == nil {
		err = errCut
	}
	return b, err
}

var errCut = errors.New("canonical evidence: a line is cut off")

// readTag reads one tag into the item. Tags come in one order, each once: from is the place of the next that may come.
func readTag(item *Item, found []byte, from int) (next int, err error) {
	place := -1
	take := func(at int, tag string) bool {
		if place < 0 && len(found) > len(tag) && string(found[:len(tag)]) == tag {
			place, found = at, found[len(tag):]
			return true
		}
		return false
	}
	switch {
	case take(1, tagLearned):
		if item.Learned, err = date(found); err == nil && item.Learned == item.First {
			err = errors.New("canonical evidence: a learned day that is the first is not written")
		}
	case take(2, tagID):
		item.ID, err = text(found)
	case take(3, tagPoints):
		item.Points, err = text(found)
	case take(4, tagSource):
		item.Source, err = text(found)
	case take(5, tagParty):
		item.Party, err = text(found)
	case take(6, tagCohort):
		item.Cohort, err = strconv.Atoi(string(found))
		if err != nil || item.Cohort == 0 || !canonicalInt(bytes.TrimPrefix(found, []byte("-"))) {
			err = fmt.Errorf("canonical evidence: expected the number of a cohort, found %q", shortText(found))
		}
	case string(found) == tagWithheld:
		place, item.Withheld = 7, true
	default:
		for s := Corrected; int(s) < len(standingWords); s++ {
			if string(found) == standingWords[s] {
				place, item.Standing = 8, s
			}
		}
	}
	if err == nil && place <= from {
		err = fmt.Errorf("canonical evidence: expected a tag of an item in its order, found %q", shortText(found))
	}
	return place, err
}

// read reads one figure for each of the fields. end says that the line has ended, before and after.
func (r *Reader) read(b []byte, fields []contracts.Field, end bool) ([]formula.Figure, []byte, bool, error) {
	start := len(r.figures)
	for i := range fields {
		if end {
			return nil, nil, true, fmt.Errorf("canonical evidence: expected %d figures, found %d", len(fields), i)
		}
		var found []byte
		found, b, end = field(b)
		f, err := ParseFigure(found, &fields[i])
		if err != nil {
			return nil, nil, true, err
		}
		r.figures = append(r.figures, f)
	}
	if b == nil {
		return nil, nil, true, errCut
	}
	return r.figures[start:len(r.figures):len(r.figures)], b, end, nil
}

// ParseFigure reads the canonical text of a figure, as AppendFigure writes it and in no other way; nothing at all is
// a figure not observed.
func ParseFigure(b []byte, f *contracts.Field) (formula.Figure, error) {
	figure := formula.Figure{Type: f.Type}
	if len(b) == 0 {
		figure.State = formula.Unknown
		return figure, nil
	}
	ok := false
	switch f.Type {
	case formula.Date:
		var d calendar.Date
		d, ok = calendar.ParseDateBytes(b)
		figure.Num = money.Int(int64(d))
	case formula.YesNo:
		ok = string(b) == "yes" || string(b) == "no"
		if b[0] == 'y' {
			figure.Num = money.Int(1)
		}
	case formula.Choice:
		choice, err := text(b)
		for i := 0; i < len(f.Choices) && !ok; i++ {
			if f.Choices[i] == choice {
				figure.Num, ok = money.Int(int64(i)), err == nil
			}
		}
	case formula.Length:
		l, err := calendar.ParseLength(string(b))
		figure.Num, figure.Unit, ok = money.Int(int64(l.N)), l.Unit, err == nil && l.String() == string(b)
	default:
		figure.Num, ok = canonicalExact(b)
	}
	if !ok {
		return figure, fmt.Errorf("canonical evidence: %s: %q is not the canonical text of its figure", f.Name, shortText(b))
	}
	return figure, nil
}

// canonicalExact reads a decimal with no digit to spare, or a fraction that has no finite decimal.
func canonicalExact(b []byte) (money.Exact, bool) {
	if bytes.IndexByte(b, '/') >= 0 {
		x, err := money.ParseExact(string(b))
		return x, err == nil && x.String() == string(b)
	}
	x, ok := money.ParseExactBytes(b)
	if !ok {
		return x, false
	}
	digits := b
	if b[0] == '-' {
		digits = b[1:]
	}
	spare := len(digits) > 1 && digits[0] == '0' && digits[1] != '.'
	if bytes.IndexByte(digits, '.') >= 0 {
		spare = spare || digits[len(digits)-1] == '0'
	}
	return x, !spare && !(b[0] == '-' && x.IsZero())
}

// field cuts the next field from b: what ends it is a tab, or a newline, when end is true. A line that is cut off ends
// and leaves nil.
func field(b []byte) (found, rest []byte, end bool) {
	for i, c := range b {
		if c == '\t' {
			return b[:i], b[i+1:], false
		}
		if c == '\n' {
			return b[:i], b[i+1:], true
		}
	}
	return b, nil, true
}

// date reads a day, blank for none.
func date(b []byte) (calendar.Date, error) {
	if len(b) == 0 {
		return 0, nil
	}
	d, ok := calendar.ParseDateBytes(b)
	if !ok {
		return 0, fmt.Errorf("canonical evidence: expected a day, YYYY-MM-DD, found %q", shortText(b))
	}
	return d, nil
}

// text undoes appendText. Without an escape the answer is b's own bytes.
func text(b []byte) (string, error) {
	if bytes.IndexByte(b, '\\') < 0 {
		return unsafe.String(unsafe.SliceData(b), len(b)), nil
	}
	plain := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			plain = append(plain, b[i])
			continue
		}
		i++
		switch {
		case i < len(b) && b[i] == 't':
			plain = append(plain, '\t')
		case i < len(b) && b[i] == 'n':
			plain = append(plain, '\n')
		case i < len(b) && b[i] == '\\':
			plain = append(plain, '\\')
		default:
			return "", fmt.Errorf("canonical evidence: %q: a backslash stands before t, n or a backslash", shortText(b))
		}
	}
	return string(plain), nil
}

// canonicalInt reports whether digits are a whole number with no leading nought or sign.
func canonicalInt(digits []byte) bool {
	return len(digits) > 0 && digits[0] >= '0' && digits[0] <= '9' && (digits[0] != '0' || len(digits) == 1)
}

func shortText(b []byte) string { return Shorten(string(b)) }
