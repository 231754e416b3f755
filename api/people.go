package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
)

// Organisations, people and keys. An operator looks after all of them, an administrator after those of one organisation.

// ByOrganisation, ByPerson and OnKey are parts of inputs: huma reads only fields of exported types.
type ByOrganisation struct {
	Organisation string `path:"organisation" maxLength:"64"`
}

// ByPerson names a person in a path.
type ByPerson struct {
	Person string `path:"person" maxLength:"64"`
}

// OnKey names a key in a path.
type OnKey struct {
	Key string `path:"key" maxLength:"64"`
}

func (s *Service) peopleRoutes() {
	tags := []string{"organisations"}
	acts(s, huma.Operation{OperationID: "add-organisation", Method: http.MethodPost, Path: "/v1/organisations", Summary: "Add an organisation", Tags: tags, DefaultStatus: http.StatusCreated}, s.addOrganisation)
	reads(s, huma.Operation{OperationID: "list-organisations", Method: http.MethodGet, Path: "/v1/organisations", Summary: "List organisations", Tags: tags}, s.listOrganisations)
	reads(s, huma.Operation{OperationID: "get-organisation", Method: http.MethodGet, Path: "/v1/organisations/{organisation}", Summary: "Look at an organisation", Tags: tags}, s.getOrganisation)
	acts(s, huma.Operation{OperationID: "add-person", Method: http.MethodPost, Path: "/v1/organisations/{organisation}/people", Summary: "Add a person to an organisation", Tags: tags, DefaultStatus: http.StatusCreated}, s.addPerson)
	reads(s, huma.Operation{OperationID: "list-people", Method: http.MethodGet, Path: "/v1/organisations/{organisation}/people", Summary: "List the people of an organisation", Tags: tags}, s.listPeople)
	acts(s, huma.Operation{OperationID: "set-person", Method: http.MethodPut, Path: "/v1/people/{person}", Summary: "Say what a person is from now on; one who is not active is refused at once", Tags: tags, DefaultStatus: http.StatusOK}, s.setPerson)
	acts(s, huma.Operation{OperationID: "add-key", Method: http.MethodPost, Path: "/v1/people/{person}/keys", Summary: "Make an API key, which is shown once", Tags: tags, DefaultStatus: http.StatusCreated}, s.addKey)
	reads(s, huma.Operation{OperationID: "list-keys", Method: http.MethodGet, Path: "/v1/people/{person}/keys", Summary: "List a person's keys, without their secrets", Tags: tags}, s.listKeys)
	acts(s, huma.Operation{OperationID: "rotate-key", Method: http.MethodPost, Path: "/v1/people/{person}/keys/{key}/rotation", Summary: "Make a new key in place of one, which is revoked", Tags: tags, DefaultStatus: http.StatusCreated}, s.rotateKey)
	acts(s, huma.Operation{OperationID: "revoke-key", Method: http.MethodDelete, Path: "/v1/people/{person}/keys/{key}", Summary: "Revoke a key; it is refused from the next request on", Tags: tags, DefaultStatus: http.StatusOK}, s.revokeKey)
	reads(s, huma.Operation{OperationID: "list-own-audit", Method: http.MethodGet, Path: "/v1/audit", Summary: "List what was done to organisations, people and keys", Tags: tags}, s.listOwnAudit)
}

func (s *Service) addOrganisation(ctx context.Context, tx Tx, c *call, in *struct{ Body client.NewOrganisation }) (made[client.Organisation], error) {
	id, err := s.newID("org")
	if err != nil {
		return made[client.Organisation]{}, err
	}
	o := Organisation{ID: id, Name: in.Body.Name, Created: c.request.at}
	return made[client.Organisation]{Body: organisationShape(o), Location: "/v1/organisations/" + id}, tx.AddOrganisation(ctx, o)
}

func (s *Service) listOrganisations(ctx context.Context, v View, _ *call, in *Paged) (client.List[client.Organisation], error) {
	return list(in, func(p Page) ([]Organisation, error) { return v.Organisations(ctx, p) }, organisationShape)
}

// keeps reports whether the caller looks after an organisation.
func (c *call) keeps(organisation string) bool {
	return slices.Contains(c.caller.Roles, RoleOperator) || slices.Contains(c.caller.Roles, RoleAdministrator) && c.caller.Organisation == organisation
}

func (s *Service) getOrganisation(ctx context.Context, v View, c *call, in *ByOrganisation) (client.Organisation, error) {
	if !c.keeps(in.Organisation) {
		return client.Organisation{}, ErrUnknown
	}
	o, err := v.Organisation(ctx, in.Organisation)
	return organisationShape(o), err
}

func (s *Service) addPerson(ctx context.Context, tx Tx, c *call, in *struct {
	ByOrganisation
	Body client.NewPerson
}) (made[client.Person], error) {
	var none made[client.Person]
	if !c.keeps(in.Organisation) {
		return none, ErrUnknown
	}
	if _, err := tx.Organisation(ctx, in.Organisation); err != nil {
		return none, err
	}
	if err := c.mayGive(in.Body.Roles); err != nil {
		return none, err
	}
	id, err := s.newID("person")
	if err != nil {
		return none, err
	}
	p := Person{ID: id, Organisation: in.Organisation, Created: c.request.at}
	fillPerson(&p, in.Body)
	return made[client.Person]{Body: personShape(p), Location: "/v1/people/" + id}, tx.AddPerson(ctx, p)
}

// mayGive refuses an administrator who would make an operator, and an operator who would also act on contracts.
func (c *call) mayGive(given []string) error {
	if !slices.Contains(given, RoleOperator) {
		return nil
	}
	if !slices.Contains(c.caller.Roles, RoleOperator) {
		return forbidden()
	}
	for _, role := range given {
		if role != RoleOperator && role != RoleAdministrator {
			return faulty(http.StatusUnprocessableEntity, "an operator takes no part in contracts",
				client.Fault{Pointer: "/roles", Found: role, Message: "operator and " + role + " are not one person's", Remedy: "give them to two people"})
		}
	}
	return nil
}

func fillPerson(p *Person, from client.NewPerson) {
	p.Name, p.Roles, p.Issuer, p.Subject = from.Name, slices.Clone(from.Roles), from.Issuer, from.Subject
	slices.Sort(p.Roles)
	p.Roles = slices.Compact(p.Roles)
	p.Active = from.Active == nil || *from.Active
}

func (s *Service) listPeople(ctx context.Context, v View, c *call, in *struct {
	ByOrganisation
	Paged
}) (client.List[client.Person], error) {
	if !c.keeps(in.Organisation) {
		return client.List[client.Person]{}, ErrUnknown
	}
	return list(&in.Paged, func(p Page) ([]Person, error) { return v.People(ctx, in.Organisation, p) }, personShape)
}

// kept finds a person whom the caller looks after.
func (c *call) kept(ctx context.Context, v View, person string) (Person, error) {
	p, err := v.Person(ctx, person)
	if err == nil && !c.keeps(p.Organisation) {
		err = ErrUnknown
	}
	return p, err
}

func (s *Service) setPerson(ctx context.Context, tx Tx, c *call, in *struct {
	ByPerson
	Body client.NewPerson
}) (made[client.Person], error) {
	p, err := c.kept(ctx, tx, in.Person)
	if err == nil {
		err = c.mayGive(in.Body.Roles)
	}
	if err == nil && slices.Contains(p.Roles, RoleOperator) && !slices.Contains(c.caller.Roles, RoleOperator) {
		err = forbidden()
	}
	if err != nil {
		return made[client.Person]{}, err
	}
	fillPerson(&p, in.Body)
	return made[client.Person]{Body: personShape(p)}, tx.SetPerson(ctx, p)
}

func (s *Service) addKey(ctx context.Context, tx Tx, c *call, in *struct {
	ByPerson
	Body client.NewKey
}) (made[client.ShownKey], error) {
	p, err := c.kept(ctx, tx, in.Person)
	if err == nil {
		err = c.mayGive(p.Roles)
	}
	if err != nil {
		return made[client.ShownKey]{}, err
	}
	return s.mint(ctx, tx, c, p, in.Body.Days)
}

func (s *Service) mint(ctx context.Context, tx Tx, c *call, p Person, days int) (made[client.ShownKey], error) {
	if days == 0 {
		days = keyDays
	}
	k, secret, err := MintKey(s.o.Random, p, c.request.at, days)
	if err != nil {
		return made[client.ShownKey]{}, err
	}
	shown := client.ShownKey{Key: keyShape(k)}
	once := client.ShownKey{Key: shown.Key, Secret: secret}
	return made[client.ShownKey]{Body: shown, Once: &once, Location: "/v1/people/" + p.ID + "/keys/" + k.ID}, tx.AddKey(ctx, k)
}

func (s *Service) listKeys(ctx context.Context, v View, c *call, in *struct {
	ByPerson
	Paged
}) (client.List[client.Key], error) {
	if _, err := c.kept(ctx, v, in.Person); err != nil {
		return client.List[client.Key]{}, err
	}
	return list(&in.Paged, func(p Page) ([]Key, error) { return v.Keys(ctx, in.Person, p) }, keyShape)
}

// keyOf finds a key that is the caller's, or that of somebody the caller looks after.
func (c *call) keyOf(ctx context.Context, v View, person, key string) (Person, Key, error) {
	p, err := v.Person(ctx, person)
	if err == nil && p.ID != c.caller.ID && !c.keeps(p.Organisation) {
		err = ErrUnknown
	}
	for after := int64(0); err == nil; {
		var keys []Key
		if keys, err = v.Keys(ctx, person, Page{After: after, Limit: 1000}); err != nil || len(keys) == 0 {
			break
		}
		for _, k := range keys {
			if k.ID == key {
				return p, k, nil
			}
		}
		after = keys[len(keys)-1].Place
	}
	if err == nil {
		err = ErrUnknown
	}
	return p, Key{}, err
}

func (s *Service) rotateKey(ctx context.Context, tx Tx, c *call, in *struct {
	ByPerson
	OnKey
}) (made[client.ShownKey], error) {
	p, k, err := c.keyOf(ctx, tx, in.Person, in.Key)
	if err == nil && !k.Revoked.IsZero() {
		err = conflict("this key is revoked already; make a new one")
	}
	if err == nil {
		err = tx.RevokeKey(ctx, k.ID, c.request.at)
	}
	if err != nil {
		return made[client.ShownKey]{}, err
	}
	days := int(k.Expires.Sub(k.Created) / (24 * time.Hour))
	return s.mint(ctx, tx, c, p, min(max(days, 1), keyDaysMost))
}

func (s *Service) revokeKey(ctx context.Context, tx Tx, c *call, in *struct {
	ByPerson
	OnKey
}) (made[client.Key], error) {
	_, k, err := c.keyOf(ctx, tx, in.Person, in.Key)
	if err != nil {
		return made[client.Key]{}, err
	}
	if k.Revoked.IsZero() {
		k.Revoked = c.request.at
		err = tx.RevokeKey(ctx, k.ID, k.Revoked)
	}
	return made[client.Key]{Body: keyShape(k)}, err
}

func (s *Service) listOwnAudit(ctx context.Context, v View, _ *call, in *Paged) (client.List[client.AuditRow], error) {
	return list(in, func(p Page) ([]AuditRow, error) { return v.Audit(ctx, "", p) }, auditShape)
}

func organisationShape(o Organisation) client.Organisation {
	return client.Organisation{ID: o.ID, Name: o.Name, Created: o.Created.UTC()}
}

func personShape(p Person) client.Person {
	return client.Person{ID: p.ID, Organisation: p.Organisation, Name: p.Name, Roles: p.Roles, Issuer: p.Issuer, Subject: p.Subject, Active: p.Active, Created: p.Created.UTC()}
}

func keyShape(k Key) client.Key {
	return client.Key{ID: k.ID, Person: k.Person, Prefix: k.Prefix, Created: k.Created.UTC(), Expires: k.Expires.UTC(), Revoked: timeOf(k.Revoked)}
}

func auditShape(a AuditRow) client.AuditRow {
	return client.AuditRow{Contract: a.Contract, Organisation: a.Organisation, Person: a.Person, Operation: a.Operation, RequestID: a.RequestID, Status: a.Status, Subject: a.Subject, At: a.At.UTC()}
}
