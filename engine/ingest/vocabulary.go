package ingest

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/engine/evidence"
)

// The names that a native file may use besides those of the contract.
const (
	nameKind      = "kind"
	nameDay       = "day"
	nameUntil     = "until"
	nameLearned   = "learned"
	nameID        = "id"
	nameCorrects  = "corrects"
	nameWithdraws = "withdraws"
	nameSource    = "source"
	nameState     = "state"
	nameParty     = "party"
	nameCohort    = "cohort"
)

// ownNames is every name above.
var ownNames = []string{nameKind, nameDay, nameUntil, nameLearned, nameID, nameCorrects, nameWithdraws, nameSource, nameState, nameParty, nameCohort}

// vocabulary is the contract's names, looked up once for each file and not for each item.
type vocabulary struct {
	c      *contracts.Contract
	kinds  map[string]int
	chains [][]int // for each unit type, the types from its root down to itself
	ranks  []byte  // for each unit type, its place among the types by name
	byRank []int
	roles  map[string]*role
	fields map[string]*fieldUse
	names  []string // every name that a native file may use, for did-you-mean
}

// fieldUse is what a name of a field means: the place in what each kind says, and the facts it names.
type fieldUse struct {
	name  string
	kinds []int // for each kind, the index in what it says, or -1
	facts []int // for each unit type, the index of the fact, or -1
}

// newVocabulary prepares a contract's names. It refuses a contract whose fields no file can carry, or with more unit
// types than a sort key can tell apart.
func newVocabulary(c *contracts.Contract) (*vocabulary, error) {
	v := &vocabulary{c: c, chains: evidence.Chains(c), kinds: map[string]int{}, roles: map[string]*role{}, fields: map[string]*fieldUse{}, names: slices.Clone(ownNames)}
	if len(c.Units) > unitTypesMax {
		return nil, fmt.Errorf("contract %s: it has %d unit types, and at most %d can be read", c.ID, len(c.Units), unitTypesMax)
	}
	for i := range c.Units {
		v.names = append(v.names, c.Units[i].Name)
		v.byRank = append(v.byRank, i)
	}
	slices.SortFunc(v.byRank, func(a, b int) int { return strings.Compare(c.Units[a].Name, c.Units[b].Name) })
	v.ranks = make([]byte, len(c.Units))
	for rank, i := range v.byRank {
		v.ranks[i] = byte(rank)
	}
	for i := range c.Evidence {
		kind := &c.Evidence[i]
		v.kinds[kind.Name] = i
		v.names = append(v.names, kind.Name)
		if kind.Of == contracts.OfRole && v.roles[kind.Role] == nil {
			v.roles[kind.Role] = v.parties(kind.Role)
			v.names = append(v.names, kind.Role)
		}
	}
	return v, v.addFields()
}

// addFields notes the fields of kinds and the facts of units by name.
func (v *vocabulary) addFields() error {
	use := func(name string) *fieldUse {
		f := v.fields[name]
		if f == nil {
			f = &fieldUse{name: name, kinds: filled(len(v.c.Evidence)), facts: filled(len(v.c.Units))}
			v.fields[name] = f
			v.names = append(v.names, name)
		}
		return f
	}
	for i := range v.c.Evidence {
		for j, field := range v.c.Evidence[i].Says {
			if !readable(field.Type) {
				return fmt.Errorf("contract %s: evidence %s: no file can carry the field %s, which is %s", v.c.ID, v.c.Evidence[i].Name, field.Name, field.Type)
			}
			use(field.Name).kinds[i] = j
		}
	}
	for i := range v.c.Units {
		for j, field := range v.c.Units[i].Facts {
			if !readable(field.Type) {
				return fmt.Errorf("contract %s: unit %s: no file can carry the fact %s, which is %s", v.c.ID, v.c.Units[i].Name, field.Name, field.Type)
			}
			use(field.Name).facts[i] = j
		}
	}
	return nil
}

// filled returns n times -1.
func filled(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = -1
	}
	return list
}

// readable reports whether a figure of a type can be written in evidence.
func readable(t formula.Type) bool {
	switch t {
	case formula.Number, formula.Plain, formula.Money, formula.Rate, formula.Points, formula.Days,
		formula.Length, formula.Date, formula.YesNo, formula.Choice:
		return true
	default:
		return false
	}
}

// kindNames returns the names of the kinds.
func (v *vocabulary) kindNames() []string {
	names := make([]string, len(v.c.Evidence))
	for i := range v.c.Evidence {
		names[i] = v.c.Evidence[i].Name
	}
	return names
}

// role is who may be the party of an item of a role.
type role struct {
	ids  []string
	each bool // any key of a unit type is a party too
}

// parties finds the parties of a role.
func (v *vocabulary) parties(name string) *role {
	r := &role{}
	for i := range v.c.Parties {
		switch p := &v.c.Parties[i]; {
		case p.Role != name:
		case p.Each >= 0:
			r.each = true
		default:
			r.ids = append(r.ids, p.ID)
		}
	}
	return r
}

// unitType returns the index of a unit type by name.
func (v *vocabulary) unitType(name string) (int, bool) {
	for i := range v.c.Units {
		if v.c.Units[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// placeText puts the place of a sequence into words.
func placeText(f func(uint64) (string, int), sequence uint64) string {
	file, line := f(sequence)
	if file == "" {
		return fmt.Sprintf("item %d", line)
	}
	return fmt.Sprintf("%s line %d", file, line)
}
