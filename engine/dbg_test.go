package engine_test
import ("testing";"fmt";"pgregory.net/rapid";"outturn/engine")
func TestDbgStats(t *testing.T) {
	sum := map[string]int{}
	n:=0
	rapid.Check(t, func(t *rapid.T) {
		w := drawCase(t)
		s := w.settle(t, w.on, w.told, engine.Position{})
		n++
		sum["units"] += s.statement.Snapshot.Units
		sum["items"] += s.statement.Snapshot.Items
		sum["late"] += s.statement.Snapshot.Late
		for _, r := range s.statement.Items { sum["item "+r.Reason]+=r.Count }
		for _, k := range s.statement.Cohorts { sum["counted"]+=k.Counted; for _, r := range k.Excluded { sum["cohort "+r.Reason]+=r.Count }}
		for _, k := range s.statement.Waiting { sum["wait "+k.Reason]+=k.Count }
		for _, k := range s.statement.Binds { sum["binds"]+=k.Lines }
		sum["lines"]+=s.statement.Lines.Lines
		sum["records"]+=s.statement.Lines.Records
		sum["whole"]+=s.statement.Lines.Records-s.statement.Lines.Units
		for _,r:=range s.records { for _,l:=range r.Lines { sum["legs"]+=len(l.Legs); sum["notes"]+=len(l.Notes) } }
	})
	fmt.Println(n, "cases")
	for k, v := range sum { fmt.Printf("%6.2f %s\n", float64(v)/float64(n), k) }
}
