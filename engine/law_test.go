package engine_test

import (
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
)

// drawn is a contract with evidence and an occasion.
type drawn struct {
	c     *contracts.Contract
	draft *draft
	told  told
	on    engine.Occasion
}

func drawCase(t *rapid.T) *drawn {
	c, d := drawContract(t)
	w := &drawn{c: c, draft: d, told: drawEvidence(t, c)}
	w.on = drawOccasion(t, c, 1)
	return w
}

// drawOccasion draws a final settlement of a period from the given one.
func drawOccasion(t *rapid.T, c *contracts.Contract, from int) engine.Occasion {
	s := &c.Periods[c.Calendar.Settle].Series
	span, _ := s.Span(uniform(t, max(from, s.Len()/3), s.Len(), "period"))
	return engine.Occasion{Through: span.Last, CutOff: span.Last.AddDays(uniform(t, 0, 400, "cut-off")), Final: true}
}

// settle settles the drawn evidence on an occasion.
func (w *drawn) settle(t *rapid.T, on engine.Occasion, e told, pos engine.Position) *settled {
	s, err := e.snapshot(w.c, on.CutOff)
	if err != nil {
		t.Fatalf("the snapshot: %v", err)
	}
	out, err := settleOn(w.c, on, s, pos)
	if err != nil {
		t.Fatalf("settle: %v\n%s", err, w.c.Source)
	}
	return out
}

var noDay calendar.Date

func TestLawDrawn(t *testing.T) {
	n, lines := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawCase(t)
		s := w.settle(t, w.on, w.told, engine.Position{})
		n++
		lines += s.statement.Lines.Lines
	})
	t.Log(n, "cases", lines, "lines")
}
