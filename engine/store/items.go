package store

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/language"
	"outturn/contracts/money"
)

// Item is one accepted row of evidence as it stands in the record.
type Item struct {
	Sequence           int64
	Batch              string
	Line               int
	Root, RootType     string // the root unit's key, and its type's name; "" for items of the whole
	Unit, UnitType     string // what it is about: the root or one of its members
	Kind               string // "" for one that only declares, or withdraws without saying what
	First, Last        calendar.Date
	Learned            calendar.Date
	ID, Points, Source string
	Organisation       string
	Body               []byte // the row as one line of native NDJSON; members between root and unit are left to what declared them
	At                 time.Time
}

// ItemFilter narrows a list of items. What is empty narrows nothing.
type ItemFilter struct{ Batch, Root, ID string }

// Items lists the accepted rows of a contract, after a sequence.
func (v *View) Items(ctx context.Context, contract string, f ItemFilter, p Page) ([]Item, error) {
	terms, err := v.terms(ctx, contract)
	if err != nil {
		return nil, err
	}
	rows, err := v.tx.Query(ctx, `select i.sequence, i.batch, i.line, i.root_type, i.root_key, i.leaf, i.path, coalesce(i.kind, ''),
			coalesce(i.first - date '0001-01-01' + 1, 0), coalesce(i.last - date '0001-01-01' + 1, 0), coalesce(i.learned - date '0001-01-01' + 1, 0),
			i.withdraws, i.withheld, coalesce(i.id, ''), coalesce(i.points, ''), coalesce(i.source, ''), coalesce(i.party, ''), coalesce(i.cohort, 0),
			i.facts, i.said, b.organisation, b.at
		from items i join batches b on b.contract = i.contract and b.id = i.batch
		where i.contract = $1 and i.sequence > $2 and ($4 = '' or i.batch = $4) and ($5 = '' or i.root_key = $5) and ($6 = '' or i.id = $6)
		order by i.sequence limit $3`, contract, p.After, p.Limit, f.Batch, f.Root, f.ID)
	if err != nil {
		return nil, told(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Item, error) { return itemFromRow(row, terms) })
	return list, told(err)
}

// terms is the version of a contract that names its evidence: the active one, or else the latest.
func (v *View) terms(ctx context.Context, contract string) (*contracts.Contract, error) {
	var document []byte
	err := v.tx.QueryRow(ctx, "select document from versions where contract = $1 order by state = 'active' desc, number desc limit 1", contract).Scan(&document)
	if err != nil {
		return nil, told(err)
	}
	return language.Decode(contract, document)
}

// itemRow is what an item's row holds beside the item.
type itemRow struct {
	path                []string
	withdraws, withheld bool
	party               string
	cohort              int
	facts, said         []string
}

func itemFromRow(row pgx.CollectableRow, terms *contracts.Contract) (i Item, err error) {
	var r itemRow
	err = row.Scan(&i.Sequence, &i.Batch, &i.Line, &i.RootType, &i.Root, &i.UnitType, &r.path, &i.Kind, &i.First, &i.Last, &i.Learned,
		&r.withdraws, &r.withheld, &i.ID, &i.Points, &i.Source, &r.party, &r.cohort, &r.facts, &r.said, &i.Organisation, &i.At)
	if err != nil {
		return i, err
	}
	i.Unit = i.Root
	if len(r.path) > 0 {
		i.Unit = r.path[len(r.path)-1]
	}
	i.Body = nativeLine(&i, &r, terms)
	return i, nil
}

// nativeLine writes a row as engine/ingest reads it.
func nativeLine(i *Item, r *itemRow, c *contracts.Contract) []byte {
	b := []byte{'{'}
	put := func(name, value string) {
		if value == "" {
			return
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendJSON(append(appendJSON(b, name), ':'), value)
	}
	put(i.RootType, i.Root)
	if len(r.path) > 0 {
		put(i.UnitType, i.Unit)
	}
	put("kind", i.Kind)
	if i.First != 0 {
		put("day", i.First.String())
		if i.Last != i.First {
			put("until", i.Last.String())
		}
	}
	if i.Learned != 0 && i.Learned != i.First {
		put("learned", i.Learned.String())
	}
	put("id", i.ID)
	if r.withdraws {
		put("withdraws", i.Points)
	} else {
		put("corrects", i.Points)
	}
	put("source", i.Source)
	put("party", r.party)
	if r.cohort > 0 {
		put("cohort", strconv.Itoa(r.cohort))
	}
	kind := slices.IndexFunc(c.Evidence, func(k contracts.Kind) bool { return k.Name == i.Kind })
	for _, text := range r.facts {
		name, value, _ := strings.Cut(text, "=")
		unit, fact, _ := strings.Cut(name, ".")
		at := slices.IndexFunc(c.Units, func(u contracts.Unit) bool { return u.Name == unit })
		put(fact, nativeValue(value, at >= 0, func() []contracts.Field { return c.Units[at].Facts }, fact, c.Currency))
	}
	for _, text := range r.said {
		name, value, _ := strings.Cut(text, "=")
		put(name, nativeValue(value, kind >= 0, func() []contracts.Field { return c.Evidence[kind].Says }, name, c.Currency))
	}
	switch {
	case i.Kind == "" || len(r.said) > 0:
	case r.withheld:
		put("state", "withheld")
	case !r.withdraws:
		put("state", "not_observed")
	}
	return append(b, '}')
}

// nativeValue turns the canonical text of a field into the text that a sender writes: rates and points carry their signs,
// and money its places. What the contract does not know any more stays as it is.
func nativeValue(text string, known bool, fields func() []contracts.Field, name string, cur money.Currency) string {
	if !known {
		return text
	}
	at := slices.IndexFunc(fields(), func(f contracts.Field) bool { return f.Name == name })
	if at < 0 {
		return text
	}
	hundredfold := func() string {
		x, err := money.ParseExact(text)
		if err != nil {
			return text
		}
		return x.Mul(money.Int(100)).String()
	}
	switch fields()[at].Type {
	case formula.Rate:
		return hundredfold() + "%"
	case formula.Points:
		return hundredfold() + " points"
	case formula.Money:
		if _, places, found := strings.Cut(text, "."); found && len(places) < cur.Places {
			return text + strings.Repeat("0", cur.Places-len(places))
		}
	default: // written as it is kept
	}
	return text
}

// appendJSON appends a text as JSON, with no escaping of characters that only HTML minds.
func appendJSON(b []byte, text string) []byte {
	var buffer bytes.Buffer
	e := json.NewEncoder(&buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic("store: a text that cannot be written as JSON: " + err.Error())
	}
	return append(b, bytes.TrimSuffix(buffer.Bytes(), []byte{'\n'})...)
}
