package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"outturn": main})
}

// TestScripts runs the program as a person does. Each script has a folder `plain`, a small sound contract with evidence,
// and two commands beside the usual ones: `exits N outturn ...` says what the exit status must be, and
// `edit FILE OLD NEW` changes a file, which must have held OLD.
func TestScripts(t *testing.T) {
	plainFolder, err := filepath.Abs(filepath.Join("testdata", "plain"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("COLUMNS", "100")
			return os.CopyFS(filepath.Join(env.WorkDir, "plain"), os.DirFS(plainFolder))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "edit": edit},
	})
}

// exits runs a command that must end with a status.
func exits(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS command arguments...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	found := 0
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		found = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if found != want {
		ts.Fatalf("exit status %d, expected %d", found, want)
	}
}

// edit replaces every OLD in a file; \n in either is a line end.
func edit(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	unescape := strings.NewReplacer(`\n`, "\n").Replace
	name := ts.MkAbs(args[0])
	before, err := os.ReadFile(name)
	ts.Check(err)
	after := strings.ReplaceAll(string(before), unescape(args[1]), unescape(args[2]))
	if after == string(before) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	info, err := os.Stat(name)
	ts.Check(err)
	ts.Check(os.WriteFile(name, []byte(after), info.Mode()|fs.FileMode(0o200)))
}
