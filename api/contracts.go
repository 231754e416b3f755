package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/sentences"
	"outturn/engine/ingest"
	"outturn/engine/whatif"
)

// Contracts as documents: drafted, checked, and who takes part in them. A draft is sound before it is kept; what is not
// yet sound is checked without being kept.

const yamlMedia = "application/yaml"

// documentBody is the body of an operation that takes a contract's document as it stands.
func documentBody() *huma.RequestBody {
	text := &huma.MediaType{Schema: &huma.Schema{Type: "string", Description: "A contract in the contract language: YAML, or JSON"}}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{yamlMedia: text}}
}

func (s *Service) contractRoutes() {
	tags := []string{"contracts"}
	raw := map[string]any{"raw": true}
	check := huma.Operation{OperationID: "check-contract", Method: http.MethodPost, Path: "/v1/checks", Summary: "Check a contract without keeping it: its sentences, choices and warnings, or every fault in it",
		Tags: tags, RequestBody: documentBody(), MaxBodyBytes: documentBytesMax, Metadata: raw}
	s.declare(&check)
	register(s, check, func(ctx context.Context, _ *struct{}) (*struct{ Body client.Checked }, error) {
		document, err := sentDocument(requestOf(ctx))
		if err != nil {
			return nil, s.refused(ctx, err, "")
		}
		c, err := s.read.Decode(contractName, document)
		if err != nil {
			return nil, s.refused(ctx, whatif.PriceChoices(contractName, document, err), "")
		}
		return &struct{ Body client.Checked }{checked(c)}, nil
	})
	acts(s, huma.Operation{OperationID: "add-contract", Method: http.MethodPost, Path: "/v1/contracts", Summary: "Draft a contract", Tags: tags, DefaultStatus: http.StatusCreated,
		RequestBody: documentBody(), MaxBodyBytes: documentBytesMax, Metadata: raw}, s.addContract)
	reads(s, huma.Operation{OperationID: "list-contracts", Method: http.MethodGet, Path: "/v1/contracts", Summary: "List the contracts in which the caller's organisation takes part", Tags: tags}, s.listContracts)
	reads(s, huma.Operation{OperationID: "get-contract", Method: http.MethodGet, Path: "/v1/contracts/{contract}", Summary: "Look at a contract", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *OnContract) (client.Contract, error) {
			c, err := v.Contract(ctx, in.Contract)
			return contractShape(c), err
		})
	reads(s, huma.Operation{OperationID: "list-grants", Method: http.MethodGet, Path: "/v1/contracts/{contract}/grants", Summary: "List who takes part in a contract, and as what", Tags: tags},
		func(_ context.Context, _ View, c *call, _ *OnContract) (client.List[client.Grant], error) {
			out := client.List[client.Grant]{Items: []client.Grant{}}
			for _, g := range c.at.others {
				out.Items = append(out.Items, grantShape(g))
			}
			return out, nil
		})
	acts(s, huma.Operation{OperationID: "add-grant", Method: http.MethodPost, Path: "/v1/contracts/{contract}/grants", Summary: "Let an organisation take part in a contract", Tags: tags, DefaultStatus: http.StatusCreated}, s.addGrant)
	acts(s, huma.Operation{OperationID: "drop-grant", Method: http.MethodDelete, Path: "/v1/contracts/{contract}/grants/{organisation}/{role}", Summary: "Let an organisation take part no longer", Tags: tags, DefaultStatus: http.StatusOK}, s.dropGrant)
}

// contractName is what faults call a document that was sent.
const contractName = "contract.yaml"

// sent decodes the document that a request carries.
func (s *Service) sent(r *request) (*contracts.Contract, error) {
	document, err := sentDocument(r)
	if err != nil {
		return nil, err
	}
	return s.read.Decode(contractName, document)
}

// sentDocument is the document that a request carries.
func sentDocument(r *request) ([]byte, error) {
	document, err := r.body.bytes()
	if err == nil && len(document) == 0 {
		err = refuse(http.StatusBadRequest, "the body is empty; send the contract's document")
	}
	return document, err
}

// payersOf are the parties that sign: those that a payment takes money from, in the contract's order.
func payersOf(c *contracts.Contract) []string {
	pays := make([]bool, len(c.Parties))
	for i := range c.Payments {
		for _, p := range c.Payers(i) {
			pays[p] = true
		}
	}
	var payers []string
	for i, p := range c.Parties {
		if pays[i] {
			payers = append(payers, p.ID)
		}
	}
	return payers
}

func partyOf(c *contracts.Contract, id string) *contracts.Party {
	for i := range c.Parties {
		if c.Parties[i].ID == id {
			return &c.Parties[i]
		}
	}
	return nil
}

func (s *Service) addContract(ctx context.Context, tx Tx, c *call, in *struct {
	Party string `query:"party" required:"true" maxLength:"128" doc:"The payer, by its name in the contract, that the caller's organisation is"`
}) (made[client.Version], error) {
	var none made[client.Version]
	document, err := s.sent(c.request)
	if err != nil {
		return none, err
	}
	if payers := payersOf(document); !slices.Contains(payers, in.Party) {
		return none, faulty(http.StatusUnprocessableEntity, "a contract is drafted by one of its payers",
			client.Fault{Parameter: "party", Found: in.Party, Message: "no payer of this contract", Expected: fmt.Sprint(payers), Remedy: "name the payer that your organisation is"})
	}
	id, err := s.newID("contract")
	if err != nil {
		return none, err
	}
	head := ContractHead{ID: id, Name: document.ID, Organisation: c.caller.Organisation, Created: c.request.at}
	v := s.draft(c, id, 1, document)
	g := Grant{Contract: id, Organisation: c.caller.Organisation, Role: RoleCommissioner, Party: in.Party, By: c.caller.ID, At: c.request.at}
	shape := versionShape(v, nil, nil)
	return made[client.Version]{Body: shape, Location: "/v1/contracts/" + id, ETag: versionTag(v)}, tx.AddContract(ctx, head, v, g)
}

// draft is a version as it is first written.
func (s *Service) draft(c *call, contract string, number int, document *contracts.Contract) Version {
	return Version{Contract: contract, Number: number, State: VersionDraft, Document: document.Source, Digest: sha256.Sum256(document.Source), By: c.caller.ID, Created: c.request.at}
}

func (s *Service) listContracts(ctx context.Context, v View, c *call, in *Paged) (client.List[client.Contract], error) {
	return list(in, func(p Page) ([]ContractHead, error) { return v.Contracts(ctx, p) }, contractShape)
}

func (s *Service) addGrant(ctx context.Context, tx Tx, c *call, in *struct {
	OnContract
	Body client.Grant
}) (made[client.Grant], error) {
	var none made[client.Grant]
	head, err := tx.LockContract(ctx, in.Contract)
	if err != nil {
		return none, err
	}
	number := max(head.Active, 1)
	v, err := tx.Version(ctx, in.Contract, number)
	if err != nil {
		return none, err
	}
	document, err := s.read.Decode(contractName, v.Document)
	if err != nil {
		return none, err
	}
	if faults := grantFaults(document, in.Body); len(faults) > 0 {
		return none, faulty(http.StatusUnprocessableEntity, "the contract has no such part to take", faults...)
	}
	g := Grant{Contract: in.Contract, Organisation: in.Body.Organisation, Role: in.Body.Role, Party: in.Body.Party, Kinds: slices.Clone(in.Body.Kinds), By: c.caller.ID, At: c.request.at}
	for _, other := range c.at.others {
		if g.Party != "" && other.Party == g.Party && other.Organisation != g.Organisation {
			return none, conflict("another organisation is %s in this contract", g.Party)
		}
		// Whoever pays does not also earn or audit: one organisation, one side.
		if other.Organisation == g.Organisation && opposed(other.Role, g.Role) {
			return none, conflict("the organisation is %s in this contract, and so not its %s", other.Role, g.Role)
		}
	}
	return made[client.Grant]{Body: grantShape(g), Location: "/v1/contracts/" + in.Contract + "/grants"}, tx.AddGrant(ctx, g)
}

// opposed reports whether no organisation may hold both roles on one contract.
func opposed(a, b string) bool {
	side := func(role string) int {
		switch role {
		case RoleProvider:
			return 1
		case RoleAuditor, RoleEvaluator:
			return 2
		}
		return 0
	}
	return side(a) != side(b)
}

// grantFaults holds a grant against the contract's document.
func grantFaults(c *contracts.Contract, g client.Grant) (faults []client.Fault) {
	needs := g.Role == RoleCommissioner || g.Role == RoleProvider || g.Role == RolePartnerFinance
	switch {
	case needs && g.Party == "":
		faults = append(faults, client.Fault{Pointer: "/party", Message: "a " + g.Role + " is a party of the contract", Remedy: "name the party"})
	case g.Party != "" && partyOf(c, g.Party) == nil:
		faults = append(faults, client.Fault{Pointer: "/party", Found: g.Party, Message: "no such party in the contract", Remedy: "name a party as the contract does"})
	case g.Role == RoleCommissioner && !slices.Contains(payersOf(c), g.Party):
		faults = append(faults, client.Fault{Pointer: "/party", Found: g.Party, Message: "this party pays nothing, so it is no commissioner", Expected: fmt.Sprint(payersOf(c))})
	}
	for i, kind := range g.Kinds {
		if !slices.ContainsFunc(c.Evidence, func(k contracts.Kind) bool { return k.Name == kind }) {
			faults = append(faults, client.Fault{Pointer: fmt.Sprintf("/kinds/%d", i), Found: kind, Message: "no such kind of evidence in the contract"})
			continue
		}
		at := slices.IndexFunc(c.Evidence, func(k contracts.Kind) bool { return k.Name == kind })
		if tell := c.Evidence[at].ToldBy; len(tell) > 0 && !slices.Contains(tell, g.Role) {
			faults = append(faults, client.Fault{Pointer: fmt.Sprintf("/kinds/%d", i), Found: kind, Message: "the contract says who alone tells this", Expected: fmt.Sprint(tell)})
		}
	}
	return faults
}

func (s *Service) dropGrant(ctx context.Context, tx Tx, c *call, in *struct {
	OnContract
	Organisation string `path:"organisation" maxLength:"64"`
	Role         string `path:"role" maxLength:"64"`
}) (made[client.Grant], error) {
	for _, g := range c.at.others {
		if g.Organisation == in.Organisation && g.Role == in.Role {
			if g.Role == RoleCommissioner && g.Organisation == c.caller.Organisation {
				return made[client.Grant]{}, conflict("a commissioner does not leave a contract by itself; another one drops it")
			}
			return made[client.Grant]{Body: grantShape(g)}, tx.DropGrant(ctx, g)
		}
	}
	return made[client.Grant]{}, ErrUnknown
}

// checked says what a sound contract says, and runs its examples.
func checked(c *contracts.Contract) client.Checked {
	out := client.Checked{Contract: c.ID, Edition: c.Edition, Currency: c.Currency.Code, First: c.First.String(), Last: c.Last.String(), Payments: []client.Rule{},
		Rules: append([]string{}, sentences.Of(c)...), Choices: []client.Choice{}, Warnings: []client.Warning{}, Examples: len(c.Examples), Failed: []client.Failed{}}
	for _, p := range c.Payments {
		out.Payments = append(out.Payments, client.Rule{Payment: p.Name, Clause: p.Clause, Sentence: p.Sentence})
	}
	for _, choice := range sentences.Choices(c) {
		out.Choices = append(out.Choices, client.Choice{Where: choice.Where, Choice: choice.Choice, Stated: choice.Stated})
	}
	for _, w := range whatif.Warnings(c) {
		out.Warnings = append(out.Warnings, client.Warning(w))
	}
	for i := range c.Examples {
		e := &c.Examples[i]
		why := ""
		snapshot, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
		var result whatif.Result
		if err == nil {
			result, err = whatif.RunExample(c, e, snapshot)
		}
		if err != nil {
			why = err.Error()
		} else if !result.Agrees() {
			for _, due := range result.Due {
				if !due.Agrees() {
					why += fmt.Sprintf("%s: expected %s, found %s. ", due.Party, due.Expected, due.Found)
				}
			}
		}
		if why != "" {
			out.Failed = append(out.Failed, client.Failed{It: e.It, Line: e.Line, Why: why})
		}
	}
	return out
}

func contractShape(c ContractHead) client.Contract {
	return client.Contract{ID: c.ID, Name: c.Name, Organisation: c.Organisation, Active: c.Active, Created: c.Created.UTC()}
}

func grantShape(g Grant) client.Grant {
	return client.Grant{Organisation: g.Organisation, Role: g.Role, Party: g.Party, Kinds: g.Kinds, By: g.By, At: g.At.UTC()}
}

func hexOf(digest [32]byte) string { return hex.EncodeToString(digest[:]) }
