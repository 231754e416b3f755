package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// testWords are the words of tests that compare, in the order in which a condition holds them.
var testWords = []struct {
	key, words string
	op         contracts.TestOp
}{
	{"at_least", "at least", contracts.AtLeast}, {"more_than", "more than", contracts.MoreThan}, {"at_most", "at most", contracts.AtMost}, {"less_than", "less than", contracts.LessThan},
}

// condition reads a map of tests, all of which must hold. It returns nil when the node is absent or at fault.
func (d *decoder) condition(r *reader, n *document.Node) *contracts.Condition {
	if n == nil || n.Bad || n.Kind != document.Map {
		return nil
	}
	if len(n.Keys) == 0 {
		d.Bad(n, document.Fault{Message: r.who + ": the condition tests nothing", Expected: conditionShape.what})
		return nil
	}
	all := contracts.Condition{Op: contracts.AllOf}
	for i, k := range n.Keys {
		if k.Text == "pays_on" {
			continue // a hurdle's, which is one test and this
		}
		if part := d.conditionPart(r, k, n.Items[i]); part != nil {
			all.Parts = append(all.Parts, *part)
		}
	}
	switch len(all.Parts) {
	case 0:
		return nil
	case 1:
		return &all.Parts[0]
	}
	return &all
}

func (d *decoder) conditionPart(r *reader, k, v *document.Node) *contracts.Condition {
	switch {
	case v.Bad:
		return nil
	case k.Text == "not":
		if inner := d.condition(r, v); inner != nil {
			return &contracts.Condition{Op: contracts.Not, Parts: []contracts.Condition{*inner}}
		}
		return nil
	case k.Text == "any_of" || k.Text == "all_of":
		c := contracts.Condition{Op: contracts.AnyOf}
		if k.Text == "all_of" {
			c.Op = contracts.AllOf
		}
		if len(v.Items) == 0 {
			d.Bad(v, document.Fault{Message: r.who + ", " + k.Text + ": it lists nothing", Expected: "a list of conditions"})
		}
		for _, item := range v.Items {
			if inner := d.condition(r, item); inner != nil {
				c.Parts = append(c.Parts, *inner)
			}
		}
		return &c
	}
	name, column, _ := strings.Cut(k.Text, ".")
	slot, ok := d.resolve(r, name, column, k.Place(), inCondition)
	if !ok {
		v.Bad = true
		return nil
	}
	ref := d.c.Refs[slot]
	inner := *r
	inner.who = r.who + ", " + k.Text
	return d.tests(&inner, v, slot, ref.Type, ref.Choices)
}

// tests reads what a condition says of one figure: a value, a list of values, or a map of tests.
func (d *decoder) tests(r *reader, v *document.Node, slot int, t formula.Type, choices []string) *contracts.Condition {
	if v.Kind != document.Map {
		return d.oneOf(r, v, slot, t, choices)
	}
	all := contracts.Condition{Op: contracts.AllOf}
	for _, word := range testWords {
		bound := v.Get(word.key)
		if bound == nil {
			continue
		}
		want := boundTypes(t)
		if want == nil {
			d.Bad(bound, document.Fault{Message: fmt.Sprintf("%s: %s has no order, so %s means nothing", r.who, t, word.key), Remedy: "test it against a value or a list of values"})
			continue
		}
		inner := *r
		inner.who = r.who + ", " + word.key
		if e := d.formula(&inner, bound, want...); e != nil {
			all.Parts = append(all.Parts, contracts.Condition{Op: contracts.Test, Slot: slot, Test: word.op, Bound: e, Text: word.words + " " + d.exprWords(e)})
		}
	}
	if observed := v.Get("observed"); observed != nil {
		c := contracts.Condition{Op: contracts.Test, Slot: slot, Test: contracts.Observed, Text: "observed"}
		if observed.Text == "no" {
			c.Test, c.Text = contracts.NotObserved, "not observed"
		}
		all.Parts = append(all.Parts, c)
	}
	switch {
	case len(v.Keys) == 0:
		d.Bad(v, document.Fault{Message: r.who + ": it says no test", Expected: "at_least, more_than, at_most, less_than or observed"})
		return nil
	case len(all.Parts) == 0:
		return nil
	case len(all.Parts) == 1:
		return &all.Parts[0]
	}
	return &all
}

// oneOf reads a value or a list of values.
func (d *decoder) oneOf(r *reader, v *document.Node, slot int, t formula.Type, choices []string) *contracts.Condition {
	c := contracts.Condition{Op: contracts.Test, Slot: slot, Test: contracts.OneOf}
	var texts []string
	for _, item := range v.Texts() {
		if t == formula.Text {
			if d.keyFits(r, item, slot) {
				c.Texts = append(c.Texts, item.Text)
				texts = append(texts, item.Text)
			}
			continue
		}
		as := t
		if d.c.Refs[slot].Kind == contracts.RefMeasure && (item.Text == "yes" || item.Text == "no") {
			as = formula.YesNo // a measure is yes once it has happened
		}
		if as == formula.Spells {
			d.Bad(item, document.Fault{Message: r.who + ": spells are not tested", Remedy: "test their days, run or first_gap"})
			continue
		}
		if f, ok := d.literal(item, r.who, as, choices); ok {
			c.Values = append(c.Values, f)
			texts = append(texts, item.Text)
		}
	}
	if len(texts) == 0 {
		if !v.Bad && len(v.Texts()) == 0 && v.Kind == document.List {
			d.Bad(v, document.Fault{Message: r.who + ": it lists nothing", Expected: "at least one value"})
		}
		return nil
	}
	c.Text = wording.Enumerate(texts, "or")
	return &c
}

// keyFits holds a role's value against the parties; a unit's key may be anything.
func (d *decoder) keyFits(r *reader, item *document.Node, slot int) bool {
	ref := d.c.Refs[slot]
	if ref.Kind != contracts.RefRole || d.roleUnit(ref.Name) >= 0 {
		return true
	}
	known := d.partiesOf(ref.Name)
	if slices.ContainsFunc(known, func(p int) bool { return d.c.Parties[p].ID == item.Text }) {
		return true
	}
	names := make([]string, len(known))
	for i, p := range known {
		names[i] = d.c.Parties[p].ID
	}
	d.Bad(item, document.Fault{Message: fmt.Sprintf("%s: no party of the role %s is called %q", r.who, ref.Name, item.Text), Remedy: document.Meant(item.Text, names)})
	return false
}

// exprWords returns a formula as sentences print it: its names as words.
func (d *decoder) exprWords(e *formula.Expr) string { return sentences.Formula(d.c, e) }

// slotsOf calls f for every figure that a condition tests or is tested against.
func slotsOf(c *contracts.Condition, f func(slot int)) {
	if c == nil {
		return
	}
	if c.Op == contracts.Test {
		f(c.Slot)
		slotsIn(c.Bound, f)
		return
	}
	for i := range c.Parts {
		slotsOf(&c.Parts[i], f)
	}
}

// slotsIn calls f for every reference of a formula.
func slotsIn(e *formula.Expr, f func(slot int)) {
	if e == nil {
		return
	}
	if e.Op == formula.OpRef {
		f(e.Slot)
		return
	}
	slotsIn(e.Left, f)
	slotsIn(e.Right, f)
}
