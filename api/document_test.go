package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var write = flag.Bool("write-document", false, "write the API's document anew, for a reader to look at the difference")

// bare is a service that nothing is asked of.
func bare(t *testing.T) *Service {
	t.Helper()
	s, err := New(Options{Store: noStore{}, Now: func() time.Time { return time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type noStore struct{ Store }

// TestDocumentIsCommitted holds the API's document, made from the code, against the one in the tree.
func TestDocumentIsCommitted(t *testing.T) {
	s := bare(t)
	const name = "openapi.json"
	if *write {
		if err := os.WriteFile(name, s.Document(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, s.Document()) {
		t.Errorf("api/openapi.json is not what the code says; run go test ./api -run TestDocumentIsCommitted -write-document and read the difference")
	}
	if !bytes.Equal(s.Document(), bare(t).Document()) {
		t.Error("the document comes out otherwise the second time")
	}
}

// TestEveryRouteIsInTheDocumentAndTheTable walks echo's routes, the document and the table of permissions.
func TestEveryRouteIsInTheDocumentAndTheTable(t *testing.T) {
	s := bare(t)
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Parameters  []struct{ Name string }
			Security    []map[string][]string
			Responses   map[string]any
		}
	}
	if err := json.Unmarshal(s.Document(), &document); err != nil {
		t.Fatal(err)
	}
	if document.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %q: expected 3.1.0", document.OpenAPI)
	}
	named := map[string]bool{}
	for _, route := range s.echo.Routes() {
		parts := strings.Split(route.Path, "/")
		for i, part := range parts {
			if rest, ok := strings.CutPrefix(part, ":"); ok {
				parts[i] = "{" + rest + "}"
			}
		}
		op, ok := document.Paths[strings.Join(parts, "/")][strings.ToLower(route.Method)]
		if !ok {
			t.Errorf("%s %s is not in the document", route.Method, route.Path)
			continue
		}
		may, ok := permissions[op.OperationID]
		if !ok {
			t.Errorf("%s %s, %q, is not in the table of permissions", route.Method, route.Path, op.OperationID)
		}
		named[op.OperationID] = true
		for _, part := range parts {
			name := strings.Trim(part, "{}")
			if name != part && !slices.ContainsFunc(op.Parameters, func(p struct{ Name string }) bool { return p.Name == name }) {
				t.Errorf("%s: the document does not say what %s in the path is", op.OperationID, name)
			}
		}
		if may.open != (len(op.Security) == 0) {
			t.Errorf("%s: the document and the table differ on whether it is open", op.OperationID)
		}
		if on := strings.Contains(route.Path, "/v1/contracts/:contract"); on != may.contract {
			t.Errorf("%s: the path is on a contract (%t) and the table says %t", op.OperationID, on, may.contract)
		}
		keyed := slices.ContainsFunc(op.Parameters, func(p struct{ Name string }) bool { return p.Name == "Idempotency-Key" })
		asks := op.OperationID == "check-contract" || op.OperationID == "try-version" // a body, and nothing is kept
		if keyed != (writes(route.Method) && !asks) {
			t.Errorf("%s: takes an idempotency key: %t", op.OperationID, keyed)
		}
		if op.Responses["default"] == nil {
			t.Errorf("%s says nothing of refusals", op.OperationID)
		}
	}
	for id, may := range permissions {
		if !named[id] {
			t.Errorf("%s is in the table of permissions and has no route", id)
		}
		if !may.open && !may.anybody && len(may.roles) == 0 {
			t.Errorf("%s is for nobody", id)
		}
		for _, role := range may.roles {
			if !slices.Contains(roles, role) {
				t.Errorf("%s names the role %q, which there is not", id, role)
			}
		}
	}
}

// TestAuditorsChangeNothing holds the table to its own law.
func TestAuditorsChangeNothing(t *testing.T) {
	s := bare(t)
	for path, item := range s.api.OpenAPI().Paths {
		for _, op := range []any{item.Post, item.Put, item.Patch, item.Delete} {
			_ = op
		}
		if item.Post != nil && needsKey(item.Post) && slices.Contains(permissions[item.Post.OperationID].roles, RoleAuditor) {
			t.Errorf("POST %s: an auditor may do it", path)
		}
		if item.Put != nil && slices.Contains(permissions[item.Put.OperationID].roles, RoleAuditor) {
			t.Errorf("PUT %s: an auditor may do it", path)
		}
	}
}
