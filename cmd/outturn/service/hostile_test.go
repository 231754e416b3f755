package service_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"outturn/api"
	"outturn/api/client"
)

// figures picks those of a release where OUTTURN_CHAOS asks for them, or a sixth of those of every change with -short.
func figures(push, release int) int {
	switch {
	case os.Getenv("OUTTURN_CHAOS") == "full":
		return release
	case testing.Short():
		return push / 6
	}
	return push
}

// heapGrowthMax is how much more memory the service may hold after all the rubbish than before.
const heapGrowthMax = 64 << 20

// TestRubbishIsRefused sends every operation that changes something rubbish made of what it takes. Nothing is a failure of
// ours, every refusal says what is wrong, what was refused changed nothing, and the memory is given back.
func TestRubbishIsRefused(t *testing.T) {
	each := figures(40, 10_000)
	w := newWorld(t, nil)
	c, ids := w.settled()
	random := rand.New(rand.NewPCG(20240101, 13))
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	// Whoever is changed, and whose keys are revoked, asks nothing.
	spare := w.person(c.payer.organisation, api.RoleCommissioner)
	ids["person"], ids["key"] = spare.id, spare.keyID
	began := heap()
	sent, taken := 0, 0
	for _, o := range operations(t, w.http.Document()) {
		if !o.keyed {
			continue
		}
		r := matrix[o.id]
		key := w.keyFor(c, o)
		body := strings.NewReplacer("DOCUMENT", ids["document"], "ORGANISATION", c.auditor.organisation).Replace(r.body)
		before, accepted := w.kept(), 0
		for range each {
			a := w.asking(key, o, rubbishIDs(random, ids), rubbishQuery(random, r.query), string(rubbish(random, []byte(body))), rubbishMedia(random, r.media))
			sent++
			switch {
			case a.status < 300:
				accepted++ // it was not rubbish enough
			case a.status >= 500 || a.status < 400:
				t.Fatalf("%s: %d %.300s", o.id, a.status, a.body)
			default:
				var p client.Problem
				if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" || p.Status != a.status || p.Title == "" {
					t.Fatalf("%s: the refusal is no problem: %d %.300s", o.id, a.status, a.body)
				}
			}
		}
		taken += accepted
		if after := w.kept(); accepted == 0 && !bytes.Equal(before, after) {
			t.Errorf("%s: nothing was taken, and something changed:\n%s\n%s", o.id, before, after)
		}
	}
	w.log.forget() // what the test itself holds of the service's log
	if now := heap(); now > began+heapGrowthMax {
		t.Errorf("the service holds %d MiB more than it did", (now-began)>>20)
	}
	t.Logf("%d requests, of which %d were not rubbish enough", sent, taken)
}

// kept is what count says, without batches: those that were refused are kept, with their faults.
func (w *world) kept() []byte {
	w.t.Helper()
	var b bytes.Buffer
	for line := range bytes.Lines(w.count()) {
		if !bytes.HasPrefix(line, []byte("batches ")) {
			b.Write(line)
		}
	}
	return b.Bytes()
}

// keyFor is somebody's who may do an operation, as far as there is one.
func (w *world) keyFor(c *cast, o operation) string {
	switch {
	case slices.Contains(o.roles, api.RoleProvider) && !slices.Contains(o.roles, api.RoleCommissioner):
		return c.provider.Key
	case slices.Contains(o.roles, api.RoleProvider) && o.id == "send-batch":
		return c.provider.Key
	case slices.Contains(o.roles, api.RoleCommissioner):
		return c.payer.Key
	}
	return w.first
}

// shards of what goes wrong in bodies.
var scraps = []string{"\x00", "\xff\xfe", `\u0000`, `\ud800`, "null", "1e400", "9223372036854775808", "-0", "0.1", "NaN", `"`, "{", "}", "[", "]", ",", ":", "\n", "\r", "\t", "\u202e",
	"<script>", "' or 1=1 --", "../../etc/passwd", "&a *a", "!!binary x", "- - -", "2012-02-30", "99999-01-01", "£1e9", `"id":`, `"party":"department"`, "kind,family,day\n", "F001", "-1", "%s%n", "𝟙"}

// rubbish makes something of a body that was sound, in a few of many ways.
func rubbish(random *rand.Rand, body []byte) []byte {
	b := bytes.Clone(body)
	for range 1 + random.IntN(4) {
		at := random.IntN(len(b) + 1)
		switch random.IntN(9) {
		case 0:
			b = b[:at]
		case 1:
			b = slices.Concat(b[:at], []byte(scraps[random.IntN(len(scraps))]), b[at:])
		case 2:
			if len(b) > 0 {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
		case 3:
			to := min(len(b), at+random.IntN(40))
			b = slices.Concat(b[:to], b[at:to], b[to:])
		case 4:
			to := min(len(b), at+random.IntN(40))
			b = slices.Concat(b[:at], b[to:])
		case 5:
			b = slices.Concat(b, body)
		case 6:
			b = slices.Concat(b[:at], bytes.Repeat([]byte{"[{\" 9"[random.IntN(5)]}, 1+random.IntN(3000)), b[at:])
		case 7:
			b = bytes.ToUpper(b)
		case 8:
			scrap := strconv.Quote(scraps[random.IntN(len(scraps))])
			b = fmt.Appendf(nil, `{%s:%s,%s:[]}`, scrap, b, scrap)
		}
	}
	return b
}

// rubbishIDs leaves the ids alone most of the time: what is refused for its path says nothing of its body.
func rubbishIDs(random *rand.Rand, ids map[string]string) map[string]string {
	if random.IntN(5) > 0 {
		return ids
	}
	some := maps.Clone(ids)
	names := slices.Sorted(maps.Keys(ids))
	name := names[random.IntN(len(names))]
	some[name] = scraps[random.IntN(len(scraps))] + some[name]
	return some
}

func rubbishQuery(random *rand.Rand, query string) string {
	if random.IntN(5) > 0 {
		return query
	}
	return strings.TrimPrefix(query+"&"+url.QueryEscape(scraps[random.IntN(len(scraps))])+"="+url.QueryEscape(scraps[random.IntN(len(scraps))]), "&")
}

func rubbishMedia(random *rand.Rand, media string) string {
	if random.IntN(8) > 0 {
		return media
	}
	return []string{"text/plain", "application/json; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary=x", "application/x-ndjson", "text/csv", "a/b/c"}[random.IntN(7)]
}

// foreignWays are other ways of asking for what is somebody else's: in the query, in headers, under another's key, by
// another's cursor.
func foreignWays(ids map[string]string) []func(r *http.Request) {
	query := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			q := r.URL.Query()
			q.Set(name, value)
			r.URL.RawQuery = q.Encode()
		}
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	ways := []func(*http.Request){func(*http.Request) {},
		query("cursor", ids["cursor"]), query("limit", "1"), query("unit", "F001"), query("batch", ids["batch"]), query("contract", ids["contract"]), query("organisation", ids["organisation"]),
		query("seed", "a"), query("through", "2012-06-30"), query("from", "1"),
		header("Idempotency-Key", ids["idempotency"]), header("If-Match", `"`+ids["contract"]+`"`), header("If-None-Match", "*"), header("Accept", "text/html"), header("Accept-Encoding", "gzip"),
		header("X-Organisation", ids["organisation"]), header("X-Forwarded-User", ids["person"]), header("Range", "bytes=0-100"), header("Prefer", "return=representation"), header("X-HTTP-Method-Override", "GET")}
	return ways
}

// TestForeignIsUnknownHoweverAskedFor is TestForeignIsUnknown with everything else that a request can say turned to
// another's things. What comes back is what comes back for what does not exist, and holds nothing of theirs.
func TestForeignIsUnknownHoweverAskedFor(t *testing.T) {
	least := figures(1_000, 20_000)
	w := newWorld(t, nil)
	c, ids := w.settled()
	page, err := c.payer.Items(w.ctx, c.contract, "", "", "")
	must(t, page, err)
	ids["cursor"], ids["idempotency"] = page.Next, "victims-key"
	if a := w.sendRaw(c.payer.Key, http.MethodPost, "/v1/contracts/"+c.contract+"/grants", ids["idempotency"], "application/json", strings.NewReader(`{"organisation":"`+c.auditor.organisation+`","role":"auditor"}`)); a.status >= 500 {
		t.Fatal(a)
	}
	secrets := []string{"troubled-families", "attachment_fee", "12800", c.provider.organisation, c.payer.organisation, ids["batch"]}
	ways := foreignWays(ids)
	random := rand.New(rand.NewPCG(20240101, 14))
	list := slices.DeleteFunc(operations(t, w.http.Document()), func(o operation) bool { return len(matrix[o.id].ids) == 0 })
	before := w.count()
	tried := 0
	for tried < least {
		for _, o := range list {
			name := matrix[o.id].ids[random.IntN(len(matrix[o.id].ids))]
			first, second := ways[random.IntN(len(ways))], ways[random.IntN(len(ways))]
			how := func(r *http.Request) { first(r); second(r) }
			other := maps.Clone(ids)
			other[name] = strings.Repeat("0", len(ids[name]))
			foreign, none := w.askHow(c.stranger.Key, o, ids, how), w.askHow(c.stranger.Key, o, other, how)
			tried++
			if foreign.status < 400 || foreign.status >= 500 || foreign.status != none.status || foreign.body != none.body || !maps.EqualFunc(foreign.header, none.header, slices.Equal) {
				t.Fatalf("%s: a foreign %s is told from an unknown one:\n%v\n%v", o.id, name, foreign, none)
			}
			for _, secret := range secrets {
				if strings.Contains(foreign.body, secret) && !strings.Contains(none.body, secret) {
					t.Fatalf("%s: the answer holds %s: %.300s", o.id, secret, foreign.body)
				}
			}
		}
	}
	if after := w.count(); !bytes.Equal(before, after) {
		t.Errorf("something was changed:\n%s\n%s", before, after)
	}
	t.Logf("%d attempts over %d operations", tried, len(list))
}

// askHow is ask with something done to the request.
func (w *world) askHow(key string, o operation, ids map[string]string, how func(*http.Request)) answer {
	w.t.Helper()
	path := o.path
	for name, id := range ids {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(id))
	}
	r := matrix[o.id]
	body := strings.NewReplacer("DOCUMENT", ids["document"], "ORGANISATION", ids["organisation"]).Replace(r.body)
	request, err := http.NewRequestWithContext(w.ctx, o.method, w.base+path+"?"+r.query, strings.NewReader(body))
	must(w.t, request, err)
	request.Header.Set("Content-Type", map[bool]string{true: "application/json", false: r.media}[r.media == ""])
	request.Header.Set("Authorization", "Bearer "+key)
	if o.keyed {
		request.Header.Set("Idempotency-Key", client.NewKeyName())
	}
	how(request)
	return w.do(request)
}
