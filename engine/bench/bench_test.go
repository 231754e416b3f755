// Package bench measures a settlement from evidence files to unit lines, and compares it with DuckDB: README.md says how.
package bench

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/statements"
	"outturn/engine/whatif"
)

// The Work Programme is settled to its end, so that every rule has its say.
const (
	contractFile = "../../fixtures/work-programme/contract.yaml"
	lastDay      = "2019-03-31"
)

var (
	units = flag.Int("units", 20_000, "participants whose evidence is made up; the comparison has 1,000,000")
	dir   = flag.String("dir", "", "folder of evidence to settle instead of making it up")
)

// folder is the contract and a folder of its evidence, about five items a participant in no order.
func folder(b *testing.B) (*contracts.Contract, string, int64) {
	b.Helper()
	document, err := os.ReadFile(contractFile)
	if err != nil {
		b.Fatal(err)
	}
	c, err := language.Decode(contractFile, document)
	if err != nil {
		b.Fatal(err)
	}
	at := *dir
	if at == "" {
		at = b.TempDir()
		f, err := os.Create(filepath.Join(at, "evidence.csv"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := whatif.Generate(f, c, whatif.Generated{Units: *units, Seed: 1, Shuffle: true}); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(at, "*.csv"))
	if below, _ := filepath.Glob(filepath.Join(at, "evidence", "*.csv")); len(below) > 0 {
		files = append(files, below...)
	}
	if err != nil || len(files) == 0 {
		b.Fatalf("%s holds no evidence: %v", at, err)
	}
	var bytes int64
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			b.Fatal(err)
		}
		bytes += info.Size()
	}
	return c, at, bytes
}

func read(b *testing.B, c *contracts.Contract, at string) *ingest.Snapshot {
	b.Helper()
	s, err := ingest.Open(c, os.DirFS(at), ingest.Options{TempDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func settle(b *testing.B, c *contracts.Contract, s *ingest.Snapshot) statements.Statement {
	b.Helper()
	day := calendar.MustDate(lastDay)
	st, err := engine.Settle(c, engine.Occasion{Through: day, CutOff: day.AddDays(10), Final: true}, s, engine.Position{}, func(records []byte) error {
		_, err := io.Discard.Write(records)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return st
}

// BenchmarkRead reads evidence into a snapshot with its digest.
func BenchmarkRead(b *testing.B) {
	c, at, bytes := folder(b)
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		if err := read(b, c, at).Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSettle settles a snapshot that has been read.
func BenchmarkSettle(b *testing.B) {
	c, at, bytes := folder(b)
	s := read(b, c, at)
	defer s.Close()
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		st := settle(b, c, s)
		b.ReportMetric(float64(st.Lines.Lines), "lines")
	}
}
