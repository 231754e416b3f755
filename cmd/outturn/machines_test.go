package main

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// machine is a kind of processor that the program is built for, and what runs it where that is not this one.
type machine struct {
	name string
	env  []string // for go build
	qemu string
}

// TestSameOnEveryMachine builds the program as the oldest amd64 processors want it, as newer ones may have it (v3, whose
// compiler fuses products into sums where it is let), and, under `make crossarch`, for arm64. Each answers every case of
// fixtures/estimates and settles every other fixture; all that they print and write must be the same bytes.
func TestSameOnEveryMachine(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skipf("the machines are compared on amd64, and this is %s", runtime.GOARCH)
	}
	if testing.Short() {
		t.Skip("builds the program twice")
	}
	want := machine{name: "amd64 v1", env: []string{"GOARCH=amd64", "GOAMD64=v1"}}.says(t)
	for _, m := range []machine{
		{name: "amd64 v3", env: []string{"GOARCH=amd64", "GOAMD64=v3"}},
		{name: "arm64", env: []string{"GOARCH=arm64"}, qemu: os.Getenv("OUTTURN_QEMU_ARM64")},
	} {
		t.Run(m.name, func(t *testing.T) {
			if slices.Contains(m.env, "GOARCH=arm64") && m.qemu == "" {
				t.Skip("arm64 runs under qemu: make crossarch")
			}
			got := m.says(t)
			if names := slices.Sorted(maps.Keys(want)); !slices.Equal(slices.Sorted(maps.Keys(got)), names) {
				t.Fatalf("it made %v, and amd64 v1 made %v", slices.Sorted(maps.Keys(got)), names)
			}
			total := 0
			for _, name := range slices.Sorted(maps.Keys(want)) {
				total += len(want[name])
				if got[name] != want[name] {
					t.Errorf("%s is not as amd64 v1 has it:\n%s", name, parting(got[name], want[name]))
				}
			}
			t.Logf("%d outputs of %d bytes in all are the same", len(want), total)
		})
	}
}

// says builds the program and returns all that it prints and writes, by name.
func (m machine) says(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "outturn")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(append(os.Environ(), "GOOS="+runtime.GOOS, "CGO_ENABLED=0"), m.env...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	m.builtFor(t, program)
	said := map[string]string{}
	run := func(name string, args ...string) {
		command := exec.Command(program, args...)
		if m.qemu != "" {
			command = exec.Command(m.qemu, append([]string{program}, args...)...)
		}
		command.Dir = dir
		out, err := command.CombinedOutput()
		var ended *exec.ExitError
		if err != nil && !errors.As(err, &ended) {
			t.Fatal(err)
		}
		if bytes.Contains(out, []byte("v3 microarchitecture")) { // the runtime says so before anything else
			t.Skip("this processor has not what v3 needs (avx2, bmi2, fma)")
		}
		said[name] = fmt.Sprintf("%sexit %d\n", out, command.ProcessState.ExitCode())
	}
	root, err := filepath.Abs(filepath.Join("..", "..", "fixtures"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"cases.json", "refusals.json"} {
		run(file, "estimate", filepath.Join(root, "estimates", file))
	}
	folders, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if name := folder.Name(); contractIn(filepath.Join(root, name)) != "" {
			run(name, "settle", filepath.Join(root, name), "--out", "out/"+name)
		}
	}
	written := os.DirFS(filepath.Join(dir, "out"))
	if err := fs.WalkDir(written, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			var text []byte
			text, err = fs.ReadFile(written, path)
			said["out/"+path] = string(text)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return said
}

// builtFor fails unless the program was built for the machine.
func (m machine) builtFor(t *testing.T, program string) {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, setting := range m.env {
		if !slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key+"="+s.Value == setting }) {
			t.Fatalf("%s was not built with %s but with %v", program, setting, info.Settings)
		}
	}
}

// parting is the first line at which two texts part, from just before it.
func parting(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) {
			return fmt.Sprintf("line %d is more than was wanted", i+1)
		}
		if g[i] == w[i] {
			continue
		}
		at := 0
		for at < min(len(g[i]), len(w[i])) && g[i][at] == w[i][at] {
			at++
		}
		from := max(0, at-60)
		return fmt.Sprintf("line %d: %.120q\n  wanted: %.120q", i+1, g[i][from:], w[i][from:])
	}
	return fmt.Sprintf("it ends after line %d", len(g))
}
