package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/engine/whatif"
)

// The versions of a contract: written while a draft, looked at, checked, compared and tried.

// OnVersion names a version of a contract in a path.
type OnVersion struct {
	OnContract
	Version int `path:"version" minimum:"1" maximum:"1000000"`
}

func (s *Service) versionRoutes() {
	tags := []string{"contracts"}
	raw := map[string]any{"raw": true}
	const base = "/v1/contracts/{contract}/versions"
	acts(s, huma.Operation{OperationID: "add-version", Method: http.MethodPost, Path: base, Summary: "Draft a variation: a new version of the contract", Tags: tags, DefaultStatus: http.StatusCreated,
		RequestBody: documentBody(), MaxBodyBytes: documentBytesMax, Metadata: raw}, s.addVersion)
	reads(s, huma.Operation{OperationID: "list-versions", Method: http.MethodGet, Path: base, Summary: "List the versions of a contract", Tags: tags}, s.listVersions)
	s.getVersionRoute(base, tags)
	streams(s, huma.Operation{OperationID: "get-contract-text", Method: http.MethodGet, Path: base + "/{version}/document", Summary: "The document of a version, byte for byte", Tags: tags}, yamlMedia,
		func(ctx context.Context, v View, _ *call, in *OnVersion, to *outlet) error {
			found, err := v.Version(ctx, in.Contract, in.Version)
			if err != nil || to.unchanged(versionTag(found)) {
				return err
			}
			_, err = to.Write(found.Document)
			return err
		})
	acts(s, huma.Operation{OperationID: "write-draft", Method: http.MethodPut, Path: base + "/{version}/document", Summary: "Write a draft again", Tags: tags, DefaultStatus: http.StatusOK,
		RequestBody: documentBody(), MaxBodyBytes: documentBytesMax, Metadata: raw}, s.writeDraft)
	reads(s, huma.Operation{OperationID: "check-version", Method: http.MethodGet, Path: base + "/{version}/check", Summary: "What a version says: its sentences, choices and warnings", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *OnVersion) (client.Checked, error) {
			_, c, err := s.version(ctx, v, in.Contract, in.Version)
			if err != nil {
				return client.Checked{}, err
			}
			return checked(c), nil
		})
	reads(s, huma.Operation{OperationID: "compare-versions", Method: http.MethodGet, Path: "/v1/contracts/{contract}/differences", Summary: "What two versions say differently, in sentences", Tags: tags}, s.compareVersions)
}

// getVersionRoute answers with an ETag, so that a draft is written only over what the writer has seen.
func (s *Service) getVersionRoute(base string, tags []string) {
	streams(s, huma.Operation{OperationID: "get-version", Method: http.MethodGet, Path: base + "/{version}", Summary: "Look at a version: its state, who signed and who has yet to", Tags: tags}, "application/json",
		func(ctx context.Context, v View, _ *call, in *OnVersion, to *outlet) error {
			found, c, err := s.version(ctx, v, in.Contract, in.Version)
			if err != nil {
				return err
			}
			shape, err := s.versionWithSignatures(ctx, v, found, c)
			if err != nil {
				return err
			}
			body, err := encode(shape)
			if err != nil {
				return err
			}
			to.etag = versionTag(found)
			_, err = to.Write(body)
			return err
		})
}

// version finds a version and decodes it.
func (s *Service) version(ctx context.Context, v View, contract string, number int) (Version, *contracts.Contract, error) {
	found, err := v.Version(ctx, contract, number)
	if err != nil {
		return found, nil, err
	}
	c, err := s.read.Decode(contractName, found.Document)
	return found, c, err
}

// active finds the version that settles.
func (s *Service) active(ctx context.Context, v View, contract string) (Version, *contracts.Contract, error) {
	head, err := v.Contract(ctx, contract)
	if err != nil {
		return Version{}, nil, err
	}
	if head.Active == 0 {
		return Version{}, nil, conflict("no version of this contract is active yet: propose one, have it signed, activate it")
	}
	return s.version(ctx, v, contract, head.Active)
}

func (s *Service) addVersion(ctx context.Context, tx Tx, c *call, in *OnContract) (made[client.Version], error) {
	var none made[client.Version]
	document, err := s.sent(c.request)
	if err != nil {
		return none, err
	}
	head, err := tx.LockContract(ctx, in.Contract)
	if err != nil {
		return none, err
	}
	if err := sameName(head, document); err != nil {
		return none, err
	}
	versions, err := tx.Versions(ctx, in.Contract)
	if err != nil {
		return none, err
	}
	v := s.draft(c, in.Contract, len(versions)+1, document)
	return made[client.Version]{Body: versionShape(v, nil, nil), Location: "/v1/contracts/" + in.Contract + "/versions/" + strconv.Itoa(v.Number), ETag: versionTag(v)}, tx.AddVersion(ctx, v)
}

// sameName refuses a version that calls itself another contract: its statements would not follow one another.
func sameName(head ContractHead, document *contracts.Contract) error {
	if document.ID == head.Name {
		return nil
	}
	return faulty(http.StatusUnprocessableEntity, "a version is of one contract",
		client.Fault{Field: "contract.id", Found: document.ID, Expected: head.Name, Message: "this document calls itself another contract", Remedy: "keep the id, or draft a new contract"})
}

func (s *Service) listVersions(ctx context.Context, v View, _ *call, in *OnContract) (client.List[client.Version], error) {
	out := client.List[client.Version]{Items: []client.Version{}}
	versions, err := v.Versions(ctx, in.Contract)
	for _, found := range versions {
		out.Items = append(out.Items, versionShape(found, nil, nil))
	}
	return out, err
}

func (s *Service) writeDraft(ctx context.Context, tx Tx, c *call, in *struct {
	OnVersion
	IfMatch string `header:"If-Match" maxLength:"100" doc:"The ETag of what was read, so that nobody's words are written over unseen"`
}) (made[client.Version], error) {
	var none made[client.Version]
	if in.IfMatch == "" {
		return none, refuse(http.StatusPreconditionRequired, "send If-Match with the ETag of the draft that you have read")
	}
	document, err := s.sent(c.request)
	if err != nil {
		return none, err
	}
	head, err := tx.LockContract(ctx, in.Contract)
	if err != nil {
		return none, err
	}
	v, err := tx.Version(ctx, in.Contract, in.Version)
	switch {
	case err != nil:
		return none, err
	case in.IfMatch != versionTag(v):
		return none, refuse(http.StatusPreconditionFailed, "the version is not as you read it; read it again and write over what stands now")
	case v.State != VersionDraft:
		return none, conflict("this version is %s, and only a draft is written again; draft a new version", v.State)
	}
	if err := sameName(head, document); err != nil {
		return none, err
	}
	next := s.draft(c, in.Contract, v.Number, document)
	next.Created = v.Created
	return made[client.Version]{Body: versionShape(next, nil, nil), ETag: versionTag(next)}, tx.SetVersion(ctx, next)
}

func (s *Service) compareVersions(ctx context.Context, v View, _ *call, in *struct {
	OnContract
	From int `query:"from" required:"true" minimum:"1" maximum:"1000000"`
	To   int `query:"to" required:"true" minimum:"1" maximum:"1000000"`
}) (client.Differences, error) {
	out := client.Differences{From: in.From, To: in.To, Differences: []client.Difference{}}
	_, from, err := s.version(ctx, v, in.Contract, in.From)
	if err != nil {
		return out, err
	}
	_, to, err := s.version(ctx, v, in.Contract, in.To)
	if err != nil {
		return out, err
	}
	for _, d := range whatif.Diff(from, to) {
		out.Differences = append(out.Differences, client.Difference(d))
	}
	return out, nil
}

// versionTag changes when the version's document or state does.
func versionTag(v Version) string {
	return `"` + hexOf(v.Digest)[:32] + "-" + v.State + `"`
}

func versionShape(v Version, signed []Signature, wanting []client.Wanting) client.Version {
	shape := client.Version{Contract: v.Contract, Number: v.Number, State: v.State, Digest: hexOf(v.Digest), By: v.By, Created: v.Created.UTC(),
		ProposedBy: v.ProposedBy, Proposed: timeOf(v.Proposed), Activated: timeOf(v.Activated), Wanting: wanting}
	for _, sig := range signed {
		shape.Signatures = append(shape.Signatures, client.Signature{Party: sig.Party, Organisation: sig.Organisation, Person: sig.Person, At: sig.At.UTC()})
	}
	return shape
}
