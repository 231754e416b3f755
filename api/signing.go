package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
)

// How a version comes to settle: it is proposed, two people of every payer sign it, and then it is activated. A
// variation goes the same way, and takes the place of the version before it.

// signaturesEach is how many people sign for a payer.
const signaturesEach = 2

func (s *Service) signingRoutes() {
	tags := []string{"contracts"}
	const base = "/v1/contracts/{contract}/versions/{version}"
	add := func(id, path, summary string, do func(context.Context, Tx, *call, *OnVersion) (made[client.Version], error)) {
		acts(s, huma.Operation{OperationID: id, Method: http.MethodPost, Path: base + path, Summary: summary, Tags: tags, DefaultStatus: http.StatusOK}, do)
	}
	add("propose-version", "/proposal", "Propose a draft: it is fixed, and gathers signatures", s.proposeVersion)
	add("drop-version", "/withdrawal", "Take a draft or proposal back", s.dropVersion)
	add("activate-version", "/activation", "Let a version settle that every payer has signed", s.activateVersion)
	acts(s, huma.Operation{OperationID: "sign-version", Method: http.MethodPost, Path: base + "/signatures", Summary: "Sign a proposed version for a payer; two people of each payer do", Tags: tags, DefaultStatus: http.StatusCreated}, s.signVersion)
}

// standsAs locks a contract and finds one of its versions, which must be in one of these states.
func (s *Service) standsAs(ctx context.Context, tx Tx, in *OnVersion, states ...string) (Version, *contracts.Contract, error) {
	if _, err := tx.LockContract(ctx, in.Contract); err != nil {
		return Version{}, nil, err
	}
	v, c, err := s.version(ctx, tx, in.Contract, in.Version)
	if err == nil && !slices.Contains(states, v.State) {
		err = conflict("this version is %s; this is done to one that is %s", v.State, states[0])
	}
	return v, c, err
}

func (s *Service) proposeVersion(ctx context.Context, tx Tx, c *call, in *OnVersion) (made[client.Version], error) {
	v, document, err := s.standsAs(ctx, tx, in, VersionDraft)
	if err != nil {
		return made[client.Version]{}, err
	}
	if says := checked(document); len(says.Failed) > 0 {
		var faults []client.Fault
		for _, f := range says.Failed {
			faults = append(faults, client.Fault{Line: f.Line, Field: "examples", Found: f.It, Message: f.Why, Remedy: "correct the example or the terms"})
		}
		return made[client.Version]{}, faulty(http.StatusUnprocessableEntity, "the contract's own examples come out otherwise than it says", faults...)
	}
	v.State, v.ProposedBy, v.Proposed = VersionProposed, c.caller.ID, c.request.at
	if err := tx.SetVersion(ctx, v); err != nil {
		return made[client.Version]{}, err
	}
	return s.versionMade(ctx, tx, v, document)
}

func (s *Service) dropVersion(ctx context.Context, tx Tx, _ *call, in *OnVersion) (made[client.Version], error) {
	v, document, err := s.standsAs(ctx, tx, in, VersionProposed, VersionDraft)
	if err != nil {
		return made[client.Version]{}, err
	}
	v.State = VersionDropped
	if err := tx.SetVersion(ctx, v); err != nil {
		return made[client.Version]{}, err
	}
	return s.versionMade(ctx, tx, v, document)
}

func (s *Service) signVersion(ctx context.Context, tx Tx, c *call, in *struct {
	OnVersion
	Body client.Sign
}) (made[client.Version], error) {
	var none made[client.Version]
	v, document, err := s.standsAs(ctx, tx, &in.OnVersion, VersionProposed)
	if err != nil {
		return none, err
	}
	if !slices.Contains(payersOf(document), in.Body.Party) || !c.at.speaksFor(in.Body.Party, payers...) {
		return none, forbidden()
	}
	signed, err := tx.Signatures(ctx, in.Contract, in.Version)
	if err != nil {
		return none, err
	}
	if slices.ContainsFunc(signed, func(sig Signature) bool { return sig.Person == c.caller.ID }) {
		return none, conflict("you have signed this version; another person of your organisation signs too")
	}
	sig := Signature{Contract: in.Contract, Version: in.Version, Party: in.Body.Party, Organisation: c.caller.Organisation, Person: c.caller.ID, At: c.request.at}
	if err := tx.AddSignature(ctx, sig); err != nil {
		return none, err
	}
	return s.versionMade(ctx, tx, v, document)
}

func (s *Service) activateVersion(ctx context.Context, tx Tx, c *call, in *OnVersion) (made[client.Version], error) {
	var none made[client.Version]
	v, document, err := s.standsAs(ctx, tx, in, VersionProposed)
	if err != nil {
		return none, err
	}
	signed, err := tx.Signatures(ctx, in.Contract, in.Version)
	if err != nil {
		return none, err
	}
	var faults []client.Fault
	for _, w := range wantingOf(document, signed) {
		faults = append(faults, client.Fault{Field: w.Party, Message: "two people of every payer sign", Remedy: "have it signed for " + w.Party})
	}
	if len(faults) > 0 {
		return none, faulty(http.StatusConflict, "signatures are wanting", faults...)
	}
	if err := tx.Activate(ctx, in.Contract, in.Version, c.request.at); err != nil {
		return none, err
	}
	v.State, v.Activated = VersionActive, c.request.at
	return s.versionMade(ctx, tx, v, document)
}

// wantingOf is how many signatures each payer still owes.
func wantingOf(c *contracts.Contract, signed []Signature) []client.Wanting {
	var wanting []client.Wanting
	for _, payer := range payersOf(c) {
		need := signaturesEach
		for _, sig := range signed {
			if sig.Party == payer {
				need--
			}
		}
		if need > 0 {
			wanting = append(wanting, client.Wanting{Party: payer, Signatures: need})
		}
	}
	return wanting
}

func (s *Service) versionWithSignatures(ctx context.Context, v View, found Version, c *contracts.Contract) (client.Version, error) {
	signed, err := v.Signatures(ctx, found.Contract, found.Number)
	var wanting []client.Wanting
	if found.State == VersionProposed || found.State == VersionDraft {
		wanting = wantingOf(c, signed)
	}
	return versionShape(found, signed, wanting), err
}

func (s *Service) versionMade(ctx context.Context, v View, found Version, c *contracts.Contract) (made[client.Version], error) {
	shape, err := s.versionWithSignatures(ctx, v, found, c)
	return made[client.Version]{Body: shape, ETag: versionTag(found)}, err
}
