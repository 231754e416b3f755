package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"unsafe"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// rowColumns are what a row of evidence says, in items and in the stage.
const rowColumns = "root_type, root_key, leaf, path, kind, first, last, learned, is_item, withdraws, withheld, id, points, source, party, cohort, facts, said"

// rowSaid is what a row says as it is read back, behind its sequence, the type of its root and the root's key. What most rows
// would repeat is left out: the leaf that is the root, and what kind of row it is where it is an item.
const rowSaid = "nullif(r.leaf, r.root_type), r.path, r.kind, r.first, r.last, r.learned, " +
	"case when r.is_item and not (r.withdraws or r.withheld) then null else r.is_item::int + 2 * r.withdraws::int + 4 * r.withheld::int end, " +
	"r.id, r.points, r.source, r.party, r.cohort, r.facts, r.said"

// The kinds of a row that is not just an item.
const (
	rowItem = 1 << iota
	rowWithdraws
	rowWithheld
)

// rowReader reads rows of evidence back as evidence.Row, in the contract's own indexes.
type rowReader struct {
	c      *contracts.Contract
	chains [][]int
	root   int // the first type that is part of no other, which rows need not name; -1 for none
	units  map[string]int
	kinds  map[string]int
	facts  []map[string]int // by unit type
	says   []map[string]int // by kind
}

func newRowReader(c *contracts.Contract) *rowReader {
	r := &rowReader{c: c, chains: evidence.Chains(c), root: slices.IndexFunc(c.Units, func(u contracts.Unit) bool { return u.PartOf < 0 }), units: map[string]int{}, kinds: map[string]int{}}
	names := func(fields []contracts.Field) map[string]int {
		m := map[string]int{}
		for i := range fields {
			m[fields[i].Name] = i
		}
		return m
	}
	for i := range c.Units {
		r.units[c.Units[i].Name] = i
		r.facts = append(r.facts, names(c.Units[i].Facts))
	}
	for i := range c.Evidence {
		r.kinds[c.Evidence[i].Name] = i
		r.says = append(r.says, names(c.Evidence[i].Says))
	}
	return r
}

// each runs a query of the sequence, the root's type and key and rowSaid, and hands on each row, valid only during the
// call. A root's type that is left out is the contract's first.
func (r *rowReader) each(ctx context.Context, tx querier, sql string, args []any, take func(row *evidence.Row) error) error {
	rows, err := query(ctx, tx, sql, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	var row evidence.Row
	for rows.Next() {
		if err := r.read(rows.RawValues(), &row); err != nil {
			return err
		}
		if err := take(&row); err != nil {
			return err
		}
	}
	return told(rows.Err())
}

// querier asks the database: a transaction, or a connection with none.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// query asks for everything in the database's own binary form, whatever the driver would rather have.
func query(ctx context.Context, tx querier, sql string, args []any) (pgx.Rows, error) {
	rows, err := tx.Query(ctx, sql, append([]any{pgx.QueryResultFormats{pgx.BinaryFormatCode}}, args...)...)
	return rows, told(err)
}

// root is the rows about one root unit and its members, or about none (Type -1).
type root struct {
	Type int
	Key  string
	Rows []evidence.Row
}

// roots runs a query as each does, in the order of their roots and naming every root's type, and hands on the rows of each root, valid only during the call. "" as the root's type is the rows about no unit.
func (r *rowReader) roots(ctx context.Context, tx pgx.Tx, sql string, args []any, take func(one *root) error) error {
	rows, err := query(ctx, tx, sql, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	var one root
	var arena arena
	begun := false
	for rows.Next() {
		raw := rows.RawValues()
		if begun && (one.Key != alias(raw[2]) || r.typeName(one.Type) != alias(raw[1])) {
			if err := take(&one); err != nil {
				return err
			}
			begun = false
		}
		if !begun {
			begun = true
			arena.reset()
			one = root{Type: -1, Rows: one.Rows[:0]}
			if len(raw[1]) > 0 {
				t, known := r.units[alias(raw[1])]
				if !known {
					return fmt.Errorf("there is evidence of a %s, and the contract has no such unit any more: a variation adds units and takes none away", raw[1])
				}
				one.Type, one.Key = t, string(raw[2])
			}
		}
		if len(one.Rows) == itemsRootMax {
			return fmt.Errorf("%s %q and its members have more than %d rows of evidence: divide it into several", r.typeName(one.Type), one.Key, itemsRootMax)
		}
		one.Rows = grown(one.Rows)
		if err := r.read(arena.keep(raw), &one.Rows[len(one.Rows)-1]); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return told(err)
	}
	if begun {
		return take(&one)
	}
	return nil
}

func (r *rowReader) typeName(t int) string {
	if t < 0 {
		return ""
	}
	return r.c.Units[t].Name
}

// itemsRootMax is the most rows about one root unit and its members, which are held in memory together.
const itemsRootMax = 1_000_000

// grown lengthens a list of rows by one, in the memory of one that was there before if it can.
func grown(rows []evidence.Row) []evidence.Row {
	if len(rows) < cap(rows) {
		return rows[:len(rows)+1]
	}
	return append(rows, evidence.Row{})
}

// arena holds the bytes of rows together until it is reset.
type arena struct {
	b   []byte
	raw [][]byte
}

func (a *arena) reset() { a.b = a.b[:0] }

// keep copies a row's columns. What was kept before stays where it is.
func (a *arena) keep(raw [][]byte) [][]byte {
	size := 0
	for _, column := range raw {
		size += len(column)
	}
	if len(a.b)+size > cap(a.b) {
		a.b = make([]byte, 0, max(2*cap(a.b), size, arenaLeast))
	}
	a.raw = a.raw[:0]
	for _, column := range raw {
		if column == nil {
			a.raw = append(a.raw, nil)
			continue
		}
		at := len(a.b)
		a.b = append(a.b, column...)
		a.raw = append(a.raw, a.b[at:len(a.b):len(a.b)])
	}
	return a.raw
}

const arenaLeast = 16 << 10

// read makes a row of the columns of one, whose bytes it keeps.
func (r *rowReader) read(raw [][]byte, e *evidence.Row) error {
	kind := uint32(rowItem)
	if raw[9] != nil {
		kind = binary.BigEndian.Uint32(raw[9])
	}
	*e = evidence.Row{Sequence: binary.BigEndian.Uint64(raw[0]), Leaf: -1, Kind: -1, Path: e.Path[:0], Facts: e.Facts[:0], Values: e.Values[:0],
		First: dayOf(raw[6]), Last: dayOf(raw[7]), Learned: dayOf(raw[8]),
		Item: kind&rowItem != 0, Withdraws: kind&rowWithdraws != 0, Withheld: kind&rowWithheld != 0,
		ID: raw[10], Points: raw[11], Source: raw[12], Party: raw[13]}
	if raw[14] != nil {
		e.Cohort = int(int32(binary.BigEndian.Uint32(raw[14])))
	}
	if err := r.leaf(raw, e); err != nil {
		return err
	}
	if raw[5] != nil {
		kind, known := r.kinds[alias(raw[5])]
		if !known {
			return fmt.Errorf("evidence %d is of kind %s, and the contract has no such kind any more: a variation adds kinds and takes none away", e.Sequence, raw[5])
		}
		e.Kind = kind
		for range r.c.Evidence[kind].Says {
			e.Values = append(e.Values, nil)
		}
	}
	return r.said(e, raw[15], raw[16])
}

// leaf reads what unit a row is about, and the keys from its root down to it.
func (r *rowReader) leaf(raw [][]byte, e *evidence.Row) error {
	e.Leaf = r.root
	name := raw[3]
	if name == nil {
		name = raw[1]
	}
	if name != nil {
		if len(name) == 0 {
			e.Leaf = -1
			return nil
		}
		leaf, known := r.units[alias(name)]
		if !known {
			return fmt.Errorf("evidence %d is about a %s, and the contract has no such unit any more: a variation adds units and takes none away", e.Sequence, name)
		}
		e.Leaf = leaf
	}
	if e.Leaf < 0 {
		return nil
	}
	e.Path = append(e.Path, raw[2])
	e.Path = appendTexts(e.Path, raw[4])
	if len(e.Path) != len(r.chains[e.Leaf]) {
		return fmt.Errorf("evidence %d names %d units from its root to a %s, and the contract has %d", e.Sequence, len(e.Path), r.typeName(e.Leaf), len(r.chains[e.Leaf]))
	}
	return nil
}

// said reads the facts and values of a row, each under its name.
func (r *rowReader) said(e *evidence.Row, facts, values []byte) error {
	var fault error
	eachText(facts, func(text []byte) {
		name, value, _ := bytes.Cut(text, []byte{'='})
		unit, fact, _ := bytes.Cut(name, []byte{'.'})
		for level, t := range r.chains[e.Leaf] {
			if r.c.Units[t].Name != alias(unit) {
				continue
			}
			if at, known := r.facts[t][alias(fact)]; known {
				e.Facts = append(e.Facts, evidence.FactSaid{Level: level, Fact: at, Text: value})
				return
			}
		}
		fault = fmt.Errorf("evidence %d says the fact %s, which the contract does not have any more", e.Sequence, name)
	})
	eachText(values, func(text []byte) {
		name, value, _ := bytes.Cut(text, []byte{'='})
		at, known := r.says[e.Kind][alias(name)]
		if !known {
			fault = fmt.Errorf("evidence %d says %s, which its kind does not say any more", e.Sequence, name)
			return
		}
		e.Values[at] = value
	})
	return fault
}

func dayOf(raw []byte) calendar.Date {
	if raw == nil {
		return 0
	}
	return dayZero + calendar.Date(int32(binary.BigEndian.Uint32(raw)))
}

func appendTexts(list [][]byte, array []byte) [][]byte {
	eachText(array, func(text []byte) { list = append(list, text) })
	return list
}

// arrayHead is the bytes of an array before its elements: dimensions, flags, type, length, lower bound.
const arrayHead = 20

// eachText hands on the elements of an array of texts, in the array's own bytes.
func eachText(array []byte, take func(text []byte)) {
	if len(array) < arrayHead {
		return
	}
	n := binary.BigEndian.Uint32(array[12:])
	array = array[arrayHead:]
	for range n {
		size := binary.BigEndian.Uint32(array)
		take(array[4 : 4+size : 4+size])
		array = array[4+size:]
	}
}

// alias returns b's bytes as a string, valid as long as b does not change.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
