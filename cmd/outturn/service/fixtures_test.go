package service_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"outturn/api"
	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/proof"
)

// TestFixturesSettleThroughTheAPI sends every fixture's evidence over HTTP and settles the days that its expected.yaml
// names: each statement has the bytes that the files give.
func TestFixturesSettleThroughTheAPI(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Limits = api.Limits{PerSecond: 1e6, Burst: 1e6, Strangers: 1e6} })
	w.pass(20 * 366 * 24 * time.Hour) // every cut-off has passed
	w.first = w.operator()
	entries, err := os.ReadDir(filepath.Join("..", "..", "..", "fixtures"))
	compared := 0
	for _, entry := range must(t, entries, err) {
		dir := filepath.Join("..", "..", "..", "fixtures", entry.Name())
		document, err := os.ReadFile(filepath.Join(dir, "contract.yaml"))
		if err != nil {
			continue
		}
		if terms, err := language.Decode("contract.yaml", document); err == nil && len(terms.ExclusiveWith) > 0 {
			continue // answers of the register are not sent: TestClaimedOnce asks for them
		}
		t.Run(entry.Name(), func(t *testing.T) {
			compared += w.settlesAsFiles(t, dir, document)
		})
	}
	if compared < 100 {
		t.Errorf("%d statements were compared: expected at least 100", compared)
	}
}

// operator makes the operator a key that holds now.
func (w *world) operator() string {
	p := api.Person{ID: "person-operator", Organisation: "org-operator", Roles: []string{api.RoleOperator}}
	k, secret, err := api.MintKey(bytes.NewReader(bytes.Repeat([]byte{7}, 128)), p, w.clock(), 90)
	must(w.t, k, err)
	_, _, err = w.joined().Act(w.ctx, p, api.Act{Operation: "test", At: w.clock()}, func(tx api.Tx) (api.Reply, error) {
		return api.Reply{Status: 200}, tx.AddKey(w.ctx, k)
	})
	return must(w.t, secret, err)
}

// everybody lets two people of every payer and one provider of everything take part in a contract.
func (w *world) everybody(t testing.TB, document []byte, terms *contracts.Contract) *cast {
	t.Helper()
	c := &cast{}
	var signers [][]*actor
	payers := payersOf(terms)
	sends := slices.IndexFunc(terms.Parties, func(p contracts.Party) bool { return !slices.Contains(payers, p.ID) })
	g := client.Grant{Role: api.RoleProvider}
	for _, kind := range terms.Evidence {
		others := kind.Of == contracts.OfRole // each tells it of itself
		if !others && !slices.ContainsFunc(payers, func(payer string) bool { return slices.Contains(toldBy(terms, payer), kind.Name) }) {
			g.Kinds = append(g.Kinds, kind.Name)
		}
	}
	for i, payer := range payers {
		org, role := w.organisation("Pays as "+payer), api.RoleCommissioner
		if sends < 0 && i == len(payers)-1 { // everybody pays somebody: the last provides
			role, g.Party, g.Organisation = api.RoleProvider, payer, org
		}
		signers = append(signers, []*actor{w.person(org, role), w.person(org, role)})
		c.provider = signers[i][0]
	}
	c.payer = signers[0][0]
	v, err := c.payer.AddContract(w.ctx, payers[0], document)
	c.contract = must(t, v, err).Contract
	for i, payer := range payers[1:] {
		if payer == g.Party {
			continue
		}
		_, err := c.payer.AddGrant(w.ctx, c.contract, client.Grant{Organisation: signers[i+1][0].organisation, Role: api.RoleCommissioner, Party: payer})
		must(t, payer, err)
	}
	if sends >= 0 {
		c.provider = w.person(w.organisation("Provides"), api.RoleProvider)
		g.Party, g.Organisation = terms.Parties[sends].ID, c.provider.organisation
	}
	_, err = c.payer.AddGrant(w.ctx, c.contract, g)
	must(t, g, err)
	c.speaks = map[string]*actor{}
	for i, payer := range payers { // what a payer tells of itself comes from it
		if payer != g.Party && len(toldBy(terms, payer)) > 0 {
			c.speaks[payer] = signers[i][0]
		}
	}
	for _, p := range terms.Parties { // and for whoever neither pays nor provides, the payer speaks
		if p.ID != g.Party && c.speaks[p.ID] == nil && !slices.Contains(payers, p.ID) && len(toldBy(terms, p.ID)) > 0 {
			c.speaks[p.ID] = c.payer
		}
	}
	v, err = c.payer.Propose(w.ctx, c.contract, 1)
	must(t, v, err)
	for i, payer := range payers {
		for _, signer := range signers[i] {
			_, err := signer.Sign(w.ctx, c.contract, 1, payer)
			must(t, payer, err)
		}
	}
	v, err = c.payer.Activate(w.ctx, c.contract, 1)
	must(t, v, err)
	return c
}

// toldBy are the kinds of evidence that a party tells of itself.
func toldBy(terms *contracts.Contract, party string) (kinds []string) {
	at := slices.IndexFunc(terms.Parties, func(p contracts.Party) bool { return p.ID == party })
	for _, kind := range terms.Evidence {
		if kind.Of == contracts.OfRole && kind.Role == terms.Parties[at].Role {
			kinds = append(kinds, kind.Name)
		}
	}
	return kinds
}

// bySender divides a file of comma-separated evidence by who sends each row: whoever tells it of itself, else "".
func bySender(body []byte, speaks map[string]*actor) map[string][]byte {
	head, rows, _ := bytes.Cut(body, []byte("\n"))
	column := slices.Index(strings.Split(string(head), ","), "party")
	all := map[string][]byte{}
	for row := range bytes.Lines(rows) {
		sender := ""
		if cells := strings.Split(string(row), ","); column >= 0 && column < len(cells) && speaks[cells[column]] != nil {
			sender = cells[column]
		}
		if all[sender] == nil {
			all[sender] = append(slices.Clone(head), '\n')
		}
		all[sender] = append(all[sender], row...)
	}
	return all
}

// payersOf finds who pays in the payments of a contract, as its reader would.
func payersOf(c *contracts.Contract) (payers []string) {
	for i := range c.Parties {
		for _, p := range c.Payments {
			pays := p.From.Party == i || p.From.Party < 0 && p.From.Division < 0 && p.From.Name == c.Parties[i].Role
			if p.From.Division >= 0 {
				for _, tranche := range c.Divisions[p.From.Division].Tranches {
					pays = pays || slices.Contains(tranche.Parties, i)
				}
			}
			if pays {
				payers = append(payers, c.Parties[i].ID)
				break
			}
		}
	}
	return payers
}

func (w *world) settlesAsFiles(t *testing.T, dir string, document []byte) (compared int) {
	terms, err := language.Decode("contract.yaml", document)
	must(t, terms, err)
	c := w.everybody(t, document, terms)
	w.sendAll(t, c, dir)
	var expected struct {
		Settlements []struct {
			AsAt    string `yaml:"as_at"`
			KnownAt string `yaml:"known_at"`
			Status  string `yaml:"status"`
		} `yaml:"settlements"`
	}
	if b, err := os.ReadFile(filepath.Join(dir, "expected.yaml")); err == nil {
		must(t, expected, yaml.Unmarshal(b, &expected))
	}
	var prior []*proof.Stored
	for _, e := range expected.Settlements {
		day, err := calendar.ParseDate(e.AsAt)
		on := engine.Occasion{Through: must(t, day, err), CutOff: engine.CutOff(terms, day), Final: e.Status != "provisional"}
		if e.KnownAt != "" {
			on.CutOff, err = calendar.ParseDate(e.KnownAt)
			must(t, on, err)
		}
		snapshot, err := ingest.Open(terms, os.DirFS(dir), ingest.Options{CutOff: on.CutOff})
		must(t, snapshot, err)
		position, err := proof.Position(prior)
		must(t, position, err)
		var lines []byte
		st, err := engine.Settle(terms, on, snapshot, position, func(b []byte) error { lines = append(lines, b...); return nil })
		_ = snapshot.Close()
		must(t, st, err)
		want, err := st.Bytes()
		must(t, want, err)
		if !on.Final {
			preview, err := c.payer.Do(w.ctx, client.Request{Method: "GET", Path: "/v1/contracts/" + c.contract + "/preview", Query: map[string][]string{"through": {e.AsAt}, "cut_off": {on.CutOff.String()}}})
			if err != nil {
				t.Fatal(err)
			}
			defer preview.Body.Close()
			if found := read(t, preview.Body, nil); !bytes.Equal(found, want) {
				t.Fatalf("preview through %s:\n%s\n%s", e.AsAt, found, want)
			}
			continue
		}
		made, err := c.payer.Settle(w.ctx, c.contract, e.AsAt, on.CutOff.String())
		must(t, made, err)
		head, err := c.payer.StatementHead(w.ctx, c.contract, made.Number)
		if found := read(t, head, err); !bytes.Equal(found, want) {
			t.Fatalf("through %s:\n%s\n%s", e.AsAt, found, want)
		}
		records, err := c.payer.StatementLines(w.ctx, c.contract, made.Number, "")
		if found := read(t, records, err); !bytes.Equal(found, lines) {
			t.Fatalf("through %s: other lines", e.AsAt)
		}
		stored, err := proof.Open(terms, e.AsAt, want, bytes.NewReader(lines), int64(len(lines)))
		prior = append(prior, must(t, stored, err))
		compared++
	}
	return compared
}

// sendAll sends the evidence files of a fixture, with its mapping where it has one.
func (w *world) sendAll(t *testing.T, c *cast, dir string) {
	t.Helper()
	mapping, _ := os.ReadFile(filepath.Join(dir, "evidence.yaml"))
	ignored := struct {
		Ignore []string `yaml:"ignore"`
	}{}
	must(t, ignored, yaml.Unmarshal(mapping, &ignored))
	for _, name := range filesOf(dir) {
		if slices.ContainsFunc(ignored.Ignore, func(pattern string) bool { ok, _ := filepath.Match(pattern, filepath.Base(name)); return ok }) {
			continue
		}
		body, err := os.ReadFile(name)
		must(t, body, err)
		media := map[string]string{".csv": "text/csv", ".ndjson": "application/x-ndjson"}[filepath.Ext(name)]
		files := map[string][]byte{"": body}
		if filepath.Ext(name) == ".csv" && len(c.speaks) > 0 {
			files = bySender(body, c.speaks)
		}
		for _, party := range slices.Sorted(maps.Keys(files)) {
			sender := c.provider
			if party != "" {
				sender = c.speaks[party]
			}
			e := client.Evidence{Name: party + filepath.Base(name), ContentType: media, Body: bytes.NewReader(files[party]), Mapping: mapping}
			b, err := sender.SendBatch(w.ctx, c.contract, e)
			if err != nil {
				t.Fatalf("%s: %.2000v", name, err)
			}
			if b.State != "accepted" {
				report, _ := json.Marshal(b)
				t.Fatalf("%s: %.2000s", name, report)
			}
		}
	}
}
