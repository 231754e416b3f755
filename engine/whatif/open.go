package whatif

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"outturn/contracts"
)

// ReadingsMax is the most ways in which open choices are completed; ReadingsTried the most documents that are read on
// the way to them.
const (
	ReadingsMax   = 64
	ReadingsTried = 2_000
)

// OpenChoice is a choice that a contract has to make and leaves out, with the answers that were tried.
type OpenChoice struct {
	Where, Choice string
	Options       []string
}

// Answer is one choice made.
type Answer struct{ Where, Choice, Word string }

// Reading is a contract with every open choice answered one way.
type Reading struct {
	Answers  []Answer
	Contract *contracts.Contract
	Document []byte
}

// Refused is a combination of answers that is no sound contract, and why.
type Refused struct {
	Answers []Answer
	Why     string
}

// Readings is a contract with open choices completed every way that is sound.
type Readings struct {
	Choices []OpenChoice
	List    []Reading
	Refused []Refused
	More    bool // there were more than ReadingsMax
}

// ErrNothingOpen says that a contract leaves no choice open: it is sound as it stands.
var ErrNothingOpen = errors.New("no choice is open: the contract is sound as it stands")

// Complete answers the open choices of a contract every way, at most ReadingsMax, in the order of the document and of the
// answers that the language lists. The error is ErrNothingOpen, or *contracts.Faults where something else is wrong too,
// or where a choice has no list of answers: then nothing is completed.
func Complete(name string, document []byte) (Readings, error) {
	if _, err := contracts.Decode(name, document); err == nil {
		return Readings{}, ErrNothingOpen
	}
	k := &completer{name: name}
	err := k.complete(document, nil)
	if err == nil && len(k.out.List) == 0 {
		_, err = contracts.Decode(name, document) // no answers are sound together: the faults say what is open
	}
	return k.out, err
}

// completer goes through the answers depth first.
type completer struct {
	name  string
	tried int
	out   Readings
}

func (k *completer) complete(document []byte, answers []Answer) error {
	k.tried++
	c, err := contracts.Decode(k.name, document)
	if err == nil {
		k.out.List = append(k.out.List, Reading{slices.Clone(answers), c, document})
		return nil
	}
	var faults *contracts.Faults
	if !errors.As(err, &faults) {
		return err
	}
	if other := slices.IndexFunc(faults.List, func(f contracts.Fault) bool { return !isOpen(f) }); other >= 0 {
		if len(answers) == 0 {
			return err
		}
		k.out.Refused = append(k.out.Refused, Refused{slices.Clone(answers), faults.List[other].Message})
		return nil
	}
	choice := openChoice(faults.List[0])
	choice.Options = answersTo(faults.List[0], choice, document)
	if len(choice.Options) == 0 {
		return err
	}
	known := slices.IndexFunc(k.out.Choices, func(o OpenChoice) bool { return o.Where == choice.Where && o.Choice == choice.Choice })
	if known < 0 {
		k.out.Choices = append(k.out.Choices, choice)
	}
	for _, word := range choice.Options {
		if len(k.out.List) >= ReadingsMax || k.tried >= ReadingsTried {
			k.out.More = true
			return nil
		}
		completed, err := insertKey(document, faults.List[0].Line, faults.List[0].Column, choice.Choice, word)
		if err != nil {
			return err
		}
		if err := k.complete(completed, append(answers, Answer{choice.Where, choice.Choice, word})); err != nil {
			return err
		}
	}
	return nil
}

// openPattern is how a fault names a choice that was left out.
var openPattern = regexp.MustCompile(`^(.*) does not say "([a-z_]+)"`)

func isOpen(f contracts.Fault) bool {
	return f.Line > 0 && openPattern.MatchString(f.Message) && (len(f.Options) > 0 || listedElsewhere[openChoice(f).Choice])
}

func openChoice(f contracts.Fault) OpenChoice {
	parts := openPattern.FindStringSubmatch(f.Message)
	return OpenChoice{Where: parts[1], Choice: parts[2]}
}

// listedElsewhere are choices whose answers are names of the contract: a day, and who has the spare pennies.
var listedElsewhere = map[string]bool{"dated": true, "spare": true}

// placeholder is an option that stands for names to be filled in, such as {on: KIND, within: WINDOW}.
var placeholder = regexp.MustCompile(`\b[A-Z]{2,}\b|\{figure: test\}`)

// answersTo lists the answers to a choice: the words that the fault lists, and for choices of names those of the
// contract that may fit; the decoder refuses what does not.
func answersTo(f contracts.Fault, choice OpenChoice, document []byte) []string {
	var words []string
	for _, o := range f.Options {
		if !placeholder.MatchString(o.Word) {
			words = append(words, o.Word)
		}
	}
	switch choice.Choice {
	case "spare":
		words = append([]string{"largest_remainder"}, partiesOf(document)...)
	case "dated":
		words = append(namesUnder(document, "evidence"), namesUnder(document, "measures")...)
	}
	return words
}

// rootOf parses a document that the decoder has read without a fault of syntax.
func rootOf(document []byte) *yaml.Node {
	loader, err := yaml.NewLoader(bytes.NewReader(document), yaml.WithV3Defaults())
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

func namesUnder(document []byte, section string) []string {
	var names []string
	if n := valueOf(rootOf(document), section); n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			names = append(names, n.Content[i].Value)
		}
	}
	return names
}

func partiesOf(document []byte) []string {
	var names []string
	if n := valueOf(rootOf(document), "parties"); n != nil {
		for _, party := range n.Content {
			if id := valueOf(party, "party"); id != nil {
				names = append(names, id.Value)
			}
		}
	}
	return names
}

// insertKey writes a key and its value into the map that begins at a place, and leaves every other character alone.
func insertKey(document []byte, line, column int, key, value string) ([]byte, error) {
	at, err := offsetOf(document, line, column)
	if err != nil {
		return nil, err
	}
	pair := key + ": " + value
	if document[at] == '{' {
		return slices.Concat(document[:at+1], []byte(pair+", "), document[at+1:]), nil
	}
	return slices.Concat(document[:at], []byte(pair+"\n"+strings.Repeat(" ", column-1)), document[at:]), nil
}

// offsetOf turns a line and a column in characters, both counted from 1, into a byte of the document.
func offsetOf(document []byte, line, column int) (int, error) {
	at := 0
	for range line - 1 {
		next := bytes.IndexByte(document[at:], '\n')
		if next < 0 {
			return 0, fmt.Errorf("the document has no line %d", line)
		}
		at += next + 1
	}
	for i := range string(document[at:]) {
		if column--; column == 0 {
			return at + i, nil
		}
	}
	return 0, fmt.Errorf("line %d has no such column", line)
}
