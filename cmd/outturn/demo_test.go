package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"outturn/api/client"
	"outturn/cmd/outturn/terminal"
	"outturn/engine/proof"
	"outturn/engine/store/private"
)

// demoMost is how long the whole story may take on a machine that does nothing else.
const demoMost = 60 * time.Second

// kept is a stream that may be read while it is written.
type kept struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (k *kept) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.Write(b)
}

func (k *kept) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.String()
}

// demoFolder is one into which the database's user is let.
func demoFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "outturn-demo-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestDemo tells the whole story for real, twice on one folder, then serves what it left, and looks around with the keys.
func TestDemo(t *testing.T) {
	dir := demoFolder(t)
	var out, errs kept
	w := terminal.World{Stdout: &out, Stderr: &errs, Env: func(string) string { return "" }}
	began := time.Now()
	if status := run([]string{"demo", "--data", dir}, w); status != exitWell {
		t.Fatalf("exit status %d\n%s\n%s", status, out.String(), errs.String())
	}
	if took := time.Since(began); took > demoMost {
		t.Errorf("the demo took %s", took)
	}
	for _, says := range []string{
		` 1  A draft is checked, and refused`, `does not say "ties"`, `10  The same engine on a published scheme`,
		"the charity receives       £10,250.01   £10,250.01  ✓", "saving share, to date       £3,250.01    £3,250.01  ✓",
		"an NHS number", "395 exact, 55 within $1.00, 3 apart", "together            £0.00", "make serve",
	} {
		if !strings.Contains(out.String(), says) {
			t.Errorf("the story does not say %q", says)
		}
	}
	if text := out.String() + errs.String(); strings.ContainsAny(text, "\x1b\r") || strings.Contains(text, "✗") || strings.Contains(text, "9434765919") {
		t.Errorf("it shows what it should not:\n%s", text)
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, quoted, begins := strings.Cut(string(readme), "```text\n 6  ")
	quoted, _, ends := strings.Cut(quoted, "```")
	if !begins || !ends || !strings.Contains(out.String(), quoted) {
		t.Error("the README quotes what the demo does not say")
	}
	var again kept
	w.Stdout = &again
	if status := run([]string{"demo", "--data", dir, "--json"}, w); status != exitWell {
		t.Fatalf("told again, exit status %d: %s", status, errs.String())
	}
	var document struct {
		Steps []struct {
			Figures []struct{ Expected, Found string }
		}
	}
	if err := json.Unmarshal([]byte(again.String()), &document); err != nil {
		t.Fatal(err)
	}
	figures := 0
	for _, step := range document.Steps {
		for _, f := range step.Figures {
			if figures++; f.Expected == "" || f.Expected != f.Found {
				t.Errorf("%+v", f)
			}
		}
	}
	if len(document.Steps) != 10 || figures != 16 { // 3 parties three times, and 1, 2 and 4 payments
		t.Errorf("%d steps with %d figures", len(document.Steps), figures)
	}
	serveDemo(t, dir)
}

// serveDemo serves what the demo left, and asks with each key who it is and as the auditor for a bundle.
func serveDemo(t *testing.T, dir string) {
	var out, errs kept
	w := terminal.World{Stdout: &out, Stderr: &errs, Env: func(string) string { return "" }}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- (&demoCmd{Data: dir, Listen: "127.0.0.1:0"}).serve(ctx, w)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	for began := time.Now(); !strings.Contains(out.String(), "Interrupt it"); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > demoMost {
			t.Fatalf("it does not answer:\n%s\n%s", out.String(), errs.String())
		}
	}
	base := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(out.String())
	roles := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^  (\w+) .*\n +(ot_\S+)$`).FindAllStringSubmatch(out.String(), -1) {
		me, err := (&client.Client{Base: base, Key: found[2]}).Me(ctx)
		if err != nil || me.Person.Roles[0] != found[1] {
			t.Errorf("the key of %s: %+v, %v", found[1], me.Person, err)
		}
		roles[found[1]] = found[2]
	}
	for _, role := range []string{"operator", "commissioner", "provider", "evaluator", "auditor"} {
		if roles[role] == "" {
			t.Errorf("no key for %s in\n%s", role, out.String())
		}
	}
	auditor := player{Client: &client.Client{Base: base, Key: roles["auditor"]}}
	contract := regexp.MustCompile(`contracts/(contract-\w+)/statements`).FindStringSubmatch(out.String())
	if len(contract) != 2 {
		t.Fatalf("no contract in\n%s", out.String())
	}
	bundle, err := body(auditor.Bundle(ctx, contract[1], 3))
	if err != nil {
		t.Fatal(err)
	}
	report, err := proof.Verify(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil || !report.OK() {
		t.Errorf("%+v, %v", report, err)
	}
	if answer, err := http.Get(base + "/openapi.json"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("the API's document: %v", err)
	} else {
		answer.Body.Close()
	}
	status := run([]string{"demo", "--data", dir}, terminal.World{Stdout: &kept{}, Stderr: &errs, Env: w.Env})
	if status != exitFinding || !strings.Contains(errs.String(), "has the database") {
		t.Errorf("a demo beside it: exit status %d: %s", status, errs.String())
	}
}

// The demo has a database of its own and reads no DATABASE_URL, so that it does not suggest one; other commands do.
func TestWhereNoDatabaseCanBeRun(t *testing.T) {
	missing := fmt.Errorf("the database: %w", private.ErrUnavailable)
	if strings.Contains(missing.Error(), "DATABASE_URL") {
		t.Errorf("the demo says %v", missing)
	}
	if err := orNamed(missing); !strings.Contains(err.Error(), "or name a database in DATABASE_URL") || !errors.Is(err, private.ErrUnavailable) {
		t.Errorf("serve says %v", err)
	}
	other := errors.New("the folder is full")
	if err := orNamed(other); err.Error() != other.Error() {
		t.Errorf("of something else: %v", err)
	}
}
