package whatif

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
)

// Moved is a literal term of a contract and what it is moved to: a figure up by a tenth, a choice to its next answer. A
// whole figure moves by a whole one, at least 1. Document is the contract with that one change.
type Moved struct {
	Edit
	Document []byte
}

// TermsMax is the most terms that are moved.
const TermsMax = 500

// nextAnswer are the choices that are moved, by their key, and the answers they go through.
var nextAnswer = map[string][]string{
	"ties": {"up", "down", "even"}, "pays_on": {"whole", "excess"}, "beyond": {"cut", "refuse"}, "paid_elsewhere": {"refuse", "pay"},
	"if_none": {"nought", "unknown"}, "if_all_neutral": {"met", "not_met"}, "reads": {"step", "straight_line"}, "places": {"stand", "move"},
	"error": {"by_claims", "by_money"}, "covers": {"all_cohorts", "cohorts_not_paid"},
}

// formulaKeys are the keys under which figures stand, by section; of tables it is every key of a row but those it is
// found by.
var formulaKeys = map[string][]string{
	"quantities": {"is", "not_above", "not_below"},
	"measures":   {"not_above", "every"},
	"payments":   {"price", "of", "for", "times", "less", "plus", "not_above", "not_below"},
	"caps":       {"not_above"},
	"divisions":  {"claim"},
	"accounts":   {"opens_with", "receives"},
}

// boundKeys are tests, wherever they stand.
var boundKeys = []string{"at_least", "more_than", "at_most", "less_than"}

// Terms lists the literal terms of a sound contract that settling reads, in the order of the document: prices, shares,
// rates, thresholds, bounds, caps and choices, each moved by its step. more says that there were beyond TermsMax.
func Terms(c *contracts.Contract) (terms []Moved, more bool) {
	m := &mover{c: c}
	root := rootOf(c.Source)
	for i := 0; root != nil && i+1 < len(root.Content); i += 2 {
		section := root.Content[i].Value
		if section == "examples" {
			continue
		}
		m.section, m.by = section, nil
		m.walk(root.Content[i+1], section, "")
	}
	return m.terms, m.more
}

type mover struct {
	c       *contracts.Contract
	section string
	by      []string // the columns of the table being read
	terms   []Moved
	more    bool
}

func (m *mover) walk(n *yaml.Node, path, key string) {
	switch n.Kind {
	case yaml.MappingNode:
		if by := valueOf(n, "by"); m.section == "tables" && by != nil && valueOf(n, "rows") != nil {
			m.by = []string{by.Value}
			for _, column := range by.Content {
				m.by = append(m.by, column.Value)
			}
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m.walk(n.Content[i+1], path+"."+n.Content[i].Value, n.Content[i].Value)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			m.walk(item, path+"."+strconv.Itoa(i+1), key)
		}
	case yaml.ScalarNode:
		m.scalar(n, path, key)
	default: // a contract that was read has no other nodes below its top
	}
}

func (m *mover) scalar(n *yaml.Node, path, key string) {
	if answers, ok := nextAnswer[key]; ok {
		if at := slices.Index(answers, n.Value); at >= 0 {
			m.add(n, path, n.Value, answers[(at+1)%len(answers)], answers[(at+1)%len(answers)])
		}
		return
	}
	figures := slices.Contains(formulaKeys[m.section], key) || slices.Contains(boundKeys, key) ||
		m.section == "tables" && strings.Contains(path, ".rows.") && !slices.Contains(m.by, key) && key != "from"
	if !figures {
		return
	}
	found := literal.FindAllStringIndex(n.Value, -1)
	for _, at := range found {
		if at[0] > 0 && strings.ContainsAny(n.Value[at[0]-1:at[0]], "abcdefghijklmnopqrstuvwxyz0123456789_.-") || at[1] < len(n.Value) && n.Value[at[1]] == '-' {
			continue // part of a name or of a date
		}
		text := n.Value[at[0]:at[1]]
		to, ok := m.up(text, len(text) == len(n.Value))
		if !ok {
			continue
		}
		where := path
		if len(found) > 1 {
			where += " (" + text + ")"
		}
		m.add(n, where, text, to, n.Value[:at[0]]+to+n.Value[at[1]:])
	}
}

func (m *mover) add(n *yaml.Node, path, from, to, whole string) {
	if len(m.terms) == TermsMax {
		m.more = true
		return
	}
	document, err := replaceScalar(m.c.Source, n, whole)
	if err == nil {
		m.terms = append(m.terms, Moved{Edit{path, from, to}, document})
	}
}

// literal is a figure as it is written: a sum, a rate, points, a length or a number.
var literal = regexp.MustCompile(`((?:[A-Z]{1,3})?[£$€])?([0-9][0-9,]*(?:\.[0-9]+)?)(%| points?| (?:working )?days?| weeks?| months?| years?)?`)

// up moves a literal up by a tenth; nought, which has no tenth, is left alone. alone says that it is all of its value.
func (m *mover) up(text string, alone bool) (string, bool) {
	parts := literal.FindStringSubmatch(text)
	symbol, digits, unit := parts[1], strings.ReplaceAll(parts[2], ",", ""), parts[3]
	x, err := money.ParseExact(digits)
	if err != nil || x.IsZero() {
		return "", false
	}
	tenth := x.Mul(money.Frac(11, 10))
	nearest := money.Rounding{Mode: money.Nearest, Ties: money.TiesUp, Unit: money.Int(1)}
	switch {
	case symbol != "":
		nearest.Unit = money.Frac(1, places(m.c.Currency))
		amount, err := tenth.Amount(m.c.Currency, nearest)
		return symbol + amount.String(), err == nil
	case unit == "%" || strings.HasPrefix(unit, " point"):
		return tenth.String() + unit, true
	case unit != "" || x.IsInt() && alone:
		whole := tenth.Round(nearest)
		if whole.Cmp(x) == 0 {
			whole = x.Add(money.Int(1))
		}
		if unit == "" {
			return whole.String(), true
		}
		n, _ := whole.Int64()
		l, err := calendar.ParseLength(digits + unit)
		return calendar.Length{N: int(n), Unit: l.Unit}.String(), err == nil
	}
	return tenth.String(), true
}
