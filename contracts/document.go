package contracts

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Limits of a document. A contract of a real scheme has a few hundred lines; these stop one that was made to exhaust
// the reader.
const (
	DocumentMax = 4 << 20 // bytes
	DepthMax    = 64      // maps and lists within one another
	NodesMax    = 200_000 // keys and values
	NameMax     = 64      // characters of a name
	TextMax     = 4_000   // characters of a text
	ThingsMax   = 5_000   // things of one section, rows of one table
)

// nodeKind is what stands at a place of a document.
type nodeKind uint8

const (
	scalarNode nodeKind = iota + 1
	listNode
	mapNode
)

// words says what stands there as an error prints it.
func (k nodeKind) words() string {
	return [...]string{"nothing", "a single text", "a list", "a map"}[k]
}

// node is one value of a document with its place. A scalar is its text, whatever YAML takes it for.
type node struct {
	kind         nodeKind
	line, column int
	shift        int  // columns from the place to the text's first character: 1 behind a quotation mark
	folded       bool // the text runs over lines, so that an offset in it has no column of its own
	text         string
	keys         []*node  // of a map
	items        []*node  // of a list, or the values of a map
	meant        []string // keys that were meant by unknown ones: reported, and so not missing
	bad          bool     // a fault was reported: later passes take it for absent
}

// get returns the value of a map's key; nil when there is none, or its fault has been reported.
func (n *node) get(name string) *node {
	if n == nil || n.kind != mapNode {
		return nil
	}
	for i, k := range n.keys {
		if k.text == name && !n.items[i].bad {
			return n.items[i]
		}
	}
	return nil
}

// has reports whether a map has the key, at fault or not, or one that was taken for it.
func (n *node) has(name string) bool {
	if n == nil || n.kind != mapNode {
		return false
	}
	return slices.Contains(n.meant, name) || slices.ContainsFunc(n.keys, func(k *node) bool { return k.text == name })
}

// value returns the text of a map's key, "" when there is none.
func (n *node) value(name string) string {
	v := n.get(name)
	if v == nil || v.kind != scalarNode {
		return ""
	}
	return v.text
}

// texts returns a list's scalars, or the one scalar as a list.
func (n *node) texts() []*node {
	switch {
	case n == nil || n.bad:
		return nil
	case n.kind == scalarNode:
		return []*node{n}
	case n.kind != listNode:
		return nil
	}
	var all []*node
	for _, item := range n.items {
		if item.kind == scalarNode && !item.bad {
			all = append(all, item)
		}
	}
	return all
}

// reading is a document while it is read: its lines, and the faults found in it. A language embeds one in its decoder.
type reading struct {
	file     string
	lines    []string
	faults   []Fault
	nodes    int
	exceeded bool
}

// readingOf begins to read a document; name is where it was read from, for the faults.
func readingOf(name string, document []byte) reading {
	return reading{file: name, lines: linesOf(string(document))}
}

// read reads the document's one value, gives it to the language that it is written in, and reports whether it ended at
// FaultsMax faults. Of a document that is empty it says how one begins.
func (d *reading) read(document []byte, begins string, language func(root *node)) (ended bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ended = r.(enough); !ended {
				panic(r)
			}
		}
	}()
	if root := d.parse(document, begins); root != nil {
		language(root)
	}
	return false
}

// parse reads the document's one value. It reports every fault of syntax it can and returns nil when there is nothing
// to go on with.
func (d *reading) parse(document []byte, begins string) *node {
	if len(document) > DocumentMax {
		d.whole("the document has %d bytes: at most %d are read; move evidence out of it", len(document), DocumentMax)
		return nil
	}
	if at := invalid(document); at >= 0 {
		line := 1 + bytes.Count(document[:at], []byte("\n"))
		column := 1 + utf8.RuneCount(document[bytes.LastIndexByte(document[:at], '\n')+1:at])
		d.fault(place{line, column}, Fault{Message: fmt.Sprintf("the document is not text: byte 0x%02x", document[at]),
			Expected: "UTF-8 without control characters", Remedy: "save the file as UTF-8"})
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(document), yaml.WithV3Defaults())
	if err != nil {
		d.whole("%s", err)
		return nil
	}
	var top, next yaml.Node
	if err := load(loader, &top); err != nil {
		if errors.Is(err, io.EOF) {
			d.whole("the document is empty: %s", begins)
			return nil
		}
		d.syntax(err)
		return nil
	}
	if err := load(loader, &next); err == nil {
		d.fault(place{next.Line, next.Column}, Fault{Message: "a second document begins here", Expected: "one contract in one document",
			Remedy: "leave out the line ---, or put the rest in a file of its own"})
		return nil
	} else if !errors.Is(err, io.EOF) {
		d.syntax(err)
		return nil
	}
	if top.Kind != yaml.DocumentNode || len(top.Content) != 1 {
		d.whole("the document is empty: %s", begins)
		return nil
	}
	return d.build(top.Content[0], 1)
}

// load reads the next document. The parser is the one library here that reads what strangers wrote: should it panic,
// that is a fault of the document and no end of the program.
func load(loader *yaml.Loader, into *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the document cannot be read as YAML: %v", r)
		}
	}()
	return loader.Load(into)
}

// invalid returns where the first byte stands that is not UTF-8 text, or -1.
func invalid(document []byte) int {
	for i := 0; i < len(document); {
		if b := document[i]; b < utf8.RuneSelf {
			if b < ' ' && b != '\n' && b != '\r' && b != '\t' || b == 0x7f {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(document[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// syntax reports an error of the YAML parser at its place.
func (d *reading) syntax(err error) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		d.whole("%s", err)
		return
	}
	at := place{load.Mark.Line, load.Mark.Column + 1}
	if load.Mark.Line == 0 {
		at = place{1, 1}
	}
	remedy := ""
	switch {
	case strings.Contains(load.Message, "mapping values are not allowed"):
		remedy = "a text that holds a colon and a blank stands in quotation marks"
	case strings.Contains(load.Message, "',' or '}'"), strings.Contains(load.Message, "',' or ']'"):
		remedy = "look for a bracket or a comma left out; inside braces a text with a comma stands in quotation marks"
	case strings.Contains(load.Message, "cannot start any token"):
		remedy = "indent with blanks, not tabs; a text that begins with % @ or ` stands in quotation marks"
	}
	d.fault(at, Fault{Message: "the document is not YAML: " + load.Message, Remedy: remedy})
}

// build turns a YAML value into a node. Anchors, aliases, merge keys, tags and repeated keys are refused: each would
// let a document mean something other than what a reader sees in one place.
func (d *reading) build(y *yaml.Node, depth int) *node {
	n := &node{line: y.Line, column: y.Column}
	d.nodes++
	if d.nodes > NodesMax || depth > DepthMax {
		n.bad, n.kind = true, scalarNode
		if !d.exceeded {
			d.exceeded = true
			d.fault(n.place(), Fault{Message: fmt.Sprintf("the document is too large or too deep: at most %d values and %d levels are read", NodesMax, DepthMax)})
		}
		return n
	}
	d.plain(n, y)
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mapNode
		d.buildMap(n, y, depth)
	case yaml.SequenceNode:
		n.kind = listNode
		for _, item := range y.Content {
			n.items = append(n.items, d.build(item, depth+1))
		}
	default:
		n.kind, n.text = scalarNode, y.Value
		if y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			n.shift = 1
		}
		n.folded = y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
		if n.folded {
			n.text = strings.TrimSpace(n.text)
		}
		if utf8.RuneCountInString(n.text) > TextMax {
			d.bad(n, Fault{Message: fmt.Sprintf("the text has more than %d characters", TextMax), Remedy: "shorten it, or name parts of it"})
		}
	}
	return n
}

// plain refuses what YAML has beyond plain values.
func (d *reading) plain(n *node, y *yaml.Node) {
	switch {
	case y.Kind == yaml.AliasNode:
		d.bad(n, Fault{Message: "an alias *" + y.Value + " stands for something written elsewhere", Expected: "every value where it is used",
			Remedy: "write the value out; a text that begins with * stands in quotation marks"})
	case y.Anchor != "":
		d.bad(n, Fault{Message: "an anchor &" + y.Anchor + " is not part of the language", Remedy: "leave it out; a text that begins with & stands in quotation marks"})
	case y.Style&yaml.TaggedStyle != 0:
		d.bad(n, Fault{Message: "a tag " + y.Tag + " is not part of the language",
			Remedy: "leave it out: every value is read as its text; a text that begins with ! stands in quotation marks"})
	}
}

func (d *reading) buildMap(n *node, y *yaml.Node, depth int) {
	seen := map[string]int{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := d.build(y.Content[i], depth+1), d.build(y.Content[i+1], depth+1)
		switch {
		case k.bad:
			continue
		case k.kind != scalarNode:
			d.bad(k, Fault{Message: "a key is " + k.kind.words(), Expected: "a word"})
			continue
		case y.Content[i].Tag == "!!merge":
			d.bad(k, Fault{Message: "a merge key << is not part of the language", Remedy: "write the keys out"})
			continue
		case seen[k.text] > 0:
			d.bad(k, Fault{Message: fmt.Sprintf("the key %q stands twice in one map", k.text),
				Found: fmt.Sprintf("the first on line %d", seen[k.text]), Remedy: "leave one of them out"})
			continue
		}
		seen[k.text] = k.line
		n.keys, n.items = append(n.keys, k), append(n.items, v)
	}
}

// place is a place in the document, counted from 1.
type place struct{ line, column int }

func (n *node) place() place { return place{n.line, n.column} }

// within returns the place of a byte of the node's text.
func (n *node) within(offset int) place {
	if n.folded || offset < 0 || offset > len(n.text) {
		return n.place()
	}
	return place{n.line, n.column + n.shift + utf8.RuneCountInString(n.text[:offset])}
}

// fault reports a fault at a place.
func (d *reading) fault(at place, f Fault) {
	f.File, f.Line, f.Column = d.file, at.line, max(at.column, 1)
	if at.line > 0 && at.line <= len(d.lines) {
		f.Source = d.lines[at.line-1]
	}
	d.keep(f)
}

// enough ends the reading of a document that is nothing but faults: Decode recovers from it.
type enough struct{}

// keep adds a fault. Beyond FaultsMax the rest of the document is not looked at: nobody reads that many, and looking
// for near names would take for ever.
func (d *reading) keep(f Fault) {
	if d.faults = append(d.faults, f); len(d.faults) >= FaultsMax {
		panic(enough{})
	}
}

// bad reports a fault and marks the node, so that later passes take it for absent.
func (d *reading) bad(n *node, f Fault) {
	n.bad = true
	d.fault(n.place(), f)
}

// open reports what can be read in several ways: a choice of the thing, with each way of writing it.
func (d *reading) open(at place, where, choice, message string, answers ...Answer) {
	f := Fault{Message: where + ", " + choice + ": " + message, Choice: where + ": " + choice, Answers: answers}
	for _, a := range answers {
		f.Options = append(f.Options, Option{a.Word, a.Means})
	}
	d.fault(at, f)
}

// set is the edit that sets a key of a map.
func (n *node) set(key, value string) Edit { return Edit{n.line, n.column, key, value, false} }

// drop is the edit that leaves a key of a map out.
func (n *node) drop(key string) Edit {
	return Edit{Line: n.line, Column: n.column, Key: key, Drop: true}
}

// whole reports a fault of the document as a whole.
func (d *reading) whole(format string, args ...any) {
	d.keep(Fault{File: d.file, Message: fmt.Sprintf(format, args...)})
}

// listed returns a list's items that were not refused.
func (n *node) listed() []*node {
	if n == nil || n.bad {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.items), func(i *node) bool { return i.bad })
}

// linesOf splits a document where YAML does: at a carriage return alone, too, and at the line breaks of Unicode.
func linesOf(document string) []string {
	breaks := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
	return strings.Split(breaks.Replace(document), "\n")
}

// sorted returns the faults in the order of their places.
func (d *reading) sorted(ended bool) *Faults {
	slices.SortStableFunc(d.faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	d.faults = slices.CompactFunc(d.faults, func(a, b Fault) bool {
		return a.Line == b.Line && a.Column == b.Column && a.Message == b.Message
	})
	return &Faults{List: d.faults, Ended: ended}
}
