package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
)

// Evidence: batches in, whole or their sound part, with every fault back; what became of each batch; and the items that
// are on record. Corrections and withdrawals are items like others, and point at the sender's own.

func evidenceBody() *huma.RequestBody {
	text := func(what string) *huma.MediaType {
		return &huma.MediaType{Schema: &huma.Schema{Type: "string", Description: what}}
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		mediaNDJSON: text("One item a line, in the contract's own words"),
		mediaCSV:    text("One item a row, columns named on the first line"),
		mediaJSON: {Schema: &huma.Schema{Type: "object", Required: []string{"items"}, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{"items": {Type: "array", Items: &huma.Schema{Type: "object"}}}}},
		mediaForm: {Schema: &huma.Schema{Type: "object", Required: []string{"evidence"}, Properties: map[string]*huma.Schema{
			"evidence": {Type: "string", Description: "The evidence, with its own Content-Type"}, "mapping": {Type: "string", Description: "evidence.yaml: how a published file is read"}}}},
	}}
}

func (s *Service) evidenceRoutes() {
	tags := []string{"evidence"}
	bulk := map[string]any{"raw": true, "bulk": true}
	const base = "/v1/contracts/{contract}/batches"
	acts(s, huma.Operation{OperationID: "send-batch", Method: http.MethodPost, Path: base, Summary: "Send evidence: new items, corrections and withdrawals", Tags: tags, DefaultStatus: http.StatusCreated,
		RequestBody: evidenceBody(), MaxBodyBytes: s.o.Limits.Evidence, Metadata: bulk}, s.sendBatch)
	reads(s, huma.Operation{OperationID: "list-batches", Method: http.MethodGet, Path: base, Summary: "List the batches of a contract: one's own, or all for payers and auditors", Tags: tags}, s.listBatches)
	reads(s, huma.Operation{OperationID: "get-batch", Method: http.MethodGet, Path: base + "/{batch}", Summary: "What became of a batch, with its faults", Tags: tags},
		func(ctx context.Context, v View, c *call, in *struct {
			OnContract
			Batch string `path:"batch" maxLength:"64"`
		}) (client.Batch, error) {
			b, err := v.Batch(ctx, in.Contract, in.Batch)
			if err == nil && !c.mayRead(b.Organisation) {
				err = ErrUnknown
			}
			return batchShape(b), err
		})
	reads(s, huma.Operation{OperationID: "list-items", Method: http.MethodGet, Path: "/v1/contracts/{contract}/items", Summary: "List items on record, in the order in which they came: one's own, or all for payers and auditors", Tags: tags}, s.listItems)
}

// mayRead reports whether the caller may see evidence of an organisation: its own, or all for who pays or audits.
func (c *call) mayRead(organisation string) bool {
	return organisation == c.caller.Organisation || c.at.holds(RoleCommissioner, RoleAuditor)
}

func (s *Service) sendBatch(ctx context.Context, tx Tx, c *call, in *struct {
	OnContract
	Name        string `query:"name" maxLength:"128" doc:"What the sender calls the batch: a file name, by which a mapping is matched"`
	Take        string `query:"take" enum:"all,sound" default:"all" doc:"all: nothing is taken where anything is at fault; sound: what is sound is taken"`
	ContentType string `header:"Content-Type"`
}) (made[client.Batch], error) {
	var none made[client.Batch]
	if what := Personal(in.Name); what != "" {
		return none, faulty(http.StatusUnprocessableEntity, "names of batches are kept", problemFault("name", "this looks like "+what, "call the batch otherwise"))
	}
	_, terms, err := s.active(ctx, tx, in.Contract)
	if err != nil {
		return none, err
	}
	sent, err := evidenceOf(c.request, in.ContentType, in.Name)
	if err != nil {
		return none, err
	}
	id, err := s.newID("batch")
	if err != nil {
		return none, err
	}
	d := &door{call: c, terms: terms, sent: sent, today: dayOf(c), dir: s.o.TempDir, takes: kindsOf(terms, c.at)}
	b, err := tx.Receive(ctx, Receipt{
		Batch: Batch{ID: id, Contract: in.Contract, Organisation: c.caller.Organisation, Person: c.caller.ID, Format: sent.format, Name: in.Name, Digest: c.digest, At: c.request.at},
		Terms: terms, Sound: in.Take == "sound", Rows: d.rows, Place: d.place, Refused: func() int { return d.refused }})
	if err != nil {
		return none, err
	}
	if b.ID == id && b.Accepted > 0 {
		if err := d.pointsAtOwn(ctx, tx, in.Contract, c.caller.Organisation); err != nil {
			return none, err
		}
	}
	m := made[client.Batch]{Body: batchShape(b), Location: "/v1/contracts/" + in.Contract + "/batches/" + b.ID}
	if b.State == "refused" {
		m.Refused = faulty(http.StatusUnprocessableEntity, fmt.Sprintf("nothing of this batch was taken: %d of %d rows are at fault; each fault is listed", b.Refused, b.Rows), m.Body.Faults...)
		m.Refused.More += b.MoreFaults
	}
	return m, nil
}

// dayOf is the day of a call.
func dayOf(c *call) calendar.Date {
	y, m, d := c.request.at.Date()
	day, err := calendar.NewDate(y, int(m), d)
	if err != nil {
		panic("api: the clock shows no day: " + err.Error())
	}
	return day
}

// door looks at each row of a batch before it is taken.
type door struct {
	*call
	terms   *contracts.Contract
	sent    *sentEvidence
	today   calendar.Date
	dir     string
	takes   []string // for each kind, why it is not taken from this sender; "" where it is
	refused int
	points  []pointing
}

// pointing is a row that corrects or withdraws another.
type pointing struct {
	line     int
	root, id string
}

// pointsMax is how many corrections and withdrawals one batch may have.
const pointsMax = 100_000

func (d *door) place(sequence uint64) (string, int) {
	return d.sent.name, ingest.SequenceLine(sequence)
}

// rows reads the batch and hands on what is sound and may come from this sender.
func (d *door) rows(take func(*evidence.Row) error) error {
	d.points, d.refused = nil, 0
	var own evidence.Faults
	bad := map[int]bool{}
	refuse := func(line int, f evidence.Fault) {
		f.File, f.Line, f.Value = d.sent.name, line, evidence.Shorten(f.Value)
		bad[line] = true
		if len(own.List) < faultsMax {
			own.List = append(own.List, f)
		} else {
			own.More++
		}
	}
	err := ingest.Rows(d.terms, d.sent, ingest.Options{TempDir: d.dir, MaxFaults: faultsMax}, func(row *evidence.Row) error {
		line := ingest.SequenceLine(row.Sequence)
		faults := d.admit(row)
		for _, f := range faults {
			refuse(line, f)
		}
		if len(faults) > 0 {
			return nil
		}
		if len(row.Points) > 0 {
			if len(d.points) == pointsMax {
				return conflict("a batch has at most %d corrections and withdrawals; send the others in another", pointsMax)
			}
			p := pointing{line: line, id: string(row.Points)}
			if len(row.Path) > 0 {
				p.root = string(row.Path[0])
			}
			d.points = append(d.points, p)
		}
		return take(row)
	})
	var theirs *evidence.Faults
	if errors.As(err, &theirs) {
		for _, f := range theirs.List {
			bad[f.Line] = true
		}
		for _, f := range theirs.List {
			own.List = append(own.List, clean(f))
		}
		own.More += theirs.More
	} else if err != nil {
		return err
	}
	if d.refused = len(bad) + own.More; d.refused == 0 {
		return nil
	}
	evidence.SortFaults(own.List)
	return &own
}

// clean makes a fault fit to be kept and shown: what was found may be no text at all, or somebody's name.
func clean(f evidence.Fault) evidence.Fault {
	for _, text := range []*string{&f.Field, &f.Value, &f.Rule, &f.Remedy} {
		*text = strings.Map(func(r rune) rune {
			if r < ' ' || r == utf8.RuneError {
				return '?'
			}
			return r
		}, *text)
	}
	if Personal(f.Value) != "" {
		f.Value = ""
	}
	return f
}

// admit says what is wrong with a row beyond its form.
func (d *door) admit(row *evidence.Row) (faults []evidence.Fault) {
	check := func(field string, text []byte) {
		if plainKey(text) {
			return
		}
		if what := Personal(string(text)); what != "" {
			// The value is not repeated: a fault is kept, and this is what must not be.
			faults = append(faults, evidence.Fault{Field: field, Rule: "this looks like " + what + ", and evidence names nobody", Remedy: "send a pseudonymous key; outturn has no use for who it is"})
		}
	}
	for _, key := range row.Path {
		check("unit", key)
	}
	check("id", row.ID)
	check("corrects", row.Points)
	check("source", row.Source)
	if why := d.kindFault(row); why != "" {
		faults = append(faults, evidence.Fault{Field: "kind", Rule: why, Remedy: "leave it to whoever the contract has it from"})
	}
	if row.Item && row.Learned > d.today {
		faults = append(faults, evidence.Fault{Field: "learned", Value: row.Learned.String(), Rule: "a day that has not come", Remedy: "say when it became known"})
	}
	return faults
}

func (d *door) kindFault(row *evidence.Row) string {
	if row.Kind < 0 {
		if !row.Withdraws && !d.at.holds(RoleProvider, RoleCommissioner) {
			return "units are declared by providers and commissioners"
		}
		return ""
	}
	if why := d.takes[row.Kind]; why != "" {
		return why
	}
	kind := &d.terms.Evidence[row.Kind]
	if kind.Of == contracts.OfRole && len(row.Party) > 0 && !d.at.holds(RoleCommissioner) && !slices.ContainsFunc(d.at.grants, func(g Grant) bool { return g.Party == string(row.Party) }) {
		return "an item of " + string(row.Party) + " comes from them or from the payer"
	}
	return ""
}

// kindsOf says of each kind why it is not taken from a sender, "" where it is. A kind that a grant names comes from
// those whom grants name for it. Of the others, answers to examined claims come from the payer's side, what is about no
// unit from payers and providers, and the rest from providers.
func kindsOf(c *contracts.Contract, at *standing) []string {
	names := func(g Grant, kind string) bool { return slices.Contains(g.Kinds, kind) }
	examined := map[int]bool{}
	for i := range c.Checks {
		examined[c.Checks[i].FoundBy] = true
	}
	for i := range c.Payments {
		examined[c.Payments[i].Due.ValidatedBy] = true
	}
	takes := make([]string, len(c.Evidence))
	for k := range c.Evidence {
		kind := &c.Evidence[k]
		mine := slices.ContainsFunc(at.grants, func(g Grant) bool { return names(g, kind.Name) })
		named := slices.ContainsFunc(at.others, func(g Grant) bool { return names(g, kind.Name) })
		switch {
		case mine:
		case named:
			takes[k] = kind.Name + " comes from others in this contract"
		case examined[k]:
			if !at.holds(RoleCommissioner, RoleVerifier) || at.holds(RoleProvider) {
				takes[k] = kind.Name + " answers claims, and comes from the payer's side"
			}
		case at.holds(RoleProvider):
		case kind.Of != contracts.OfUnit && at.holds(RoleCommissioner):
		case kind.Of == contracts.OfRole && at.holds(RolePartnerFinance):
		default:
			takes[k] = kind.Name + " comes from providers in this contract"
		}
	}
	return takes
}

// pointsAtOwn refuses a batch that corrects or withdraws what another organisation sent.
func (d *door) pointsAtOwn(ctx context.Context, v View, contract, organisation string) error {
	var faults []client.Fault
	for _, p := range d.points {
		items, err := v.Items(ctx, contract, ItemFilter{Root: p.root, ID: p.id}, Page{Limit: 100})
		if err != nil {
			return err
		}
		for _, item := range items {
			if item.Organisation != organisation {
				faults = append(faults, client.Fault{Line: p.line, Field: "corrects", Found: p.id, Message: "the item that this one points at came from another organisation", Remedy: "ask its sender, or raise a dispute"})
				break
			}
		}
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b client.Fault) int { return cmp.Compare(a.Line, b.Line) })
		return faulty(http.StatusUnprocessableEntity, "nothing of this batch was taken: items are corrected and withdrawn by their senders", faults...)
	}
	return nil
}

func (s *Service) listBatches(ctx context.Context, v View, c *call, in *struct {
	OnContract
	Paged
}) (client.List[client.Batch], error) {
	return list(&in.Paged, func(p Page) ([]Batch, error) {
		return visible(p, func(p Page) ([]Batch, error) { return v.Batches(ctx, in.Contract, p) }, func(b Batch) bool { return c.mayRead(b.Organisation) })
	}, batchShape)
}

func (s *Service) listItems(ctx context.Context, v View, c *call, in *struct {
	OnContract
	Paged
	Batch string `query:"batch" maxLength:"64"`
	Unit  string `query:"unit" maxLength:"128" doc:"Key of the root unit"`
	ID    string `query:"id" maxLength:"128" doc:"The sender's name for the item"`
}) (client.List[client.Item], error) {
	filter := ItemFilter{Batch: in.Batch, Root: in.Unit, ID: in.ID}
	return list(&in.Paged, func(p Page) ([]Item, error) {
		return visible(p, func(p Page) ([]Item, error) { return v.Items(ctx, in.Contract, filter, p) }, func(i Item) bool { return c.mayRead(i.Organisation) })
	}, itemShape)
}

// visible fills a page with the rows that the caller may see.
func visible[R placed](p Page, rows func(Page) ([]R, error), may func(R) bool) ([]R, error) {
	var out []R
	for {
		found, err := rows(p)
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			if may(row) {
				out = append(out, row)
			}
			p.After = row.place()
		}
		if len(found) < p.Limit || len(out) >= p.Limit {
			return out[:min(len(out), p.Limit)], nil
		}
	}
}

func batchShape(b Batch) client.Batch {
	shape := client.Batch{ID: b.ID, Contract: b.Contract, Organisation: b.Organisation, Person: b.Person, Name: b.Name, Format: b.Format, Digest: hexOf(b.Digest), State: b.State,
		Rows: b.Rows, Accepted: b.Accepted, Refused: b.Refused, Faults: evidenceFaults(b.Faults), MoreFaults: b.MoreFaults, At: b.At.UTC()}
	if b.Format == "json" {
		for i := range shape.Faults {
			if f := &shape.Faults[i]; f.Line > 0 {
				f.Pointer, f.Line = fmt.Sprintf("/items/%d", f.Line-1), 0
				if f.Field != "" && !strings.ContainsAny(f.Field, "/~") {
					f.Pointer += "/" + f.Field
				}
			}
		}
	}
	return shape
}

func itemShape(i Item) client.Item {
	day := func(d calendar.Date) string {
		if d.IsZero() {
			return ""
		}
		return d.String()
	}
	return client.Item{Sequence: i.Sequence, Batch: i.Batch, Line: i.Line, Organisation: i.Organisation, Unit: i.Unit, UnitType: i.UnitType, Root: i.Root, Kind: i.Kind,
		ID: i.ID, Points: i.Points, Source: i.Source, First: day(i.First), Last: day(i.Last), Learned: day(i.Learned), Row: i.Body, At: i.At.UTC()}
}
