package ingest

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// rower turns the rows of one file into entries. It serves one goroutine and keeps nothing between rows but memory.
type rower struct {
	v       *vocabulary
	plan    *plan
	file    uint64
	faults  *collector
	cutOff  calendar.Date
	e       entry
	scratch []byte
	late    int
	passed  int // rows that a where of the mapping leaves out
	wrong   bool
	line    uint64

	hidden bool // this row: a value was withheld
	silent bool // this row: its state says that nothing was observed
}

// rowOutcome says what became of a row.
type rowOutcome uint8

const (
	rowRead    rowOutcome = iota // the entry holds it
	rowLate                      // the entry holds it, and it was learned after the cut-off
	rowNothing                   // passed over or at fault
)

// row reads one row. The entry it leaves is valid until the next.
func (w *rower) row(line uint64, cells [][]byte) (*entry, rowOutcome) {
	w.line, w.wrong, w.hidden, w.silent = line, false, false, false
	w.scratch = w.scratch[:0]
	for i := range w.plan.where {
		if f := &w.plan.where[i]; !f.values[string(cells[f.column])] {
			w.passed++
			return nil, rowNothing
		}
	}
	e := &w.e
	*e = entry{Sequence: w.file<<lineBits | line, Leaf: -1, Kind: -1, Path: e.Path[:0], Facts: e.Facts[:0], Values: e.Values[:0]}
	days, ok := w.kindOf(cells)
	if !ok {
		return nil, rowNothing
	}
	w.points(cells)
	w.unit(cells)
	if e.Kind >= 0 || e.Withdraws {
		e.Item = true
		w.state(cells)
		w.days(cells, days)
		w.about(cells)
	} else {
		w.declares(cells)
	}
	w.says(cells)
	if w.wrong {
		return nil, rowNothing
	}
	if w.cutOff != 0 && e.Learned > w.cutOff {
		w.late++
		return e, rowLate
	}
	return e, rowRead
}

func (w *rower) fault(field string, value []byte, rule, remedy string) {
	w.wrong = true
	w.faults.add(w.file<<lineBits|w.line, evidence.Fault{Field: field, Value: string(value), Rule: rule, Remedy: remedy})
}

// get returns the text of a source that may be missing, nil for nothing.
func (w *rower) get(s *source, cells [][]byte) []byte {
	if s == nil {
		return nil
	}
	text, what := s.get(cells, &w.scratch)
	if what != foundText {
		return nil
	}
	if s.values != nil {
		to, listed := s.values[string(text)]
		if !listed {
			w.fault(s.name, text, "evidence.yaml lists no such value: expected "+orList(s.listed), "correct it, or list it under values")
			return nil
		}
		return to
	}
	return text
}

// kindOf finds the row's kind. days is what stands under the name of a kind in NDJSON.
func (w *rower) kindOf(cells [][]byte) (days []byte, ok bool) {
	e := &w.e
	for _, k := range w.plan.kindKeys {
		text := cells[k.column]
		if text == nil {
			continue
		}
		if e.Kind >= 0 {
			w.fault(w.v.c.Evidence[k.kind].Name, text, "an item is of one kind, and this names "+w.v.c.Evidence[e.Kind].Name+" too", "write two items")
			return nil, false
		}
		e.Kind, days = k.kind, text
		if len(text) == 0 {
			w.fault(w.v.c.Evidence[k.kind].Name, nil, "expected the day", "write "+w.v.c.Evidence[k.kind].Name+": 2012-04-01")
		}
	}
	if w.plan.kind == nil {
		return days, true
	}
	text := w.get(w.plan.kind, cells)
	if len(text) == 0 {
		return days, !w.wrong
	}
	kind, known := w.v.kinds[string(text)]
	if !known {
		w.fault(w.plan.kind.name, text, "no such kind of evidence", suggest(string(text), w.v.kindNames()))
		return nil, false
	}
	if e.Kind >= 0 && e.Kind != kind {
		w.fault(w.plan.kind.name, text, "an item is of one kind, and this names "+w.v.c.Evidence[e.Kind].Name+" too", "write two items")
		return nil, false
	}
	e.Kind = kind
	return days, true
}

// points reads the item's own name and the one it corrects or withdraws.
func (w *rower) points(cells [][]byte) {
	e := &w.e
	e.ID = w.label(w.plan.id, cells)
	corrects, withdraws := w.label(w.plan.corrects, cells), w.label(w.plan.withdraws, cells)
	switch {
	case len(corrects) > 0 && len(withdraws) > 0:
		w.fault(nameWithdraws, withdraws, "an item corrects or withdraws, not both", "write two items")
	case len(withdraws) > 0:
		e.Points, e.Withdraws = withdraws, true
	case len(corrects) > 0:
		e.Points = corrects
		if e.Kind < 0 {
			w.fault(nameCorrects, corrects, "a correction says in full what takes the other's place", "give its kind and day too")
		}
	}
	if len(e.Points) > 0 && bytes.Equal(e.Points, e.ID) {
		w.fault(nameID, e.ID, "an item points at itself", "give it an id of its own")
	}
	e.Source = w.label(w.plan.from, cells)
}

// label reads a short text: a key or a name of the sender's.
func (w *rower) label(s *source, cells [][]byte) []byte {
	text := w.get(s, cells)
	if len(text) > 0 {
		w.key(s.name, text)
	}
	return text
}

// key checks a key of a unit, an id or a source.
func (w *rower) key(name string, text []byte) bool {
	if len(text) > keyBytesMax {
		w.fault(name, text, "a key has at most "+strconv.Itoa(keyBytesMax)+" bytes, and this has "+strconv.Itoa(len(text)), "use a shorter key")
		return false
	}
	plain := true
	for _, c := range text {
		if c < 0x20 || c == 0x7f {
			w.fault(name, text, "a key holds no control character", "take it out")
			return false
		}
		plain = plain && c < utf8.RuneSelf
	}
	if !plain && !utf8.Valid(text) {
		w.fault(name, text, "a key is UTF-8 text", "save the file as UTF-8")
		return false
	}
	return true
}

// unit finds the units that the row names: the deepest, and those it is part of.
func (w *rower) unit(cells [][]byte) {
	e := &w.e
	units := w.plan.units
	for i := range units {
		text := w.get(&units[i].source, cells)
		if len(text) == 0 {
			continue
		}
		t := units[i].unitType
		if !w.key(units[i].name, text) {
			continue
		}
		chain := w.v.chains[t]
		if e.Leaf < 0 || len(chain) > len(w.v.chains[e.Leaf]) {
			if e.Leaf >= 0 && chain[len(w.v.chains[e.Leaf])-1] != e.Leaf {
				w.unrelated(t, e.Leaf, text)
				continue
			}
			for len(e.Path) < len(chain) {
				e.Path = append(e.Path, nil)
			}
			e.Leaf = t
		} else if w.v.chains[e.Leaf][len(chain)-1] != t {
			w.unrelated(t, e.Leaf, text)
			continue
		}
		e.Path[len(chain)-1] = text
	}
}

func (w *rower) unrelated(a, b int, text []byte) {
	w.fault(w.v.c.Units[a].Name, text, "a row is about one unit, and "+w.v.c.Units[a].Name+" and "+w.v.c.Units[b].Name+" are not part of each other", "write two rows")
}

// about checks that the item is about what its kind is of.
func (w *rower) about(cells [][]byte) {
	e := &w.e
	party, role := w.label(w.plan.party, cells), ""
	for i := range w.plan.roles {
		if text := w.label(&w.plan.roles[i], cells); len(text) > 0 {
			if len(party) > 0 {
				w.fault(w.plan.roles[i].name, text, "an item is one party's, and two are named", "write two items")
			}
			party, role = text, w.plan.roles[i].name
		}
	}
	cohort := w.get(w.plan.cohort, cells)
	if e.Kind < 0 { // a withdrawal: it is about what the withdrawn item is about
		if e.Leaf < 0 {
			w.fault(nameWithdraws, e.Points, "a withdrawal that gives no kind names the unit", "name the unit, or the kind")
		}
		return
	}
	kind := &w.v.c.Evidence[e.Kind]
	if len(party) > 0 && (kind.Of != contracts.OfRole || role != "" && role != kind.Role) {
		w.fault(nameParty, party, kind.Name+" is not about "+cmp.Or(role, "a party"), "leave it out")
		return
	}
	if len(cohort) > 0 && kind.Of != contracts.OfCohort {
		w.fault(nameCohort, cohort, kind.Name+" is not about a cohort", "leave it out")
	}
	if kind.Of == contracts.OfUnit {
		w.ofUnit(kind)
		return
	}
	if e.Leaf >= 0 {
		w.fault(w.v.c.Units[e.Leaf].Name, e.Path[len(e.Path)-1], kind.Name+" is not about a unit", "leave the unit out")
		e.Leaf, e.Path = -1, e.Path[:0]
	}
	switch kind.Of {
	case contracts.OfRole:
		w.party(kind, party)
	case contracts.OfCohort:
		n, err := strconv.Atoi(string(cohort))
		if err != nil || n < 1 || n > cohortsMax || strconv.Itoa(n) != string(cohort) {
			w.fault(nameCohort, cohort, "expected the number of a cohort, from 1", "write 1 for the first")
		}
		e.Cohort = n
	default: // of the contract: nothing more to name
	}
}

// ofUnit checks that an item about a unit names that unit, and nothing that is part of it.
func (w *rower) ofUnit(kind *contracts.Kind) {
	e := &w.e
	name := w.v.c.Units[kind.Unit].Name
	switch {
	case e.Leaf < 0 && !w.wrong:
		w.fault(name, nil, kind.Name+" is about "+a(name)+", and no key is given", "give the key of the "+name)
	case e.Leaf >= 0 && e.Leaf != kind.Unit:
		w.fault(w.v.c.Units[e.Leaf].Name, e.Path[len(e.Path)-1], kind.Name+" is about "+a(name)+", and this row is about "+a(w.v.c.Units[e.Leaf].Name), "give the "+name+" only")
	}
}

// party checks whose an item of a role is.
func (w *rower) party(kind *contracts.Kind, party []byte) {
	role := w.v.roles[kind.Role]
	known := role.each && len(party) > 0
	for _, id := range role.ids {
		known = known || id == string(party)
	}
	if !known {
		w.fault(kind.Role, party, "expected a party whose role is "+kind.Role, suggest(string(party), role.ids))
	}
	w.e.Party = party
}

// state reads whether anything was observed at all.
func (w *rower) state(cells [][]byte) {
	switch text := w.get(w.plan.state, cells); string(text) {
	case "", "observed":
	case "not_observed":
		w.silent = true
	case "withheld":
		w.silent, w.hidden = true, true
	default:
		w.fault(nameState, text, "expected observed, not_observed or withheld", suggest(string(text), []string{"observed", "not_observed", "withheld"}))
	}
}

// declares checks a row without a kind: it names a unit, and says nothing that only an item can say.
func (w *rower) declares(cells [][]byte) {
	e := &w.e
	if e.Leaf < 0 && !w.wrong {
		w.fault("", nil, "a row names a kind of evidence, or declares a unit", "give its kind and day, or the key of a unit")
	}
	if text := w.get(w.plan.day, cells); len(text) > 0 {
		w.fault(nameKind, nil, "a day is given and no kind", "say which kind of evidence it is")
	}
	if text := w.get(w.plan.learned, cells); len(text) > 0 {
		e.Learned = w.date(w.plan.learned.name, text, w.plan.learned.how.format)
	}
}

// says reads the fields and facts.
func (w *rower) says(cells [][]byte) {
	e := &w.e
	fields := w.plan.fields
	if e.Kind >= 0 {
		for range w.v.c.Evidence[e.Kind].Says {
			e.Values = append(e.Values, nil)
		}
		w.missing(cells)
	}
	for i := range fields {
		f := &fields[i]
		text, what := f.get(cells, &w.scratch)
		if what == foundNothing {
			continue
		}
		w.field(f, text, what)
	}
	if w.hidden {
		e.Withheld = true
	}
}

// missing reports fields that an item must have and the row does not give.
func (w *rower) missing(cells [][]byte) {
	e := &w.e
	kind := &w.v.c.Evidence[e.Kind]
	if len(kind.Says) == 0 || kind.Form == contracts.Reading || w.silent || e.Withdraws {
		return
	}
	for j := range kind.Says {
		given := kind.Says[j].Optional
		for i := 0; i < len(w.plan.fields) && !given; i++ {
			if f := &w.plan.fields[i]; f.use.kinds[e.Kind] == j {
				_, what := f.get(cells, &w.scratch)
				given = what != foundNothing
			}
		}
		if !given {
			w.fault(kind.Says[j].Name, nil, kind.Name+" says "+kind.Says[j].Name+", and it is not given", "give it, or say state: not_observed")
		}
	}
}

// field reads one cell as a field of the kind, or else as a fact of a unit on the row's path.
func (w *rower) field(f *fieldSource, text []byte, what found) {
	e := &w.e
	var field *contracts.Field
	index, level := -1, -1
	if e.Kind >= 0 {
		index = f.use.kinds[e.Kind]
	}
	if index >= 0 {
		field = &w.v.c.Evidence[e.Kind].Says[index]
	} else if e.Leaf >= 0 {
		for n, t := range w.v.chains[e.Leaf] {
			if fact := f.use.facts[t]; fact >= 0 {
				field, level, index = &w.v.c.Units[t].Facts[fact], n, fact
			}
		}
	}
	if field == nil {
		if what == foundText && !f.mapped {
			w.stray(f, text)
		}
		return
	}
	if what == foundHidden && level < 0 {
		w.hidden = true
	}
	if what != foundText {
		return
	}
	if w.silent && level < 0 {
		w.fault(f.name, text, "the item's state says that nothing was observed, and a value is given", "leave the value or the state out")
		return
	}
	if f.values != nil {
		to, listed := f.values[string(text)]
		if !listed {
			w.fault(f.name, text, "evidence.yaml lists no such value: expected "+orList(f.listed), "correct it, or list it under values")
			return
		}
		text = to
	}
	start := len(w.scratch)
	out, rule, remedy := appendValue(w.scratch, text, field, w.v.c.Currency, &f.how)
	w.scratch = out
	if rule != "" {
		w.fault(f.name, text, rule, remedy)
		return
	}
	if level < 0 {
		e.Values[index] = out[start:]
		return
	}
	e.Facts = append(e.Facts, evidence.FactSaid{Level: level, Fact: index, Text: out[start:]})
}

// stray reports a value under a name that means nothing for this row.
func (w *rower) stray(f *fieldSource, text []byte) {
	about := "this row, which names no unit and no kind that has it"
	if w.e.Kind >= 0 {
		about = w.v.c.Evidence[w.e.Kind].Name
	}
	w.fault(f.name, text, f.name+" is not said of "+about, "leave it out, or give it on a row of its own")
}

// a puts the indefinite article before a name.
func a(name string) string {
	if name != "" && strings.IndexByte("aeiou", name[0]) >= 0 {
		return "an " + name
	}
	return "a " + name
}
