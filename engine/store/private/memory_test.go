package private

import (
	"os"
	"path/filepath"
	"testing"
)

func TestBuffersAreAQuarterOfTheMemory(t *testing.T) {
	for _, test := range []struct {
		name, machine, group string
		want                 int
	}{
		{"4 GiB", "MemTotal:        4194304 kB\nMemFree: 1 kB\n", "max\n", 1024},
		{"little", "MemTotal: 262144 kB\n", "max\n", 128},
		{"much", "MemTotal: 268435456 kB\n", "", 2048},
		{"a group of 2 GiB on a machine of 4", "MemTotal: 4194304 kB\n", "2147483648\n", 512},
		{"only a group", "", "1073741824", 256},
		{"nothing is said", "", "", 128},
		{"something else is said", "MemTotal: much\n", "little", 128},
	} {
		dir := t.TempDir()
		machine, group := filepath.Join(dir, "meminfo"), filepath.Join(dir, "memory.max")
		for file, content := range map[string]string{machine: test.machine, group: test.group} {
			if content == "" {
				continue
			}
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := buffers(machine, group); got != test.want {
			t.Errorf("%s: %d MiB, expected %d", test.name, got, test.want)
		}
	}
}
