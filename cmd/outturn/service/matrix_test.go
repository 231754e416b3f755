package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"outturn/api"
	"outturn/api/client"
)

// The matrix: every operation of the API's document, with everybody who may not do it and every id that is not theirs.
// An operation without a row here fails the tests, so that no route is added without one.

// row is a request that would be well formed: what goes into the path, the query and the body.
type row struct {
	query, body, media string
	ids                []string // names of ids in the path that say whose thing it is
}

const aDay = `{"through":"2012-06-30"}`

var onContract = []string{"contract"}

// matrix is one row for each operation with something in its path that can be somebody else's, or that changes something.
var matrix = map[string]row{
	"health": {}, "ready": {}, "get-document": {}, "metrics": {}, "who-am-i": {}, "list-organisations": {}, "list-contracts": {}, "list-own-audit": {},
	"check-contract": {media: "application/yaml", body: "outturn: 1"},

	"add-organisation": {body: `{"name":"One more"}`},
	"get-organisation": {ids: []string{"organisation"}},
	"add-person":       {ids: []string{"organisation"}, body: `{"name":"Staff","roles":["auditor"]}`},
	"list-people":      {ids: []string{"organisation"}},
	"set-person":       {ids: []string{"person"}, body: `{"name":"Staff","roles":["auditor"]}`},
	"add-key":          {ids: []string{"person"}, body: `{}`},
	"list-keys":        {ids: []string{"person"}},
	"rotate-key":       {ids: []string{"person", "key"}},
	"revoke-key":       {ids: []string{"person", "key"}},

	"add-contract":             {query: "party=department", media: "application/yaml", body: "outturn: 1"},
	"get-contract":             {ids: onContract},
	"list-grants":              {ids: onContract},
	"add-grant":                {ids: onContract, body: `{"organisation":"ORGANISATION","role":"auditor"}`},
	"drop-grant":               {ids: onContract},
	"add-version":              {ids: onContract, media: "application/yaml", body: "DOCUMENT"},
	"list-versions":            {ids: onContract},
	"get-version":              {ids: onContract},
	"get-contract-text":        {ids: onContract},
	"write-draft":              {ids: onContract, media: "application/yaml", body: "DOCUMENT"},
	"check-version":            {ids: onContract},
	"compare-versions":         {ids: onContract, query: "from=1&to=1"},
	"try-version":              {ids: onContract, query: "through=2012-06-30&units=2"},
	"propose-version":          {ids: onContract},
	"sign-version":             {ids: onContract, body: `{"party":"department"}`},
	"drop-version":             {ids: onContract},
	"activate-version":         {ids: onContract},
	"send-batch":               {ids: onContract, media: "text/csv", body: "kind,family,day\nattachment,F900,2012-04-16\n"},
	"list-batches":             {ids: onContract},
	"get-batch":                {ids: onContract},
	"list-items":               {ids: onContract},
	"get-item":                 {ids: onContract},
	"list-missing":             {ids: onContract, query: "through=2012-06-30"},
	"list-exclusions":          {ids: onContract},
	"send-attachment":          {ids: onContract, media: "application/pdf", body: "%PDF-1.7"},
	"list-attachments":         {ids: onContract},
	"get-attachment":           {ids: onContract},
	"list-missing-attachments": {ids: onContract},
	"list-sources":             {ids: onContract},
	"get-source":               {ids: onContract},
	"list-source-files":        {ids: onContract},
	"set-source":               {ids: onContract, body: `{"kind":"https","location":"https://example.org/evidence.csv","cron":"0 6 * * *","zone":"Europe/London"}`},
	"drop-source":              {ids: onContract},
	"list-runs":                {ids: onContract},
	"get-run":                  {ids: onContract},
	"get-run-statement":        {ids: onContract},
	"ask-run":                  {ids: onContract, body: `{"kind":"final","through":"2012-09-30"}`},
	"get-schedule":             {ids: onContract},
	"forecast":                 {ids: onContract, query: "occasions=2"},
	"preview-settlement":       {ids: onContract, query: "through=2012-06-30"},
	"explain-preview":          {ids: onContract, query: "through=2012-06-30&unit=F001"},
	"settle":                   {ids: onContract, body: aDay},
	"list-statements":          {ids: onContract},
	"get-statement":            {ids: onContract},
	"get-statement-head":       {ids: onContract},
	"get-statement-lines":      {ids: onContract},
	"explain-statement":        {ids: onContract, query: "unit=F001"},
	"sample-statement":         {ids: onContract, query: "seed=a"},
	"export-statement":         {ids: onContract},
	"list-ledger":              {ids: onContract},
	"get-balances":             {ids: onContract},
	"list-payments":            {ids: onContract},
	"prepare-payment":          {ids: onContract},
	"release-payment":          {ids: onContract},
	"hold-payment":             {ids: onContract, body: `{"why":"a query"}`},
	"raise-dispute":            {ids: onContract, body: `{"payment":"attachment_fee","unit":"F001","period":1,"reason":"why"}`},
	"list-disputes":            {ids: onContract},
	"get-dispute":              {ids: onContract},
	"answer-dispute":           {ids: onContract, body: `{"upheld":false,"answer":"no"}`},
	"escalate-dispute":         {ids: onContract},
	"withdraw-dispute":         {ids: onContract},
	"send-validations":         {ids: onContract, media: "text/csv", body: "kind,family,day\nattachment,F900,2012-04-16\n"},
	"send-certified-figures":   {ids: onContract, media: "text/csv", body: "kind,family,day\nattachment,F900,2012-04-16\n"},
	"send-partner-figures":     {ids: onContract, media: "text/csv", body: "kind,family,day\nattachment,F900,2012-04-16\n"},
	"list-claims":              {ids: onContract, query: "through=2012-06-30"},
	"get-comparisons":          {ids: onContract, query: "through=2012-06-30"},
	"get-savings":              {ids: onContract, query: "through=2012-06-30"},
	"propose-override":         {ids: onContract, body: `{"reason":"the register was closed","items":[{"attachment":"2012-04-16","family":"F900"}]}`},
	"list-overrides":           {ids: onContract},
	"get-override":             {ids: onContract},
	"sign-override":            {ids: onContract, body: `{"party":"department"}`},
	"withdraw-override":        {ids: onContract},
	"list-audit":               {ids: onContract},
	"get-board-report":         {ids: onContract},
	"get-officer-statement":    {ids: onContract},
	"send-tokens":              {ids: onContract, media: "text/csv", body: "unit,key,token\nfamily,F900,t-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"},
}

// operation is one operation as the document declares it.
type operation struct {
	id, method, path string
	keyed            bool
	roles            []string
}

func operations(t *testing.T, document []byte) (list []operation) {
	t.Helper()
	var d struct {
		Paths map[string]map[string]struct {
			OperationID string   `json:"operationId"`
			Roles       []string `json:"x-roles"`
			Parameters  []struct{ Name string }
		}
	}
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			op := d.Paths[path][method]
			o := operation{id: op.OperationID, method: strings.ToUpper(method), path: path, roles: op.Roles}
			for _, p := range op.Parameters {
				o.keyed = o.keyed || p.Name == "Idempotency-Key"
			}
			list = append(list, o)
		}
	}
	return list
}

// answer is what came back, as far as anybody could tell two answers apart.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends the row of an operation with these ids in its path.
func (w *world) ask(key string, o operation, ids map[string]string) answer {
	w.t.Helper()
	r, ok := matrix[o.id]
	if !ok {
		w.t.Fatalf("%s (%s %s) has no row in the matrix", o.id, o.method, o.path)
	}
	return w.asking(key, o, ids, r.query, strings.NewReplacer("DOCUMENT", ids["document"], "ORGANISATION", ids["organisation"]).Replace(r.body), r.media)
}

func (w *world) asking(key string, o operation, ids map[string]string, query, body, media string) answer {
	w.t.Helper()
	path := o.path
	for name, id := range ids {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(id))
	}
	if query != "" {
		path += "?" + query
	}
	request, err := http.NewRequestWithContext(w.ctx, o.method, w.base+path, strings.NewReader(body))
	must(w.t, request, err)
	if body != "" && media == "" {
		media = "application/json"
	}
	request.Header.Set("Content-Type", media)
	if o.keyed {
		request.Header.Set("Idempotency-Key", client.NewKeyName())
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	return w.do(request)
}

// do sends a request and returns its answer without what differs between any two.
func (w *world) do(request *http.Request) answer {
	w.t.Helper()
	found, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer found.Body.Close()
	b, err := io.ReadAll(found.Body)
	must(w.t, b, err)
	for _, name := range []string{"X-Request-Id", "Date"} {
		found.Header.Del(name)
	}
	return answer{found.StatusCode, found.Header, string(b)}
}

// settled is a contract with evidence, a statement and a dispute, and the ids of all of them.
func (w *world) settled() (*cast, map[string]string) {
	dir := filepath.Join("..", "..", "..", "fixtures", "troubled-families-1")
	document := readFile(w.t, filepath.Join(dir, "contract.yaml"))
	c := w.contract(document, "department", "council")
	w.send(c, dir)
	st, err := c.payer.Settle(w.ctx, c.contract, "2012-06-30", "")
	must(w.t, st, err)
	d, err := c.provider.RaiseDispute(w.ctx, c.contract, 1, client.NewDispute{Unit: "F002", Payment: "attachment_fee", Period: 1, Reason: "it joined earlier"})
	must(w.t, d, err)
	items, err := c.provider.Items(w.ctx, c.contract, "", "", "")
	return c, map[string]string{"contract": c.contract, "version": "1", "statement": "1", "posting": "0", "party": "department", "run": "final-2012-06-30", "sequence": "1", "override": "override-1", "digest": strings.Repeat("0", 64), "source": "post", "batch": must(w.t, items, err).Items[0].Batch, "dispute": d.ID, "role": "auditor",
		"organisation": c.payer.organisation, "person": c.payer.id, "key": c.payer.keyID, "document": string(document)}
}

// TestForeignIsUnknown asks for everything that is somebody else's: each answer is, to the byte and header, the answer
// about what does not exist.
func TestForeignIsUnknown(t *testing.T) {
	w := newWorld(t, nil)
	c, ids := w.settled()
	outsiders := map[string]string{
		"a stranger in every role": c.stranger.Key,
		"an administrator":         w.person(w.organisation("Elsewhere"), api.RoleAdministrator).Key,
		"a stranger who verifies":  w.person(w.organisation("Verifiers"), api.RoleVerifier, api.RoleEvaluator, api.RolePartnerFinance).Key,
	}
	tried := 0
	for _, o := range operations(t, w.http.Document()) {
		for who, key := range outsiders {
			foreign := w.ask(key, o, ids)
			for _, name := range matrix[o.id].ids {
				other := maps.Clone(ids)
				other[name] = strings.Repeat("0", len(ids[name]))
				none := w.ask(key, o, other)
				tried++
				if foreign.status < 400 || foreign.status >= 500 {
					t.Errorf("%s by %s: status %d: %.200s", o.id, who, foreign.status, foreign.body)
				}
				if foreign.status != none.status || foreign.body != none.body || !maps.EqualFunc(foreign.header, none.header, slices.Equal) {
					t.Errorf("%s by %s: a foreign %s is told from an unknown one:\n%v\n%v", o.id, who, name, foreign, none)
				}
			}
		}
	}
	if tried < 150 {
		t.Errorf("%d attempts: expected a matrix", tried)
	}
}

// TestOnlyTheRolesOfATable asks everything of everybody on the contract itself: whoever the document does not name is
// refused, and the refusal is in the log; without a key nothing answers.
func TestOnlyTheRolesOfATable(t *testing.T) {
	w := newWorld(t, nil)
	c, ids := w.settled()
	known := map[string]string{api.RoleProvider: c.provider.Key, api.RoleAuditor: c.auditor.Key, api.RoleOperator: w.first,
		api.RoleAdministrator: w.person(c.payer.organisation, api.RoleAdministrator).Key}
	// Somebody in every role, whose organisation takes part in the contract as an auditor and as nothing else.
	everything := w.person(c.auditor.organisation, api.RoleCommissioner, api.RoleProvider, api.RoleAuditor, api.RoleVerifier, api.RoleEvaluator, api.RolePartnerFinance).Key
	refused := 0
	for _, o := range operations(t, w.http.Document()) {
		if len(o.roles) == 0 {
			continue
		}
		if a := w.ask("", o, ids); a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s without a key: %d %s", o.id, a.status, a.body)
		}
		askers := maps.Clone(known)
		if slices.Contains(matrix[o.id].ids, "contract") {
			askers[api.RoleAuditor+" in every role"] = everything
		}
		for role, key := range askers {
			if own, _, _ := strings.Cut(role, " "); slices.Contains(o.roles, own) {
				continue
			}
			a := w.ask(key, o, ids)
			refused++
			if a.status != http.StatusForbidden || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s by a %s: %d %.200s", o.id, role, a.status, a.body)
			}
		}
	}
	if refused < 100 {
		t.Errorf("%d refusals: expected a matrix", refused)
	}
	logged := 0
	for cursor := int64(0); ; {
		var rows []api.AuditRow
		err := w.joined().Read(w.ctx, api.Person{Organisation: c.auditor.organisation}, func(v api.View) (err error) {
			rows, err = v.Audit(w.ctx, "", api.Page{After: cursor, Limit: 100})
			return err
		})
		must(t, rows, err)
		for _, r := range rows {
			if cursor = r.Place; r.Status == http.StatusForbidden {
				logged++
			}
		}
		if len(rows) < 100 {
			break
		}
	}
	if logged == 0 {
		t.Error("no refusal is in the log")
	}
}

// forged is a store that says of everybody that they take part in every contract in every role: the checks of the
// handlers are off, and only the database's own fence stands.
type forged struct {
	api.Store
	on *atomic.Bool
}

func (f forged) Read(ctx context.Context, by api.Person, look func(api.View) error) error {
	return f.Store.Read(ctx, by, func(v api.View) error {
		if f.on.Load() {
			v = forgedView{v, by}
		}
		return look(v)
	})
}

func (f forged) Act(ctx context.Context, by api.Person, act api.Act, do func(api.Tx) (api.Reply, error)) (api.Reply, bool, error) {
	return f.Store.Act(ctx, by, act, func(tx api.Tx) (api.Reply, error) {
		if f.on.Load() {
			tx = forgedTx{tx, by}
		}
		return do(tx)
	})
}

func everyRole(contract string, by api.Person) (list []api.Grant) {
	for _, role := range by.Roles {
		for _, party := range []string{"department", "council"} {
			list = append(list, api.Grant{Contract: contract, Organisation: by.Organisation, Role: role, Party: party})
		}
	}
	return list
}

type forgedView struct {
	api.View
	by api.Person
}

func (v forgedView) Grants(_ context.Context, contract string) ([]api.Grant, error) {
	return everyRole(contract, v.by), nil
}

type forgedTx struct {
	api.Tx
	by api.Person
}

func (x forgedTx) Grants(_ context.Context, contract string) ([]api.Grant, error) {
	return everyRole(contract, x.by), nil
}

// TestTheDatabaseAloneLeaksNothing runs the matrix with the handlers' checks off: row-level security alone still shows
// nothing and changes nothing.
func TestTheDatabaseAloneLeaksNothing(t *testing.T) {
	var on atomic.Bool
	w := newWorld(t, func(o *api.Options) { o.Store = forged{o.Store, &on} })
	c, ids := w.settled()
	on.Store(true)
	before := w.count()
	secrets := []string{"troubled-families", "F001", "attachment_fee", "12800", c.provider.organisation, c.payer.organisation}
	for _, o := range operations(t, w.http.Document()) {
		if !slices.Contains(matrix[o.id].ids, "contract") {
			continue
		}
		a := w.ask(c.stranger.Key, o, ids)
		if a.status >= 500 {
			t.Errorf("%s: %d %.200s", o.id, a.status, a.body)
		}
		for _, secret := range secrets {
			if strings.Contains(a.body, secret) {
				t.Errorf("%s: the answer holds %s: %.300s", o.id, secret, a.body)
			}
		}
		if a.status < 300 && a.body != "" && !strings.Contains(a.body, `"items":[]`) && o.id != "list-grants" {
			t.Errorf("%s: %d %.300s", o.id, a.status, a.body)
		}
	}
	if after := w.count(); !bytes.Equal(before, after) {
		t.Errorf("something was changed:\n%s\n%s", before, after)
	}
}
