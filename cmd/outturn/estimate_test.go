package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outturn/cmd/outturn/terminal"
)

// estimate prints a line a case, and its exit says whether all were answered.
func TestEstimateCommand(t *testing.T) {
	fixtures := filepath.Join("..", "..", "fixtures", "estimates")
	run := func(cmd estimateCommand) ([]map[string]any, error) {
		var out bytes.Buffer
		err := cmd.Run(terminal.World{Stdout: &out, Stderr: &out, Env: func(string) string { return "" }})
		var lines []map[string]any
		for line := range strings.Lines(out.String()) {
			var answer map[string]any
			if err := json.Unmarshal([]byte(line), &answer); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			lines = append(lines, answer)
		}
		return lines, err
	}
	lines, err := run(estimateCommand{File: filepath.Join(fixtures, "cases.json")})
	if err != nil || len(lines) != 71 {
		t.Fatalf("%d answers, %v", len(lines), err)
	}
	for _, line := range lines {
		if line["settle"] == nil || line["expected"].(map[string]any)["estimate"] == nil {
			t.Errorf("%v lacks its answer", line["id"])
		}
	}
	lines, err = run(estimateCommand{File: filepath.Join(fixtures, "refusals.json")})
	if !errors.Is(err, terminal.ErrFound) || len(lines) != 12 {
		t.Fatalf("%d refusals, %v", len(lines), err)
	}
	for _, line := range lines {
		if line["refuse"] == nil || line["why"] == nil {
			t.Errorf("%v was not refused", line["id"])
		}
	}

	// One case by itself, its table in a folder named apart.
	dir := t.TempDir()
	one := `{"id":"one","estimator":"mean_diff","options":{"variance":"pooled","alternative":"greater","conf_level":0.95},
		"data":{"file":"t.csv","columns":{"outcome":"y","treat":"t"}},"settle":{"decimals":2}}`
	for name, text := range map[string]string{"one.json": one, "tables/t.csv": "t,y\n1,4\n1,5\n0,1\n0,2.25\n", "broken.json": "{"} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	lines, err = run(estimateCommand{File: filepath.Join(dir, "one.json"), Data: filepath.Join(dir, "tables")})
	if err != nil || len(lines) != 1 || lines[0]["settle"].(map[string]any)["estimate"] != "2.88" { // 4.5 - 1.625 = 2.875, to even
		t.Fatalf("%v, %v", lines, err)
	}
	for _, cmd := range []estimateCommand{{File: filepath.Join(dir, "absent.json")}, {File: filepath.Join(dir, "broken.json")}, {File: filepath.Join(dir, "one.json"), Data: filepath.Join(dir, "absent")}} {
		var usage terminal.UsageError
		if _, err := run(cmd); !errors.As(err, &usage) {
			t.Errorf("%v: %v, want a usage error", cmd, err)
		}
	}
}
