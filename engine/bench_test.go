package engine_test

import (
	"fmt"
	"os"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
)

// benchContract reads a fixture's contract.
func benchContract(b testing.TB, name string) *contracts.Contract {
	document, err := os.ReadFile("../fixtures/" + name + "/contract.yaml")
	if err != nil {
		b.Fatal(err)
	}
	c, err := language.Decode(name, document)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// workProgrammeTrees makes participants of every group with two jobs, a spell on benefit, a claim and a check.
func workProgrammeTrees(c *contracts.Contract, n int) []evidence.Tree {
	kind := map[string]int{}
	for i := range c.Evidence {
		kind[c.Evidence[i].Name] = i
	}
	trees := make([]evidence.Tree, n)
	for i := range trees {
		day := calendar.MustDate("2011-06-01").AddDays(i * 7919 % 1400)
		item := func(name string, from, days int) evidence.Item {
			k := kind[name]
			values := make([]formula.Figure, len(c.Evidence[k].Says))
			return evidence.Item{Kind: k, First: day.AddDays(from), Last: day.AddDays(from + days), Learned: day.AddDays(from + days), Values: values}
		}
		items := []evidence.Item{item("attachment", 0, 0), item("employment", 30+i%50, 150), item("employment", 200+i%40, 100+i%500),
			item("benefit", 170, 20), item("job_claim", 260+i%60, 0)}
		trees[i] = evidence.Tree{Units: []evidence.Unit{{Key: fmt.Sprintf("P%07d", i), Parent: -1,
			Facts: []formula.Figure{{Type: formula.Choice, Num: money.Int(int64(i % 7))}}, Items: items}}}
	}
	return trees
}

// BenchmarkSettleWorkProgramme settles 20,000 participants and 100,000 items from memory, with unit lines and digests.
func BenchmarkSettleWorkProgramme(b *testing.B) {
	c := benchContract(b, "work-programme")
	const units = 20_000
	s, err := evidence.NewMemory(c, workProgrammeTrees(c, units), nil, 0)
	if err != nil {
		b.Fatal(err)
	}
	on := engine.Occasion{Through: calendar.MustDate("2016-12-31"), CutOff: calendar.MustDate("2017-01-10"), Final: true}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := engine.Settle(c, on, s, engine.Position{}, func([]byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/units, "ns/unit")
}
