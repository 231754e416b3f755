package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/proof"
	"outturn/engine/schedule"
)

// Statements as they were issued, for people and for auditors: their bytes, their lines, the working of each, samples,
// the bundle from which anybody makes them again, the ledger and the log of every act.

// OnStatement names a statement of a contract in a path.
type OnStatement struct {
	OnContract
	Statement int `path:"statement" minimum:"1" maximum:"9999"`
}

// ExplainQuery says what is to be explained.
type ExplainQuery struct {
	Unit    string `query:"unit" maxLength:"128" doc:"Key of a root unit; left out for the lines of the whole"`
	Payment string `query:"payment" maxLength:"128" doc:"Only this payment"`
}

func (s *Service) statementRoutes() {
	tags := []string{"statements"}
	bulk := map[string]any{"bulk": true}
	const base = "/v1/contracts/{contract}/statements"
	reads(s, huma.Operation{OperationID: "list-statements", Method: http.MethodGet, Path: base, Summary: "List the final statements of a contract", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *struct {
			OnContract
			Paged
			AsKnown
		}) (client.List[client.Statement], error) {
			before, err := in.before()
			if err != nil {
				return client.List[client.Statement]{}, err
			}
			return list(&in.Paged, func(p Page) ([]StatementHead, error) {
				return visible(p, func(p Page) ([]StatementHead, error) { return v.Statements(ctx, in.Contract, p) }, func(h StatementHead) bool { return was(h.At, before) })
			}, statementShape)
		})
	reads(s, huma.Operation{OperationID: "get-statement", Method: http.MethodGet, Path: base + "/{statement}", Summary: "Who issued a statement, when, and on what", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *OnStatement) (client.Statement, error) {
			head, err := v.Statement(ctx, in.Contract, in.Statement)
			if err != nil {
				return client.Statement{}, err
			}
			shape := statementShape(head)
			shape.Overrides, err = v.OverridesKnown(ctx, in.Contract, head.Sequence)
			return shape, err
		})
	streams(s, huma.Operation{OperationID: "get-statement-head", Method: http.MethodGet, Path: base + "/{statement}/head", Summary: "The statement as it was issued, byte for byte", Tags: tags}, "application/json", s.statementHead)
	streams(s, huma.Operation{OperationID: "get-statement-lines", Method: http.MethodGet, Path: base + "/{statement}/lines", Summary: "The lines of a statement as they were issued, a record a line; or one unit's", Tags: tags, Metadata: bulk}, mediaNDJSON, s.statementLines)
	reads(s, huma.Operation{OperationID: "explain-statement", Method: http.MethodGet, Path: base + "/{statement}/explanation", Summary: "Every line of a unit with its working, and what became of each of its items", Tags: tags, Metadata: bulk},
		func(ctx context.Context, v View, _ *call, in *struct {
			OnStatement
			ExplainQuery
		}) (client.Explained, error) {
			g, _, err := s.issued(ctx, v, in.Contract, in.Statement)
			if err != nil {
				return client.Explained{}, err
			}
			defer g.close()
			return explain(ctx, g, in.ExplainQuery)
		})
	streams(s, huma.Operation{OperationID: "sample-statement", Method: http.MethodGet, Path: base + "/{statement}/sample", Summary: "A sample of its records, which anybody with the seed draws again", Tags: tags, Metadata: bulk}, mediaNDJSON, s.sample)
	streams(s, huma.Operation{OperationID: "export-statement", Method: http.MethodGet, Path: base + "/{statement}/bundle", Summary: "The auditor's bundle: the statement with all it was made from, for outturn verify", Tags: tags, Metadata: bulk}, "application/zip", s.export)
	reads(s, huma.Operation{OperationID: "list-ledger", Method: http.MethodGet, Path: "/v1/contracts/{contract}/ledger", Summary: "List the entries of the ledger, two for each posting", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *struct {
			OnContract
			Paged
			AsKnown
		}) (client.List[client.Entry], error) {
			before, err := in.before()
			if err != nil {
				return client.List[client.Entry]{}, err
			}
			return list(&in.Paged, func(p Page) ([]LedgerEntry, error) {
				return visible(p, func(p Page) ([]LedgerEntry, error) { return v.Ledger(ctx, in.Contract, p) }, func(e LedgerEntry) bool { return was(e.At, before) })
			}, entryShape)
		})
	reads(s, huma.Operation{OperationID: "get-balances", Method: http.MethodGet, Path: "/v1/contracts/{contract}/balances", Summary: "What each party has received, and that it all comes to nought", Tags: tags}, s.balances)
	reads(s, huma.Operation{OperationID: "list-audit", Method: http.MethodGet, Path: "/v1/contracts/{contract}/audit", Summary: "List every act on a contract, and every refusal", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *struct {
			OnContract
			Paged
		}) (client.List[client.AuditRow], error) {
			return list(&in.Paged, func(p Page) ([]AuditRow, error) { return v.Audit(ctx, in.Contract, p) }, auditShape)
		})
}

// stored opens a statement with the version of the contract that it was made under.
func (s *Service) stored(ctx context.Context, v View, contract string, number int) (*proof.Stored, *contracts.Contract, error) {
	head, err := v.Statement(ctx, contract, number)
	if err != nil {
		return nil, nil, err
	}
	_, terms, err := s.version(ctx, v, contract, head.Version)
	if err != nil {
		return nil, nil, err
	}
	st, err := v.Stored(ctx, terms, contract, number)
	return st, terms, err
}

func (s *Service) statementHead(ctx context.Context, v View, _ *call, in *OnStatement, to *outlet) error {
	st, _, err := s.stored(ctx, v, in.Contract, in.Statement)
	if err != nil || to.unchanged(`"`+st.Digest.String()+`"`) {
		return err
	}
	_, err = to.Write(st.Head)
	return err
}

func (s *Service) statementLines(ctx context.Context, v View, _ *call, in *struct {
	OnStatement
	Unit string `query:"unit" maxLength:"128" doc:"Only the record of this root unit"`
}, to *outlet) error {
	if in.Unit == "" {
		head, err := v.Statement(ctx, in.Contract, in.Statement)
		if err != nil || to.unchanged(`"`+head.Digest.String()+`-lines"`) {
			return err
		}
		for b, err := range v.Record(ctx, in.Contract, in.Statement) {
			if err == nil {
				_, err = to.Write(b)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	st, terms, err := s.stored(ctx, v, in.Contract, in.Statement)
	if err != nil {
		return err
	}
	for t := range terms.Units {
		if terms.Units[t].PartOf >= 0 {
			continue
		}
		for r, err := range st.Lines(t, in.Unit) {
			if err != nil {
				return err
			}
			if r.UnitType == t && r.Unit == in.Unit {
				if _, err := to.Write(engine.AppendRecord(nil, terms, &r)); err != nil {
					return err
				}
			}
			break
		}
	}
	return nil
}

// sample draws the records whose digest with the seed is least: nobody who publishes the seed first can choose them.
func (s *Service) sample(ctx context.Context, v View, _ *call, in *struct {
	OnStatement
	Seed string `query:"seed" required:"true" minLength:"1" maxLength:"200" doc:"Published before the sample is drawn"`
	Size int    `query:"size" minimum:"1" maximum:"1000" default:"25"`
}, to *outlet) error {
	st, terms, err := s.stored(ctx, v, in.Contract, in.Statement)
	if err != nil {
		return err
	}
	type drawn struct {
		by     [32]byte
		record []byte
	}
	var kept []drawn
	byDigest := func(a, b drawn) int { return bytes.Compare(a.by[:], b.by[:]) }
	for r, err := range st.All() {
		if err != nil {
			return err
		}
		if r.UnitType >= len(terms.Units) {
			break // the record of the whole is no unit's
		}
		d := drawn{by: sha256.Sum256([]byte(in.Seed + "\n" + terms.Units[r.UnitType].Name + "\n" + r.Unit))}
		if at, _ := slices.BinarySearchFunc(kept, d, byDigest); at < in.Size {
			d.record = engine.AppendRecord(nil, terms, &r)
			kept = slices.Insert(kept, at, d)
			kept = kept[:min(len(kept), in.Size)]
		}
	}
	for _, d := range kept {
		if _, err := to.Write(d.record); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) export(ctx context.Context, v View, _ *call, in *OnStatement, to *outlet) error {
	g, head, err := s.issued(ctx, v, in.Contract, in.Statement)
	if err != nil {
		return err
	}
	defer g.close()
	st, err := v.Stored(ctx, g.terms, in.Contract, in.Statement)
	if err != nil || to.unchanged(`"`+head.Digest.String()+`-bundle"`) {
		return err
	}
	to.filename = fmt.Sprintf("%s-%04d.zip", g.terms.ID, in.Statement)
	return proof.Bundle{Contract: g.terms, Snapshot: schedule.Watch(ctx, g.snapshot), Prior: g.prior, Statement: st}.Write(to)
}

func (s *Service) balances(ctx context.Context, v View, _ *call, in *struct {
	OnContract
	AsKnown
}) (client.Balances, error) {
	out := client.Balances{Parties: []client.Balance{}}
	_, terms, err := s.active(ctx, v, in.Contract)
	if err != nil {
		return out, err
	}
	before, err := in.before()
	if err != nil {
		return out, err
	}
	found, err := v.Balances(ctx, in.Contract, before)
	if err != nil {
		return out, err
	}
	through, err := settledThrough(ctx, v, in.Contract, before)
	if err != nil {
		return out, err
	}
	sum := money.FromMinor(terms.Currency, 0)
	for _, b := range carriedOver(terms, found, through) {
		out.Parties = append(out.Parties, client.Balance{Party: b.Party, Amount: b.Amount.String()})
		sum = sum.Add(b.Amount)
	}
	slices.SortFunc(out.Parties, func(a, b client.Balance) int { return cmp.Compare(a.Party, b.Party) })
	out.Currency, out.Sum = terms.Currency.Code, sum.String()
	return out, nil
}

// settledThrough is the last day that a statement settled which was issued before a moment; no day where none was.
func settledThrough(ctx context.Context, v View, contract string, before time.Time) (through calendar.Date, err error) {
	for p := (Page{Limit: 1000}); ; {
		heads, err := v.Statements(ctx, contract, p)
		if err != nil {
			return through, err
		}
		for _, head := range heads {
			if was(head.At, before) {
				through = max(through, head.Through)
			}
			p.After = int64(head.Number)
		}
		if len(heads) < p.Limit {
			return through, nil
		}
	}
}

// carriedOver adds what stands in the name of a party to what stands in its successor's, once a statement through the day
// of the succession has been issued: as the books do.
func carriedOver(c *contracts.Contract, found []Balance, through calendar.Date) []Balance {
	var all []Balance
	for _, b := range found {
		if at := slices.IndexFunc(c.Parties, func(p contracts.Party) bool { return p.ID == b.Party }); at >= 0 {
			b.Party = c.Parties[c.Heir(at, through)].ID
		}
		if at := slices.IndexFunc(all, func(o Balance) bool { return o.Party == b.Party }); at >= 0 {
			all[at].Amount = all[at].Amount.Add(b.Amount)
		} else {
			all = append(all, b)
		}
	}
	return all
}

// explain settles again and says how each line of a unit came about.
func explain(ctx context.Context, g *settling, q ExplainQuery) (client.Explained, error) {
	out := client.Explained{Through: g.on.Through.String(), CutOff: g.on.CutOff.String(), Status: "provisional", Unit: q.Unit, Lines: []client.Line{}, Items: []client.Usage{}}
	if g.on.Final {
		out.Status = "final"
	}
	lines, items, err := engine.Explain(g.terms, g.on, schedule.Watch(ctx, g.snapshot), g.position, q.Unit, q.Payment)
	if err != nil {
		return out, unsettled(err)
	}
	if q.Unit != "" && len(lines) == 0 && len(items) == 0 {
		return out, ErrUnknown
	}
	for _, e := range lines {
		l := client.Line{Payment: e.Line.Payment, Of: e.Line.Of, Period: e.Line.Period, Count: e.Line.Count, ToDate: e.Line.ToDate.String(), Settled: e.Line.Settled.String(),
			Due: e.Line.Due.String(), Held: e.Line.Held.String(), Reason: e.Line.Reason, Corrects: e.Line.Corrects, Notes: e.Line.Notes, Steps: []client.Step{}}
		for _, step := range e.Steps {
			l.Steps = append(l.Steps, client.Step(step))
		}
		out.Lines = append(out.Lines, l)
	}
	for _, u := range items {
		out.Items = append(out.Items, client.Usage{Unit: u.Unit, Kind: u.Kind, First: dayText(u.Item.First), Last: dayText(u.Item.Last), Learned: dayText(u.Item.Learned), ID: u.Item.ID, Points: u.Item.Points, Use: u.Use, Payments: u.By})
	}
	return out, nil
}

func statementShape(h StatementHead) client.Statement {
	return client.Statement{Contract: h.Contract, Number: h.Number, Version: h.Version, Through: h.Through.String(), CutOff: h.CutOff.String(), Digest: h.Digest.String(), By: h.By, At: h.At.UTC()}
}

func entryShape(e LedgerEntry) client.Entry {
	return client.Entry{Statement: e.Statement, Party: e.Party, Payment: e.Payment, Amount: e.Amount.String(), At: e.At.UTC()}
}
