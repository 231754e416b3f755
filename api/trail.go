package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/schedule"
)

// The trail of evidence: what payments still wait for, what was left out and why, and what one item came to. Each is told
// by settling again, so that it is of the same evidence and the same rules as the money.

func (s *Service) trailRoutes() {
	bulk := map[string]any{"bulk": true}
	streams(s, huma.Operation{OperationID: "list-missing", Method: http.MethodGet, Path: "/v1/contracts/{contract}/missing", Summary: "What payments wait for, a record a line: by unit, which evidence, until when, and the clause", Tags: []string{"evidence"}, Metadata: bulk}, mediaNDJSON, s.missing)
	streams(s, huma.Operation{OperationID: "list-exclusions", Method: http.MethodGet, Path: "/v1/contracts/{contract}/statements/{statement}/exclusions", Summary: "What a statement left out, a record a line: every unit that does not count and every item that was not used, each with its one reason",
		Tags: []string{"statements"}, Metadata: bulk}, mediaNDJSON, s.exclusions)
	reads(s, huma.Operation{OperationID: "get-item", Method: http.MethodGet, Path: "/v1/contracts/{contract}/items/{sequence}", Summary: "What became of an item: what it earned, or why not, with the clause", Tags: []string{"evidence"}, Metadata: bulk}, s.itemStatus)
}

func (s *Service) missing(ctx context.Context, v View, _ *call, in *struct {
	OnContract
	OccasionQuery
	AsKnown
	Unit string `query:"unit" maxLength:"128" doc:"Only this root unit"`
}, to *outlet) error {
	g, err := s.about(ctx, v, in.Contract, in.Through, in.CutOff, false, in.AsKnown)
	if err == nil {
		err = g.gather(ctx, v, in.Contract)
	}
	if err != nil {
		return err
	}
	defer g.close()
	return unsettled(g.waits(ctx, in.Unit, to, func(w *engine.Wait) bool { return w.Mends }))
}

// waits writes what payments wait for, of each root unit or of one.
func (g *settling) waits(ctx context.Context, unit string, to *outlet, wanted func(*engine.Wait) bool) error {
	return g.trails(ctx, unit, func(t *engine.Trail) error {
		for i := range t.Waits {
			w := &t.Waits[i]
			if !wanted(w) {
				continue
			}
			one := client.Missing{Root: t.Unit, Unit: w.Unit, Payment: w.Payment, Clause: w.Clause, Reason: w.Reason, Day: dayText(w.Day), Wants: []client.Wants{}}
			for _, l := range w.Lacks {
				one.Wants = append(one.Wants, client.Wants{Kind: l.Kind, Until: dayText(l.Until)})
			}
			if err := to.line(one); err != nil {
				return err
			}
		}
		return nil
	})
}

// trails tells of each root unit.
func (g *settling) trails(ctx context.Context, unit string, take func(*engine.Trail) error) error {
	return engine.Trails(g.terms, g.on, schedule.Watch(ctx, g.snapshot), g.position, unit, take)
}

// line writes one record of a stream.
func (o *outlet) line(record any) error {
	b, err := encode(record)
	if err == nil {
		_, err = o.Write(b)
	}
	return err
}

func (s *Service) exclusions(ctx context.Context, v View, _ *call, in *OnStatement, to *outlet) error {
	g, head, err := s.issued(ctx, v, in.Contract, in.Statement)
	if err != nil {
		return err
	}
	defer g.close()
	if to.unchanged(`"` + head.Digest.String() + `-exclusions"`) {
		return nil
	}
	err = g.trails(ctx, "", func(t *engine.Trail) error {
		for _, p := range t.Cohorts {
			if !p.Counted {
				if err := to.line(client.Exclusion{Root: t.Unit, Unit: p.Unit, Cohort: p.Cohort, Clause: p.Clause, Reason: p.Reason}); err != nil {
					return err
				}
			}
		}
		for _, i := range t.Items {
			if !i.Used {
				if err := to.line(client.Exclusion{Root: t.Unit, Unit: i.Unit, Kind: i.Kind, ID: i.Item.ID, First: dayText(i.Item.First), Reason: i.Use}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return unsettled(err)
	}
	whole, err := engine.WholeUses(g.terms, g.on, g.snapshot)
	for _, i := range whole {
		if err == nil && !i.Used {
			err = to.line(client.Exclusion{Kind: i.Kind, ID: i.Item.ID, First: dayText(i.Item.First), Reason: i.Use})
		}
	}
	return err
}

func (s *Service) itemStatus(ctx context.Context, v View, c *call, in *struct {
	OnContract
	Sequence  int64 `path:"sequence" minimum:"1" doc:"The item's place on record"`
	Statement int   `query:"statement" minimum:"1" maximum:"9999" doc:"On which final statement; left out for the last one that knew of it, or for what would be now"`
}) (client.ItemStatus, error) {
	out := client.ItemStatus{Payments: []client.ItemBy{}}
	found, err := v.Items(ctx, in.Contract, ItemFilter{}, Page{After: in.Sequence - 1, Limit: 1})
	if err != nil {
		return out, err
	}
	if len(found) == 0 || found[0].Sequence != in.Sequence || !c.mayRead(found[0].Organisation) {
		return out, ErrUnknown
	}
	item := found[0]
	out.Item = itemShape(item)
	g, number, err := s.knowing(ctx, v, in.Contract, in.Statement, in.Sequence)
	if err != nil {
		return out, err
	}
	defer g.close()
	out.Statement, out.Status, out.Through, out.CutOff = number, "provisional", g.on.Through.String(), g.on.CutOff.String()
	if number > 0 {
		out.Status = "final"
	}
	if out.Document, err = documentState(ctx, v, &item, in.Contract); err != nil {
		return out, err
	}
	switch {
	case item.Kind == "":
		out.Use = "declares what it is part of, or withdraws another"
		return out, nil
	case item.Sequence > g.sequence:
		out.Use = "came after the evidence of this statement was taken"
		return out, nil
	case item.Learned > g.on.CutOff:
		out.Use = "learned after the cut-off, and so left to the next statement"
		return out, nil
	}
	rank, err := rankOf(ctx, v, in.Contract, &item)
	if err != nil {
		return out, err
	}
	if item.Root == "" {
		whole, err := engine.WholeUses(g.terms, g.on, g.snapshot)
		out.Use = useOf(whole, &item, rank)
		return out, err
	}
	err = g.trails(ctx, item.Root, func(t *engine.Trail) error {
		if t.UnitType == item.RootType {
			itemTrail(&out, t, &item, rank, money.FromMinor(g.terms.Currency, 0).String())
		}
		return nil
	})
	return out, unsettled(err)
}

// knowing fetches the statement that an item is asked about: the one that is named, else the last, else what the next one
// would say now.
func (s *Service) knowing(ctx context.Context, v View, contract string, number int, sequence int64) (*settling, int, error) {
	if number > 0 {
		g, _, err := s.issued(ctx, v, contract, number)
		return g, number, err
	}
	var last StatementHead
	for p := (Page{Limit: 1000}); ; {
		heads, err := v.Statements(ctx, contract, p)
		if err != nil {
			return nil, 0, err
		}
		for _, head := range heads {
			last, p.After = head, int64(head.Number)
		}
		if len(heads) < p.Limit {
			break
		}
	}
	if last.Number > 0 && last.Sequence >= sequence {
		g, _, err := s.issued(ctx, v, contract, last.Number)
		return g, last.Number, err
	}
	_, terms, err := s.active(ctx, v, contract)
	if err != nil {
		return nil, 0, err
	}
	k, err := schedule.NewCalendar(terms)
	if err != nil {
		return nil, 0, unsettled(err)
	}
	through := max(last.Through, terms.Last)
	if coming := k.Coming(last.Through, 1); len(coming) > 0 {
		through = coming[0].Through
	}
	g, err := s.about(ctx, v, contract, through.String(), "", false, AsKnown{})
	if err == nil {
		g.on.CutOff = max(g.on.CutOff, last.CutOff)
		err = g.gather(ctx, v, contract)
	}
	return g, 0, err
}

// rankOf is how many items before one are of the same unit, kind and days: those stand in the order in which they came.
func rankOf(ctx context.Context, v View, contract string, item *Item) (rank int, err error) {
	for p := (Page{Limit: 1000}); ; {
		found, err := v.Items(ctx, contract, ItemFilter{Root: item.Root}, p)
		if err != nil {
			return 0, err
		}
		for i := range found {
			o := &found[i]
			if o.Sequence >= item.Sequence {
				return rank, nil
			}
			if o.Unit == item.Unit && o.UnitType == item.UnitType && o.RootType == item.RootType && o.Kind == item.Kind && o.First == item.First && o.Last == item.Last && o.Learned == item.Learned {
				rank++
			}
			p.After = o.Sequence
		}
		if len(found) < p.Limit {
			return rank, nil
		}
	}
}

// sameItem reports whether an item of a snapshot may be one on record.
func sameItem(unit, kind string, i *evidence.Item, item *Item) bool {
	learned := item.Learned
	if learned.IsZero() {
		learned = item.First
	}
	return unit == item.Unit && kind == item.Kind && i.First == item.First && i.Last == item.Last && i.Learned == learned
}

// useOf is what became of an item among those of a snapshot.
func useOf(uses []engine.ItemUse, item *Item, rank int) string {
	for i := range uses {
		if sameItem(uses[i].Unit, uses[i].Kind, &uses[i].Item, item) {
			if rank--; rank < 0 {
				return uses[i].Use
			}
		}
	}
	return "on record, and not among the evidence of this statement"
}

// itemTrail says what became of an item of a unit, and what the payments that read it come to.
func itemTrail(out *client.ItemStatus, t *engine.Trail, item *Item, rank int, nought string) {
	out.Use = useOf(t.Items, item, rank)
	var by []string
	for i := range t.Items {
		if sameItem(t.Items[i].Unit, t.Items[i].Kind, &t.Items[i].Item, item) {
			if rank--; rank < 0 {
				by = t.Items[i].By
				break
			}
		}
	}
	place := func(unit, payment, clause string) *client.ItemBy {
		at := slices.IndexFunc(out.Payments, func(p client.ItemBy) bool { return p.Unit == unit && p.Payment == payment })
		if at < 0 {
			at = len(out.Payments)
			out.Payments = append(out.Payments, client.ItemBy{Unit: unit, Payment: payment, Clause: clause, Earned: nought})
		}
		return &out.Payments[at]
	}
	for _, e := range t.Earned {
		if slices.Contains(by, e.Payment) {
			place(e.Unit, e.Payment, e.Clause).Earned = e.ToDate.String()
		}
	}
	for _, w := range t.Waits {
		if slices.Contains(by, w.Payment) {
			p := place(w.Unit, w.Payment, w.Clause)
			p.Waits = append(p.Waits, w.Reason)
		}
	}
	for _, p := range t.Cohorts {
		if !p.Counted && p.Unit == item.Unit {
			out.Excluded = append(out.Excluded, p.Cohort+" ("+p.Clause+"): "+p.Reason)
		}
	}
}

// documentState says whether the document that an item names was sent, "" where it names none.
func documentState(ctx context.Context, v View, item *Item, contract string) (string, error) {
	named := documentOf(item.Source)
	if named == "" {
		return "", nil
	}
	lacking, err := v.MissingAttachments(ctx, contract, Page{After: item.Sequence - 1, Limit: 1})
	if err == nil && len(lacking) > 0 && lacking[0].Sequence == item.Sequence {
		return "missing", nil
	}
	return "kept", err
}

// dayText is a day for a shape where no day is nothing.
func dayText(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
