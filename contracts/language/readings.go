package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/wording"
)

// This file reports what is said in a way that can be read as one sum or another, with each reading of it and how it is
// written: schemes have been ambiguous on each of these points.

// modeUnsaid reports a rate that stands bare as the counterfactual: taken off the outcomes it comes to one thing, and
// taken off the impact to another.
func (d *decoder) modeUnsaid(n, v *document.Node, who string) {
	where := strings.TrimSuffix(who, ", counterfactual")
	if _, err := formula.Parse(v.Text, d.c.Currency); err != nil || !strings.ContainsAny(v.Text, "0123456789") {
		d.Bad(v, document.Fault{Message: who, Expected: counterfactualShape.what, Found: fmt.Sprintf("%q", v.Text), Options: counterfactualShape.options()})
		return
	}
	var answers []document.Answer
	for _, way := range []struct{ key, means string }{{"deadweight", "that share of the outcomes would have come anyway: outcomes x (1 - it)"}, {"would_have", "that rate is taken from the impact: retained x (impact - it)"}} {
		text := "{" + way.key + ": " + v.Text + "}"
		answers = append(answers, document.Answer{Word: text, Means: way.means, Edits: []document.Edit{n.Set("counterfactual", text)}})
	}
	d.Open(v.Place(), where, "counterfactual", "it does not say of what "+v.Text+" is taken", answers...)
	v.Bad = true
}

// modesSaid reports several ways of taking off what would have happened anyway, of which there is one; each by itself is
// a reading. A comparison finds a number by itself, so it goes with nothing that counts.
func (d *decoder) modesSaid(n, v *document.Node, said []string, who string) {
	where := strings.TrimSuffix(who, ", counterfactual")
	with := map[string][]string{"deadweight": nil, "would_have": nil, "comparison": {"counting"}, "expected": {"actual"}}
	var answers []document.Answer
	for _, key := range said {
		var pairs []string
		for _, k := range append([]string{key}, with[key]...) {
			if v.Has(k) {
				pairs = append(pairs, k+": "+v.Value(k))
			}
		}
		a := document.Answer{Word: "{" + strings.Join(pairs, ", ") + "}", Means: "this alone"}
		a.Edits = []document.Edit{n.Set("counterfactual", a.Word)}
		if key == "comparison" || key == "expected" {
			for _, k := range []string{"of", "engaged", "retained", "impact"} {
				if n.Has(k) {
					a.Edits = append(a.Edits, n.Drop(k))
				}
			}
		}
		answers = append(answers, a)
	}
	d.Open(v.Place(), where, "counterfactual", "it takes off what would have happened anyway more than once: "+wording.List(said)+": what one takes off is not taken off again", answers...)
	v.Bad = true
}

// stepUnsaid reports a saving that is read without saying which of its figures, where the reader wants money.
func (d *decoder) stepUnsaid(who string, s *contracts.Saving, at document.Place) {
	var answers []document.Answer
	for _, step := range s.Steps {
		if moneyStep(s, step.Name) {
			answers = append(answers, document.Answer{Word: s.Name + "." + step.Name, Means: stepMeans[step.Name], Edits: []document.Edit{{Line: at.Line, Column: at.Column + len(s.Name), Value: "." + step.Name}}})
		}
	}
	d.Open(at, who, s.Name, "it does not say which figure of the saving", answers...)
}

// moneyStep reports whether a step is money and may be read by others.
func moneyStep(s *contracts.Saving, name string) bool {
	if s.Rating != nil && name != "rated" {
		return false
	}
	return s.Form != contracts.SavingChain || slices.Contains([]string{"value", "corrected", "lasting", "fiscal", "validated", "cashable", "cashed", "net", "rated"}, name)
}

var stepMeans = map[string]string{"value": "what the outcomes are worth, gross", "corrected": "less what the grade of the evidence takes off, gross", "lasting": "in the periods in which it comes, gross",
	"fiscal": "the part that is fiscal, gross", "validated": "what a named party found valid", "cashable": "what a budget can give up", "cashed": "what the budget holder took out", "net": "net of what it cost",
	"rated": "what its rating lets through", "stated": "as a plan states it", "total": "all of it"}

// edgeUnsaid reports a hurdle that names a figure and not which side of it passes.
func (d *decoder) edgeUnsaid(who string, h *document.Node) {
	for i, k := range h.Keys {
		v := h.Items[i]
		if k.Text == "pays_on" || v.Kind != document.Scalar {
			continue
		}
		var answers []document.Answer
		for _, word := range testWords {
			test := "{" + word.key + ": " + v.Text + "}"
			answers = append(answers, document.Answer{Word: test, Means: k.Text + " is " + word.words + " " + v.Text, Edits: []document.Edit{h.Set(k.Text, test)}})
		}
		d.Open(v.Place(), who, k.Text, "it does not say which side of "+v.Text+" passes, and whether "+v.Text+" itself does", answers...)
		v.Bad = true
	}
}

// givesNothing reports a row without a value. A share that is left out is one of those that the other rows have, or none
// or all of it: a scheme that says "half of the saving to the threshold" has to say what is paid beyond.
func (d *decoder) givesNothing(r *reader, from *document.Node, t *contracts.Table) {
	var answers []document.Answer
	add := func(value, means string) {
		if !slices.ContainsFunc(answers, func(a document.Answer) bool { return a.Word == value }) {
			answers = append(answers, document.Answer{Word: value, Means: means, Edits: []document.Edit{from.Set("is", value)}})
		}
	}
	for _, row := range d.tables[d.things[t.Name].index].Get("rows").Items {
		if v := row.Get("is"); v != nil && v.Kind == document.Scalar {
			add(v.Text, "as another row has it")
		}
	}
	if t.Gives[0].Type == formula.Rate {
		add("0%", "nothing")
		add("100%", "the whole")
	}
	d.Open(from.Place(), r.who, "is", "it gives nothing", answers...)
}

// topUpUnsaid reports shares of which one party's is the whole and others come on top: a fund that adds 20% may add it to
// what the others pay, or pay 20% of the total. It returns false where the shares are of another kind.
func (d *decoder) topUpUnsaid(who string, n *document.Node, t *contracts.Tranche, total money.Exact) bool {
	whole := -1
	for i, w := range t.Weights {
		if w.Literal.Num.Equal(money.Int(1)) {
			if whole >= 0 {
				return false
			}
			whole = i
		}
	}
	added := total.Sub(money.Int(1))
	if whole < 0 || len(t.Weights) < 2 || added.Sign() <= 0 || added.Cmp(money.Int(1)) >= 0 {
		return false
	}
	answers := []document.Answer{{Means: "the others' shares are of the total"}, {Means: "the others' shares are of what " + wording.Spaced(d.c.Parties[t.Parties[whole]].ID) + " pays"}}
	for way := range answers {
		var pairs []string
		for i, p := range t.Parties {
			share := t.Weights[i].Literal.Num
			switch {
			case way == 1:
				share, _ = share.Quo(total)
			case i == whole:
				share = money.Int(1).Sub(added)
			}
			text := share.Rat().RatString()
			if _, finite := share.Decimal(); finite {
				text = formula.Figure{Type: formula.Rate, Num: share}.Format(d.c.Currency)
			}
			pairs = append(pairs, d.c.Parties[p].ID+": "+text)
			answers[way].Edits = append(answers[way].Edits, n.Set(d.c.Parties[p].ID, text))
		}
		answers[way].Word = "{" + strings.Join(pairs, ", ") + "}"
	}
	d.Open(n.Place(), who, "among", "one has the whole and others come on top of it, and it does not say of what their shares are", answers...)
	n.Bad = true
	return true
}
