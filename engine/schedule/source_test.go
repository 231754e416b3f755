package schedule

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"outturn/contracts"
	"outturn/engine/evidence"
	"outturn/engine/store"
)

// watch names a source of a contract, read at every minute.
func (w *world) watch(s store.Source) {
	w.Helper()
	s.Contract, s.Name, s.Cron, s.Zone, s.Organisation, s.Next = "ctr_1", "post", "* * * * *", "Europe/London", "org_1", w.at
	w.act("ctr_1", func(tx *store.Tx) error { return tx.SetSource(context.Background(), s) })
}

// looked looks, waits until the source was looked at then, and returns it.
func (w *world) looked(s *Worker) (found store.Source) {
	w.Helper()
	w.look(s)
	for waited := 0; ; waited++ {
		w.system(func(tx *store.Tx) (err error) {
			found, err = tx.Source(context.Background(), "ctr_1", "post")
			return err
		})
		if found.Looked.Equal(s.o.Now()) {
			return found
		}
		if waited > 1000 {
			w.Fatalf("the source was not looked at: %+v", found)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (w *world) files() (list []store.SourceFile) {
	w.Helper()
	w.system(func(tx *store.Tx) (err error) {
		list, err = tx.SourceFiles(context.Background(), "ctr_1", "post", store.Page{Limit: 100})
		return err
	})
	return list
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
}

func there(t *testing.T, dir string, want ...string) {
	t.Helper()
	var got []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			got = append(got, rel)
		}
		return err
	})
	if err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the folder holds %v, expected %v: %v", got, want, err)
	}
}

func TestAWatchedFolder(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(2)
	w.bring("ctr_1", 1, c, w.at)
	dir := t.TempDir()
	w.watch(store.Source{Kind: store.SourceDirectory, Location: dir})
	now := at(t, "2024-01-20T12:00:00Z")
	s := w.worker(&now)
	put(t, dir, "a.csv", joined(2))
	put(t, dir, "b.csv", "kind,participant,day\nattachment,P9,2024-01-04\nattachment,P9,2024-13-01\n")
	put(t, dir, "c.xlsx", "no evidence")
	put(t, dir, "d.csv", "kind,participant,day,learned\nattachment,P8,2024-01-04,2024-01-21\n") // tomorrow
	put(t, dir, "e.csv.part", "kind,part")
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "f.csv")); err != nil {
		t.Fatal(err)
	}
	if got := w.looked(s); got.Why != "" || !got.Next.Equal(now.Add(time.Minute)) {
		t.Errorf("%+v", got)
	}
	there(t, dir, "done/a.csv", "done/a.csv.report.json", "e.csv.part", "f.csv", "refused/b.csv", "refused/b.csv.report.json",
		"refused/c.xlsx", "refused/c.xlsx.report.json", "refused/d.csv", "refused/d.csv.report.json")
	var states []string
	for _, f := range w.files() {
		states = append(states, f.Name+" "+f.State)
	}
	if got := strings.Join(states, ", "); got != "a.csv accepted, b.csv refused, c.xlsx refused, d.csv refused" {
		t.Error(got)
	}
	text, err := os.ReadFile(filepath.Join(dir, "refused", "b.csv.report.json"))
	var r report
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil || r.Rows != 2 || r.Refused != 2 || len(r.Faults) != 1 || r.Faults[0].Line != 3 || r.Faults[0].Field != "day" {
		t.Errorf("%s: %v", text, err)
	}
	// The same bytes under another name, and as after a crash before the file was moved: taken once.
	now = now.Add(time.Minute)
	put(t, dir, "a.csv", joined(2))
	put(t, dir, "z.ndjson", `{"attachment": "2024-01-05", "participant": "P7"}`+"\n")
	w.looked(s)
	if n := w.count("select count(*) from items"); n != 3 {
		t.Errorf("%d items: two joined, and one later", n)
	}
	there(t, dir, "done/a.20240120T120100Z.csv", "done/a.20240120T120100Z.csv.report.json", "done/a.csv", "done/a.csv.report.json", "done/z.ndjson", "done/z.ndjson.report.json", "e.csv.part", "f.csv",
		"refused/b.csv", "refused/b.csv.report.json", "refused/c.xlsx", "refused/c.xlsx.report.json", "refused/d.csv", "refused/d.csv.report.json")
	list := w.files()
	if len(list) != 6 || list[4].Batch != list[0].Batch {
		t.Errorf("%+v", list)
	}
	// A folder that is not there is said on the source, which is looked at again.
	now = now.Add(time.Minute)
	w.watch(store.Source{Kind: store.SourceDirectory, Location: filepath.Join(dir, "none")})
	if got := w.looked(s); !strings.Contains(got.Why, "cannot be read on this machine") || got.Next.IsZero() {
		t.Errorf("%+v", got)
	}
}

// The sound part of a file, and what only some may send.
func TestASourceTakesTheSoundPart(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(2)
	w.bring("ctr_1", 1, c, w.at)
	dir := t.TempDir()
	w.watch(store.Source{Kind: store.SourceDirectory, Location: dir, Sound: true})
	now := at(t, "2024-01-20T12:00:00Z")
	s := w.worker(&now)
	s.o.Admit = func(_ context.Context, _ *store.View, from store.Source, terms *contracts.Contract) (func(*evidence.Row) ([]evidence.Fault, error), error) {
		if from.Organisation != "org_1" || terms.ID != "weekly" {
			t.Errorf("%+v, %s", from, terms.ID)
		}
		return func(row *evidence.Row) ([]evidence.Fault, error) {
			if string(row.Path[0]) == "P2" {
				return []evidence.Fault{{Field: "participant", Rule: "nobody may say so"}}, nil
			}
			return nil, nil
		}, nil
	}
	put(t, dir, "a.csv", joined(2)+"attachment,P3,yesterday\n")
	w.looked(s)
	there(t, dir, "done/a.csv", "done/a.csv.report.json")
	list := w.files()
	if len(list) != 1 || list[0].State != store.BatchPart || w.count("select count(*) from items") != 1 {
		t.Errorf("%+v", list)
	}
}

func TestALocationIsFetchedWhenItChanged(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(2)
	w.bring("ctr_1", 1, c, w.at)
	var asked, sent atomic.Int64
	body, tag := joined(1), `"one"`
	server := httptest.NewTLSServer(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("If-None-Match") == tag {
			to.WriteHeader(http.StatusNotModified)
			return
		}
		sent.Add(1)
		to.Header().Set("ETag", tag)
		to.Header().Set("Content-Type", "text/csv; charset=utf-8")
		_, _ = io.WriteString(to, body)
	}))
	defer server.Close()
	w.watch(store.Source{Kind: store.SourceHTTPS, Location: server.URL + "/evidence"})
	now := at(t, "2024-01-20T12:00:00Z")
	s := w.worker(&now)
	s.o.HTTP = server.Client()
	expect := func(wantAsked, wantSent int64, items int, etag string) {
		t.Helper()
		got := w.looked(s)
		if got.Why != "" || got.ETag != etag || asked.Load() != wantAsked || sent.Load() != wantSent || w.count("select count(*) from items") != items {
			t.Errorf("%+v: asked %d, sent %d, %d items", got, asked.Load(), sent.Load(), w.count("select count(*) from items"))
		}
		now = now.Add(time.Minute)
	}
	expect(1, 1, 1, `"one"`)
	expect(2, 1, 1, `"one"`)
	body, tag = "kind,participant,day\nattachment,P2,2024-01-10\n", `"two"`
	expect(3, 2, 2, `"two"`)
	body, tag = "kind,participant,day\nattachment,P2,never\n", `"three"`
	expect(4, 3, 2, `"three"`) // refused, and not fetched again
	expect(5, 3, 2, `"three"`)
	var states []string
	for _, f := range w.files() {
		states = append(states, f.Name+" "+f.State)
	}
	if got := strings.Join(states, ", "); got != "evidence.csv accepted, evidence.csv accepted, evidence.csv refused" {
		t.Error(got)
	}
	for location, why := range map[string]string{"http://example.org/a.csv": "begins with https://", server.URL + "\x7f": "begins with https://"} {
		w.watch(store.Source{Kind: store.SourceHTTPS, Location: location})
		if got := w.looked(s); !strings.Contains(got.Why, why) {
			t.Errorf("%+v", got)
		}
		now = now.Add(time.Minute)
	}
}

// Whoever names a location has this machine ask nobody but the public: not itself, not its neighbours, not the address
// under which a cloud tells its machines their secrets.
func TestOnlyPublicAddressesAreAsked(t *testing.T) {
	for address, public := range map[string]bool{"93.184.216.34:443": true, "[2606:2800:220:1::1]:443": true,
		"127.0.0.1:443": false, "10.1.2.3:443": false, "192.168.1.1:443": false, "169.254.169.254:80": false, "100.64.0.1:443": false, "0.0.0.0:443": false,
		"[::1]:443": false, "[::ffff:127.0.0.1]:443": false, "[fe80::1]:443": false, "[fd00::1]:443": false, "224.0.0.1:443": false} {
		if err := publicOnly("tcp", address, nil); (err == nil) != public {
			t.Errorf("%s: %v, expected public %t", address, err, public)
		}
	}
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	answer, err := client(false).Get(server.URL)
	if err == nil {
		answer.Body.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "no public address") {
		t.Errorf("a neighbour was asked: %v", err)
	}
}
