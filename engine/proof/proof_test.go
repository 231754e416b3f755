package proof

import (
	"archive/zip"
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// plainContract pays £400.00 for each participant that joined and £25.00 for each week's report, and is settled by month.
const plainContract = `outturn: 1
contract: {id: plain, currency: GBP, first: 2024-01-01, last: 2024-12-31, paid_elsewhere: pay}
parties: [{party: payer, role: exchequer, name: A payer}, {party: prime, role: provider, name: A provider}]
calendar: {settle: month, cut_off: 10 days after, last_cut_off: 2025-06-30, run: "0 6 11 * *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {month: {every: 1 month, beginning: 2024-01-01}}
units: {participant: {}}
evidence: {attachment: {of: participant, as: event}, report: {of: participant, as: event, if_none: nought}}
cohorts: {participants: {unit: participant, joined_by: attachment, counts: everyone_who_joined, clause: "1"}}
measures: {reported: {per: participant, each: report, in: beginning with attachment}}
payments:
  attachment_fee: {from: payer, to: prime, per: participant, for: participants, price: £400.00, due: on_evidence, clause: "2"}
  report_fee: {from: payer, to: prime, per: participant, for: reported, price: £25.00, due: on_evidence, clause: "3"}
`

func mustContract(t *testing.T) *contracts.Contract {
	t.Helper()
	c, err := language.Decode("contract.yaml", []byte(plainContract))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// item is one item of evidence as an example writes it: kind, day, participant, and when it was learned.
func item(kind, day, participant, learned string) contracts.ExampleItem {
	return contracts.ExampleItem{Keys: []string{kind, "participant", "learned"}, Values: []string{day, participant, learned}}
}

// someEvidence is of forty participants who join on 1 January; each sends one report in January and one in February,
// and one of each third participant's reports of January is learned in March.
func someEvidence() []contracts.ExampleItem {
	var items []contracts.ExampleItem
	for i := range 40 {
		p := fmt.Sprintf("P%03d", i)
		items = append(items, item("attachment", "2024-01-01", p, "2024-01-02"), item("report", "2024-01-20", p, "2024-01-21"), item("report", "2024-02-20", p, "2024-02-21"))
		if i%3 == 0 {
			items = append(items, item("report", "2024-01-25", p, "2024-03-05"))
		}
	}
	return items
}

func snapshotAt(t *testing.T, c *contracts.Contract, cutOff string) *evidence.Memory {
	t.Helper()
	s, err := ingest.FromExamples(c, someEvidence(), calendar.MustDate(cutOff))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// settleInto settles a month on what is recorded in dir and records it.
func settleInto(t *testing.T, c *contracts.Contract, dir, through, cutOff string) statements.Statement {
	t.Helper()
	folder, err := ReadFolder(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	position, err := Position(folder.Stored)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRecorder(RecordName(dir, len(folder.Stored)+1))
	if err != nil {
		t.Fatal(err)
	}
	on := engine.Occasion{Through: calendar.MustDate(through), CutOff: calendar.MustDate(cutOff), Final: true}
	st, err := engine.Settle(c, on, snapshotAt(t, c, cutOff), position, r.Sink)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(st); err != nil {
		t.Fatal(err)
	}
	return st
}

// recorded is a folder with January, February and March settled. January: 40 × (£400.00 + £25.00) = £17,000.00.
// February: 40 × £25.00 = £1,000.00. March: 14 late reports of January, participants 0, 3, ..., 39: 14 × £25.00 = £350.00.
func recorded(t *testing.T) (*contracts.Contract, string) {
	t.Helper()
	c, dir := mustContract(t), t.TempDir()
	for i, month := range []struct{ through, cutOff, due string }{{"2024-01-31", "2024-02-10", "17000.00"}, {"2024-02-29", "2024-03-01", "1000.00"}, {"2024-03-31", "2024-04-10", "350.00"}} {
		st := settleInto(t, c, dir, month.through, month.cutOff)
		if st.Number != i+1 || len(st.Due) != 2 || st.Due[1].Due.String() != month.due {
			t.Fatalf("through %s: statement %d, due %v; expected £%s", month.through, st.Number, st.Due, month.due)
		}
	}
	return c, dir
}

func TestRecordedStatementsAreReadBack(t *testing.T) {
	c, dir := recorded(t)
	folder, err := ReadFolder(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if len(folder.Stored) != 3 {
		t.Fatalf("%d statements, expected 3", len(folder.Stored))
	}
	if _, err := NewRecorder(RecordName(dir, 2)); err == nil || !strings.Contains(err.Error(), "never changed") {
		t.Errorf("a second statement 2: %v", err)
	}
	leftOver, _ := filepath.Glob(filepath.Join(dir, StatementsName, ".*"))
	if len(leftOver) > 0 {
		t.Errorf("left behind: %v", leftOver)
	}
}

// Lines begins at the first root not before the one asked for, wherever the search comes in.
func TestLinesAreFoundByBinarySearch(t *testing.T) {
	c, dir := recorded(t)
	folder, err := ReadFolder(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	for n, stored := range folder.Stored {
		var keys []string
		for r, err := range stored.All() {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, r.Unit)
		}
		for _, ask := range []string{"", "P", "P000", "P0005", "P017", "P017x", "P038", "P039", "P04", "Q"} {
			want := ""
			for _, key := range keys {
				if key >= ask {
					want = key
					break
				}
			}
			found := ""
			for r, err := range stored.Lines(0, ask) {
				if err != nil {
					t.Fatal(err)
				}
				found = r.Unit
				break
			}
			if found != want {
				t.Errorf("statement %d, from %q: begins with %q, expected %q", n+1, ask, found, want)
			}
		}
	}
}

// The record of the whole is the last where there is one, however long it is and whatever stands before it; the position of the whole
// has it and no other.
func TestRecordOfTheWholeIsTheLast(t *testing.T) {
	c := mustContract(t)
	line := func(period int) statements.Line {
		due, err := money.ParseAmount(c.Currency, "25.00")
		if err != nil {
			t.Fatal(err)
		}
		return statements.Line{Payment: "report_fee", Period: period, ToDate: due, Due: due}
	}
	for _, test := range []struct{ units, lines int }{{0, 0}, {1, 0}, {3, 0}, {0, 1}, {1, 1}, {300, 1}, {300, 200}} {
		var b []byte
		s := &Stored{contract: c, name: "a statement"}
		for n := range test.units {
			b = engine.AppendRecord(b, c, &statements.Record{Unit: fmt.Sprintf("P%03d", n), Lines: []statements.Line{line(1)}})
		}
		whole := statements.Record{UnitType: len(c.Units)}
		for n := range test.lines {
			whole.Lines = append(whole.Lines, line(n+1))
		}
		s.Statement.Lines.Units, s.Statement.Lines.Records = test.units, test.units
		if test.lines > 0 {
			b = engine.AppendRecord(b, c, &whole)
			s.Statement.Lines.Records++
		}
		s.lines, s.size = bytes.NewReader(b), int64(len(b))
		prior, err := s.PriorWhole()
		if err != nil {
			t.Fatal(err)
		}
		for how, lines := range map[string]iter.Seq2[statements.Record, error]{"looked for": s.Lines(len(c.Units), ""), "alone": prior.Lines(0, "")} {
			records := 0
			for r, err := range lines {
				if err != nil {
					t.Fatal(err)
				}
				if records++; r.UnitType != len(c.Units) || len(r.Lines) != test.lines {
					t.Errorf("%v, %s: record %d is of %q and has %d lines", test, how, records, r.Unit, len(r.Lines))
				}
			}
			if records != min(test.lines, 1) {
				t.Errorf("%v, %s: %d records", test, how, records)
			}
		}
	}
}

func TestTamperedStatementsAreRefused(t *testing.T) {
	for _, test := range []struct {
		name, file, from, to, says string
	}{
		{"a line", "0001/lines.ndjson", `"due":"400.00"`, `"due":"500.00"`, "a statement is never changed"},
		{"a line taken away", "0001/lines.ndjson", `{"participant":"P001"`, "", ""},
		{"the head's total", "0002/statement.json", `"1000.00"`, `"1001.00"`, ""},
		{"a blank in the head", "0002/statement.json", `"contract": `, `"contract":  `, "not in the form in which it was issued"},
		{"a head's unknown key", "0002/statement.json", `"contract": `, `"kontract": `, "not a statement"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, dir := recorded(t)
			path := filepath.Join(dir, StatementsName, test.file)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			after := strings.Replace(string(before), test.from, test.to, 1)
			if test.to == "" { // the whole line goes
				at := strings.Index(string(before), test.from)
				end := at + strings.IndexByte(string(before)[at:], '\n') + 1
				after = string(before)[:at] + string(before)[end:]
			}
			if after == string(before) {
				t.Fatal("nothing was changed")
			}
			if err := os.WriteFile(path, []byte(after), 0o644); err != nil {
				t.Fatal(err)
			}
			folder, err := ReadFolder(c, dir)
			if err == nil {
				_, err = Position(folder.Stored)
				folder.Close()
			}
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), strings.Split(test.file, "/")[0]) && test.says != "" {
				t.Errorf("%v; expected it to say %q", err, test.says)
			}
		})
	}
}

// bundleOf is the bundle of the last statement recorded.
func bundleOf(t *testing.T) []byte {
	t.Helper()
	c, dir := recorded(t)
	folder, err := ReadFolder(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	var b bytes.Buffer
	bundle := Bundle{Contract: c, Snapshot: snapshotAt(t, c, "2024-04-10"), Prior: folder.Stored[:2], Statement: folder.Stored[2]}
	if err := bundle.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(t *testing.T, bundle []byte) *Report {
	t.Helper()
	report, err := Verify(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestBundleIsVerifiedAndAlwaysTheSame(t *testing.T) {
	bundle := bundleOf(t)
	report := verify(t, bundle)
	if !report.OK() {
		t.Fatalf("%v %v", report.Faults, report.Differences)
	}
	if report.Number != 3 || report.Units != 40 || report.Items != 134 || report.Lines != 14 || report.Parts != 10 {
		t.Errorf("%+v", report) // 40 × 3 + 14 items; 14 lines of the late reports
	}
	if !bytes.Equal(bundle, bundleOf(t)) {
		t.Error("two bundles of one statement differ")
	}
}

// Every byte of a bundle is covered: whichever is changed, it is not verified, and what is said names a part.
func TestAnyChangedByteIsFound(t *testing.T) {
	bundle := bundleOf(t)
	// Byte by byte where the archive's own headers and the manifest are, and here and there within the long parts.
	for at := 0; at < len(bundle); at++ {
		if within := longRun(bundle, at); within && at%499 != 0 {
			continue
		}
		changed := bytes.Clone(bundle)
		changed[at] ^= []byte{0x01, 0x20}[at%2]
		report, err := Verify(bytes.NewReader(changed), int64(len(changed)))
		if err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		if report.OK() {
			t.Fatalf("byte %d of %d changed and not found: %q", at, len(bundle), bundle[max(0, at-20):min(len(bundle), at+20)])
		}
		if text := strings.Join(report.Faults, "\n"); text != "" && !strings.Contains(text, "/") && !strings.Contains(text, "archive") && !strings.Contains(text, ".json") && !strings.Contains(text, ".yaml") {
			t.Fatalf("byte %d: names no part: %s", at, text)
		}
	}
	for _, changed := range [][]byte{append(bytes.Clone(bundle), 0), bundle[:len(bundle)-1], {}, []byte("not a bundle")} {
		if verify(t, changed).OK() {
			t.Errorf("%d bytes instead of %d are verified", len(changed), len(bundle))
		}
	}
}

// longRun reports whether a byte lies well within the content of a part: no archive header within a hundred bytes.
func longRun(bundle []byte, at int) bool {
	const reach = 40
	return !bytes.Contains(bundle[max(0, at-reach):min(len(bundle), at+reach)], []byte("PK"))
}

// repacked changes one part and makes the manifest again, as somebody would who knows the layout.
func repacked(t *testing.T, bundle []byte, name string, change func(string) string) []byte {
	t.Helper()
	v := &verifier{report: &Report{}, bundle: bytes.NewReader(bundle), size: int64(len(bundle))}
	archive, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil || !v.index(archive) {
		t.Fatal(err, v.report.Faults)
	}
	var parts []*part
	for _, p := range v.parts {
		if p.name == manifestName {
			continue
		}
		content, err := v.read(p.name, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if p.name == name {
			after := change(string(content))
			if after == string(content) {
				t.Fatal("nothing was changed")
			}
			content = []byte(after)
		}
		parts = append(parts, &part{name: p.name, write: bytesPart(content)})
	}
	document, err := v.read(manifestName, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	m, err := parseManifest(document)
	if err != nil {
		t.Fatal(err)
	}
	m.Parts = nil
	var b bytes.Buffer
	if err := writeArchive(&b, parts, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Whoever changes a part and makes the manifest again is found by settling again, down to the line and by how much.
func TestSettlingAgainNamesTheLine(t *testing.T) {
	bundle := bundleOf(t)
	changed := repacked(t, bundle, "statement/lines.ndjson", func(s string) string { return strings.Replace(s, `"due":"25.00"`, `"due":"52.00"`, 1) })
	report := verify(t, changed)
	if len(report.Differences) != 1 {
		t.Fatalf("%v %v", report.Faults, report.Differences)
	}
	d := report.Differences[0]
	if d.Unit != "P000" || d.Payment != "report_fee" || d.Period != 1 || d.Expected != "52.00" || d.Found != "25.00" || d.By != "-27.00" {
		t.Errorf("%+v", d)
	}

	changed = repacked(t, bundle, unitsName, func(s string) string { return strings.Replace(s, "\treport\t2024-01-25", "\treport\t2024-02-25", 1) })
	report = verify(t, changed)
	if report.OK() || len(report.Differences) != 2 { // the January line is gone, a February line has come
		t.Errorf("%v %v", report.Faults, report.Differences)
	}

	changed = repacked(t, bundle, contractName, func(s string) string { return strings.Replace(s, "£25.00", "£26.00", 1) })
	if report = verify(t, changed); report.OK() {
		t.Error("another price is verified")
	}

	changed = repacked(t, bundle, "prior/0001/lines.ndjson", func(s string) string { return strings.Replace(s, "400.00", "401.00", 1) })
	if report = verify(t, changed); report.OK() || !strings.Contains(strings.Join(report.Faults, "\n"), "prior/0001") {
		t.Errorf("%v", report.Faults)
	}
}

func TestExportRefusesOtherEvidence(t *testing.T) {
	c, dir := recorded(t)
	folder, err := ReadFolder(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	bundle := Bundle{Contract: c, Snapshot: snapshotAt(t, c, "2024-02-10"), Prior: folder.Stored[:2], Statement: folder.Stored[2]}
	if err := bundle.Write(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "has changed since") {
		t.Errorf("%v", err)
	}
}

// A snapshot read back from its bytes has the digest, the counts and the units it was written from, in any blocks.
func TestSnapshotIsReadBack(t *testing.T) {
	c := mustContract(t)
	s := snapshotAt(t, c, "2024-04-10")
	var units bytes.Buffer
	if err := writeUnits(&units, c, s); err != nil {
		t.Fatal(err)
	}
	k, err := openSnapshot(c, evidence.AppendItems(nil, c, s.Whole()), bytes.NewReader(units.Bytes()), int64(units.Len()))
	if err != nil {
		t.Fatal(err)
	}
	want := s.Summary()
	k.summary.CutOff = want.CutOff
	if k.Summary() != want {
		t.Errorf("%+v, expected %+v", k.Summary(), want)
	}
	if k.Shards() < 2 {
		t.Errorf("%d shard", k.Shards())
	}
	var again bytes.Buffer
	if err := writeUnits(&again, c, k); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(units.Bytes(), again.Bytes()) {
		t.Error("read back, the units are others")
	}
}

func TestLastRoot(t *testing.T) {
	for _, test := range []struct {
		name, block string
		want        int
	}{
		{"nothing", "", 0},
		{"one whole", "family\tF1\t\n", 0},
		{"the second is whole", "family\tF1\t\nfamily\tF2\t\n", 11},
		{"the second is cut in its name", "family\tF1\t\nfamily\tF", 0},
		{"a member is no root", "family\tF1\t\nadult\tM\t0\n", 0},
		{"a member cut before its parent is no root", "family\tF1\t\nfamily\tF2\t\nadult\tM\t", 11},
		{"an item is no root", "family\tF1\t\n\tclaim\t2012-04-01\t\n", 0},
		{"facts follow", "family\tF1\t\tyes\nfamily\tF2\t\tno\n\tclaim\t2012-04-01\t\n", 15},
	} {
		if found := lastRoot([]byte(test.block)); found != test.want {
			t.Errorf("%s: %d, expected %d", test.name, found, test.want)
		}
	}
}

// FuzzVerify gives Verify bundles that somebody has damaged: it never panics and never proves them.
func FuzzVerify(f *testing.F) {
	c, err := language.Decode("contract.yaml", []byte(plainContract))
	if err != nil {
		f.Fatal(err)
	}
	s, err := ingest.FromExamples(c, someEvidence()[:9], calendar.MustDate("2024-03-10"))
	if err != nil {
		f.Fatal(err)
	}
	var lines bytes.Buffer
	on := engine.Occasion{Through: calendar.MustDate("2024-02-29"), CutOff: calendar.MustDate("2024-03-10"), Final: true}
	st, err := engine.Settle(c, on, s, engine.Position{}, func(b []byte) error { _, err := lines.Write(b); return err })
	if err != nil {
		f.Fatal(err)
	}
	head, err := st.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	stored, err := Open(c, "statement", head, bytes.NewReader(lines.Bytes()), int64(lines.Len()))
	if err != nil {
		f.Fatal(err)
	}
	var bundle bytes.Buffer
	if err := (Bundle{Contract: c, Snapshot: s, Statement: stored}).Write(&bundle); err != nil {
		f.Fatal(err)
	}
	good := bundle.Bytes()
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, b []byte) {
		report, err := Verify(bytes.NewReader(b), int64(len(b)))
		if err == nil && report.OK() && !bytes.Equal(b, good) {
			// Another sound bundle would have to be made, not found.
			t.Error("a damaged bundle is verified")
		}
	})
}
