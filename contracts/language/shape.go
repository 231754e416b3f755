package language

import (
	"fmt"
	"slices"

	"outturn/contracts/document"
)

// shapeKind is what a value of the document may be.
type shapeKind uint8

const (
	textShape   shapeKind = iota + 1 // a single text
	listShape                        // a list, each of item
	mapShape                         // a map of stated keys; with item, of other names too
	eitherShape                      // one of several, told apart by being a text, a list or a map
)

// shape is what may stand at one place of a contract. One description serves the decoder, which checks a document
// against it before it reads anything, and the JSON Schema, which is printed from it.
type shape struct {
	kind    shapeKind
	what    string            // as an error says it: "a date such as 2012-04-01"
	def     string            // its name among the schema's definitions, for shapes used in many places
	words   []document.Option // the only words that a text may be
	pattern string            // for the schema, of a text
	keys    []key
	item    *shape
	either  []*shape
}

// option is one word that a text may be, and what it means.
func option(word, means string) document.Option { return document.Option{Word: word, Means: means} }

// key is one key of a map: whether it must stand, what it says, and what it takes.
type key struct {
	name   string
	need   bool
	says   string
	takes  *shape
	refuse string // the key is not read: why, and what to write instead
}

// options returns the words that the shape may be, those of its texts first.
func (s *shape) options() []document.Option {
	if s.kind != eitherShape {
		return s.words
	}
	var all []document.Option
	for _, one := range s.either {
		all = append(all, one.options()...)
	}
	return all
}

// accepts returns the alternative that a node is to be held against, by its kind.
func (s *shape) accepts(n *document.Node) *shape {
	switch s.kind {
	case eitherShape:
		for _, one := range s.either {
			if found := one.accepts(n); found != nil {
				return found
			}
		}
		return nil
	case textShape:
		if n.Kind != document.Scalar {
			return nil
		}
	case listShape:
		if n.Kind != document.List {
			return nil
		}
	case mapShape:
		if n.Kind != document.Map {
			return nil
		}
	}
	return s
}

// conform holds a node against its shape and reports what does not fit: the wrong kind of value, keys that are not
// known, keys that must stand and do not, words that are not among the options. What is at fault is marked.
func (d *decoder) conform(n *document.Node, s *shape, who string) {
	if n.Bad {
		return
	}
	fits := s.accepts(n)
	if fits == nil || n.Kind == document.Scalar && n.Text == "" {
		found := n.Kind.Words()
		if n.Kind == document.Scalar {
			found = fmt.Sprintf("%q", n.Text)
			if n.Text == "" {
				found = "nothing"
			}
		}
		d.Bad(n, document.Fault{Message: who, Expected: s.what, Found: found, Options: s.options()})
		return
	}
	switch fits.kind {
	case textShape:
		d.conformText(n, s, fits, who)
	case listShape:
		for i, item := range n.Items {
			inner := who
			if one, ok := listOne[who]; ok {
				inner = fmt.Sprintf("%s %d", one, i+1)
			}
			d.conform(item, fits.item, inner)
		}
	case mapShape:
		d.conformMap(n, fits, who)
	case eitherShape: // accepts gives one of its alternatives, never itself
	}
}

func (d *decoder) conformText(n *document.Node, s, fits *shape, who string) {
	if len(fits.words) == 0 || slices.ContainsFunc(fits.words, func(o document.Option) bool { return o.Word == n.Text }) {
		return
	}
	f := document.Fault{Message: who, Expected: s.what, Found: fmt.Sprintf("%q", n.Text), Options: s.options()}
	if name := document.Near(n.Text, wordsOf(fits.words)); name != "" {
		f.Remedy = fmt.Sprintf("did you mean %q?", name)
	}
	d.Bad(n, f)
}

func wordsOf(options []document.Option) []string {
	words := make([]string, len(options))
	for i, o := range options {
		words[i] = o.Word
	}
	return words
}

func (d *decoder) conformMap(n *document.Node, s *shape, who string) {
	var known, absent []string
	for _, k := range s.keys {
		if k.refuse != "" {
			continue
		}
		if known = append(known, k.name); !n.Has(k.name) {
			absent = append(absent, k.name)
		}
	}
	for i, k := range n.Keys {
		at := slices.IndexFunc(s.keys, func(one key) bool { return one.name == k.Text })
		switch {
		case at >= 0 && s.keys[at].refuse != "":
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s: the key %q is not read here", who, k.Text), Remedy: s.keys[at].refuse})
			n.Items[i].Bad = true
		case at >= 0:
			d.conform(n.Items[i], s.keys[at].takes, within(who, k.Text))
		case s.item != nil:
			inner := within(who, k.Text)
			if len(s.keys) == 0 && s.def == "" {
				inner = named(who, k.Text)
			}
			d.conform(n.Items[i], s.item, inner)
		default:
			remedy := document.Meant(k.Text, known)
			if name := document.Near(k.Text, absent); name != "" {
				remedy = fmt.Sprintf("did you mean %q?", name)
				n.Meant = append(n.Meant, name) // its absence has been explained
			}
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s: there is no key %q", who, k.Text), Remedy: remedy})
			n.Items[i].Bad = true
		}
	}
	for _, k := range s.keys {
		if k.need && !n.Has(k.name) {
			d.missing(n, who, k.name, k.says, k.takes)
		}
	}
}

// missing reports a key that must stand and does not: a choice that the contract has to make, with its options.
func (d *decoder) missing(n *document.Node, who, name, says string, takes *shape) {
	f := document.Fault{Message: fmt.Sprintf("%s does not say %q: %s", who, name, says)}
	if takes != nil {
		f.Options = takes.options()
		if len(f.Options) == 0 {
			f.Expected = takes.what
		}
	}
	d.Fault(n.Place(), f)
}

// within says which part of a thing is meant: "payment attachment_fee, due".
func within(who, part string) string {
	if who == topWho {
		return part
	}
	return who + ", " + part
}

// named says which of a section's things is meant: "payment attachment_fee".
func named(section, name string) string {
	if one, ok := sectionOne[section]; ok {
		return one + " " + name
	}
	return section + " " + name
}

// topWho is how an error names the document's outermost map.
const topWho = "the contract"

// listOne is what one item of a listed section is called.
var listOne = map[string]string{"parties": "party", "caps": "cap", "examples": "example"}

// sectionOne is what one thing of a section is called.
var sectionOne = map[string]string{
	"periods": "period series", "units": "unit type", "evidence": "evidence", "cohorts": "cohort", "tables": "table", "assumptions": "assumption",
	"quantities": "quantity", "measures": "measure", "comparisons": "comparison", "payments": "payment",
	"divisions": "division", "accounts": "account", "checks": "check", "savings": "saving", "stakes": "stake",
	"in_kind":   "contribution in kind",
	"baselines": "baseline",
}

// text is a text that what describes and, for the schema, a pattern.
func text(what, pattern string) *shape { return &shape{kind: textShape, what: what, pattern: pattern} }

// words is a text that is one of a few words.
func words(what string, options ...document.Option) *shape {
	return &shape{kind: textShape, what: what, words: options}
}

func listOf(what string, item *shape) *shape { return &shape{kind: listShape, what: what, item: item} }

// named things: a map from names to one shape.
func namedAs(what string, item *shape) *shape { return &shape{kind: mapShape, what: what, item: item} }

func mapOf(what string, keys ...key) *shape { return &shape{kind: mapShape, what: what, keys: keys} }

func either(what string, of ...*shape) *shape {
	return &shape{kind: eitherShape, what: what, either: of}
}

// oneOrMore is a text or a list of them.
func oneOrMore(what string, item *shape) *shape { return either(what, item, listOf(what, item)) }

func must(name, says string, takes *shape) key {
	return key{name: name, need: true, says: says, takes: takes}
}
func may(name, says string, takes *shape) key { return key{name: name, says: says, takes: takes} }
func not(name, refuse string) key             { return key{name: name, refuse: refuse} }
