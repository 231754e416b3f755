// Package document is one YAML document as a language reads it: nodes that know their line and column, limits on what
// strangers may send, and every fault at once, each with its place and what to do about it. It knows no keys.
package document

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

// Kind is what stands at a place of a document.
type Kind uint8

// A single text, a list, or a map.
const (
	Scalar Kind = iota + 1
	List
	Map
)

// Words says what stands there as an error prints it.
func (k Kind) Words() string {
	return [...]string{"nothing", "a single text", "a list", "a map"}[k]
}

// Node is one value of a document with its place. A scalar is its text, whatever YAML takes it for.
type Node struct {
	Kind         Kind
	Line, Column int
	shift        int  // columns from the place to the text's first character: 1 behind a quotation mark
	folded       bool // the text runs over lines, so that an offset in it has no column of its own
	Text         string
	Keys         []*Node  // of a map
	Items        []*Node  // of a list, or the values of a map
	Meant        []string // keys that were meant by unknown ones: reported, and so not missing
	Bad          bool     // a fault was reported: later passes take it for absent
}

// Get returns the value of a map's key; nil when there is none, or its fault has been reported.
func (n *Node) Get(name string) *Node {
	if n == nil || n.Kind != Map {
		return nil
	}
	for i, k := range n.Keys {
		if k.Text == name && !n.Items[i].Bad {
			return n.Items[i]
		}
	}
	return nil
}

// Has reports whether a map has the key, at fault or not, or one that was taken for it.
func (n *Node) Has(name string) bool {
	if n == nil || n.Kind != Map {
		return false
	}
	return slices.Contains(n.Meant, name) || slices.ContainsFunc(n.Keys, func(k *Node) bool { return k.Text == name })
}

// Value returns the text of a map's key, "" when there is none.
func (n *Node) Value(name string) string {
	v := n.Get(name)
	if v == nil || v.Kind != Scalar {
		return ""
	}
	return v.Text
}

// Texts returns a list's scalars, or the one scalar as a list.
func (n *Node) Texts() []*Node {
	switch {
	case n == nil || n.Bad:
		return nil
	case n.Kind == Scalar:
		return []*Node{n}
	case n.Kind != List:
		return nil
	}
	var all []*Node
	for _, item := range n.Items {
		if item.Kind == Scalar && !item.Bad {
			all = append(all, item)
		}
	}
	return all
}

// Reader is a document while it is read: its lines, and the faults found in it. A language embeds one in its decoder.
type Reader struct {
	file     string
	lines    []string
	Faults   []Fault
	nodes    int
	exceeded bool
}

// NewReader begins to read a document; name is where it was read from, for the faults.
func NewReader(name string, document []byte) Reader {
	return Reader{file: name, lines: Lines(string(document))}
}

// Read reads the document's one value, gives it to the language that it is written in, and reports whether it ended at
// FaultsMax faults. Of a document that is empty it says how one begins.
func (d *Reader) Read(document []byte, begins string, language func(root *Node)) (ended bool) {
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
func (d *Reader) parse(document []byte, begins string) *Node {
	if len(document) > DocumentMax {
		d.whole("the document has %d bytes: at most %d are read; move evidence out of it", len(document), DocumentMax)
		return nil
	}
	if at := invalid(document); at >= 0 {
		line := 1 + bytes.Count(document[:at], []byte("\n"))
		column := 1 + utf8.RuneCount(document[bytes.LastIndexByte(document[:at], '\n')+1:at])
		d.Fault(Place{line, column}, Fault{Message: fmt.Sprintf("the document is not text: byte 0x%02x", document[at]),
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
		d.Fault(Place{next.Line, next.Column}, Fault{Message: "a second document begins here", Expected: "one contract in one document",
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
func (d *Reader) syntax(err error) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		d.whole("%s", err)
		return
	}
	at := Place{load.Mark.Line, load.Mark.Column + 1}
	if load.Mark.Line == 0 {
		at = Place{1, 1}
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
	d.Fault(at, Fault{Message: "the document is not YAML: " + load.Message, Remedy: remedy})
}

// build turns a YAML value into a node. Anchors, aliases, merge keys, tags and repeated keys are refused: each would
// let a document mean something other than what a reader sees in one place.
func (d *Reader) build(y *yaml.Node, depth int) *Node {
	n := &Node{Line: y.Line, Column: y.Column}
	d.nodes++
	if d.nodes > NodesMax || depth > DepthMax {
		n.Bad, n.Kind = true, Scalar
		if !d.exceeded {
			d.exceeded = true
			d.Fault(n.Place(), Fault{Message: fmt.Sprintf("the document is too large or too deep: at most %d values and %d levels are read", NodesMax, DepthMax)})
		}
		return n
	}
	d.plain(n, y)
	switch y.Kind {
	case yaml.MappingNode:
		n.Kind = Map
		d.buildMap(n, y, depth)
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			n.Items = append(n.Items, d.build(item, depth+1))
		}
	default:
		n.Kind, n.Text = Scalar, y.Value
		if y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			n.shift = 1
		}
		n.folded = y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
		if n.folded {
			n.Text = strings.TrimSpace(n.Text)
		}
		if utf8.RuneCountInString(n.Text) > TextMax {
			d.Bad(n, Fault{Message: fmt.Sprintf("the text has more than %d characters", TextMax), Remedy: "shorten it, or name parts of it"})
		}
	}
	return n
}

// plain refuses what YAML has beyond plain values.
func (d *Reader) plain(n *Node, y *yaml.Node) {
	switch {
	case y.Kind == yaml.AliasNode:
		d.Bad(n, Fault{Message: "an alias *" + y.Value + " stands for something written elsewhere", Expected: "every value where it is used",
			Remedy: "write the value out; a text that begins with * stands in quotation marks"})
	case y.Anchor != "":
		d.Bad(n, Fault{Message: "an anchor &" + y.Anchor + " is not part of the language", Remedy: "leave it out; a text that begins with & stands in quotation marks"})
	case y.Style&yaml.TaggedStyle != 0:
		d.Bad(n, Fault{Message: "a tag " + y.Tag + " is not part of the language",
			Remedy: "leave it out: every value is read as its text; a text that begins with ! stands in quotation marks"})
	}
}

func (d *Reader) buildMap(n *Node, y *yaml.Node, depth int) {
	seen := map[string]int{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := d.build(y.Content[i], depth+1), d.build(y.Content[i+1], depth+1)
		switch {
		case k.Bad:
			continue
		case k.Kind != Scalar:
			d.Bad(k, Fault{Message: "a key is " + k.Kind.Words(), Expected: "a word"})
			continue
		case y.Content[i].Tag == "!!merge":
			d.Bad(k, Fault{Message: "a merge key << is not part of the language", Remedy: "write the keys out"})
			continue
		case seen[k.Text] > 0:
			d.Bad(k, Fault{Message: fmt.Sprintf("the key %q stands twice in one map", k.Text),
				Found: fmt.Sprintf("the first on line %d", seen[k.Text]), Remedy: "leave one of them out"})
			continue
		}
		seen[k.Text] = k.Line
		n.Keys, n.Items = append(n.Keys, k), append(n.Items, v)
	}
}

// Place is a place in the document, counted from 1.
type Place struct{ Line, Column int }

// Place is where the node begins.
func (n *Node) Place() Place { return Place{n.Line, n.Column} }

// Within returns the place of a byte of the node's text.
func (n *Node) Within(offset int) Place {
	if n.folded || offset < 0 || offset > len(n.Text) {
		return n.Place()
	}
	return Place{n.Line, n.Column + n.shift + utf8.RuneCountInString(n.Text[:offset])}
}

// Fault reports a fault at a place.
func (d *Reader) Fault(at Place, f Fault) {
	f.File, f.Line, f.Column = d.file, at.Line, max(at.Column, 1)
	if at.Line > 0 && at.Line <= len(d.lines) {
		f.Source = d.lines[at.Line-1]
	}
	d.keep(f)
}

// enough ends the reading of a document that is nothing but faults: Decode recovers from it.
type enough struct{}

// keep adds a fault. Beyond FaultsMax the rest of the document is not looked at: nobody reads that many, and looking
// for near names would take for ever.
func (d *Reader) keep(f Fault) {
	if d.Faults = append(d.Faults, f); len(d.Faults) >= FaultsMax {
		panic(enough{})
	}
}

// Bad reports a fault and marks the node, so that later passes take it for absent.
func (d *Reader) Bad(n *Node, f Fault) {
	n.Bad = true
	d.Fault(n.Place(), f)
}

// Open reports what can be read in several ways: a choice of the thing, with each way of writing it.
func (d *Reader) Open(at Place, where, choice, message string, answers ...Answer) {
	f := Fault{Message: where + ", " + choice + ": " + message, Choice: where + ": " + choice, Answers: answers}
	for _, a := range answers {
		f.Options = append(f.Options, Option{a.Word, a.Means})
	}
	d.Fault(at, f)
}

// Set is the edit that sets a key of a map.
func (n *Node) Set(key, value string) Edit { return Edit{n.Line, n.Column, key, value, false} }

// Drop is the edit that leaves a key of a map out.
func (n *Node) Drop(key string) Edit {
	return Edit{Line: n.Line, Column: n.Column, Key: key, Drop: true}
}

// whole reports a fault of the document as a whole.
func (d *Reader) whole(format string, args ...any) {
	d.keep(Fault{File: d.file, Message: fmt.Sprintf(format, args...)})
}

// Listed returns a list's items that were not refused.
func (n *Node) Listed() []*Node {
	if n == nil || n.Bad {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.Items), func(i *Node) bool { return i.Bad })
}

// Lines splits a document where YAML does: at a carriage return alone, too, and at the line breaks of Unicode.
func Lines(document string) []string {
	breaks := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
	return strings.Split(breaks.Replace(document), "\n")
}

// Sorted returns the faults in the order of their places.
func (d *Reader) Sorted(ended bool) *Faults {
	slices.SortStableFunc(d.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	d.Faults = slices.CompactFunc(d.Faults, func(a, b Fault) bool {
		return a.Line == b.Line && a.Column == b.Column && a.Message == b.Message
	})
	return &Faults{List: d.Faults, Ended: ended}
}
