package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// links is what a body says of which unit is part of which, and the rows that name a member and not what it is part of.
type links struct {
	c       *contracts.Contract
	chains  [][]int
	of      map[member]link
	rivals  []rival
	orphans []evidence.Row
}

// member is a unit that is part of another.
type member struct {
	unitType int
	key      string
}

// link is what a member is part of, and the first row that said so; 0 for what was kept before.
type link struct {
	parent string
	at     uint64
}

// rival is another answer to what a member is part of.
type rival struct {
	member
	link
}

func newLinks(c *contracts.Contract) *links {
	return &links{c: c, chains: evidence.Chains(c), of: map[member]link{}}
}

// learn notes what a row says of who is part of whom, and reports whether the row names every unit from its root down. A
// row that does not is kept aside.
func (l *links) learn(row *evidence.Row) bool {
	whole := true
	for level := len(row.Path) - 1; level >= 0; level-- {
		whole = whole && len(row.Path[level]) > 0
		if level == 0 || len(row.Path[level]) == 0 || len(row.Path[level-1]) == 0 {
			continue
		}
		m := member{l.chains[row.Leaf][level], string(row.Path[level])}
		had, known := l.of[m]
		switch {
		case !known || had.parent == string(row.Path[level-1]):
			if !known || row.Sequence < had.at {
				l.of[m] = link{string(row.Path[level-1]), row.Sequence}
			}
		default:
			l.rivals = append(l.rivals, rival{m, link{string(row.Path[level-1]), row.Sequence}})
		}
	}
	if !whole {
		l.orphans = append(l.orphans, cloneRow(row))
	}
	return whole
}

// cloneRow copies a row that is valid only for a moment.
func cloneRow(r *evidence.Row) evidence.Row {
	c := *r
	c.Path, c.Values, c.Facts = slices.Clone(r.Path), slices.Clone(r.Values), slices.Clone(r.Facts)
	for _, list := range [][][]byte{c.Path, c.Values} {
		for i := range list {
			list[i] = bytes.Clone(list[i])
		}
	}
	for i := range c.Facts {
		c.Facts[i].Text = bytes.Clone(c.Facts[i].Text)
	}
	c.ID, c.Points, c.Source, c.Party = bytes.Clone(r.ID), bytes.Clone(r.Points), bytes.Clone(r.Source), bytes.Clone(r.Party)
	return c
}

// place completes the rows that name a member alone, from the body and from what was kept before, and refuses those that
// cannot be placed or say otherwise than what was kept.
func (in *intake) place(ctx context.Context) error {
	l := in.links
	if len(l.of) == 0 && len(l.orphans) == 0 {
		return nil
	}
	kept, err := in.kept(ctx)
	if err != nil {
		return err
	}
	for m, said := range l.of {
		if parent, known := kept[m]; known && parent != said.parent {
			in.contradicts(m, said, parent)
		}
	}
	for _, r := range l.rivals {
		first, other := l.of[r.member], r.link
		if other.at < first.at {
			first, other = other, first
		}
		in.contradicts(r.member, other, first.parent)
	}
	if len(l.orphans) == 0 {
		return nil
	}
	var failure error
	for i := range l.orphans {
		if failure == nil && in.complete(&l.orphans[i], kept) {
			failure = in.stage.add(ctx, &l.orphans[i])
		}
	}
	return in.stage.close(failure)
}

func (in *intake) contradicts(m member, said link, parent string) {
	unit := &in.r.Terms.Units[m.unitType]
	of := in.r.Terms.Units[unit.PartOf].Name
	in.fault(said.at, evidence.Fault{Field: unit.Name, Value: m.key,
		Rule:   fmt.Sprintf("it is part of the %s %q here, and of %q before", of, said.parent, parent),
		Remedy: "a " + unit.Name + " is part of one " + of + ": correct one of them"})
}

// complete fills in the units that a row left out.
func (in *intake) complete(row *evidence.Row, kept map[member]string) bool {
	chain := in.links.chains[row.Leaf]
	for level := len(row.Path) - 1; level > 0; level-- {
		m := member{chain[level], string(row.Path[level])}
		parent, known := kept[m]
		if said, ok := in.links.of[m]; !known && ok {
			parent, known = said.parent, true
		}
		unit := &in.r.Terms.Units[m.unitType]
		of := in.r.Terms.Units[unit.PartOf].Name
		if !known {
			in.fault(row.Sequence, evidence.Fault{Field: unit.Name, Value: m.key, Rule: "no row says which " + of + " it is part of",
				Remedy: "declare it: a row with its key and its " + of + "'s"})
			return false
		}
		row.Path[level-1] = []byte(parent)
	}
	return true
}

// kept asks what was kept before of the members that the body names.
func (in *intake) kept(ctx context.Context) (map[member]string, error) {
	kept := map[member]string{}
	asked := map[string][]string{}
	ask := func(m member) {
		name := in.r.Terms.Units[m.unitType].Name
		asked[name] = append(asked[name], m.key)
	}
	for m := range in.links.of {
		ask(m)
	}
	for i := range in.links.orphans {
		row := &in.links.orphans[i]
		for level := 1; level < len(row.Path); level++ {
			if len(row.Path[level]) > 0 {
				ask(member{in.links.chains[row.Leaf][level], string(row.Path[level])})
			}
		}
	}
	// A parent that is named by nothing but what was kept may be part of another in turn, so each answer is asked about.
	for len(asked) > 0 {
		next := map[string][]string{}
		for _, name := range sortedKeys(asked) {
			unitType := slices.IndexFunc(in.r.Terms.Units, func(u contracts.Unit) bool { return u.Name == name })
			above := in.r.Terms.Units[unitType].PartOf
			rows, err := in.tx.tx.Query(ctx, "select key, parent_key from members where contract = $1 and unit_type = $2 and key = any ($3)",
				in.r.Batch.Contract, name, asked[name])
			if err != nil {
				return nil, told(err)
			}
			var key, parent string
			_, err = pgx.ForEachRow(rows, []any{&key, &parent}, func() error {
				kept[member{unitType, key}] = parent
				if in.r.Terms.Units[above].PartOf >= 0 {
					next[in.r.Terms.Units[above].Name] = append(next[in.r.Terms.Units[above].Name], parent)
				}
				return nil
			})
			if err != nil {
				return nil, told(err)
			}
		}
		asked = next
	}
	return kept, nil
}

// keep writes the members that the batch was the first to place.
func (l *links) keep(ctx context.Context, in *intake, b *Batch) error {
	if len(l.of) == 0 {
		return nil
	}
	const into = `insert into members (contract, unit_type, key, parent_key, sequence)
		select $1, m.unit_type, m.key, m.parent_key, numbered.sequence
		from %s m join (select at, $2::bigint - 1 + row_number() over (order by at) as sequence from stage) numbered using (at)
		on conflict (contract, unit_type, key) do nothing`
	if !in.stage.copied {
		types, keys, parents, places := make([]string, 0, len(l.of)), make([]string, 0, len(l.of)), make([]string, 0, len(l.of)), make([]int64, 0, len(l.of))
		for m, said := range l.of {
			types, keys, parents, places = append(types, l.c.Units[m.unitType].Name), append(keys, m.key), append(parents, said.parent), append(places, int64(said.at))
		}
		sql, args := in.stage.asks("", fmt.Sprintf(into, "(select * from unnest($3::text[], $4::text[], $5::text[], $6::bigint[]) as given (unit_type, key, parent_key, at))"), b.Contract, b.First, types, keys, parents, places)
		in.tx.tx.later(sql, args...)
		return nil
	}
	rows := make([][]any, 0, len(l.of))
	for m, said := range l.of {
		rows = append(rows, []any{l.c.Units[m.unitType].Name, m.key, said.parent, int64(said.at)})
	}
	tx := in.tx
	_, err := tx.tx.CopyFrom(ctx, pgx.Identifier{"stage_members"}, []string{"unit_type", "key", "parent_key", "at"}, pgx.CopyFromRows(rows))
	if err != nil {
		return told(err)
	}
	// A temporary table has no statistics of its own accord, and without them the two are joined row by row.
	for _, table := range []string{"stage", "stage_members"} {
		if err := tx.exec(ctx, "analyze "+table); err != nil { //nolint:misspell // SQL's own word
			return err
		}
	}
	return tx.exec(ctx, fmt.Sprintf(into, "stage_members"), b.Contract, b.First)
}
