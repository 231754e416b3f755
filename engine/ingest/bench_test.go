package ingest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// programme is the national programme's contract, as far as its evidence goes.
func programme() *contracts.Contract {
	gbp, _ := money.LookupCurrency("GBP")
	return &contracts.Contract{ID: "work-programme", Currency: gbp,
		Units: []contracts.Unit{{Name: "participant", PartOf: -1, Facts: []contracts.Field{{Name: "payment_group", Type: formula.Choice,
			Choices: []string{"jsa_18_24", "jsa_25_over", "jsa_early", "jsa_ex_ib", "esa_volunteer", "esa_new", "esa_ex_ib"}}}}},
		Evidence: []contracts.Kind{
			{Name: "attachment", Of: contracts.OfUnit, Form: contracts.Event},
			{Name: "employment", Of: contracts.OfUnit, Form: contracts.Spell},
			{Name: "benefit", Of: contracts.OfUnit, Form: contracts.Spell},
		}}
}

// writeProgramme writes items rows of items/5 participants, an attachment and four spells each, in any order or in
// that of the participants.
func writeProgramme(tb testing.TB, dir string, items int, shuffled bool) {
	tb.Helper()
	order := make([]int, items)
	for i := range order {
		order[i] = i
	}
	random := rand.New(rand.NewPCG(1, 2))
	if shuffled {
		random.Shuffle(items, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	choices := programme().Units[0].Facts[0].Choices
	b := []byte("kind,participant,payment_group,day,until\n")
	first := calendar.MustDate("2011-06-01")
	for _, i := range order {
		unit, n := i/5, i%5
		day := first.AddDays(unit%1000 + 60*n)
		kind := "attachment"
		if n > 0 {
			kind = []string{"employment", "benefit"}[n%2]
		}
		b = append(b, kind...)
		b = append(b, ",P-"...)
		key := strconv.Itoa(unit)
		b = append(b, "0000000"[:7-min(7, len(key))]...)
		b = append(b, key...)
		b = append(b, ',')
		b = append(b, choices[unit%len(choices)]...)
		b = append(b, ',')
		b = day.Append(b)
		b = append(b, ',')
		if n > 0 {
			b = day.AddDays(30 + unit%29).Append(b)
		}
		b = append(b, '\n')
	}
	if err := os.WriteFile(filepath.Join(dir, "evidence.csv"), b, 0o600); err != nil {
		tb.Fatal(err)
	}
}

// benchItems is the number of rows: 500,000, or what OUTTURN_BENCH_ITEMS says (5000000 for a national programme).
func benchItems() int {
	if n, err := strconv.Atoi(os.Getenv("OUTTURN_BENCH_ITEMS")); err == nil {
		return n
	}
	return 500_000
}

// BenchmarkOpen reads shuffled and ordered rows into a snapshot with its digest, in memory and in 16 MiB.
func BenchmarkOpen(b *testing.B) {
	for _, shuffled := range []bool{true, false} {
		dir := b.TempDir()
		writeProgramme(b, dir, benchItems(), shuffled)
		for _, memory := range []int64{0, 16 << 20} {
			b.Run(fmt.Sprintf("shuffled=%v/memory=%d", shuffled, memory>>20), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s, err := Open(programme(), os.DirFS(dir), Options{Memory: memory})
					if err != nil {
						b.Fatal(err)
					}
					s.Close()
				}
				b.ReportMetric(float64(benchItems()*b.N)/b.Elapsed().Seconds(), "items/s")
			})
		}
	}
}

// BenchmarkMembers reads rows about members: half of them name the family too, half are placed by the register.
func BenchmarkMembers(b *testing.B) {
	dir := b.TempDir()
	text := []byte("kind,family,pupil,day\n")
	random := rand.New(rand.NewPCG(1, 2))
	for range benchItems() {
		n := random.IntN(benchItems() / 5)
		family := ""
		if random.IntN(2) == 0 {
			family = "F" + strconv.Itoa(n/3)
		}
		text = fmt.Appendf(text, "exclusion,%s,K%d,2012-%02d-%02d\n", family, n, 1+random.IntN(12), 1+random.IntN(28))
	}
	for n := range benchItems() / 5 {
		text = fmt.Appendf(text, ",F%d,K%d,\n", n/3, n)
	}
	if err := os.WriteFile(filepath.Join(dir, "evidence.csv"), text, 0o600); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := Open(families(), os.DirFS(dir), Options{})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
	b.ReportMetric(float64(benchItems()*b.N)/b.Elapsed().Seconds(), "items/s")
}

// BenchmarkUnits reads the units of a snapshot again, on two goroutines.
func BenchmarkUnits(b *testing.B) {
	dir := b.TempDir()
	writeProgramme(b, dir, benchItems(), true)
	s, err := Open(programme(), os.DirFS(dir), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		readAll(b, s, 2)
	}
	b.ReportMetric(float64(benchItems()*b.N)/b.Elapsed().Seconds(), "items/s")
}

// readAll reads every unit on so many goroutines and returns the number of items.
func readAll(tb testing.TB, s evidence.Snapshot, goroutines int) int {
	var wait sync.WaitGroup
	counts := make([]int, goroutines)
	for g := range goroutines {
		wait.Go(func() {
			for shard := g; shard < s.Shards(); shard += goroutines {
				for tree, err := range s.Units(shard) {
					if err != nil {
						tb.Error(err)
						return
					}
					for i := range tree.Units {
						counts[g] += len(tree.Units[i].Items)
					}
				}
			}
		})
	}
	wait.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}
