package language

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/wording"
)

// level reads what a thing stands per. cohort is the cohort that the bare word cohort means, or -1: then it is the one
// cohort of the contract that counts.
func (d *decoder) level(n *document.Node, who string, cohort int) (contracts.Level, bool) {
	l, ok := contracts.ContractLevel(), n != nil && !n.Bad
	texts := n.Texts()
	if ok && len(texts) == 0 {
		d.Bad(n, document.Fault{Message: who + ", per: it names nothing", Expected: levelShape.what})
		return l, false
	}
	for _, t := range texts {
		if t.Text == "contract" {
			if len(texts) > 1 {
				d.Bad(t, document.Fault{Message: who + ", per: contract stands with others", Remedy: "everything is within the contract: leave the word out, or the others"})
				ok = false
			}
			continue
		}
		ok = d.levelPart(&l, t, who, cohort) && ok
	}
	return l, ok
}

// levelPart adds one name to a level.
func (d *decoder) levelPart(l *contracts.Level, t *document.Node, who string, cohort int) bool {
	refuse := func(message, remedy string) bool {
		d.Bad(t, document.Fault{Message: who + ", per " + t.Text + ": " + message, Remedy: remedy})
		return false
	}
	if t.Text == "cohort" {
		if cohort < 0 {
			cohort = d.countingCohort()
		}
		if cohort < 0 {
			return refuse("it does not say which cohort", "name the cohort, one of "+wording.List(d.names(cohortThing)))
		}
		l.Cohort = cohort
		return true
	}
	named, known := d.things[t.Text]
	switch {
	case known && named.kind == unitThing:
		if l.Unit >= 0 {
			return refuse("it names two unit types", "name the finer one: what is part of another settles it")
		}
		l.Unit = named.index
	case known && named.kind == periodThing:
		if slices.Contains(l.Periods, named.index) {
			return refuse("it stands twice", "leave one out")
		}
		l.Periods = append(l.Periods, named.index)
	case known && named.kind == cohortThing:
		l.Cohort = named.index
	case len(d.facts[t.Text]) > 1:
		return refuse("several unit types have this fact", "give the facts different names")
	case len(d.facts[t.Text]) == 1:
		f := d.facts[t.Text][0]
		if l.FactOf >= 0 && l.FactOf != f.owner {
			return refuse("it names facts of two unit types", "name facts of one")
		}
		if fact := &d.c.Units[f.owner].Facts[f.field]; !fact.Groups() {
			return refuse("a "+fact.Type.String()+" divides units into no groups", "let it stand per "+d.c.Units[f.owner].Name+", or make the fact a list of choices")
		}
		l.FactOf, l.Facts = f.owner, append(l.Facts, f.field)
	case d.isRole(t.Text):
		l.Role = t.Text
	default:
		known := append(d.names(unitThing, periodThing, cohortThing), d.roles()...)
		for name := range d.facts {
			known = append(known, name)
		}
		slices.Sort(known)
		return refuse("there is no unit type, fact, period series, cohort or role of this name", document.Meant(t.Text, append(known, "contract", "cohort")))
	}
	return true
}

// countingCohort returns the one cohort whose members count, or -1 when there is none or several.
func (d *decoder) countingCohort() int {
	found := -1
	for i := range d.c.Cohorts {
		if d.cohorts[i].Value("counts") == "compared_only" {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// isPartOf reports whether a unit of type a belongs to one unit of type b, itself included.
func (d *decoder) isPartOf(a, b int) bool {
	for steps := 0; a >= 0 && steps <= len(d.c.Units); steps++ {
		if a == b {
			return true
		}
		a = d.c.Units[a].PartOf
	}
	return false
}

// settles reports whether whatever stands per a settles what stands per b: a pupil settles her family, a unit its
// facts, everything the contract.
func (d *decoder) settles(a, b contracts.Level) bool {
	if b.Unit >= 0 && !d.isPartOf(a.Unit, b.Unit) {
		return false
	}
	if b.FactOf >= 0 && !d.isPartOf(a.Unit, b.FactOf) {
		if a.FactOf != b.FactOf {
			return false
		}
		for _, f := range b.Facts {
			if !slices.Contains(a.Facts, f) {
				return false
			}
		}
	}
	if b.Cohort >= 0 && a.Cohort != b.Cohort && !d.isPartOf(a.Unit, d.c.Cohorts[b.Cohort].Unit) {
		return false
	}
	for _, p := range b.Periods {
		if !slices.Contains(a.Periods, p) {
			return false
		}
	}
	return b.Role == "" || a.Role == b.Role || d.roleUnit(b.Role) >= 0 && d.isPartOf(a.Unit, d.roleUnit(b.Role))
}

// join returns the level that settles both; false when no level does.
func (d *decoder) join(a, b contracts.Level) (contracts.Level, bool) {
	j := contracts.Level{Unit: a.Unit, FactOf: a.FactOf, Facts: slices.Clone(a.Facts), Cohort: a.Cohort, Periods: slices.Clone(a.Periods), Role: a.Role}
	switch {
	case b.Unit < 0 || d.isPartOf(a.Unit, b.Unit):
	case a.Unit < 0 || d.isPartOf(b.Unit, a.Unit):
		j.Unit = b.Unit
	default:
		return j, false
	}
	if b.FactOf >= 0 {
		if j.FactOf >= 0 && j.FactOf != b.FactOf {
			return j, false
		}
		j.FactOf = b.FactOf
		for _, f := range b.Facts {
			if !slices.Contains(j.Facts, f) {
				j.Facts = append(j.Facts, f)
			}
		}
	}
	if j.FactOf >= 0 && d.isPartOf(j.Unit, j.FactOf) {
		j.FactOf, j.Facts = -1, nil
	}
	if b.Cohort >= 0 {
		if j.Cohort >= 0 && j.Cohort != b.Cohort {
			return j, false
		}
		j.Cohort = b.Cohort
	}
	if j.Cohort >= 0 && d.isPartOf(j.Unit, d.c.Cohorts[j.Cohort].Unit) {
		j.Cohort = -1
	}
	for _, p := range b.Periods {
		if !slices.Contains(j.Periods, p) {
			j.Periods = append(j.Periods, p)
		}
	}
	if b.Role != "" && j.Role != "" && b.Role != j.Role {
		return j, false
	}
	if j.Role == "" {
		j.Role = b.Role
	}
	return j, true
}

// common returns what both levels settle.
func (d *decoder) common(a, b contracts.Level) contracts.Level {
	out := contracts.ContractLevel()
	switch {
	case d.isPartOf(a.Unit, b.Unit) && b.Unit >= 0:
		out.Unit = b.Unit
	case d.isPartOf(b.Unit, a.Unit) && a.Unit >= 0:
		out.Unit = a.Unit
	}
	if a.FactOf >= 0 && a.FactOf == b.FactOf {
		for _, f := range a.Facts {
			if slices.Contains(b.Facts, f) {
				out.FactOf, out.Facts = a.FactOf, append(out.Facts, f)
			}
		}
	}
	if a.Cohort == b.Cohort {
		out.Cohort = a.Cohort
	}
	for _, p := range a.Periods {
		if slices.Contains(b.Periods, p) {
			out.Periods = append(out.Periods, p)
		}
	}
	if a.Role == b.Role {
		out.Role = a.Role
	}
	return out
}

// unitLevel is the level of one unit type.
func unitLevel(unit int) contracts.Level {
	l := contracts.ContractLevel()
	l.Unit = unit
	return l
}

// kindLevel returns what an item of a kind is about.
func (d *decoder) kindLevel(kind int) contracts.Level {
	l := contracts.ContractLevel()
	switch k := &d.c.Evidence[kind]; k.Of {
	case contracts.OfUnit:
		l.Unit = k.Unit
	case contracts.OfCohort:
		l.Cohort = k.Unit
	case contracts.OfRole:
		l.Role = k.Role
	case contracts.OfContract: // the widest there is
	}
	return l
}

// gatherFirst is the remedy for reading a figure that stands per something finer than its reader.
func gatherFirst(head, per string) string {
	return fmt.Sprintf("gather it first: a quantity such as {%s, per: %s}", head, per)
}
