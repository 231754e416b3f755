package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Organisation is a public body, provider, evaluator or auditor that uses the service.
type Organisation struct {
	Place    int64
	ID, Name string
	Created  time.Time
}

// Person is somebody who acts for an organisation, in some roles.
type Person struct {
	Place                  int64
	ID, Organisation, Name string
	Roles                  []string
	Issuer, Subject        string // of the identity provider; both "" without one
	Active                 bool
	Created                time.Time
}

// Key is an API key. Only its prefix and its digest are kept.
type Key struct {
	Place                    int64
	ID, Organisation, Person string
	Prefix                   string   // the first letters, by which it is found: unique
	Hash                     [32]byte // SHA-256 of the whole key
	Created, Expires         time.Time
	Revoked                  time.Time // zero while it holds
}

// Credential is a key with the person it speaks for, as they stand now.
type Credential struct {
	Key    Key
	Person Person
}

// noTime stands in a row for a time that has not come.
const noTime = "'0001-01-01 00:00:00+00'::timestamptz"

const (
	organisationColumns = "place, id, name, created"
	personColumns       = "place, id, organisation, name, roles, issuer, subject, active, created"
	keyColumns          = "place, id, organisation, person, prefix, hash, created, expires, coalesce(revoked, " + noTime + ") as revoked"
)

// Credential finds an API key by its prefix, spent ones too. ErrUnknown where there is none.
func (s *Store) Credential(ctx context.Context, prefix string) (c Credential, err error) {
	var keys []Key
	var people []Person
	b := &pgx.Batch{}
	queue(b, &keys, "select "+keyColumns+" from api_keys where prefix = $1", prefix)
	queue(b, &people, "select "+personColumns+" from people where id = (select person from api_keys where prefix = $1)", prefix)
	if err := s.door.SendBatch(ctx, b).Close(); err != nil {
		return c, told(err)
	}
	if len(keys) == 0 || len(people) == 0 {
		return c, ErrUnknown
	}
	return Credential{keys[0], people[0]}, nil
}

// Subject finds the person behind an identity provider's subject. ErrUnknown where there is none.
func (s *Store) Subject(ctx context.Context, issuer, subject string) (p Person, err error) {
	rows, err := s.door.Query(ctx, "select "+personColumns+" from people where issuer = $1 and subject = $2 and subject <> ''", issuer, subject)
	if err != nil {
		return p, told(err)
	}
	p, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Person])
	return p, told(err)
}

// Begin makes the first organisation, person and key, all or none, and reports whether it did: it does nothing where any
// organisation stands.
func (s *Store) Begin(ctx context.Context, at time.Time, o Organisation, p Person, k Key) (begun bool, err error) {
	err = s.System(ctx, at, func(tx *Tx) error {
		begun = false
		if _, err := tx.tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended('outturn.begin', 1))"); err != nil {
			return err
		}
		var any bool
		if err := tx.tx.QueryRow(ctx, "select exists (select from organisations)").Scan(&any); err != nil || any {
			return err
		}
		begun = true
		for _, err := range []error{tx.AddOrganisation(ctx, o), tx.AddPerson(ctx, p), tx.AddKey(ctx, k)} {
			if err != nil {
				return err
			}
		}
		return tx.Audit(ctx, AuditRow{Organisation: o.ID, Person: p.ID, Operation: "begin", Status: 201, Subject: o.ID, At: at})
	})
	return begun, err
}

// Organisation finds an organisation.
func (v *View) Organisation(ctx context.Context, id string) (Organisation, error) {
	return one[Organisation](ctx, v, "select "+organisationColumns+" from organisations where id = $1", id)
}

// Organisations lists those the caller may see: its own, and those it shares a contract with.
func (v *View) Organisations(ctx context.Context, p Page) ([]Organisation, error) {
	return collect[Organisation](ctx, v, "select "+organisationColumns+" from organisations where place > $1 order by place limit $2", p.After, p.Limit)
}

// Person finds a person.
func (v *View) Person(ctx context.Context, id string) (Person, error) {
	return one[Person](ctx, v, "select "+personColumns+" from people where id = $1", id)
}

// People lists the people of an organisation.
func (v *View) People(ctx context.Context, organisation string, p Page) ([]Person, error) {
	return collect[Person](ctx, v, "select "+personColumns+" from people where organisation = $1 and place > $2 order by place limit $3",
		organisation, p.After, p.Limit)
}

// Keys lists the keys of a person.
func (v *View) Keys(ctx context.Context, person string, p Page) ([]Key, error) {
	return collect[Key](ctx, v, "select "+keyColumns+" from api_keys where person = $1 and place > $2 order by place limit $3",
		person, p.After, p.Limit)
}

// AddOrganisation adds an organisation.
func (tx *Tx) AddOrganisation(ctx context.Context, o Organisation) error {
	return tx.exec(ctx, "insert into organisations (id, name, created) values ($1, $2, $3)", o.ID, o.Name, o.Created)
}

// AddPerson adds a person.
func (tx *Tx) AddPerson(ctx context.Context, p Person) error {
	return tx.exec(ctx, "insert into people (id, organisation, name, roles, issuer, subject, active, created) values ($1, $2, $3, $4, $5, $6, $7, $8)",
		p.ID, p.Organisation, p.Name, texts(p.Roles), p.Issuer, p.Subject, p.Active, p.Created)
}

// SetPerson changes a person's name, roles, identity and whether they are active.
func (tx *Tx) SetPerson(ctx context.Context, p Person) error {
	return tx.change(ctx, "update people set name = $2, roles = $3, issuer = $4, subject = $5, active = $6 where id = $1",
		p.ID, p.Name, texts(p.Roles), p.Issuer, p.Subject, p.Active)
}

// AddKey adds an API key.
func (tx *Tx) AddKey(ctx context.Context, k Key) error {
	return tx.exec(ctx, "insert into api_keys (id, organisation, person, prefix, hash, created, expires) values ($1, $2, $3, $4, $5, $6, $7)",
		k.ID, k.Organisation, k.Person, k.Prefix, k.Hash[:], k.Created, k.Expires)
}

// RevokeKey ends a key at once. A key that was revoked stays revoked since then.
func (tx *Tx) RevokeKey(ctx context.Context, id string, at time.Time) error {
	return tx.change(ctx, "update api_keys set revoked = coalesce(revoked, $2) where id = $1", id, at)
}

func (tx *Tx) exec(ctx context.Context, sql string, args ...any) error {
	_, err := tx.tx.Exec(ctx, sql, args...)
	return told(err)
}

// change is exec of something that must be there.
func (tx *Tx) change(ctx context.Context, sql string, args ...any) error {
	tag, err := tx.tx.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrUnknown
	}
	return told(err)
}

// texts is a list that is empty, and not null, when there is none.
func texts(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
