package whatif

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"outturn/contracts"
	"outturn/contracts/sentences"
)

// The kinds of difference between two versions of a contract.
const (
	DiffAdded   = "added"
	DiffRemoved = "removed"
	DiffChanged = "changed"
)

// Difference is one thing that two versions of a contract say differently: what it is about, and the old and the new
// sentence or value. Of what was added there is no old, of what was removed no new.
type Difference struct {
	Section  string // "payments", "rules", "rows", "choices" or "terms"
	Kind     string
	Where    string // "payment incentive", "table fees, programme year 1"
	Old, New string
}

// Diff says what changed from one version of a contract to another, in sentences: payments by their names, the other
// rules by what is most alike, rows by what they are found by, choices, and then the terms that no sentence says, value
// by value. Examples are not compared. Two documents that say the same have no difference.
func Diff(old, new *contracts.Contract) []Difference {
	d := &differ{old: old, new: new}
	d.payments()
	d.rules()
	d.rows()
	d.choices()
	d.terms()
	return d.found
}

type differ struct {
	old, new *contracts.Contract
	found    []Difference
}

func (d *differ) add(section, where, old, new string) {
	kind := DiffChanged
	switch {
	case old == new:
		return
	case old == "":
		kind = DiffAdded
	case new == "":
		kind = DiffRemoved
	}
	d.found = append(d.found, Difference{section, kind, where, old, new})
}

// keyed are texts by key, in an order.
type keyed struct {
	keys  []string
	texts map[string]string
}

func (k *keyed) put(key, text string) {
	if k.texts == nil {
		k.texts = map[string]string{}
	}
	for _, known := k.texts[key]; known; _, known = k.texts[key] {
		key += " again"
	}
	k.keys = append(k.keys, key)
	k.texts[key] = text
}

// each compares what stands under the same keys, in the order of the old and then of the new.
func (d *differ) each(section string, old, new *keyed) {
	for _, key := range old.keys {
		d.add(section, key, old.texts[key], new.texts[key])
	}
	for _, key := range new.keys {
		if _, known := old.texts[key]; !known {
			d.add(section, key, "", new.texts[key])
		}
	}
}

func (d *differ) payments() {
	var sides [2]keyed
	for i, c := range []*contracts.Contract{d.old, d.new} {
		for p := range c.Payments {
			sides[i].put("payment "+c.Payments[p].Name, c.Payments[p].Sentence)
		}
	}
	d.each("payments", &sides[0], &sides[1])
}

// rules compares the sentences of cohorts, measures, comparisons, divisions, caps and checks. They carry no name, so of
// those that are not in both each is set beside the one that has most words in common, at least half.
func (d *differ) rules() {
	old, new := withoutTables(d.old), withoutTables(d.new)
	left := slices.DeleteFunc(slices.Clone(new), func(s string) bool { return slices.Contains(old, s) })
	for _, sentence := range old {
		if slices.Contains(new, sentence) {
			continue
		}
		best, most := -1, 0
		for i, other := range left {
			a, b := strings.Fields(sentence), strings.Fields(other)
			if n := len(common(a, b)); n > most && 2*n >= max(len(a), len(b)) {
				best, most = i, n
			}
		}
		if best < 0 {
			d.add("rules", "", sentence, "")
			continue
		}
		d.add("rules", "", sentence, left[best])
		left = slices.Delete(left, best, best+1)
	}
	for _, sentence := range left {
		d.add("rules", "", "", sentence)
	}
}

// withoutTables returns the sentences of a contract but those of its tables, which are compared row by row.
func withoutTables(c *contracts.Contract) []string {
	return slices.DeleteFunc(slices.Clone(sentences.Of(c)), func(sentence string) bool {
		return slices.ContainsFunc(c.Tables, func(t contracts.Table) bool {
			name := cmp.Or(t.Called, spaced(t.Name))
			return len(sentence) > len(name) && strings.EqualFold(sentence[:len(name)], name) && strings.ContainsAny(sentence[len(name):len(name)+1], " :(,")
		})
	})
}

func (d *differ) rows() {
	var sides [2]keyed
	for i, c := range []*contracts.Contract{d.old, d.new} {
		for t := range c.Tables {
			tableRows(c, &c.Tables[t], &sides[i])
		}
	}
	d.each("rows", &sides[0], &sides[1])
}

// tableRows puts each value of each row under what it is found by.
func tableRows(c *contracts.Contract, t *contracts.Table, into *keyed) {
	put := func(row *contracts.Row, found string) {
		for g, value := range row.Values {
			name := "table " + t.Name
			if t.Gives[g].Name != "is" {
				name += "." + t.Gives[g].Name
			}
			into.put(name+", "+found, value.String())
		}
	}
	for i := range t.Rows {
		put(&t.Rows[i], rowText(c, t, &t.Rows[i]))
	}
	if t.Otherwise != nil {
		put(t.Otherwise, "otherwise")
	}
}

// rowText says what a row is found by: "programme year 2, from 1 April 2013".
func rowText(c *contracts.Contract, t *contracts.Table, row *contracts.Row) string {
	var parts []string
	for i := range row.Match {
		m := &row.Match[i]
		ref := &c.Refs[t.By[i].Slot]
		values := slices.Clone(m.Texts)
		for _, f := range m.Values {
			values = append(values, figureText(c, f, ref.Choices))
		}
		conjuncts(m.Test, func(test *contracts.Condition) { values = append(values, test.Text) })
		if !m.Any && len(values) > 0 {
			parts = append(parts, spaced(ref.Name)+" "+strings.Join(values, " or "))
		}
	}
	if row.UpTo != nil {
		word := "up to "
		if row.Below {
			word = "below "
		}
		parts = append(parts, word+figureText(c, *row.UpTo, nil))
	}
	if !row.From.IsZero() {
		parts = append(parts, "from "+row.From.Long())
	}
	if len(parts) == 0 {
		return "always"
	}
	return strings.Join(parts, ", ")
}

func (d *differ) choices() {
	var sides [2]keyed
	for i, c := range []*contracts.Contract{d.old, d.new} {
		for _, choice := range sentences.Choices(c) {
			if !slices.ContainsFunc(d.found, func(f Difference) bool { return f.Where == choice.Where && f.Kind != DiffChanged }) {
				sides[i].put(choice.Where+": "+choice.Choice, choice.Stated)
			}
		}
	}
	d.each("choices", &sides[0], &sides[1])
}

// terms compares the sections of the document that no sentence or row says, value by value, and any section where the
// sentences are alike and the values are not.
func (d *differ) terms() {
	said := map[string]bool{}
	for _, f := range d.found {
		said[f.Section] = true
	}
	var sides [2]keyed
	for i, c := range []*contracts.Contract{d.old, d.new} {
		root := rootOf(c.Source)
		for at := 0; root != nil && at+1 < len(root.Content); at += 2 {
			section := root.Content[at].Value
			switch section {
			case "examples":
				continue
			case "tables", "payments":
				d.named(root.Content[at+1], section, &sides[i])
				continue
			case "cohorts", "measures", "comparisons", "divisions", "caps", "checks":
				if said["rules"] {
					continue
				}
			}
			flatten(root.Content[at+1], section, &sides[i])
		}
	}
	before := len(d.found)
	d.each("terms", &sides[0], &sides[1])
	d.found = slices.Concat(d.found[:before], withoutSaid(d.found[:before], d.found[before:]))
}

// named flattens tables without their rows, and the payments whose sentences are alike.
func (d *differ) named(n *yaml.Node, section string, into *keyed) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i].Value, n.Content[i+1]
		if section == "payments" {
			if !slices.ContainsFunc(d.found, func(f Difference) bool { return f.Where == "payment "+name }) {
				flatten(value, section+"."+name, into)
			}
			continue
		}
		for k := 0; k+1 < len(value.Content); k += 2 {
			if key := value.Content[k].Value; key != "rows" {
				flatten(value.Content[k+1], section+"."+name+"."+key, into)
			}
		}
	}
}

// withoutSaid leaves out the values that a choice has said already: rounding, cut-off and the like.
func withoutSaid(said, terms []Difference) []Difference {
	return slices.DeleteFunc(slices.Clone(terms), func(t Difference) bool {
		last := t.Where[strings.LastIndexByte(t.Where, '.')+1:]
		where := strings.Split(t.Where, ".")
		return slices.ContainsFunc(said, func(s Difference) bool {
			thing, choice, _ := strings.Cut(s.Where, ": ")
			if s.Section != "choices" {
				return false
			}
			named := strings.HasSuffix(thing, " "+where[min(1, len(where)-1)]) || thing == where[0]
			return named && slices.Contains(choiceKeys[choice], last)
		})
	})
}

// choiceKeys are the keys of the document that a choice says, by its words.
var choiceKeys = map[string][]string{
	"an outcome that another scheme has paid for": {"paid_elsewhere"}, "evidence is counted until": {"cut_off", "last_cut_off"},
	"each line is rounded": {"nearest", "ties", "up", "down"}, "spare pennies": {"spare"}, "no item means": {"if_none"},
	"its window": {"in"}, "evidence may still come": {"run_out"}, "the day that says in which period": {"dated"},
	"the day that selects a row": {"dated"}, "a figure finds its row": {"reads"}, "every limb left out": {"if_all_neutral"},
	"a part not observed": {"if_unknown"}, "rounded": {"rounded", "nearest", "ties", "up", "down"},
}

// flatten puts each single value under its path.
func flatten(n *yaml.Node, path string, into *keyed) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			flatten(n.Content[i+1], path+"."+n.Content[i].Value, into)
		}
	case yaml.SequenceNode:
		if slices.ContainsFunc(n.Content, func(item *yaml.Node) bool { return item.Kind != yaml.ScalarNode }) {
			for i, item := range n.Content {
				flatten(item, fmt.Sprintf("%s.%d", path, i+1), into)
			}
			return
		}
		var items []string
		for _, item := range n.Content {
			items = append(items, item.Value)
		}
		into.put(path, "["+strings.Join(items, ", ")+"]")
	case yaml.ScalarNode:
		into.put(path, n.Value)
	default: // a contract that was read has no other nodes below its top
	}
}

// common returns the longest run of words, not always next to each other, that two texts share.
func common(a, b []string) []string {
	lengths := make([][]int, len(a)+1)
	for i := range lengths {
		lengths[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				lengths[i][j] = lengths[i+1][j+1] + 1
			} else {
				lengths[i][j] = max(lengths[i+1][j], lengths[i][j+1])
			}
		}
	}
	var words []string
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			words = append(words, a[i])
			i, j = i+1, j+1
		case lengths[i+1][j] >= lengths[i][j+1]:
			i++
		default:
			j++
		}
	}
	return words
}

// Marked returns two sentences with what is only in the old between [- and -], and what is only in the new between {+
// and +}.
func Marked(old, new string) (markedOld, markedNew string) {
	a, b := strings.Fields(old), strings.Fields(new)
	shared := common(a, b)
	return marked(a, shared, "[-", "-]"), marked(b, shared, "{+", "+}")
}

func marked(words, shared []string, open, end string) string {
	var out []string
	inside := false
	for _, word := range words {
		only := len(shared) == 0 || shared[0] != word
		if !only {
			shared = shared[1:]
		}
		if inside && !only {
			out[len(out)-1] += end
		}
		if only && !inside {
			word = open + word
		}
		out = append(out, word)
		inside = only
	}
	if inside {
		out[len(out)-1] += end
	}
	return strings.Join(out, " ")
}
