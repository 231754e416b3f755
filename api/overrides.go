package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/engine/evidence"
	"outturn/engine/whatif"
)

// Overrides. A statement follows from the contract and the evidence, and from nothing else; so whoever must have it
// otherwise puts evidence on record though it would come from somebody else, and says so: why, under which clause, signed
// by two people of every payer whose money it can move. Its items name the override as their source, wherever they are shown.

// OnOverride names an override in a path.
type OnOverride struct {
	OnContract
	Override string `path:"override" maxLength:"64"`
}

func (s *Service) overrideRoutes() {
	tags := []string{"overrides"}
	const base = "/v1/contracts/{contract}/overrides"
	acts(s, huma.Operation{OperationID: "propose-override", Method: http.MethodPost, Path: base, Summary: "Propose evidence to be put on record though it would come from somebody else, with the reason", Tags: tags, DefaultStatus: http.StatusCreated}, s.proposeOverride)
	reads(s, huma.Operation{OperationID: "list-overrides", Method: http.MethodGet, Path: base, Summary: "List the overrides of a contract", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *struct {
			OnContract
			Paged
		}) (client.List[client.Override], error) {
			return list(&in.Paged, func(p Page) ([]Override, error) { return v.Overrides(ctx, in.Contract, p) }, overrideShape)
		})
	reads(s, huma.Operation{OperationID: "get-override", Method: http.MethodGet, Path: base + "/{override}", Summary: "Look at an override: its reason, its rows, who signed it", Tags: tags},
		func(ctx context.Context, v View, c *call, in *OnOverride) (client.Override, error) {
			o, err := v.Override(ctx, in.Contract, in.Override)
			if err != nil {
				return client.Override{}, err
			}
			shape, _, err := s.signedOverride(ctx, v, c, o)
			return shape, err
		})
	acts(s, huma.Operation{OperationID: "sign-override", Method: http.MethodPost, Path: base + "/{override}/signatures", Summary: "Sign an override for a payer; two people of each whose money it can move do, and with the last its items are on record", Tags: tags, DefaultStatus: http.StatusCreated,
		Metadata: map[string]any{"bulk": true}}, s.signOverride)
	acts(s, huma.Operation{OperationID: "withdraw-override", Method: http.MethodPost, Path: base + "/{override}/withdrawal", Summary: "Take a proposed override back", Tags: tags, DefaultStatus: http.StatusOK},
		func(ctx context.Context, tx Tx, c *call, in *OnOverride) (made[client.Override], error) {
			o, err := proposed(ctx, tx, in)
			if err != nil {
				return made[client.Override]{}, err
			}
			o.State, o.Changed = OverrideWithdrawn, c.request.at
			if err := tx.SetOverride(ctx, o); err != nil {
				return made[client.Override]{}, err
			}
			shape, _, err := s.signedOverride(ctx, tx, c, o)
			return made[client.Override]{Body: shape}, err
		})
}

// proposed locks the contract and finds an override that nothing was done about yet.
func proposed(ctx context.Context, tx Tx, in *OnOverride) (Override, error) {
	if _, err := tx.LockContract(ctx, in.Contract); err != nil {
		return Override{}, err
	}
	o, err := tx.Override(ctx, in.Contract, in.Override)
	if err == nil && o.State != OverrideProposed {
		err = conflict("this override is %s; this is done to one that is proposed", o.State)
	}
	return o, err
}

func (s *Service) proposeOverride(ctx context.Context, tx Tx, c *call, in *struct {
	OnContract
	Body client.NewOverride
}) (made[client.Override], error) {
	var none made[client.Override]
	_, terms, err := s.active(ctx, tx, in.Contract)
	if err != nil {
		return none, err
	}
	id, err := s.newID("override")
	if err != nil {
		return none, err
	}
	body, err := json.Marshal(map[string]any{"items": in.Body.Items})
	if err != nil {
		return none, err
	}
	o := Override{Contract: in.Contract, ID: id, Organisation: c.caller.Organisation, Person: c.caller.ID, Reason: in.Body.Reason, Clause: in.Body.Clause,
		Body: body, Digest: sha256.Sum256(body), State: OverrideProposed, At: c.request.at, Changed: c.request.at}
	d, err := s.overrideDoor(c, terms, o)
	if err != nil {
		return none, err
	}
	var faults *evidence.Faults
	if err := d.rows(func(*evidence.Row) error { return nil }); errors.As(err, &faults) {
		batch := batchShape(Batch{Format: "json", Faults: faults.List})
		return none, faulty(http.StatusUnprocessableEntity, "the evidence is at fault; each fault is listed", batch.Faults...)
	} else if err != nil {
		return none, err
	}
	if err := tx.AddOverride(ctx, o); err != nil {
		return none, err
	}
	shape, _, err := s.signedOverride(ctx, tx, c, o)
	return made[client.Override]{Body: shape, Location: "/v1/contracts/" + in.Contract + "/overrides/" + id}, err
}

// overrideDoor reads the rows of an override. They may be of any kind, and point at anybody's items; they are held to
// everything else that evidence is.
func (s *Service) overrideDoor(c *call, terms *contracts.Contract, o Override) (*door, error) {
	r := *c.request
	r.body = &spool{small: o.Body, size: int64(len(o.Body))}
	sent, err := evidenceOf(&r, mediaJSON, "")
	return &door{call: c, terms: terms, sent: sent, today: dayOf(c), dir: s.o.TempDir, takes: make([]string, len(terms.Evidence)), override: o.ID}, err
}

func (s *Service) signOverride(ctx context.Context, tx Tx, c *call, in *struct {
	OnOverride
	Body client.Sign
}) (made[client.Override], error) {
	var none made[client.Override]
	o, err := proposed(ctx, tx, &in.OnOverride)
	if err != nil {
		return none, err
	}
	if !c.at.speaksFor(in.Body.Party, payers...) {
		return none, forbidden()
	}
	moved, err := s.moved(ctx, tx, c, o)
	if err != nil {
		return none, err
	}
	if !slices.Contains(moved, in.Body.Party) {
		return none, conflict("this override moves no money of %s; it is signed for %s", in.Body.Party, strings.Join(moved, ", "))
	}
	signed, err := tx.OverrideSignatures(ctx, in.Contract, o.ID)
	if err != nil {
		return none, err
	}
	if slices.ContainsFunc(signed, func(sig OverrideSignature) bool { return sig.Person == c.caller.ID }) {
		return none, conflict("you have signed this override; another person signs too")
	}
	if err := tx.AddOverrideSignature(ctx, OverrideSignature{Contract: in.Contract, Override: o.ID, Party: in.Body.Party, Organisation: c.caller.Organisation, Person: c.caller.ID, At: c.request.at}); err != nil {
		return none, err
	}
	shape, wanting, err := s.signedOverride(ctx, tx, c, o)
	if err == nil && wanting == 0 {
		if o, err = s.applyOverride(ctx, tx, c, o); err == nil {
			shape, _, err = s.signedOverride(ctx, tx, c, o)
		}
	}
	return made[client.Override]{Body: shape}, err
}

// moved are the payers whose money the rows of an override can move, by the version that settles.
func (s *Service) moved(ctx context.Context, v View, c *call, o Override) ([]string, error) {
	_, terms, err := s.active(ctx, v, o.Contract)
	if err != nil {
		return nil, err
	}
	d, err := s.overrideDoor(c, terms, o)
	if err != nil {
		return nil, err
	}
	var kinds []int
	err = d.rows(func(row *evidence.Row) error {
		if kinds = append(kinds, row.Kind); len(row.Facts) > 0 {
			kinds = append(kinds, -1) // what a unit is may be read anywhere
		}
		return nil
	})
	var faults *evidence.Faults
	if errors.As(err, &faults) { // by now; it cannot be applied
		kinds, err = append(kinds, -1), nil
	}
	var payers []string
	for _, p := range whatif.Payers(terms, kinds) {
		payers = append(payers, terms.Parties[p].ID)
	}
	return payers, err
}

// applyOverride puts the rows of an override on record, as one batch.
func (s *Service) applyOverride(ctx context.Context, tx Tx, c *call, o Override) (Override, error) {
	_, terms, err := s.active(ctx, tx, o.Contract)
	if err != nil {
		return o, err
	}
	d, err := s.overrideDoor(c, terms, o)
	if err != nil {
		return o, err
	}
	id, err := s.newID("batch")
	if err != nil {
		return o, err
	}
	b, err := tx.Receive(ctx, Receipt{
		Batch: Batch{ID: id, Contract: o.Contract, Organisation: o.Organisation, Person: c.caller.ID, Format: "json", Name: o.ID, Digest: sha256.Sum256(append([]byte(o.ID), o.Digest[:]...)), At: c.request.at},
		Terms: terms, Rows: d.rows, Place: d.place, Refused: func() int { return d.refused }})
	if err != nil {
		return o, err
	}
	if b.State != "accepted" {
		return o, faulty(http.StatusUnprocessableEntity, "the evidence of this override is at fault by now; take it back and propose another", batchShape(b).Faults...)
	}
	o.State, o.Batch, o.Changed = OverrideApplied, b.ID, c.request.at
	return o, tx.SetOverride(ctx, o)
}

func (o Override) place() int64 { return o.Place }

func overrideShape(o Override) client.Override {
	shape := client.Override{ID: o.ID, Organisation: o.Organisation, Person: o.Person, Reason: o.Reason, Clause: o.Clause, State: o.State, Batch: o.Batch, At: o.At.UTC(), Changed: o.Changed.UTC()}
	var body struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(o.Body, &body); err != nil {
		panic("api: an override that was written cannot be read: " + err.Error())
	}
	shape.Items = body.Items
	return shape
}

// signedOverride is an override with its signatures, and while it is proposed those that are wanting, with their number.
func (s *Service) signedOverride(ctx context.Context, v View, c *call, o Override) (client.Override, int, error) {
	shape := overrideShape(o)
	signed, err := v.OverrideSignatures(ctx, o.Contract, o.ID)
	have := map[string]int{}
	for _, sig := range signed {
		have[sig.Party]++
		shape.Signatures = append(shape.Signatures, client.Signature{Party: sig.Party, Organisation: sig.Organisation, Person: sig.Person, At: sig.At.UTC()})
	}
	if err != nil || o.State != OverrideProposed {
		return shape, 0, err
	}
	moved, err := s.moved(ctx, v, c, o)
	wanting := 0
	for _, party := range moved {
		if need := signaturesEach - have[party]; need > 0 {
			shape.Wanting = append(shape.Wanting, client.Wanting{Party: party, Signatures: need})
			wanting += need
		}
	}
	return shape, wanting, err
}

// overrideSource is what the items of an override name as their source.
func overrideSource(id string) []byte { return []byte("override " + id) }
