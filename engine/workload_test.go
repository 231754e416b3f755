package engine_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/ingest"
)

// workload writes n providers by the rule of fixtures/workload-w1: quantity 10 + i mod 97, score 0.50 + (i mod 50)/100.
func workload(n int) []byte {
	b := make([]byte, 0, 40*n)
	b = append(b, "kind,provider,day,quantity,score\n"...)
	for i := range n {
		b = fmt.Appendf(b, "delivery,P%07d,2026-12-31,%d,0.%02d\n", i, 10+i%97, 50+i%50)
	}
	return b
}

// TestWorkloadIsExact settles the workload at three sizes. The totals are published with its rule; two independent
// scripts in decimals gave them too (fixtures/workload-w1).
func TestWorkloadIsExact(t *testing.T) {
	c := benchContract(t, "workload-w1")
	day := calendar.MustDate("2026-12-31")
	for n, want := range map[int]string{1_667: "£1,303,920.03", 83_334: "£65,650,138.99", 1_000_000: "£787,913,685.51"} {
		if n == 1_000_000 && testing.Short() {
			continue
		}
		s, err := ingest.Open(c, fstest.MapFS{"evidence.csv": {Data: workload(n)}}, ingest.Options{TempDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		st, err := engine.Settle(c, engine.Occasion{Through: day, CutOff: day, Final: true}, s, engine.Position{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		total := money.FromMinor(c.Currency, 0)
		for _, p := range st.Payments {
			total = total.Add(p.Due)
		}
		if got := total.Format(c.Currency); got != want {
			t.Errorf("%d providers: %s, expected %s", n, got, want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
