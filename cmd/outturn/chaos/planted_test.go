package chaos_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A test that never failed proves nothing. Here are faults as somebody might make them, each with the test that must fail
// on it. A fault is laid over the source while that test is built, and the tree is left as it is.

// edit puts one text in the place of another in a file, which must hold it once.
type edit struct{ file, old, new string }

// fault is one, and who must find it.
type fault struct {
	what         string
	edits        []edit
	folder, test string
}

var planted = []fault{
	{"an answer is not kept under its key",
		[]edit{{"engine/store/act.go", "\tif reply.Body == nil {\n", "\tif act.Key != \"\" {\n\t\treturn\n\t}\n\tif reply.Body == nil {\n"}},
		"cmd/outturn/service", "TestRetryingDoesOnce"},
	{"a key answers another request",
		[]edit{{"engine/store/act.go", "case o.there && !bytes.Equal(", "case o.there && len(o.digest) == 0 && !bytes.Equal("}},
		"cmd/outturn/chaos", "TestRetriesOverABadNetworkDoOnce"},
	{"evidence is taken and the audit log says nothing",
		[]edit{{"engine/store/act.go", "\ttx.tx.later(`insert into audit", "\tif a.Operation == \"send-batch\" {\n\t\treturn\n\t}\n\ttx.tx.later(`insert into audit"}},
		"cmd/outturn/chaos", "TestKilledProcessesLoseNothing"},
	{"what decides money runs beside others",
		[]edit{{"engine/store/store.go", "\t\terr = inTurn(ctx, pool, o, first, func(t", "\t\tweaker := o\n\t\tif serial {\n\t\t\tweaker.IsoLevel = pgx.RepeatableRead\n\t\t}\n\t\terr = inTurn(ctx, pool, weaker, first, func(t"}},
		"engine/store", "TestDecisionsAtOnceEqualSomeOrder"},
	{"a process that lost its run ends it all the same",
		[]edit{{"engine/store/runs.go", "where contract = $1 and id = $2 and attempts = $3 and state = 'running'`, r.Contract, r.ID, r.Attempts, r.State", "where contract = $1 and id = $2 and attempts >= $3`, r.Contract, r.ID, r.Attempts, r.State"}},
		"engine/schedule", "TestASupersededRunKeepsNothing"},
	{"no answer from the database is taken for success",
		[]edit{{"engine/store/store.go", "\t\tcase !undone(err, serial):\n\t\t\treturn told(err)", "\t\tcase errors.Is(told(err), ErrUnavailable):\n\t\t\treturn nil\n\t\tcase !undone(err, serial):\n\t\t\treturn told(err)"}},
		"cmd/outturn/chaos", "TestKilledDatabaseLosesNothing"},
	{"a commit does not wait for the disk",
		[]edit{{"engine/store/store.go", "\tconfig.ConnConfig.RuntimeParams[\"timezone\"] = \"UTC\"\n", "\tconfig.ConnConfig.RuntimeParams[\"timezone\"] = \"UTC\"\n\tconfig.ConnConfig.RuntimeParams[\"synchronous_commit\"] = \"off\"\n"},
			{"engine/store/store.go", "\t\tif value == \"off\" {", "\t\tif value == \"off\" && setting.name != \"synchronous_commit\" {"}},
		"cmd/outturn/chaos", "TestKilledDatabaseLosesNothing"},
	{"every organisation sees every contract",
		[]edit{{"migrations/0006_fences.sql", "using (%s = any ((select visible_contracts())::text[]))',\n", "using (%s is not null)',\n"}},
		"cmd/outturn/service", "TestTheDatabaseAloneLeaksNothing"},
	{"nobody asks who takes part in a contract",
		[]edit{{"api/register.go", "\t\treturn nil, forbidden()", "\t\treturn at, nil"}},
		"cmd/outturn/service", "TestOnlyTheRolesOfATable"},
	{"one person prepares and releases",
		[]edit{{"migrations/0004_statements.sql", "(releaser <> '' and releaser <> preparer)", "(releaser <> '')"}},
		"engine/store", "TestPaymentsTakeTwoPeople"},
	{"a statement's entries need not balance",
		[]edit{{"migrations/0004_statements.sql", "  if total <> 0 then\n", "  if total = 0.001 then\n"}, {"migrations/0004_statements.sql", "  if found then\n    raise exception 'the entries of a statement move", "  if not found and total = 0.001 then\n    raise exception 'the entries of a statement move"}},
		"engine/store", "TestTheDatabaseKeepsThePromises"},
	{"a name twice in a document is read as the last",
		[]edit{{"api/strict.go", "jsontext.NewDecoder(bytes.NewReader(data))", "jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))"},
			{"api/strict.go", "json.RejectUnknownMembers(true))", "json.RejectUnknownMembers(true), jsontext.AllowDuplicateNames(true))"}},
		"cmd/outturn/service", "TestMalformedIsRefused"},
	{"a NUL reaches the database",
		[]edit{{"api/strict.go", "strings.ContainsRune(token.String(), 0)", "strings.ContainsRune(token.String(), -2)"}},
		"cmd/outturn/service", "TestMalformedIsRefused"},
	{"a foreign contract is told from an unknown one",
		[]edit{{"api/register.go", "\t\treturn nil, ErrUnknown", "\t\tif len(all) > 0 {\n\t\t\treturn nil, forbidden()\n\t\t}\n\t\treturn nil, ErrUnknown"},
			{"migrations/0006_fences.sql", "using (%s = any ((select visible_contracts())::text[]))',\n", "using (%s is not null)',\n"}},
		"cmd/outturn/service", "TestForeignIsUnknown"},
	{"who finds a settlement is told that they made it",
		[]edit{{"api/runs.go", "return statementMade(head, http.StatusOK), err", "return statementMade(head, http.StatusCreated), err"}},
		"cmd/outturn/chaos", "TestSettlingAtOnceIsLinear"},
	{"the same body twice is two batches",
		[]edit{{"engine/store/receive.go", "if len(before) > 0 {", "if len(before) > 1 {"},
			{"migrations/0003_evidence.sql", "create unique index batches_once on batches (contract, organisation, digest) where state <> 'refused';", ""}},
		"engine/store", "TestBodiesOnceAndInPart"},
}

const root = "../../.."

// planting is a fault's files as they would be, under a folder, and the overlay that puts them over the tree.
func (f fault) planting(t *testing.T, folder string) (overlay string) {
	t.Helper()
	replace := map[string]string{}
	for _, e := range f.edits {
		file, err := filepath.Abs(filepath.Join(root, e.file))
		if err != nil {
			t.Fatal(err)
		}
		from := file
		if replace[file] != "" {
			from = replace[file]
		}
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), e.old); n != 1 {
			t.Errorf("%s: %s holds %q %d times, expected once: the code went on, and the fault must follow it", f.what, e.file, e.old, n)
		}
		replace[file] = filepath.Join(folder, strings.ReplaceAll(e.file, "/", "_"))
		if err := os.WriteFile(replace[file], []byte(strings.Replace(string(text), e.old, e.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		overlay = filepath.Join(folder, "overlay.json")
		err = os.WriteFile(overlay, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return overlay
}

// Each planted fault can still be planted; with OUTTURN_CHAOS=planted each is, and its test must fail on it.
func TestPlantedFaultsAreFound(t *testing.T) {
	for _, f := range planted {
		overlay := f.planting(t, t.TempDir())
		if os.Getenv(chaosEnv) != "planted" || t.Failed() {
			continue
		}
		command := exec.Command("go", "test", "-vet=off", "-count=1", "-timeout=10m", "-overlay="+overlay, "-run=^"+f.test+"$", "./"+f.folder)
		command.Dir = root
		command.Env = append(os.Environ(), chaosEnv+"=")
		said, err := command.CombinedOutput()
		switch {
		case err == nil:
			t.Errorf("%s: %s passes all the same", f.what, f.test)
		case !strings.Contains(string(said), "--- FAIL: "+f.test):
			t.Errorf("%s: %s did not come to its end:\n%.2000s", f.what, f.test, said)
		default:
			t.Logf("%s: found by %s", f.what, f.test)
		}
	}
}
