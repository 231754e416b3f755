package whatif

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"outturn/contracts/calendar"
	"outturn/contracts/document"
)

// This file finds the answers to a choice that a contract leaves open, and writes each into its document.

// openPattern is how a fault names a choice that was left out.
var openPattern = regexp.MustCompile(`^(.*) does not say "([a-z_]+)"`)

func isOpen(f document.Fault) bool {
	if f.Line > 0 && len(f.Answers) > 0 {
		return true
	}
	if f.Line == 0 || !openPattern.MatchString(f.Message) {
		return false
	}
	open := openChoice(f)
	return len(f.Options) > 0 || namesFor(open.Choice, open.Where, nil) != nil || open.Choice == "expected" || open.Choice == "dated"
}

func openChoice(f document.Fault) OpenAt {
	if len(f.Answers) > 0 {
		where, choice, _ := strings.Cut(f.Choice, ": ")
		return OpenAt{where, choice}
	}
	parts := openPattern.FindStringSubmatch(f.Message)
	return OpenAt{parts[1], parts[2]}
}

// placeholder is an option that stands for names to be filled in, such as {on: KIND, within: WINDOW}.
var placeholder = regexp.MustCompile(`\b[A-Z]{2,}\b|\{figure: test\}`)

// answer is one way to settle a choice: the words of it, and the document with it.
type answer struct {
	word     string
	document []byte
	filled   bool // with names of the contract: one that does not fit is no answer
}

// answersTo lists the answers to a choice, in the order of the fault's options: its words, and for choices of names those
// of the contract that may fit; the decoder refuses what does not.
func answersTo(f document.Fault, text []byte) []answer {
	var all []answer
	if len(f.Answers) > 0 {
		for _, a := range f.Answers {
			if changed, err := amend(text, a.Edits); err == nil {
				all = append(all, answer{a.Word, changed, false})
			}
		}
		return all
	}
	key := openChoice(f).Choice
	if key == "paid_elsewhere" { // what is paid whatever another scheme paid needs nobody to tell of it
		for _, o := range f.Options {
			edits := []document.Edit{{Line: f.Line, Column: f.Column, Key: key, Value: o.Word}}
			if o.Word == "pay" {
				edits = append(edits, document.Edit{Line: f.Line, Column: f.Column, Key: "told_by", Drop: true})
			}
			if changed, err := amend(text, edits); err == nil {
				all = append(all, answer{o.Word, changed, false})
			}
		}
		return all
	}
	add := func(filled bool, words ...string) {
		for _, word := range words {
			if changed, err := insertKey(text, f.Line, f.Column, key, word); err == nil {
				all = append(all, answer{word, changed, filled})
			}
		}
	}
	if words := namesFor(key, openChoice(f).Where, text); words != nil {
		add(true, words...)
		return all
	}
	for _, o := range f.Options {
		if words := fill(o.Word, text); len(words) > 0 {
			add(true, words...)
		} else if !placeholder.MatchString(o.Word) {
			add(false, o.Word)
		}
	}
	return all
}

// fill puts names of the contract into an option that stands for them.
func fill(word string, text []byte) []string {
	if word == "FIGURE / FIGURE" {
		return figuresOf(text) // one figure, which is a factor already
	}
	words := []string{word}
	for _, slot := range []struct {
		name  string
		names func([]byte) []string
	}{{"PARTY", partiesOf}, {"NAME", func(d []byte) []string { return namesUnder(d, "comparisons") }}, {"FIGURE", figuresOf}} {
		for range strings.Count(word, slot.name) {
			var filled []string
			for _, w := range words {
				for _, name := range slot.names(text) {
					if !strings.Contains(w, " "+name+",") {
						filled = append(filled, strings.Replace(w, slot.name, name, 1))
					}
				}
			}
			words = filled
		}
	}
	if len(words) == 1 && words[0] == word || len(words) > 0 && placeholder.MatchString(words[0]) {
		return nil
	}
	return words[:min(len(words), filledMax)]
}

// filledMax is the most ways in which one option is filled.
const filledMax = 100

// namesFor lists the answers to a choice that takes a name of the contract, or a figure of which a few are shown; nil for
// any other choice.
func namesFor(key, where string, text []byte) []string {
	switch {
	case key == "spare":
		return append([]string{"largest_remainder"}, partiesOf(text)...)
	case key == "dated":
		return append(namesUnder(text, "evidence"), namesUnder(text, "measures")...)
	case key == "cut_off":
		return cutOffs(text)
	case key == "expected":
		return figuresOf(text)
	case key == "discount" || strings.HasSuffix(where, ", rating, pays"):
		return []string{"0%", "50%", "100%"} // any rate will do: three show what hangs on it
	case key == "keeps":
		var words []string
		for n := 1; n <= 6; n++ {
			words = append(words, "["+strings.TrimSuffix(strings.Repeat("100%, ", n), ", ")+"]")
		}
		return words
	}
	return nil
}

// figuresOf are the figures that a contract names: its quantities, assumptions and tables, and what its readings say.
func figuresOf(text []byte) []string {
	var names []string
	for _, section := range []string{"quantities", "assumptions", "tables"} {
		names = append(names, namesUnder(text, section)...)
	}
	if kinds := valueOf(rootOf(text), "evidence"); kinds != nil && kinds.Kind == yaml.MappingNode {
		for i := 1; i < len(kinds.Content); i += 2 {
			if says := valueOf(kinds.Content[i], "says"); says != nil && says.Kind == yaml.MappingNode && valueOf(kinds.Content[i], "each") != nil {
				for j := 0; j < len(says.Content); j += 2 {
					names = append(names, says.Content[j].Value)
				}
			}
		}
	}
	return names
}

// cutOffs are lengths at which something of the contract's own examples comes to be known: none, and so many days that
// each item counts which was learned after the day that its example settles.
func cutOffs(text []byte) []string {
	days := []int{0}
	examples := valueOf(rootOf(text), "examples")
	if examples == nil || examples.Kind != yaml.SequenceNode {
		return []string{"0 days after"}
	}
	for _, e := range examples.Content {
		asAt, err := calendar.ParseDate(textUnder(e, "as_at"))
		items := valueOf(e, "evidence")
		if err != nil || items == nil || items.Kind != yaml.SequenceNode {
			continue
		}
		for _, item := range items.Content {
			if learned, err := calendar.ParseDate(textUnder(item, "learned")); err == nil && learned > asAt {
				days = append(days, int(learned-asAt))
			}
		}
	}
	slices.Sort(days)
	var words []string
	for _, n := range slices.Compact(days) {
		words = append(words, fmt.Sprintf("%d days after", n))
	}
	return words
}

func textUnder(n *yaml.Node, key string) string {
	if v := valueOf(n, key); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// rootOf parses a document that the decoder has read without a fault of syntax.
func rootOf(text []byte) *yaml.Node {
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithV3Defaults())
	if err != nil {
		return nil
	}
	var top yaml.Node
	if err := loader.Load(&top); err != nil || top.Kind != yaml.DocumentNode || len(top.Content) != 1 {
		return nil
	}
	return top.Content[0]
}

// valueOf returns the value of a map's key, or nil.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func namesUnder(text []byte, section string) []string {
	var names []string
	if n := valueOf(rootOf(text), section); n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			names = append(names, n.Content[i].Value)
		}
	}
	return names
}

func partiesOf(text []byte) []string {
	var names []string
	if n := valueOf(rootOf(text), "parties"); n != nil {
		for _, party := range n.Content {
			if id := valueOf(party, "party"); id != nil {
				names = append(names, id.Value)
			}
		}
	}
	return names
}

// insertKey writes a key and its value into the map that begins at a place, and leaves every other character alone.
func insertKey(text []byte, line, column int, key, value string) ([]byte, error) {
	at, err := offsetOf(text, line, column)
	if err != nil {
		return nil, err
	}
	pair := key + ": " + value
	if text[at] == '{' {
		return slices.Concat(text[:at+1], []byte(pair+", "), text[at+1:]), nil
	}
	return slices.Concat(text[:at], []byte(pair+"\n"+strings.Repeat(" ", column-1)), text[at:]), nil
}

// amend makes the edits of an answer: texts put in where they stand, then keys set or left out, by which the document is
// written anew and its characters move.
func amend(text []byte, edits []document.Edit) ([]byte, error) {
	var keys []document.Edit
	for _, e := range edits {
		if e.Key != "" {
			keys = append(keys, e)
			continue
		}
		at, err := offsetOf(text, e.Line, e.Column)
		if err != nil {
			return nil, err
		}
		text = slices.Concat(text[:at], []byte(e.Value), text[at:])
	}
	if len(keys) == 0 {
		return text, nil
	}
	root := rootOf(text)
	if root == nil {
		return nil, fmt.Errorf("the document cannot be read as YAML")
	}
	for _, e := range keys {
		n := mapAt(root, e.Line, e.Column)
		if n == nil {
			return nil, fmt.Errorf("no map begins on line %d, column %d", e.Line, e.Column)
		}
		n.Content = slices.Clone(n.Content)
		at := -1
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == e.Key {
				at = i
			}
		}
		value := rootOf([]byte(e.Value))
		switch {
		case e.Drop && at >= 0:
			n.Content = slices.Delete(n.Content, at, at+2)
		case e.Drop:
		case value == nil:
			return nil, fmt.Errorf("%q is no value", e.Value)
		case at >= 0:
			n.Content[at+1] = value
		default:
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: e.Key}, value)
		}
	}
	return yaml.Dump(root)
}

// mapAt finds the map that begins at a place.
func mapAt(n *yaml.Node, line, column int) *yaml.Node {
	if n.Kind == yaml.MappingNode && n.Line == line && n.Column == column {
		return n
	}
	for _, inner := range n.Content {
		if found := mapAt(inner, line, column); found != nil {
			return found
		}
	}
	return nil
}

// offsetOf turns a line and a column in characters, both counted from 1, into a byte of the document.
func offsetOf(text []byte, line, column int) (int, error) {
	at := 0
	for range line - 1 {
		next := bytes.IndexByte(text[at:], '\n')
		if next < 0 {
			return 0, fmt.Errorf("the document has no line %d", line)
		}
		at += next + 1
	}
	for i := range string(text[at:]) {
		if column--; column == 0 {
			return at + i, nil
		}
	}
	return 0, fmt.Errorf("line %d has no such column", line)
}
