package evidence

import (
	"bytes"
	"fmt"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// The canonical bytes of a tree are lines of text, their fields set apart by tabs. A unit is
//
//	type TAB key TAB parent TAB fact TAB fact ...
//
// with the parent's place in the tree counted from 0, blank for the root, and blank for a fact not observed. The
// unit's items follow it, each on a line that begins with a tab:
//
//	TAB kind TAB first TAB last TAB value TAB value ... TAB tag ...
//
// with last blank when it is first, a value blank when not observed, and tags only where they say something, in this
// order: learned= (when not first), id=, points=, source=, party=, cohort=, withheld, and corrected, withdrawn,
// duplicate or withdrawing. A tab, newline or backslash inside a text is written \t, \n or \\. Figures are their
// shortest exact text. The sequence is not written: in which order the post came is no part of what it said.

const (
	tagLearned  = "learned="
	tagID       = "id="
	tagPoints   = "points="
	tagSource   = "source="
	tagParty    = "party="
	tagCohort   = "cohort="
	tagWithheld = "withheld"
)

// standingWords gives each standing's tag; an item that stands has none.
var standingWords = [...]string{Stands: "", Corrected: "corrected", Withdrawn: "withdrawn", Duplicate: "duplicate", Withdrawing: "withdrawing"}

// String returns the standing as a word: "stands", "corrected", ...
func (s Standing) String() string {
	if s == Stands {
		return "stands"
	}
	if int(s) < len(standingWords) {
		return standingWords[s]
	}
	return "standing " + strconv.Itoa(int(s))
}

// AppendTree appends the canonical bytes of a tree to b. It writes units and items in the order they stand in, which
// the maker of a snapshot has made canonical. A tree that does not fit the contract (an item with too few values, a
// kind that is not the contract's) is a broken promise and panics.
func AppendTree(b []byte, c *contracts.Contract, t *Tree) []byte {
	for i := range t.Units {
		u := &t.Units[i]
		unit := &c.Units[u.Type]
		b = append(b, unit.Name...)
		b = append(b, '\t')
		b = appendText(b, u.Key)
		b = append(b, '\t')
		if u.Parent >= 0 {
			b = strconv.AppendInt(b, int64(u.Parent), 10)
		}
		b = appendFigures(b, unit.Facts, u.Facts, unit.Name)
		b = append(b, '\n')
		b = AppendItems(b, c, u.Items)
	}
	return b
}

// AppendItems appends the canonical bytes of items, one a line: those of one unit, or the whole-contract ones.
func AppendItems(b []byte, c *contracts.Contract, items []Item) []byte {
	for i := range items {
		b = appendItem(b, c, &items[i])
	}
	return b
}

func appendItem(b []byte, c *contracts.Contract, item *Item) []byte {
	kind := &c.Evidence[item.Kind]
	b = append(b, '\t')
	b = append(b, kind.Name...)
	b = append(b, '\t')
	b = item.First.Append(b)
	b = append(b, '\t')
	if item.Last != item.First {
		b = item.Last.Append(b)
	}
	b = appendFigures(b, kind.Says, item.Values, kind.Name)
	if item.Learned != item.First {
		b = append(b, '\t')
		b = append(b, tagLearned...)
		b = item.Learned.Append(b)
	}
	b = appendTag(b, tagID, item.ID)
	b = appendTag(b, tagPoints, item.Points)
	b = appendTag(b, tagSource, item.Source)
	b = appendTag(b, tagParty, item.Party)
	if item.Cohort != 0 {
		b = append(b, '\t')
		b = append(b, tagCohort...)
		b = strconv.AppendInt(b, int64(item.Cohort), 10)
	}
	if item.Withheld {
		b = append(b, '\t')
		b = append(b, tagWithheld...)
	}
	if item.Standing != Stands {
		b = append(b, '\t')
		b = append(b, standingWords[item.Standing]...)
	}
	return append(b, '\n')
}

// appendTag appends a text with its tag, and nothing for no text.
func appendTag(b []byte, tag, text string) []byte {
	if text == "" {
		return b
	}
	b = append(b, '\t')
	b = append(b, tag...)
	return appendText(b, text)
}

func appendFigures(b []byte, fields []contracts.Field, figures []formula.Figure, of string) []byte {
	if len(figures) != len(fields) {
		panic(fmt.Sprintf("evidence: %s has %d figures where the contract says %d", of, len(figures), len(fields)))
	}
	for i := range figures {
		b = append(b, '\t')
		b = AppendFigure(b, &fields[i], figures[i])
	}
	return b
}

// appendText appends a text with its tabs, newlines and backslashes escaped.
func appendText(b []byte, text string) []byte {
	start := len(b)
	b = append(b, text...)
	if bytes.IndexByte(b[start:], '\t') < 0 && bytes.IndexByte(b[start:], '\n') < 0 && bytes.IndexByte(b[start:], '\\') < 0 {
		return b
	}
	b = b[:start]
	for i := range len(text) {
		switch text[i] {
		case '\t':
			b = append(b, '\\', 't')
		case '\n':
			b = append(b, '\\', 'n')
		case '\\':
			b = append(b, '\\', '\\')
		default:
			b = append(b, text[i])
		}
	}
	return b
}

// AppendFigure appends a figure of evidence as its canonical text: nothing when it is not known, "0.85" for 85%,
// "1200.5" for money in major units, "2012-04-01", "26 weeks", "yes", or the name of a choice.
func AppendFigure(b []byte, field *contracts.Field, f formula.Figure) []byte {
	if f.State != formula.Known {
		return b
	}
	switch field.Type {
	case formula.Date:
		return dateOf(f).Append(b)
	case formula.YesNo:
		if f.Num.IsZero() {
			return append(b, "no"...)
		}
		return append(b, "yes"...)
	case formula.Choice:
		n, _ := f.Num.Int64()
		return appendText(b, field.Choices[n])
	case formula.Length:
		n, _ := f.Num.Int64()
		return append(b, calendar.Length{N: int(n), Unit: f.Unit}.String()...)
	default:
		return AppendExact(b, f.Num)
	}
}

// dateOf is the day that a date figure holds.
func dateOf(f formula.Figure) calendar.Date {
	n, _ := f.Num.Int64()
	return calendar.Date(n)
}

// placesFast is the most decimal places that AppendExact writes without allocating.
const placesFast = 12

// AppendExact appends x as its shortest decimal, or as a fraction where it has none, as Exact.String writes it but
// without allocating for the figures that people write.
func AppendExact(b []byte, x money.Exact) []byte {
	if n, ok := x.Int64(); ok {
		return strconv.AppendInt(b, n, 10)
	}
	ten, scaled := money.Int(10), x
	for places := 1; places <= placesFast; places++ {
		scaled = scaled.Mul(ten)
		n, ok := scaled.Int64()
		if !ok {
			continue
		}
		if n == -n { // the least int64 has no positive: nought was written above
			break
		}
		if n < 0 {
			b = append(b, '-')
			n = -n
		}
		start := len(b)
		b = strconv.AppendInt(b, n, 10)
		for len(b)-start <= places {
			b = append(b, 0)
			copy(b[start+1:], b[start:])
			b[start] = '0'
		}
		b = append(b, 0)
		point := len(b) - 1 - places
		copy(b[point+1:], b[point:])
		b[point] = '.'
		return b
	}
	return append(b, x.String()...)
}
