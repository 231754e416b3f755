package service_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"outturn/api"
	"outturn/api/client"
)

// tells sends rows of evidence, each in the contract's own words.
func (w *world) tells(by *actor, contract string, rows ...string) client.Batch {
	w.t.Helper()
	b, err := by.SendBatch(w.ctx, contract, client.Evidence{ContentType: "application/x-ndjson", Body: strings.NewReader(strings.Join(rows, "\n") + "\n")})
	if must(w.t, b, err).State != "accepted" {
		w.t.Fatalf("%+v", b)
	}
	return b
}

// records reads a stream of records.
func records[T any](t *testing.T, stream []byte) (list []T) {
	t.Helper()
	for line := range bytes.Lines(stream) {
		var one T
		must(t, one, json.Unmarshal(line, &one))
		list = append(list, one)
	}
	return list
}

// claimed is the contract of testdata with four who got a job: P1 did not claim it, P2 claimed and is not checked, P3 is
// paid £1,000.00 on the statement of March, P4's check failed.
func (w *world) claimed() *cast {
	w.t.Helper()
	c := w.contract(readFile(w.t, filepath.Join("testdata", "claims.yaml")), "council", "charity")
	for i := 1; i <= 4; i++ {
		p := fmt.Sprintf(`"participant":"P%d"`, i)
		w.tells(c.provider, c.contract, `{"attachment":"2026-01-05",`+p+`}`, `{"job_start":"2026-02-02",`+p+`}`)
		if i > 1 {
			w.tells(c.provider, c.contract, `{"job_claim":"2026-03-02","id":"claim-`+fmt.Sprint(i)+`",`+p+`}`)
		}
	}
	w.tells(c.payer, c.contract, `{"job_check":"2026-03-04","participant":"P3","found":"passed"}`, `{"job_check":"2026-03-04","participant":"P4","found":"failed"}`)
	w.tells(c.provider, c.contract, `{"gossip":"2026-02-03","participant":"P1","id":"g"}`, `{"job_start":"2026-02-02","participant":"P9"}`)
	return c
}

// TestWhatIsMissing lists what each payment waits for: 26 weeks after 2 February 2026 end on 3 August.
func TestWhatIsMissing(t *testing.T) {
	w := newWorld(t, nil)
	c := w.claimed()
	stream, err := c.provider.Missing(w.ctx, c.contract, "2026-03-31", "")
	got := records[client.Missing](t, read(t, stream, err))
	want := []client.Missing{
		{Root: "P1", Unit: "P1", Payment: "job_fee", Clause: "chapter 9", Reason: "met, not claimed", Day: "2026-02-02", Wants: []client.Wants{{Kind: "job_claim", Until: "2026-08-03"}}},
		{Root: "P2", Unit: "P2", Payment: "job_fee", Clause: "chapter 9", Reason: "claimed, not yet validated", Day: "2026-02-02", Wants: []client.Wants{{Kind: "job_check"}}},
	}
	if a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); a != b {
		t.Errorf("missing: %s\nexpected: %s", a, b)
	}
	one, err := c.provider.Missing(w.ctx, c.contract, "2026-03-31", "P2")
	if got := records[client.Missing](t, read(t, one, err)); len(got) != 1 || got[0].Unit != "P2" {
		t.Errorf("of one unit: %+v", got)
	}
}

// TestAnItemIsFollowed asks of single items what they earned, and lists what a statement left out.
func TestAnItemIsFollowed(t *testing.T) {
	w := newWorld(t, nil)
	c := w.claimed()
	find := func(unit, kind string) int64 {
		t.Helper()
		list, err := c.auditor.Items(w.ctx, c.contract, "", unit, "")
		for _, i := range must(t, list, err).Items {
			if i.Kind == kind {
				return i.Sequence
			}
		}
		t.Fatalf("no %s of %s", kind, unit)
		return 0
	}
	says := func(unit, kind string, statement int, want string) {
		t.Helper()
		s, err := c.auditor.ItemStatus(w.ctx, c.contract, find(unit, kind), statement)
		must(t, s, err)
		text := s.Status + ": " + s.Use
		for _, p := range s.Payments {
			text += fmt.Sprintf("; %s (%s) %s %v", p.Payment, p.Clause, p.Earned, p.Waits)
		}
		for _, e := range s.Excluded {
			text += "; " + e
		}
		if text != want {
			t.Errorf("%s of %s: %s\nexpected: %s", kind, unit, text, want)
		}
	}
	says("P3", "job_claim", 0, "provisional: learned after the cut-off, and so left to the next statement") // January comes next
	for i, through := range []string{"2026-01-31", "2026-02-28", "2026-03-31"} {
		st, err := c.payer.Settle(w.ctx, c.contract, through, "")
		if must(t, st, err); st.Number != i+1 {
			t.Errorf("%+v", st)
		}
	}
	says("P3", "job_claim", 0, "final: used; job_fee (chapter 9) 1000.00 []")
	says("P3", "job_claim", 1, "final: learned after the cut-off, and so left to the next statement")
	says("P2", "job_claim", 0, "final: used; job_fee (chapter 9) 0.00 [claimed, not yet validated]")
	says("P4", "job_check", 0, "final: used; job_fee (chapter 9) 0.00 [claimed, failed its check]")
	says("P1", "gossip", 0, "final: of a kind that no rule reads")
	says("P9", "job_start", 0, "final: outside every window that a rule looked at; participants (schedule 1): has not joined")
	w.tells(c.provider, c.contract, `{"withdraws":"claim-3","participant":"P3","learned":"2026-03-20"}`)
	says("P3", "job_claim", 0, "final: used; job_fee (chapter 9) 1000.00 []") // as the statement had it
	for what, sequence := range map[string]int64{"an item that there is not": 999, "an item of the payer's": find("P4", "job_check")} {
		if _, err := c.provider.ItemStatus(w.ctx, c.contract, sequence, 0); status(err) != 404 {
			t.Errorf("%s: %v", what, err)
		}
	}
	stream, err := c.auditor.Exclusions(w.ctx, c.contract, 3)
	got := records[client.Exclusion](t, read(t, stream, err))
	if len(got) != 3 || got[0].Kind != "gossip" || got[0].Reason != "of a kind that no rule reads" || got[1].Cohort != "participants" || got[1].Clause != "schedule 1" || got[1].Reason != "has not joined" ||
		got[2].Kind != "job_start" || got[2].Unit != "P9" {
		t.Errorf("%+v", got)
	}
	a := w.sendRaw(c.auditor.Key, http.MethodGet, "/v1/contracts/"+c.contract+"/statements/3/exclusions", "", "", nil)
	if again := w.sendRaw(c.auditor.Key, http.MethodGet, "/v1/contracts/"+c.contract+"/statements/3/exclusions", "", "", nil, "If-None-Match", a.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("unchanged: %d", again.status)
	}
}

// TestAttachments names a document, sees that it is missing, sends it, and hands it out to those who may see it.
func TestAttachments(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly()
	document := []byte("%PDF-1.7 <script>alert(1)</script>")
	sum := sha256.Sum256(document)
	digest := hex.EncodeToString(sum[:])
	w.tells(c.provider, c.contract, `{"attachment":"2026-03-03","participant":"P1","source":"sha256:`+digest+`"}`, `{"attachment":"2026-03-04","participant":"P2","source":"the register"}`)
	item, err := c.provider.ItemStatus(w.ctx, c.contract, 1, 0)
	if must(t, item, err); item.Document != "missing" || item.Item.Document != digest {
		t.Errorf("%+v", item)
	}
	missing, err := c.payer.MissingAttachments(w.ctx, c.contract, "")
	if must(t, missing, err); len(missing.Items) != 1 || missing.Items[0].Digest != digest || missing.Items[0].Root != "P1" || missing.Items[0].Kind != "attachment" {
		t.Errorf("%+v", missing)
	}
	send := func(by *actor, body []byte, sha string) (client.Attachment, error) {
		return by.SendAttachment(w.ctx, c.contract, client.NewAttachment{Name: "letter.pdf", ContentType: "application/pdf", SHA256: sha, Body: bytes.NewReader(body)})
	}
	if _, err := send(c.provider, append(document, ' '), digest); status(err) != 422 {
		t.Errorf("another document than was meant: %v", err)
	}
	// The payer has the same document: it is the provider's that is missing.
	theirs, err := send(c.payer, document, "")
	must(t, theirs, err)
	if missing, err = c.payer.MissingAttachments(w.ctx, c.contract, ""); len(must(t, missing, err).Items) != 1 {
		t.Errorf("%+v", missing)
	}
	kept, err := send(c.provider, document, digest)
	if must(t, kept, err); kept.Digest != digest || kept.Size != int64(len(document)) || kept.Media != "application/pdf" {
		t.Errorf("%+v", kept)
	}
	again, err := send(c.provider, document, "")
	if must(t, again, err); again != kept {
		t.Errorf("sent again: %+v, expected %+v", again, kept)
	}
	if missing, err = c.payer.MissingAttachments(w.ctx, c.contract, ""); len(must(t, missing, err).Items) != 0 {
		t.Errorf("%+v", missing)
	}
	if item, err = c.provider.ItemStatus(w.ctx, c.contract, 1, 0); must(t, item, err).Document != "kept" {
		t.Errorf("%+v", item)
	}
	path := "/v1/contracts/" + c.contract + "/attachments/" + digest
	a := w.sendRaw(c.auditor.Key, http.MethodGet, path, "", "", nil)
	if a.status != 200 || a.body != string(document) || a.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", a.status, a.header)
	}
	// Who takes part in the contract and may not see the provider's evidence does not see its documents either.
	evaluator := w.person(w.organisation("Evaluators"), api.RoleEvaluator)
	_, err = c.payer.AddGrant(w.ctx, c.contract, client.Grant{Organisation: evaluator.organisation, Role: api.RoleEvaluator})
	must(t, evaluator, err)
	if b := w.sendRaw(evaluator.Key, http.MethodGet, path, "", "", nil); b.status != 404 {
		t.Errorf("the evaluator: %d", b.status)
	}
	if list, err := evaluator.Attachments(w.ctx, c.contract, ""); len(must(t, list, err).Items) != 0 {
		t.Errorf("%+v", list)
	}
	if list, err := c.payer.Attachments(w.ctx, c.contract, ""); len(must(t, list, err).Items) != 2 {
		t.Errorf("%+v", list)
	}
	for what, r := range map[string]struct {
		by   *actor
		body []byte
		want int
	}{"nothing": {c.provider, nil, 400}, "too much": {c.provider, make([]byte, 16<<20+1), 413}, "the auditor": {c.auditor, document, 403}, "a stranger": {c.stranger, document, 404}} {
		if _, err := send(r.by, r.body, ""); status(err) != r.want {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := c.provider.SendAttachment(w.ctx, c.contract, client.NewAttachment{Name: "Jane Doe", Body: bytes.NewReader(document)}); status(err) != 422 {
		t.Errorf("a document named after somebody: %v", err)
	}
}
