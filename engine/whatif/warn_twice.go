package whatif

import (
	"fmt"
	"slices"

	"outturn/contracts"
)

// overlaps warns of cohorts that one unit may be in, both counted, or on both sides of a comparison.
func (v *review) overlaps() {
	for i := range v.c.Cohorts {
		for j := range i {
			a, b := &v.c.Cohorts[j], &v.c.Cohorts[i]
			if a.Unit != b.Unit || a.JoinedBy != b.JoinedBy || a.Between.Intersect(b.Between).IsEmpty() || !v.together(a.Where, b.Where) {
				continue
			}
			unit := spaced(v.c.Units[a.Unit].Name)
			if v.compared(i, j) {
				v.warn(WarnTwice, "cohort "+b.Name, b.Clause, fmt.Sprintf("a %s may be in %s too: whoever is on both sides of a comparison hides the difference it is to find", unit, spaced(a.Name)),
					"say where the two part: a fact in where, or days that do not meet")
				continue
			}
			if counted(a) && counted(b) {
				v.warn(WarnTwice, "cohort "+b.Name, b.Clause, fmt.Sprintf("a %s that joins by %s from %s to %s is in %s too", unit, spaced(v.c.Evidence[a.JoinedBy].Name),
					max(a.Between.First, b.Between.First).Long(), min(a.Between.Last, b.Between.Last).Long(), spaced(a.Name)),
					"say where the two part: a fact in where, or days that do not meet")
			}
		}
	}
}

func counted(k *contracts.Cohort) bool { return k.Counts != contracts.CountsComparedOnly }

func (v *review) compared(i, j int) bool {
	return slices.ContainsFunc(v.c.Comparisons, func(k contracts.Comparison) bool {
		return k.Treated == i && k.Against == j || k.Treated == j && k.Against == i
	})
}

// paidTwice warns of two payments for one outcome to one payee: for the same measure, cohort or sum, or for measures that
// one item meets. It does not where one is not paid if the other is, where they exclude each other, where one has a
// hurdle of its own or falls due otherwise (money held back), or where a cap limits both per unit.
func (v *review) paidTwice() {
	for i := range v.c.Payments {
		for j := range i {
			a, b := &v.c.Payments[j], &v.c.Payments[i]
			shared := v.shared(a, b)
			if shared == "" || a.From != b.From || a.To != b.To || a.Hurdle != nil || b.Hurdle != nil || a.Due.Wait != b.Due.Wait || a.Held != nil || b.Held != nil {
				continue
			}
			if a.Between.Intersect(b.Between).IsEmpty() || v.minds(a, j, b, i) || v.minds(b, i, a, j) || v.cappedTogether(i, j) || v.apart(a, b) {
				continue
			}
			v.warn(WarnTwice, "payment "+b.Name, b.Clause, fmt.Sprintf("%s is paid by %s as well, to the same payee; nothing takes the one off the other", shared, spaced(a.Name)),
				"add unless to one of them, a cap over both per unit, or a where that parts them")
		}
	}
}

// shared says what two payments may both pay for; "" when nothing.
func (v *review) shared(a, b *contracts.Payment) string {
	switch {
	case a.For == contracts.ForMeasure && b.For == contracts.ForMeasure:
		m, n := &v.c.Measures[a.Index], &v.c.Measures[b.Index]
		if a.Index == b.Index {
			return "each " + spaced(m.Name)
		}
		if m.Per.Unit != n.Per.Unit || m.Form == contracts.AsSoonAs || n.Form == contracts.AsSoonAs || m.Form == contracts.EveryRun || n.Form == contracts.EveryRun {
			return ""
		}
		for _, k := range m.Kinds {
			if slices.Contains(n.Kinds, k) && v.together(m.When, n.When) {
				return fmt.Sprintf("one %s meets %s and %s, and", spaced(v.c.Evidence[k].Name), spaced(m.Name), spaced(n.Name))
			}
		}
	case a.For == contracts.ForCohort && b.For == contracts.ForCohort && a.Index == b.Index:
		return "each joining of " + spaced(v.c.Cohorts[a.Index].Name)
	case a.For == contracts.ForSum && b.For == contracts.ForSum && a.Of.String() == b.Of.String() && slices.Equal(a.Per.Periods, b.Per.Periods) && len(a.Then)+len(b.Then) == 0:
		return "the sum of " + spaced(a.Of.String())
	}
	return ""
}

// minds reports whether payment b looks at payment a, or at what it is for: then it is not blind to it.
func (v *review) minds(a *contracts.Payment, ai int, b *contracts.Payment, _ int) bool {
	w := &walker{c: v.c, seen: map[thing]bool{}}
	w.cond(b.Unless)
	if b.For != contracts.ForMeasure || a.For != contracts.ForMeasure || a.Index != b.Index {
		w.cond(b.When)
	}
	for _, s := range b.Then {
		w.expr(s.By)
	}
	w.expr(b.Of)
	return w.seen[thing{paymentThing, ai}] || a.For == contracts.ForMeasure && w.seen[thing{measureThing, a.Index}]
}

// cappedTogether reports whether a cap of money per unit is over both payments.
func (v *review) cappedTogether(i, j int) bool {
	return slices.ContainsFunc(v.c.Caps, func(k contracts.Cap) bool {
		return k.Counting < 0 && k.Per.Unit >= 0 && slices.Contains(k.Over, i) && slices.Contains(k.Over, j)
	})
}

// apart reports whether the conditions of two payments exclude each other.
func (v *review) apart(a, b *contracts.Payment) bool {
	k := v.constraints()
	for _, p := range []*contracts.Payment{a, b} {
		k.hold(p.When, false)
		k.hold(p.Unless, true)
	}
	return k.contrary() >= 0
}
