package whatif

import (
	"errors"
	"slices"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/language"
)

// ReadingsMax is the most ways in which open choices are completed; ReadingsTried the most documents that are read on
// the way to them.
const (
	ReadingsMax   = 64
	ReadingsTried = 2_000
)

// OpenChoice is a choice that a contract has to make and leaves out, with the answers that were tried.
type OpenChoice struct {
	OpenAt
	Options []string
}

// OpenAt is which choice, of what.
type OpenAt struct{ Where, Choice string }

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
// answers that the language lists. The error is ErrNothingOpen, or *document.Faults where something else is wrong too,
// or where a choice has no list of answers: then nothing is completed.
func Complete(name string, text []byte) (Readings, error) {
	if _, err := language.Decode(name, text); err == nil {
		return Readings{}, ErrNothingOpen
	}
	k := &completer{name: name, most: ReadingsMax}
	err := k.complete(text, nil)
	if err == nil && len(k.out.List) == 0 {
		_, err = language.Decode(name, text) // no answers are sound together: the faults say what is open
	}
	return k.out, err
}

// completer goes through the answers depth first.
type completer struct {
	name   string
	most   int               // readings
	prefer map[OpenAt]string // answers that are tried first
	tried  int
	out    Readings
}

func (k *completer) complete(text []byte, answers []Answer) error {
	k.tried++
	c, err := language.Decode(k.name, text)
	if err == nil {
		k.out.List = append(k.out.List, Reading{slices.Clone(answers), c, text})
		return nil
	}
	var faults *document.Faults
	if !errors.As(err, &faults) {
		return err
	}
	if other := slices.IndexFunc(faults.List, func(f document.Fault) bool { return !isOpen(f) }); other >= 0 {
		if len(answers) == 0 {
			return err
		}
		k.out.Refused = append(k.out.Refused, Refused{slices.Clone(answers), faults.List[other].Message})
		return nil
	}
	open := openChoice(faults.List[0])
	all := answersTo(faults.List[0], text)
	if len(all) == 0 {
		return err
	}
	at := OpenAt{open.Where, open.Choice}
	known := slices.IndexFunc(k.out.Choices, func(o OpenChoice) bool { return o.OpenAt == at })
	if known < 0 {
		words := make([]string, len(all))
		for i, a := range all {
			words[i] = a.word
		}
		k.out.Choices = append(k.out.Choices, OpenChoice{at, words})
	}
	if first := slices.IndexFunc(all, func(a answer) bool { return a.word == k.prefer[at] }); first > 0 {
		all[0], all[first] = all[first], all[0]
	}
	for _, a := range all {
		if len(k.out.List) >= k.most || k.tried >= ReadingsTried {
			k.out.More = true
			return nil
		}
		if err := k.complete(a.document, append(answers, Answer{at.Where, at.Choice, a.word})); err != nil {
			return err
		}
	}
	return nil
}
