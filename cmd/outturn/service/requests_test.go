package service_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/service"
	"outturn/engine/store"
	"outturn/engine/store/private"
)

// sendRaw sends one request and returns all of the answer.
func (w *world) sendRaw(key, method, path, idempotency, media string, body io.Reader, headers ...string) answer {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.ctx, method, w.base+path, body)
	must(w.t, request, err)
	for name, value := range map[string]string{"Authorization": "Bearer " + key, "Idempotency-Key": idempotency, "Content-Type": media} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	found, err := http.DefaultClient.Do(request)
	must(w.t, found, err)
	defer found.Body.Close()
	b, err := io.ReadAll(found.Body)
	return answer{found.StatusCode, found.Header, string(must(w.t, b, err))}
}

// TestRetryingDoesOnce sends requests many times, at once and after another: each is done once, and every answer is the
// first one to the byte.
func TestRetryingDoesOnce(t *testing.T) {
	w := newWorld(t, nil)
	const path, body = "/v1/organisations", `{"name":"Once"}`
	post := func(key, body string) answer {
		return w.sendRaw(w.first, http.MethodPost, path, key, "application/json", strings.NewReader(body))
	}
	const keys, times = 20, 8
	first := make([]string, keys)
	for k := range keys {
		answers := make([]answer, times)
		var wait sync.WaitGroup
		for i := range times {
			wait.Go(func() { answers[i] = post(fmt.Sprintf("key-%d", k), body) })
		}
		wait.Wait()
		for _, a := range append(answers, post(fmt.Sprintf("key-%d", k), body)) {
			switch {
			case a.status == http.StatusConflict && a.header.Get("Retry-After") != "":
			case a.status != http.StatusCreated:
				t.Errorf("%d %s", a.status, a.body)
			case first[k] == "":
				first[k] = a.body
			case a.body != first[k]:
				t.Errorf("two answers to one key: %s and %s", a.body, first[k])
			}
		}
		if a := post(fmt.Sprintf("key-%d", k), body); a.header.Get("Idempotency-Replayed") != "true" || a.header.Get("Location") == "" {
			t.Errorf("a replay does not say so: %v", a.header)
		}
	}
	if a := post("key-0", `{"name":"Twice"}`); a.status != http.StatusUnprocessableEntity {
		t.Errorf("the same key for another request: %d %s", a.status, a.body)
	}
	for _, key := range []string{"", "a b", strings.Repeat("k", 256), "naïve"} {
		if a := post(key, body); a.status != http.StatusBadRequest || !strings.Contains(a.body, "Idempotency-Key") {
			t.Errorf("key %.20q: %d %s", key, a.status, a.body)
		}
	}
	if n := w.named("Once"); n != keys {
		t.Errorf("%d organisations for %d keys", n, keys)
	}
}

// named counts organisations, page by page.
func (w *world) named(name string) (n int) {
	w.t.Helper()
	seen := map[string]bool{}
	for cursor := ""; ; {
		var page client.List[client.Organisation]
		a := w.sendRaw(w.first, http.MethodGet, "/v1/organisations?limit=7&cursor="+cursor, "", "", nil)
		if err := json.Unmarshal([]byte(a.body), &page); err != nil || len(page.Items) > 7 {
			w.t.Fatalf("%v: %s", err, a.body)
		}
		for _, o := range page.Items {
			if seen[o.ID] {
				w.t.Errorf("%s stands on two pages", o.ID)
			}
			if seen[o.ID] = true; o.Name == name {
				n++
			}
		}
		if cursor = page.Next; cursor == "" {
			return n
		}
	}
}

// TestMalformedIsRefused sends every operation with a body what no body may be. Each is refused with a problem that says
// what is wrong, none is a failure of ours, and nothing is changed.
func TestMalformedIsRefused(t *testing.T) {
	w := newWorld(t, nil)
	c, ids := w.settled()
	before := w.count()
	organisations := w.named("x")
	for _, o := range operations(t, w.http.Document()) {
		r := matrix[o.id]
		if !strings.HasPrefix(r.body, "{") {
			continue
		}
		key := map[bool]string{true: c.payer.Key, false: w.first}[strings.Contains(o.path, "/contracts/")]
		if strings.Contains(o.id, "dispute") && o.id != "answer-dispute" {
			key = c.provider.Key
		}
		body := strings.ReplaceAll(r.body, "ORGANISATION", c.auditor.organisation)
		for name, bad := range malformed(body) {
			if bad == body || o.id == "add-key" && name == "an empty object" {
				continue
			}
			a := w.asking(key, o, ids, r.query, bad, "application/json")
			if a.status < 400 || a.status >= 500 || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s, %s: %d %.200s", o.id, name, a.status, a.body)
			}
			var p client.Problem
			if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != 413 && (len(p.Errors) == 0 || p.Errors[0].Message == "") {
				t.Errorf("%s, %s: the problem lists no fault: %s", o.id, name, a.body)
			}
		}
	}
	if after := w.count(); !bytes.Equal(before, after) || w.named("x") != organisations {
		t.Errorf("something was changed:\n%s\n%s", before, after)
	}
}

// malformed makes bodies that must be refused of one that is well formed.
func malformed(body string) map[string]string {
	inside := strings.TrimSuffix(strings.TrimPrefix(body, "{"), "}")
	name, _, _ := strings.Cut(strings.TrimPrefix(inside, `"`), `"`)
	bad := map[string]string{
		"an empty object":   "{}",
		"nothing at all":    " ",
		"an array":          "[" + body + "]",
		"two documents":     body + body,
		"a broken document": strings.TrimSuffix(body, "}"),
		"an unknown field":  `{"surprise":1,` + inside + "}",
		"deep nesting":      strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000),
		"invalid UTF-8":     `{"surprise":"` + "\xff" + `",` + inside + "}",
		"a NUL":             `{"surprise":"\u0000",` + inside + "}",
		"a great body":      `{"surprise":"` + strings.Repeat("x", 2<<20) + `"}`,
		"a comment":         "// why\n" + body,
		"a text":            `"text"`, "a number": "12", "null": "null", "an exponent": `{"surprise":1e400,` + inside + "}",
	}
	if name != "" {
		bad["a duplicate"] = strings.TrimSuffix(body, "}") + "," + inside + "}"
		bad["a wrong case"] = strings.Replace(body, `"`+name+`"`, `"`+strings.ToUpper(name)+`"`, 1)
		bad["null for a field"] = `{"` + name + `":null}`
		if value := strings.Index(body, `":"`); value > 0 {
			bad["a NUL in a field"] = body[:value+3] + `\u0000` + body[value+3:]
		}
		bad["a number for a text"] = `{"` + name + `":9223372036854775808}`
		bad["an exponent for a text"] = `{"` + name + `":1e2}`
	}
	return bad
}

// TestEvidenceIsJudgedAtTheDoor sends evidence that is at fault in every way that a sender should be told of.
func TestEvidenceIsJudgedAtTheDoor(t *testing.T) {
	w := newWorld(t, nil)
	dir := filepath.Join("..", "..", "..", "fixtures", "troubled-families-1")
	c := w.contract(readFile(t, filepath.Join(dir, "contract.yaml")), "department", "council")
	refused := func(why, media, body string, expect ...string) {
		t.Helper()
		before := w.count()
		_, err := c.provider.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: media, Body: strings.NewReader(body)})
		p := client.IsProblem(err)
		if p == nil || p.Status < 400 || p.Status >= 500 {
			t.Errorf("%s: %v", why, err)
			return
		}
		for _, text := range expect {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s: expected %q in %v", why, text, err)
			}
		}
		if after := w.count(); strings.Contains(string(after), "items") && !bytes.Equal(itemsOf(before), itemsOf(after)) {
			t.Errorf("%s: items were taken", why)
		}
	}
	const csv, lines = "text/csv", "application/x-ndjson"
	head := "kind,family,day\n"
	refused("two faults at once", csv, head+"attachment,F1,2012-13-01\nattachement,F2,2012-04-16\n", "line 2", "line 3", "did you mean attachment")
	for what, key := range map[string]string{"an e-mail address": "ann@example.org", "a National Insurance number": "QQ 12 34 56 C", "an NHS number": "943 476 5919",
		"a postcode": "SW1A 1AA", "somebody's name": "Jane Doe"} {
		key := strings.Replace(key, "QQ", "AB", 1) // no number that is anybody's begins with QQ, and so it is no number
		refused(what, csv, head+"attachment,"+key+",2012-04-16\n", "looks like "+what, "line 2")
	}
	refused("a day that has not come", csv, "kind,family,day,learned\nattachment,F1,2012-04-16,2026-04-02\n", "has not come")
	refused("a duplicate key", lines, `{"attachment":"2012-04-16","family":"F1","family":"F2"}`+"\n", "line 1")
	refused("an unknown field", lines, `{"attachment":"2012-04-16","family":"F1","surprise":1}`+"\n", "surprise")
	refused("an exponent", lines, `{"agreement":"2012-04-16","agreed":1e2}`+"\n", "agreed")
	refused("a NUL", lines, `{"attachment":"2012-04-16","family":"F\u0000"}`+"\n", "control character")
	refused("invalid UTF-8", lines, `{"attachment":"2012-04-16","family":"F`+"\xff"+`"}`+"\n", "line 1")
	refused("JSON at fault", "application/json", `{"items":[{"attachment":"2012-04-16","family":"F1"},{"attachment":"2012-04-99","family":"F2"}]}`, "/items/1")
	refused("JSON with a duplicate", "application/json", `{"items":[{"attachment":"2012-04-16","family":"F1","family":"F2"}]}`, "duplicate")
	refused("JSON that goes on", "application/json", `{"items":[]} {}`)
	refused("no media type of evidence", "text/plain", "hello", "evidence is")

	sound, err := c.provider.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: csv, Sound: true, Body: strings.NewReader(head + "attachment,F1,2012-04-16\nattachment,Jane Doe,2012-04-16\nattachment,F2,2012-99-16\n")})
	if must(t, sound, err); sound.State != "part" || sound.Accepted != 1 || sound.Refused != 2 || len(sound.Faults) != 2 {
		t.Errorf("the sound part: %+v", sound)
	}
	again, err := c.provider.Batch(w.ctx, c.contract, sound.ID)
	if must(t, again, err); len(again.Faults) != 2 || again.Digest != sound.Digest {
		t.Errorf("the batch as it is kept: %+v", again)
	}
	if bytes.Contains(w.dump(), []byte("Jane Doe")) {
		t.Error("the name that was refused stands in the database")
	}
}

func itemsOf(counts []byte) []byte {
	for line := range bytes.Lines(counts) {
		if bytes.HasPrefix(line, []byte("items")) {
			return line
		}
	}
	return nil
}

// TestWaysOfSendingEvidence sends the same items as JSON, packed, and as a published file with a mapping.
func TestWaysOfSendingEvidence(t *testing.T) {
	w := newWorld(t, nil)
	dir := filepath.Join("..", "..", "..", "fixtures", "troubled-families-1")
	c := w.contract(readFile(t, filepath.Join(dir, "contract.yaml")), "department", "council")
	accepted := func(b client.Batch, err error) client.Batch {
		t.Helper()
		if must(t, b, err); b.State != "accepted" || b.Accepted != 1 {
			t.Errorf("%+v", b)
		}
		return b
	}
	accepted(c.provider.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "application/json", Body: strings.NewReader("{\"items\": [\n{\"attachment\": \"2012-04-16\",\n \"family\": \"F1\", \"id\": \"a-1\"}\n]}")}))
	mapping := "files:\n  - match: \"starts-{year}.csv\"\n    unit: {family: Ref}\n    kind: attachment\n    day: {column: When, format: DD/MM/YYYY}\n"
	accepted(c.provider.SendBatch(w.ctx, c.contract, client.Evidence{Name: "starts-2012.csv", ContentType: "text/csv", Mapping: []byte(mapping), Body: strings.NewReader("Ref,When\nF2,16/04/2012\n")}))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("kind,family,day\nattachment,F3,2012-04-16\n"))
	_ = z.Close()
	if a := w.sendRaw(c.provider.Key, http.MethodPost, "/v1/contracts/"+c.contract+"/batches", "packed", "text/csv", &packed, "Content-Encoding", "gzip"); a.status != http.StatusCreated {
		t.Errorf("packed: %d %s", a.status, a.body)
	}
	items, err := c.provider.Items(w.ctx, c.contract, "", "F1", "")
	if must(t, items, err); len(items.Items) != 1 || items.Items[0].ID != "a-1" || !strings.Contains(string(items.Items[0].Row), `"F1"`) {
		t.Errorf("items of F1: %+v", items.Items)
	}
	b, err := c.provider.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: strings.NewReader(`{"withdraws":"a-1","family":"F1","learned":"2012-08-01"}` + "\n")})
	accepted(b, err)

	// Somebody else on the contract who may send, and may not touch what is not theirs.
	other := w.person(w.organisation("Another provider"), api.RoleProvider)
	if _, err := c.payer.AddGrant(w.ctx, c.contract, client.Grant{Organisation: other.organisation, Role: api.RoleProvider, Party: "council"}); client.IsProblem(err) == nil {
		t.Error("two organisations are one party")
	}
	verifier := w.person(w.organisation("The payer's verifiers"), api.RoleVerifier)
	_, err = c.payer.AddGrant(w.ctx, c.contract, client.Grant{Organisation: verifier.organisation, Role: api.RoleVerifier, Kinds: []string{"employment", "benefit"}})
	must(t, verifier, err)
	send := func(by *actor, body string) *client.Problem {
		_, err := by.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: strings.NewReader(body + "\n")})
		return client.IsProblem(err)
	}
	if p := send(c.provider, `{"adult":"A1","family":"F1"}`); p != nil {
		t.Errorf("the provider declares a member: %v", p)
	}
	work := `{"employment":"2012-09-03 to 2013-02-01","adult":"A1"}`
	if p := send(c.provider, work); p == nil || !strings.Contains(p.Error(), "comes from others") {
		t.Errorf("the provider sends what comes from the verifiers: %v", p)
	}
	if p := send(verifier, work); p != nil {
		t.Errorf("the verifiers send what comes from them: %v", p)
	}
	if p := send(verifier, `{"attachment":"2012-04-16","family":"F9"}`); p == nil || !strings.Contains(p.Error(), "comes from providers") {
		t.Errorf("the verifiers send what comes from providers: %v", p)
	}
	if p := send(c.provider, `{"attachment":"2012-04-17","family":"F3","id":"mine"}`); p != nil {
		t.Error(p)
	}
	if p := send(verifier, `{"withdraws":"mine","family":"F3","learned":"2012-08-01"}`); p == nil || !strings.Contains(p.Error(), "another organisation") {
		t.Errorf("the verifiers withdraw what the provider sent: %v", p)
	}
	if p := send(c.auditor, work); p == nil || p.Status != http.StatusForbidden {
		t.Errorf("the auditor sends evidence: %v", p)
	}
}

// TestKeys follows a key from its making to its end.
func TestKeys(t *testing.T) {
	w := newWorld(t, nil)
	a := w.person(w.organisation("Somebody"), api.RoleCommissioner)
	me, err := a.Me(w.ctx)
	if must(t, me, err); me.Person.ID != a.id {
		t.Errorf("%+v", me)
	}
	next, err := a.RotateKey(w.ctx, a.id, a.keyID)
	must(t, next, err)
	holds := func(key string, want int) {
		t.Helper()
		if got := w.sendRaw(key, http.MethodGet, "/v1/me", "", "", nil).status; got != want {
			t.Errorf("status %d, expected %d", got, want)
		}
	}
	holds(a.Key, 401)
	holds(next.Secret, 200)
	holds(next.Secret[:len(next.Secret)-1]+"x", 401)
	replay := w.sendRaw(next.Secret, http.MethodPost, "/v1/people/"+a.id+"/keys/"+next.ID+"/rotation", "rotation", "", nil)
	again := w.sendRaw(w.first, http.MethodGet, "/v1/people/"+a.id+"/keys", "", "", nil)
	if !strings.Contains(replay.body, `"secret"`) || strings.Contains(again.body, `"secret"`) {
		t.Errorf("a key is shown once: %s then %s", replay.body, again.body)
	}
	var shown client.ShownKey
	must(t, shown, json.Unmarshal([]byte(replay.body), &shown))
	if bytes.Contains(w.dump(), []byte(shown.Secret)) || strings.Contains(w.log.String(), shown.Secret) {
		t.Error("a secret stands in the database or the log")
	}
	if _, err := w.as(w.first).SetPerson(w.ctx, a.id, client.NewPerson{Name: "Staff", Roles: []string{api.RoleCommissioner}, Active: new(false)}); err != nil {
		t.Fatal(err)
	}
	holds(shown.Secret, 401)
	b := w.person(a.organisation, api.RoleCommissioner)
	holds(b.Key, 200)
	w.pass(31 * 24 * time.Hour)
	holds(b.Key, 401)
}

// TestLimits reaches the limits of rate and size.
func TestLimits(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Limits = api.Limits{PerSecond: 1, Burst: 5, Strangers: 1} })
	var last answer
	for range 6 {
		last = w.sendRaw(w.first, http.MethodGet, "/v1/me", "", "", nil)
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") != "1" {
		t.Errorf("the sixth request at once: %d, Retry-After %q", last.status, last.header.Get("Retry-After"))
	}
	w.pass(time.Second)
	if a := w.sendRaw(w.first, http.MethodGet, "/v1/me", "", "", nil); a.status != 200 {
		t.Errorf("a second later: %d", a.status)
	}
	for range 4 {
		last = w.sendRaw("ot_nobody_nothing", http.MethodGet, "/v1/me", "", "", nil)
	}
	if last.status != http.StatusTooManyRequests {
		t.Errorf("guessing keys: %d", last.status)
	}
	w.pass(time.Minute)
	if a := w.sendRaw(w.first, http.MethodPost, "/v1/organisations", "big", "application/json", io.LimitReader(endless{}, 2<<20)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MiB: %d %s", a.status, a.body)
	}
	if a := w.sendRaw(w.first, http.MethodGet, "/v1/organisations?cursor=zzz", "", "", nil); a.status != 422 {
		t.Errorf("a made-up cursor: %d", a.status)
	}
	if a := w.sendRaw(w.first, http.MethodGet, "/v1/organisations?limt=5", "", "", nil); a.status != 422 {
		t.Errorf("an unknown parameter: %d", a.status)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// TestDraftsAreNotWrittenOverUnseen writes a draft twice from one reading.
func TestDraftsAreNotWrittenOverUnseen(t *testing.T) {
	w := newWorld(t, nil)
	document := readFile(t, filepath.Join("..", "..", "..", "fixtures", "troubled-families-1", "contract.yaml"))
	a := w.person(w.organisation("A department"), api.RoleCommissioner)
	v, err := a.AddContract(w.ctx, "department", document)
	must(t, v, err)
	_, etag, err := a.Version(w.ctx, v.Contract, 1)
	must(t, v, err)
	changed := bytes.Replace(document, []byte("£800.00}"), []byte("£900.00}"), 1)
	_, err = a.WriteDraft(w.ctx, v.Contract, 1, etag, changed)
	must(t, v, err)
	if _, err = a.WriteDraft(w.ctx, v.Contract, 1, etag, document); client.IsProblem(err) == nil || client.IsProblem(err).Status != http.StatusPreconditionFailed {
		t.Errorf("the second writer: %v", err)
	}
	if _, err = a.WriteDraft(w.ctx, v.Contract, 1, "", document); client.IsProblem(err) == nil || client.IsProblem(err).Status != http.StatusPreconditionRequired {
		t.Errorf("a writer who has read nothing: %v", err)
	}
	_, err = a.AddContract(w.ctx, "department", []byte("outturn: 1\ncontract: {id: x}\n"))
	if p := client.IsProblem(err); p == nil || p.Status != 422 || len(p.Errors) < 3 || p.Errors[0].Line == 0 {
		t.Errorf("a contract at fault: %v", err)
	}
}

// TestOutage takes the database away and gives it back: requests are told to come again, and are answered when it is
// there, with nobody's help.
func TestOutage(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	o := private.Options{Dir: filepath.Join(dir, "data"), Forgetful: true}
	server, err := private.Start(t.Context(), o)
	must(t, server, err)
	t.Cleanup(func() { _ = server.Stop() })
	if err := store.CreateDatabase(t.Context(), server.URL("postgres"), private.Database); err != nil {
		t.Fatal(err)
	}
	url := server.URL(private.Database)
	_, err = store.Migrate(t.Context(), url)
	must(t, url, err)
	kept, err := store.Open(t.Context(), store.Options{URL: url, Forgetful: true})
	must(t, kept, err)
	t.Cleanup(kept.Close)
	w := newWorld(t, func(o *api.Options) { o.Store = service.Join(kept) })
	look := func(key, path string, want int) {
		t.Helper()
		if a := w.sendRaw(key, http.MethodGet, path, "", "", nil); a.status != want || want == 503 && a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s, expected %d", path, a.status, a.body, want)
		}
	}
	look("", "/ready", 200)
	look(w.first, "/v1/me", 200)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	look("", "/ready", 503)
	look("", "/health", 200)
	look(w.first, "/v1/me", 503)
	look(w.first, "/v1/organisations", 503)
}
