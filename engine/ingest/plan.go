package ingest

import (
	"strings"

	"outturn/engine/evidence"
)

// source says where one thing about an item comes from: a column, a constant, or a template of columns and words.
type source struct {
	name   string // as the file calls it, for faults
	column int    // -1: not a column
	fixed  []byte // when no column: a constant
	parts  []part // a template, when there are several
	values map[string][]byte
	listed []string // the keys of values, for faults
	how    reading
	blank  [][]byte // what means not observed, besides nothing at all
	hidden [][]byte // what means withheld
	absent bool     // the file does not have it
	mapped bool     // it comes from evidence.yaml, which may leave a value out openly
}

// part is one part of a template: words, or a column.
type part struct {
	words  []byte
	column int
}

// state of what a source gave.
type found uint8

const (
	foundNothing found = iota // the cell is empty
	foundBlank                // a mark, or the mapping, says that it was not observed
	foundHidden               // withheld
	foundText
)

// get returns the text that a row gives, in the row's own bytes or in scratch, which it may lengthen.
func (s *source) get(cells [][]byte, scratch *[]byte) ([]byte, found) {
	if s.absent {
		return nil, foundBlank
	}
	var text []byte
	switch {
	case s.parts != nil:
		start := len(*scratch)
		for _, p := range s.parts {
			if p.column < 0 {
				*scratch = append(*scratch, p.words...)
				continue
			}
			if len(cells[p.column]) == 0 {
				*scratch = (*scratch)[:start]
				return nil, foundNothing
			}
			*scratch = append(*scratch, cells[p.column]...)
		}
		text = (*scratch)[start:]
	case s.column >= 0:
		text = cells[s.column]
	default:
		text = s.fixed
	}
	for _, mark := range s.hidden {
		if string(mark) == string(text) {
			return text, foundHidden
		}
	}
	for _, mark := range s.blank {
		if string(mark) == string(text) {
			return text, foundBlank
		}
	}
	if len(text) == 0 {
		return nil, foundNothing
	}
	return text, foundText
}

// unitSource gives the key of a unit of one type.
type unitSource struct {
	source
	unitType int
}

// fieldSource gives a field of what kinds say, a fact of units, or both where the contract calls both by one name.
type fieldSource struct {
	source
	use *fieldUse
}

// plan says how the cells of each row of one file become an item. A nil source is one the file does not have.
type plan struct {
	kind, day, until, learned, id, corrects, withdraws, from, state, party, cohort *source

	roles    []source // parties under the name of their role
	units    []unitSource
	fields   []fieldSource
	where    []filter
	kindKeys []kindKey // NDJSON: keys that are the names of kinds
	columns  int
}

// filter passes only rows whose cell is one of the values.
type filter struct {
	column int
	values map[string]bool
}

// kindKey is a column whose name is a kind's: what stands there is the item's day, or its days.
type kindKey struct {
	column, kind int
}

// set points the plan at a column by a name of the native form. It returns false for a name that is none.
func (p *plan) set(v *vocabulary, name string, column int) bool {
	s := source{name: name, column: column}
	if use := v.fields[name]; use != nil && name != nameKind && name != nameDay {
		p.fields = append(p.fields, fieldSource{s, use})
		return true
	}
	if to := p.own(name); to != nil {
		*to = &s
		return true
	}
	if t, ok := v.unitType(name); ok {
		p.units = append(p.units, unitSource{s, t})
		return true
	}
	if v.roles[name] != nil {
		p.roles = append(p.roles, s)
		return true
	}
	return false
}

// own returns the place of one of the file's own names, nil for any other.
func (p *plan) own(name string) **source {
	switch name {
	case nameKind:
		return &p.kind
	case nameDay:
		return &p.day
	case nameUntil:
		return &p.until
	case nameLearned:
		return &p.learned
	case nameID:
		return &p.id
	case nameCorrects:
		return &p.corrects
	case nameWithdraws:
		return &p.withdraws
	case nameSource:
		return &p.from
	case nameState:
		return &p.state
	case nameParty:
		return &p.party
	case nameCohort:
		return &p.cohort
	}
	return nil
}

// nativePlan makes the plan of a CSV file whose header is in the contract's own words.
func nativePlan(v *vocabulary, header []string) (*plan, []evidence.Fault) {
	p := &plan{columns: len(header)}
	var faults []evidence.Fault
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return p, []evidence.Fault{{Field: "header", Value: header[0], Rule: "the columns are not set apart by commas", Remedy: "save the file with commas"}}
	}
	seen := map[string]bool{}
	for i, name := range header {
		switch {
		case seen[name]:
			faults = append(faults, evidence.Fault{Field: name, Value: name, Rule: "two columns have this name", Remedy: "take one away"})
		case !p.set(v, name, i):
			faults = append(faults, evidence.Fault{Field: "header", Value: name,
				Rule:   "no such column: expected kind, day and names of the contract's units, facts and fields",
				Remedy: suggest(name, v.names) + " (or describe the file in evidence.yaml)"})
		}
		seen[name] = true
	}
	return p, faults
}

func isKind(v *vocabulary, name string) bool {
	_, ok := v.kinds[name]
	return ok && v.fields[name] == nil
}

// universalPlan makes the plan of native NDJSON: every name of the contract is a column, and each line fills some.
// The map gives each name its column.
func universalPlan(v *vocabulary) (*plan, map[string]int) {
	p := &plan{}
	columns := map[string]int{}
	add := func(name string) {
		if _, had := columns[name]; had {
			return
		}
		column := len(columns)
		if isKind(v, name) {
			columns[name] = column
			p.kindKeys = append(p.kindKeys, kindKey{column, v.kinds[name]})
			return
		}
		if p.set(v, name, column) {
			columns[name] = column
		}
	}
	for _, name := range v.names {
		add(name)
	}
	p.columns = len(columns)
	return p, columns
}

// templateColumns returns the names that a template names in braces, and false when a brace is not closed.
func templateColumns(text string) (words []string, columns []string, ok bool) {
	for {
		before, after, found := strings.Cut(text, "{")
		words = append(words, before)
		if !found {
			return words, columns, !strings.Contains(before, "}")
		}
		if strings.Contains(before, "}") {
			return nil, nil, false
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed || name == "" {
			return nil, nil, false
		}
		columns = append(columns, name)
		text = rest
	}
}
