package contracts

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts/formula"
)

// testWords are the words of tests that compare, in the order in which a condition holds them.
var testWords = []struct {
	key, words string
	op         TestOp
}{
	{"at_least", "at least", AtLeast}, {"more_than", "more than", MoreThan}, {"at_most", "at most", AtMost}, {"less_than", "less than", LessThan},
}

// condition reads a map of tests, all of which must hold. It returns nil when the node is absent or at fault.
func (d *decoder) condition(r *reader, n *node) *Condition {
	if n == nil || n.bad || n.kind != mapNode {
		return nil
	}
	if len(n.keys) == 0 {
		d.bad(n, Fault{Message: r.who + ": the condition tests nothing", Expected: conditionShape.what})
		return nil
	}
	all := Condition{Op: AllOf}
	for i, k := range n.keys {
		if k.text == "pays_on" {
			continue // a hurdle's, which is one test and this
		}
		if part := d.conditionPart(r, k, n.items[i]); part != nil {
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

func (d *decoder) conditionPart(r *reader, k, v *node) *Condition {
	switch {
	case v.bad:
		return nil
	case k.text == "not":
		if inner := d.condition(r, v); inner != nil {
			return &Condition{Op: Not, Parts: []Condition{*inner}}
		}
		return nil
	case k.text == "any_of" || k.text == "all_of":
		c := Condition{Op: AnyOf}
		if k.text == "all_of" {
			c.Op = AllOf
		}
		if len(v.items) == 0 {
			d.bad(v, Fault{Message: r.who + ", " + k.text + ": it lists nothing", Expected: "a list of conditions"})
		}
		for _, item := range v.items {
			if inner := d.condition(r, item); inner != nil {
				c.Parts = append(c.Parts, *inner)
			}
		}
		return &c
	}
	name, column, _ := strings.Cut(k.text, ".")
	slot, ok := d.resolve(r, name, column, k.place(), inCondition)
	if !ok {
		v.bad = true
		return nil
	}
	ref := d.c.Refs[slot]
	inner := *r
	inner.who = r.who + ", " + k.text
	return d.tests(&inner, v, slot, ref.Type, ref.Choices)
}

// tests reads what a condition says of one figure: a value, a list of values, or a map of tests.
func (d *decoder) tests(r *reader, v *node, slot int, t formula.Type, choices []string) *Condition {
	if v.kind != mapNode {
		return d.oneOf(r, v, slot, t, choices)
	}
	all := Condition{Op: AllOf}
	for _, word := range testWords {
		bound := v.get(word.key)
		if bound == nil {
			continue
		}
		want := boundTypes(t)
		if want == nil {
			d.bad(bound, Fault{Message: fmt.Sprintf("%s: %s has no order, so %s means nothing", r.who, t, word.key), Remedy: "test it against a value or a list of values"})
			continue
		}
		inner := *r
		inner.who = r.who + ", " + word.key
		if e := d.formula(&inner, bound, want...); e != nil {
			all.Parts = append(all.Parts, Condition{Op: Test, Slot: slot, Test: word.op, Bound: e, Text: word.words + " " + d.exprWords(e)})
		}
	}
	if observed := v.get("observed"); observed != nil {
		c := Condition{Op: Test, Slot: slot, Test: Observed, Text: "observed"}
		if observed.text == "no" {
			c.Test, c.Text = NotObserved, "not observed"
		}
		all.Parts = append(all.Parts, c)
	}
	switch {
	case len(v.keys) == 0:
		d.bad(v, Fault{Message: r.who + ": it says no test", Expected: "at_least, more_than, at_most, less_than or observed"})
		return nil
	case len(all.Parts) == 0:
		return nil
	case len(all.Parts) == 1:
		return &all.Parts[0]
	}
	return &all
}

// oneOf reads a value or a list of values.
func (d *decoder) oneOf(r *reader, v *node, slot int, t formula.Type, choices []string) *Condition {
	c := Condition{Op: Test, Slot: slot, Test: OneOf}
	var texts []string
	for _, item := range v.texts() {
		if t == formula.Text {
			if d.keyFits(r, item, slot) {
				c.Texts = append(c.Texts, item.text)
				texts = append(texts, item.text)
			}
			continue
		}
		as := t
		if d.c.Refs[slot].Kind == RefMeasure && (item.text == "yes" || item.text == "no") {
			as = formula.YesNo // a measure is yes once it has happened
		}
		if as == formula.Spells {
			d.bad(item, Fault{Message: r.who + ": spells are not tested", Remedy: "test their days, run or first_gap"})
			continue
		}
		if f, ok := d.literal(item, r.who, as, choices); ok {
			c.Values = append(c.Values, f)
			texts = append(texts, item.text)
		}
	}
	if len(texts) == 0 {
		if !v.bad && len(v.texts()) == 0 && v.kind == listNode {
			d.bad(v, Fault{Message: r.who + ": it lists nothing", Expected: "at least one value"})
		}
		return nil
	}
	c.Text = enumerate(texts, "or")
	return &c
}

// keyFits holds a role's value against the parties; a unit's key may be anything.
func (d *decoder) keyFits(r *reader, item *node, slot int) bool {
	ref := d.c.Refs[slot]
	if ref.Kind != RefRole || d.roleUnit(ref.Name) >= 0 {
		return true
	}
	known := d.partiesOf(ref.Name)
	if slices.ContainsFunc(known, func(p int) bool { return d.c.Parties[p].ID == item.text }) {
		return true
	}
	names := make([]string, len(known))
	for i, p := range known {
		names[i] = d.c.Parties[p].ID
	}
	d.bad(item, Fault{Message: fmt.Sprintf("%s: no party of the role %s is called %q", r.who, ref.Name, item.text), Remedy: meant(item.text, names)})
	return false
}

// exprWords returns a formula as sentences print it: its names as words.
func (d *decoder) exprWords(e *formula.Expr) string { return d.c.formulaWords(e) }

// slotsOf calls f for every figure that a condition tests or is tested against.
func slotsOf(c *Condition, f func(slot int)) {
	if c == nil {
		return
	}
	if c.Op == Test {
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
