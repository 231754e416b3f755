package ingest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"outturn/engine/evidence"
)

// mapping is evidence.yaml: how published files are read as they stand. A nil mapping is none, and every file is then
// in the contract's own words.
type mapping struct {
	entries []*mappingEntry
	ignore  []string
}

// mappingEntry describes the files that match one pattern.
type mappingEntry struct {
	line   int
	match  *namePattern
	where  []whereSaid
	heads  map[string]*sourceSaid // by the file's own names: kind, day, ...
	units  []unitSaid
	fields []fieldSaid
}

// whereSaid passes only the rows whose column is one of the values.
type whereSaid struct {
	line   int
	column string
	values map[string]bool
}

// sourceSaid is one source as evidence.yaml describes it, before the columns of a file are known.
type sourceSaid struct {
	line     int
	text     string // the column, or the constant, with {names} in braces
	constant bool   // braces apart, the text is itself and no column
	values   map[string][]byte
	listed   []string
	how      reading
	nothing  bool // the file does not have it
	optional bool // some of the files do not have its column
	blank    [][]byte
	hidden   [][]byte
}

type unitSaid struct {
	unitType int
	from     *sourceSaid
}

type fieldSaid struct {
	use  *fieldUse
	from *sourceSaid
}

// ignores reports whether a file is named under ignore.
func (m *mapping) ignores(name string) bool {
	if m == nil {
		return false
	}
	for _, pattern := range m.ignore {
		if globs(pattern, name) {
			return true
		}
	}
	return false
}

// globs reports whether a pattern matches a file's path, or its last part when the pattern has no slash.
func globs(pattern, name string) bool {
	if !strings.Contains(pattern, "/") {
		name = path.Base(name)
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// entry finds the entry of a file, and what the braces of its pattern captured. A file that no entry matches is a
// fault, and so is one that two match.
func (m *mapping) entry(name string) (*mappingEntry, map[string]string, *evidence.Fault) {
	var found *mappingEntry
	var captured map[string]string
	for _, e := range m.entries {
		c, ok := e.match.captures(name)
		if !ok {
			continue
		}
		if found != nil {
			return nil, nil, &evidence.Fault{Rule: fmt.Sprintf("two entries of %s match %s, at lines %d and %d", MappingFile, name, found.line, e.line), Remedy: "let one pattern match it"}
		}
		found, captured = e, c
	}
	if found == nil {
		return nil, nil, &evidence.Fault{Rule: "no entry of " + MappingFile + " matches " + name, Remedy: "add one, or name it under ignore:"}
	}
	return found, captured, nil
}

// namePattern is a file name with {captures} in it, each of which stands for one character or more, no slash.
type namePattern struct {
	text  string
	words []string
	names []string
}

// captures matches a file's path, or its last part when the pattern has no slash. Each capture takes as little as lets
// the rest match.
func (p *namePattern) captures(name string) (map[string]string, bool) {
	if !strings.Contains(p.text, "/") {
		name = path.Base(name)
	}
	captured := map[string]string{}
	if !p.match(name, 0, captured) {
		return nil, false
	}
	return captured, true
}

func (p *namePattern) match(name string, at int, captured map[string]string) bool {
	rest, ok := strings.CutPrefix(name, p.words[at])
	if !ok {
		return false
	}
	if at == len(p.names) {
		return rest == ""
	}
	for n := 1; n <= len(rest) && rest[n-1] != '/'; n++ {
		had, again := captured[p.names[at]]
		if again && had != rest[:n] {
			continue
		}
		captured[p.names[at]] = rest[:n]
		if p.match(rest[n:], at+1, captured) {
			return true
		}
		if !again {
			delete(captured, p.names[at])
		}
	}
	return false
}

// columnsOf finds columns by name: in the header of a CSV file, or, without one, by giving each name the next number.
type columnsOf struct {
	header map[string]int
	twice  map[string]bool
	open   bool
	listed []string
}

func newColumns(header []string) *columnsOf {
	c := &columnsOf{header: map[string]int{}, twice: map[string]bool{}, open: header == nil, listed: header}
	for i, name := range header {
		if _, had := c.header[name]; had {
			c.twice[name] = true
			continue
		}
		c.header[name] = i
	}
	return c
}

func (c *columnsOf) find(name string, line int) (int, *evidence.Fault) {
	at, known := c.header[name]
	switch {
	case c.twice[name]:
		return 0, &evidence.Fault{Field: "header", Value: name, Rule: "two columns have this name", Remedy: "take one away"}
	case known:
		return at, nil
	case c.open:
		at = len(c.header)
		c.header[name] = at
		return at, nil
	}
	return 0, &evidence.Fault{Field: "header", Value: name, Rule: fmt.Sprintf("%s line %d names this column, and the file has none of the name", MappingFile, line), Remedy: suggest(name, c.listed)}
}

// plan makes the plan of one file that the entry matches. The header is nil for NDJSON, whose names come back with the
// column that each was given.
func (e *mappingEntry) plan(v *vocabulary, captured map[string]string, header []string) (*plan, map[string]int, []evidence.Fault) {
	p := &plan{columns: len(header)}
	columns := newColumns(header)
	var faults []evidence.Fault
	bind := func(name string, said *sourceSaid) source {
		s, fault := said.bind(name, columns, captured)
		if fault != nil && said.optional && fault.File == "" {
			s.absent = true
		} else if fault != nil {
			faults = append(faults, *fault)
		}
		return s
	}
	for _, name := range slices.Sorted(maps.Keys(e.heads)) {
		s := bind(name, e.heads[name])
		*p.own(name) = &s
	}
	for _, u := range e.units {
		p.units = append(p.units, unitSource{bind(v.c.Units[u.unitType].Name, u.from), u.unitType})
	}
	for _, f := range e.fields {
		p.fields = append(p.fields, fieldSource{bind(f.use.name, f.from), f.use})
	}
	for _, w := range e.where {
		at, fault := columns.find(w.column, w.line)
		if fault != nil {
			faults = append(faults, *fault)
			continue
		}
		p.where = append(p.where, filter{at, w.values})
	}
	if columns.open {
		p.columns = len(columns.header)
	}
	return p, columns.header, faults
}

// bind finds the columns of a source in one file.
func (s *sourceSaid) bind(name string, columns *columnsOf, captured map[string]string) (source, *evidence.Fault) {
	out := source{name: name, column: -1, values: s.values, listed: s.listed, how: s.how, blank: s.blank, hidden: s.hidden, absent: s.nothing, mapped: true}
	if s.nothing {
		return out, nil
	}
	words, names, ok := templateColumns(s.text)
	if !ok {
		return out, &evidence.Fault{File: MappingFile, Line: s.line, Field: name, Value: s.text, Rule: "a brace is not closed", Remedy: "write {column} or {capture}"}
	}
	var parts []part
	add := func(text string) {
		if n := len(parts); n > 0 && parts[n-1].column < 0 {
			parts[n-1].words = append(parts[n-1].words, text...)
		} else if text != "" {
			parts = append(parts, part{[]byte(text), -1})
		}
	}
	for i, word := range words {
		add(word)
		if i == len(names) {
			break
		}
		if text, isCapture := captured[names[i]]; isCapture {
			add(text)
			continue
		}
		at, fault := columns.find(names[i], s.line)
		if fault != nil {
			return out, fault
		}
		parts = append(parts, part{nil, at})
	}
	switch {
	case len(parts) == 1 && parts[0].column >= 0:
		out.column = parts[0].column
	case len(parts) > 1:
		out.parts = parts
		for _, p := range parts {
			if p.column >= 0 {
				return out, nil
			}
		}
		fallthrough
	default:
		text := ""
		for _, p := range parts {
			text += string(p.words)
		}
		out.parts = nil
		if s.constant {
			out.fixed = []byte(text)
			return out, nil
		}
		at, fault := columns.find(text, s.line)
		if fault != nil {
			return out, fault
		}
		out.column = at
	}
	return out, nil
}
