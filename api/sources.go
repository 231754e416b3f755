package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/engine/schedule"
)

// Sources: where evidence is fetched from on behalf of an organisation, instead of being sent. What comes from a source
// is held to what its organisation may send; whoever sends may say where it is fetched from, and sees what became of it.

const (
	sourceDirectory = "directory"
	sourceHTTPS     = "https"
	// sourcesMax is how many sources one contract may have.
	sourcesMax = 100
)

// OnSource names a source in a path.
type OnSource struct {
	OnContract
	Source string `path:"source" maxLength:"64" doc:"What its organisation calls it"`
}

var plainName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

func (s *Service) sourceRoutes() {
	tags := []string{"evidence"}
	const base = "/v1/contracts/{contract}/sources"
	reads(s, huma.Operation{OperationID: "list-sources", Method: http.MethodGet, Path: base, Summary: "List where evidence is fetched from: one's own, or all for payers and auditors", Tags: tags},
		func(ctx context.Context, v View, c *call, in *OnContract) (client.List[client.Source], error) {
			out := client.List[client.Source]{Items: []client.Source{}}
			found, err := v.Sources(ctx, in.Contract)
			for _, one := range found {
				if c.mayRead(one.Organisation) {
					out.Items = append(out.Items, s.sourceShape(one))
				}
			}
			return out, err
		})
	streams(s, huma.Operation{OperationID: "get-source", Method: http.MethodGet, Path: base + "/{source}", Summary: "Look at a source: when it was read last, and why it could not be", Tags: tags}, "application/json",
		func(ctx context.Context, v View, c *call, in *OnSource, to *outlet) error {
			found, err := ownSource(ctx, v, c, in)
			if err != nil {
				return err
			}
			body, err := encode(s.sourceShape(found))
			if err != nil || to.unchanged(sourceTag(found)) {
				return err
			}
			_, err = to.Write(body)
			return err
		})
	reads(s, huma.Operation{OperationID: "list-source-files", Method: http.MethodGet, Path: base + "/{source}/files", Summary: "What became of each file of a source", Tags: tags},
		func(ctx context.Context, v View, c *call, in *struct {
			OnSource
			Paged
		}) (client.List[client.SourceFile], error) {
			if _, err := ownSource(ctx, v, c, &in.OnSource); err != nil {
				return client.List[client.SourceFile]{}, err
			}
			return list(&in.Paged, func(p Page) ([]SourceFile, error) { return v.SourceFiles(ctx, in.Contract, in.Source, p) }, sourceFileShape)
		})
	acts(s, huma.Operation{OperationID: "set-source", Method: http.MethodPut, Path: base + "/{source}", Summary: "Say where one's evidence is fetched from, and when", Tags: tags, DefaultStatus: http.StatusOK, Metadata: map[string]any{"also": http.StatusCreated}}, s.setSource)
	acts(s, huma.Operation{OperationID: "drop-source", Method: http.MethodDelete, Path: base + "/{source}", Summary: "Have a source read no longer; what it gave stays", Tags: tags, DefaultStatus: http.StatusOK},
		func(ctx context.Context, tx Tx, c *call, in *OnSource) (made[client.Source], error) {
			found, err := ownSource(ctx, tx, c, in)
			if err != nil {
				return made[client.Source]{}, err
			}
			if found.Organisation != c.caller.Organisation && !c.at.holds(RoleCommissioner) {
				return made[client.Source]{}, forbidden()
			}
			return made[client.Source]{Body: s.sourceShape(found)}, tx.DropSource(ctx, in.Contract, in.Source)
		})
}

// ownSource finds a source that the caller may see.
func ownSource(ctx context.Context, v View, c *call, in *OnSource) (Source, error) {
	found, err := v.Source(ctx, in.Contract, in.Source)
	if err == nil && !c.mayRead(found.Organisation) {
		err = ErrUnknown
	}
	return found, err
}

func (s *Service) setSource(ctx context.Context, tx Tx, c *call, in *struct {
	OnSource
	IfMatch string `header:"If-Match" maxLength:"100" doc:"The ETag of what was read, where the source stands already"`
	Body    client.NewSource
}) (made[client.Source], error) {
	var none made[client.Source]
	if _, err := tx.LockContract(ctx, in.Contract); err != nil {
		return none, err
	}
	next, err := s.sourceAsked(c, in.Contract, in.Source, in.Body)
	if err != nil {
		return none, err
	}
	found, err := tx.Sources(ctx, in.Contract)
	if err != nil {
		return none, err
	}
	status := http.StatusCreated
	if at := slices.IndexFunc(found, func(o Source) bool { return o.Name == in.Source }); at >= 0 {
		status = http.StatusOK
		stands := found[at]
		switch {
		case stands.Organisation != c.caller.Organisation:
			return none, conflict("another source of this contract is called %s; call yours otherwise", in.Source)
		case in.IfMatch == "":
			return none, refuse(http.StatusPreconditionRequired, "this source stands already: send If-Match with the ETag of what you have read")
		case in.IfMatch != sourceTag(stands):
			return none, refuse(http.StatusPreconditionFailed, "the source is not as you read it; read it again and write over what stands now")
		case stands.Kind != next.Kind:
			return none, conflict("a source stays what it is, a %s; drop it, or add another", stands.Kind)
		}
		next.Looked = stands.Looked
		if stands.Location == next.Location {
			next.ETag = stands.ETag
		}
	} else if len(found) >= sourcesMax {
		return none, conflict("a contract has at most %d sources; drop one that is not needed", sourcesMax)
	}
	if err := tx.SetSource(ctx, next); err != nil {
		return none, err
	}
	return made[client.Source]{Body: s.sourceShape(next), Status: status, Location: "/v1/contracts/" + in.Contract + "/sources/" + in.Source, ETag: sourceTag(next)}, nil
}

// sourceAsked reads what is asked for, with every fault in it.
func (s *Service) sourceAsked(c *call, contract, name string, b client.NewSource) (Source, error) {
	next := Source{Contract: contract, Name: name, Kind: b.Kind, Cron: b.Cron, Zone: b.Zone, Organisation: c.caller.Organisation, Sound: b.Take == "sound"}
	var faults []client.Fault
	if !plainName.MatchString(name) {
		faults = append(faults, problemFault("source", "no plain name", "use at most 64 of a-z, 0-9, - and _"))
	}
	times, err := schedule.ParseTimes(b.Cron, b.Zone)
	if err != nil {
		faults = append(faults, client.Fault{Pointer: "/cron", Found: b.Cron, Message: err.Error(), Remedy: `write both times and zone: "0 6 * * 1" and Europe/London`})
	} else {
		next.Next, _ = times.After(c.request.at)
	}
	where := client.Fault{Pointer: "/location", Found: b.Location}
	switch b.Kind {
	case sourceHTTPS:
		at, err := url.Parse(b.Location)
		switch {
		case err != nil || at.Scheme != "https" || at.Host == "" || at.Fragment != "":
			where.Message, where.Remedy = "no address that begins with https://", "write the whole address"
		case at.User != nil:
			where.Found, where.Message, where.Remedy = "", "an address is kept and shown, so it holds no password", "leave name and password out of it"
		}
		next.Location = b.Location
	case sourceDirectory:
		switch {
		case s.o.Folders == "":
			where.Message, where.Remedy = "this service watches no folders", "send the evidence, have it fetched over https, or ask the operator, who allows folders with --folders"
		case !plainName.MatchString(b.Location):
			where.Message, where.Remedy = "no plain name of a folder", fmt.Sprintf("name one of the folders that the operator keeps for %s: at most 64 of a-z, 0-9, - and _", c.caller.Organisation)
		}
		next.Location = filepath.Join(s.o.Folders, c.caller.Organisation, b.Location)
	}
	if where.Message != "" {
		faults = append(faults, where)
	}
	if len(faults) > 0 {
		return next, faulty(http.StatusUnprocessableEntity, "evidence cannot be fetched so", faults...)
	}
	return next, nil
}

// sourceTag changes when what was said of a source does.
func sourceTag(o Source) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %t", o.Organisation, o.Kind, o.Location, o.Cron, o.Zone, o.Sound))
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

func (s *Service) sourceShape(o Source) client.Source {
	shape := client.Source{Name: o.Name, Organisation: o.Organisation, Kind: o.Kind, Location: o.Location, Cron: o.Cron, Zone: o.Zone, Take: "all", Next: timeOf(o.Next), Looked: timeOf(o.Looked), Why: o.Why}
	if o.Sound {
		shape.Take = "sound"
	}
	if o.Kind == sourceDirectory {
		shape.Location = filepath.Base(o.Location) // where it lies on the machine is the operator's
	}
	return shape
}

func (f SourceFile) place() int64 { return f.Place }

func sourceFileShape(f SourceFile) client.SourceFile {
	return client.SourceFile{Name: f.Name, Digest: hex.EncodeToString(f.Digest), State: f.State, Batch: f.Batch, Why: f.Why, At: f.At.UTC()}
}
