package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// mappingReader decodes evidence.yaml strictly: every scalar is read as its text, and a key that has no meaning where
// it stands is a fault. All faults come at once.
type mappingReader struct {
	v      *vocabulary
	faults []evidence.Fault
	marks  map[string][][]byte // of the entry in hand: blanks and suppressed
}

// readMapping reads evidence.yaml, if the folder has one; nil when it has none.
func readMapping(fsys fs.FS, v *vocabulary, faults *collector) (*mapping, error) {
	b, err := fs.ReadFile(fsys, MappingFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", MappingFile, err)
	}
	r := &mappingReader{v: v}
	m := r.read(b)
	if len(r.faults) > 0 {
		list := &evidence.Faults{List: r.faults}
		evidence.SortFaults(list.List)
		if extra := len(list.List) - faults.most; extra > 0 {
			list.List, list.More = list.List[:faults.most], extra
		}
		return nil, list
	}
	return m, nil
}

// at is a fault at a place of the document.
func (r *mappingReader) at(n *yaml.Node, field, rule, remedy string) {
	value := ""
	if n.Kind == yaml.ScalarNode {
		value = n.Value
	}
	r.faults = append(r.faults, evidence.Fault{File: MappingFile, Line: n.Line, Field: strings.TrimPrefix(fmt.Sprintf("%s (column %d)", field, n.Column), " "),
		Value: evidence.Shorten(value), Rule: rule, Remedy: remedy})
}

// read decodes the document.
func (r *mappingReader) read(b []byte) *mapping {
	m := &mapping{}
	top, fault := loadYAML(b)
	if fault != nil {
		r.faults = append(r.faults, *fault)
		return m
	}
	if !r.plain(top, 0) {
		return m
	}
	r.keys(top, "", map[string]func(*yaml.Node){
		"files": func(n *yaml.Node) {
			if n.Kind != yaml.SequenceNode {
				r.at(n, "files", "expected a list of entries", "begin each with - match:")
				return
			}
			for _, item := range n.Content {
				m.entries = append(m.entries, r.entry(item))
			}
		},
		"ignore": func(n *yaml.Node) { m.ignore = r.list(n, "ignore") },
	})
	return m
}

// loadYAML parses one document of plain values.
func loadYAML(b []byte) (top *yaml.Node, fault *evidence.Fault) {
	fail := func(line int, rule, remedy string) (*yaml.Node, *evidence.Fault) {
		return nil, &evidence.Fault{File: MappingFile, Line: line, Rule: rule, Remedy: remedy}
	}
	defer func() {
		// The parser reads what strangers wrote: should it panic, that is a fault of the document.
		if p := recover(); p != nil {
			top, fault = fail(0, fmt.Sprintf("the document cannot be read as YAML: %v", p), "mend it")
		}
	}()
	if len(b) > mappingBytesMax {
		return fail(0, fmt.Sprintf("the document has %d bytes, and at most %d are read", len(b), mappingBytesMax), "shorten it")
	}
	loader, err := yaml.NewLoader(bytes.NewReader(b), yaml.WithV3Defaults())
	if err != nil {
		return fail(0, err.Error(), "")
	}
	var document, next yaml.Node
	if err = loader.Load(&document); errors.Is(err, io.EOF) || err == nil && len(document.Content) == 0 {
		return fail(0, "the document is empty", "begin it with files:")
	}
	if err == nil {
		if err = loader.Load(&next); err == nil {
			return fail(next.Line, "a second document begins here", "keep one document")
		}
	}
	if !errors.Is(err, io.EOF) {
		line := 0
		var load *yaml.LoadError
		if errors.As(err, &load) {
			line = load.Mark.Line
		}
		return fail(line, "the document is not YAML: "+err.Error(), "mend it")
	}
	return document.Content[0], nil
}

// plain refuses anchors, aliases, tags and depth, which a mapping has no use for.
func (r *mappingReader) plain(n *yaml.Node, depth int) bool {
	const depthMax = 12
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 || n.Tag == "!!merge" || depth > depthMax {
		r.at(n, "", "anchors, aliases, tags and nesting this deep are not read", "write the value out; a text that begins with *, & or ! stands in quotation marks")
		return false
	}
	ok := true
	for _, child := range n.Content {
		ok = r.plain(child, depth+1) && ok
	}
	return ok
}

// keys calls the reader of each key of a map. Unknown and repeated keys are faults.
func (r *mappingReader) keys(n *yaml.Node, field string, readers map[string]func(*yaml.Node)) {
	r.pairs(n, field, func(key, value *yaml.Node) {
		if read, known := readers[key.Value]; known {
			read(value)
			return
		}
		var names []string
		for name := range readers {
			names = append(names, name)
		}
		slices.Sort(names)
		r.at(key, field, "no such key here", suggest(key.Value, names))
	})
}

// pairs goes through a map.
func (r *mappingReader) pairs(n *yaml.Node, field string, each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.at(n, field, "expected a map of keys and values", "write key: value")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.at(key, field, "a key is a word", "write key: value")
		case seen[key.Value]:
			r.at(key, field, "the key stands twice", "take one away")
		default:
			seen[key.Value] = true
			each(key, n.Content[i+1])
		}
	}
}

// text reads a scalar.
func (r *mappingReader) text(n *yaml.Node, field string) string {
	if n.Kind != yaml.ScalarNode {
		r.at(n, field, "expected a text", "write it after the colon")
		return ""
	}
	return n.Value
}

// list reads a list of texts, or one text.
func (r *mappingReader) list(n *yaml.Node, field string) []string {
	if n.Kind != yaml.SequenceNode {
		return []string{r.text(n, field)}
	}
	var texts []string
	for _, item := range n.Content {
		texts = append(texts, r.text(item, field))
	}
	return texts
}

// marksOf reads a list of marks.
func (r *mappingReader) marksOf(n *yaml.Node, field string) [][]byte {
	var marks [][]byte
	for _, text := range r.list(n, field) {
		marks = append(marks, []byte(text))
	}
	return marks
}

// entry reads one entry of files.
func (r *mappingReader) entry(n *yaml.Node) *mappingEntry {
	e := &mappingEntry{line: n.Line, heads: map[string]*sourceSaid{}}
	r.marks = map[string][][]byte{}
	// The marks come first: every source of the entry bears them, wherever they are written.
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; key == "blanks" || key == "suppressed" {
			r.marks[key] = r.marksOf(n.Content[i+1], key)
		}
	}
	readers := map[string]func(*yaml.Node){
		"match":      func(n *yaml.Node) { e.match = r.match(n) },
		"blanks":     func(*yaml.Node) {},
		"suppressed": func(*yaml.Node) {},
		"where":      func(n *yaml.Node) { e.where = r.where(n) },
		"unit":       func(n *yaml.Node) { e.units = r.units(n) },
		"facts":      func(n *yaml.Node) { e.fields = append(e.fields, r.fields(n, "facts")...) },
		"says":       func(n *yaml.Node) { e.fields = append(e.fields, r.fields(n, "says")...) },
	}
	for _, name := range ownNames {
		readers[name] = func(n *yaml.Node) { e.heads[name] = r.source(n, name, true, headType(name)) }
	}
	r.keys(n, "files", readers)
	if e.match == nil && n.Kind == yaml.MappingNode {
		r.at(n, "files", "an entry says which files it is for", "begin it with match: and the name of a file")
	}
	if kind := e.heads[nameKind]; kind != nil {
		r.kinds(n, kind)
	}
	return e
}

// headType is the type of figure that one of the file's own names holds, for what a source may say of it.
func headType(name string) formula.Type {
	switch name {
	case nameDay, nameUntil, nameLearned:
		return formula.Date
	}
	return formula.Text
}

// kinds checks that every kind the entry can give is the contract's.
func (r *mappingReader) kinds(n *yaml.Node, kind *sourceSaid) {
	var names []string
	if kind.constant && !strings.Contains(kind.text, "{") {
		names = append(names, kind.text)
	}
	for _, name := range kind.listed {
		names = append(names, string(kind.values[name]))
	}
	for _, name := range names {
		if _, known := r.v.kinds[name]; !known {
			r.at(&yaml.Node{Kind: yaml.ScalarNode, Value: name, Line: kind.line, Column: n.Column}, nameKind, "no such kind of evidence", suggest(name, r.v.kindNames()))
		}
	}
}

func (r *mappingReader) match(n *yaml.Node) *namePattern {
	text := r.text(n, "match")
	words, names, ok := templateColumns(text)
	if !ok || text == "" {
		r.at(n, "match", "expected the name of a file, with {captures} in closed braces", `write match: "results-{year}.csv"`)
		return &namePattern{text: "\x00", words: []string{"\x00"}}
	}
	return &namePattern{text: text, words: words, names: names}
}

func (r *mappingReader) where(n *yaml.Node) (list []whereSaid) {
	r.pairs(n, "where", func(key, value *yaml.Node) {
		w := whereSaid{line: key.Line, column: key.Value, values: map[string]bool{}}
		for _, text := range r.list(value, "where") {
			w.values[text] = true
		}
		list = append(list, w)
	})
	return list
}

func (r *mappingReader) units(n *yaml.Node) (list []unitSaid) {
	r.pairs(n, "unit", func(key, value *yaml.Node) {
		t, known := r.v.unitType(key.Value)
		if !known {
			var names []string
			for i := range r.v.c.Units {
				names = append(names, r.v.c.Units[i].Name)
			}
			r.at(key, "unit", "no such unit type", suggest(key.Value, names))
			return
		}
		list = append(list, unitSaid{t, r.source(value, key.Value, false, formula.Text)})
	})
	return list
}

// fields reads says or facts.
func (r *mappingReader) fields(n *yaml.Node, which string) (list []fieldSaid) {
	r.pairs(n, which, func(key, value *yaml.Node) {
		var narrowed *fieldUse
		t := formula.None
		if use := r.v.fields[key.Value]; use != nil {
			one := *use
			narrowed = &one
			if which == "says" {
				one.facts = filled(len(use.facts))
				for kind, at := range use.kinds {
					if at >= 0 {
						t = r.v.c.Evidence[kind].Says[at].Type
					}
				}
			} else {
				one.kinds = filled(len(use.kinds))
				for unit, at := range use.facts {
					if at >= 0 {
						t = r.v.c.Units[unit].Facts[at].Type
					}
				}
			}
		}
		if t == formula.None {
			r.at(key, which, "the contract has no such name under "+which, suggest(key.Value, r.names(which)))
			return
		}
		list = append(list, fieldSaid{narrowed, r.source(value, key.Value, false, t)})
	})
	return list
}

// names lists what may stand under says or facts.
func (r *mappingReader) names(which string) (names []string) {
	for name, use := range r.v.fields {
		in := use.kinds
		if which == "facts" {
			in = use.facts
		}
		if slices.ContainsFunc(in, func(at int) bool { return at >= 0 }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// source reads where one thing comes from: a text, or a map that says more.
func (r *mappingReader) source(n *yaml.Node, field string, constant bool, t formula.Type) *sourceSaid {
	s := &sourceSaid{line: n.Line, constant: constant, blank: r.marks["blanks"], hidden: r.marks["suppressed"]}
	if n.Kind == yaml.ScalarNode {
		s.text = n.Value
		if s.text == "" {
			r.at(n, field, "expected a column or a constant", "name it")
		}
		return s
	}
	given := 0
	r.keys(n, field, map[string]func(*yaml.Node){
		"column":   func(n *yaml.Node) { s.text, s.constant, given = r.text(n, field), false, given+1 },
		"constant": func(n *yaml.Node) { s.text, s.constant, given = r.text(n, field), true, given+1 },
		"nothing": func(n *yaml.Node) {
			if r.text(n, field) != "not_observed" {
				r.at(n, field, "expected not_observed", "write nothing: not_observed, or name a column")
			}
			s.nothing, given = true, given+1
		},
		"if_absent": func(n *yaml.Node) {
			if r.text(n, field) != "not_observed" {
				r.at(n, field, "expected not_observed", "write if_absent: not_observed, or leave it out")
			}
			s.optional = true
		},
		"values": func(n *yaml.Node) { r.values(n, field, s) },
		"format": func(n *yaml.Node) {
			format, ok := parseDateFormat(r.text(n, field))
			if !ok || t != formula.Date {
				r.at(n, field, "a format is of a date: YYYY, MM (or M) and DD (or D), once each", "write format: MM/DD/YYYY")
			}
			s.how.format = format
		},
		"per_cent": func(n *yaml.Node) {
			text := r.text(n, field)
			if text != "yes" && text != "no" || t != formula.Rate && t != formula.Points {
				r.at(n, field, "per_cent is yes or no, and of a rate or points", "write per_cent: yes for hundredths, no for parts of one")
			}
			s.how.perCent, s.how.fraction = text == "yes", text == "no"
		},
		"times": func(n *yaml.Node) {
			x, err := money.ParseExact(r.text(n, field))
			if err != nil || !isFigure(t) {
				r.at(n, field, "expected a number to multiply a figure by", "write times: -1")
			}
			s.how.times, s.how.scaled = x, true
		},
	})
	if given != 1 {
		r.at(n, field, "expected one of column, constant and nothing", "write column: and the column's name")
	}
	return s
}

// isFigure reports whether a type of figure can be multiplied.
func isFigure(t formula.Type) bool {
	switch t {
	case formula.Number, formula.Plain, formula.Money, formula.Rate, formula.Points:
		return true
	default:
		return false
	}
}

// values reads what each value of a column means in the contract's words.
func (r *mappingReader) values(n *yaml.Node, field string, s *sourceSaid) {
	s.values = map[string][]byte{}
	r.pairs(n, field, func(key, value *yaml.Node) {
		s.values[key.Value] = []byte(r.text(value, field))
		s.listed = append(s.listed, key.Value)
	})
}
