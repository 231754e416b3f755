package private

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// binaries is a folder with PostgreSQL's programs.
type binaries struct {
	dir     string
	version string // "15.18", "18rc1"
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

// major is the version of the data directories that the binaries run.
func (b binaries) major() int {
	digits := b.version
	if i := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		digits = digits[:i]
	}
	n, _ := strconv.Atoi(digits)
	return n
}

// majorLeast is the oldest release whose SQL the migrations may use.
const majorLeast = 14

// places is where packages put PostgreSQL's programs, besides the PATH: Debian, Red Hat, Homebrew, SUSE, Postgres.app.
var places = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib64/pgsql/bin", "/usr/lib/postgresql*/bin",
	"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin", "/usr/local/pgsql/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// find finds the newest binaries on the machine, or those of the major version that a data directory was made by.
func find(major string) (binaries, error) {
	var dirs []string
	if postgres, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(postgres))
	}
	for _, pattern := range places {
		found, _ := filepath.Glob(pattern) // the patterns are well-formed
		dirs = append(dirs, found...)
	}
	var all []binaries
	for _, dir := range dirs {
		if b, ok := look(dir); ok {
			all = append(all, b)
		}
	}
	return choose(all, major)
}

// look asks the programs in a folder for their version.
func look(dir string) (binaries, bool) {
	for _, program := range []string{"postgres", "initdb"} {
		if info, err := os.Stat(filepath.Join(dir, program)); err != nil || info.IsDir() {
			return binaries{}, false
		}
	}
	said, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	fields := strings.Fields(string(said)) // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
	if err != nil || len(fields) < 3 {
		return binaries{}, false
	}
	return binaries{dir, fields[2]}, true
}

// choose picks the newest, or the newest of one major version.
func choose(all []binaries, major string) (binaries, error) {
	slices.SortStableFunc(all, func(a, b binaries) int { return cmp.Compare(b.major(), a.major()) })
	var seen []string
	for _, b := range all {
		if b.major() >= majorLeast && (major == "" || strconv.Itoa(b.major()) == major) {
			return b, nil
		}
		seen = append(seen, b.version+" in "+b.dir)
	}
	found := "none was found"
	if len(seen) > 0 {
		found = "found only " + strings.Join(seen, ", ")
	}
	if major != "" {
		return binaries{}, fmt.Errorf("the database was made by PostgreSQL %s, and %s; install it again (Debian: apt-get install postgresql-%s), or move the data with pg_dump or pg_upgrade", major, found, major)
	}
	return binaries{}, fmt.Errorf(`%w: PostgreSQL %d or later is needed, and %s. Install it and run this again:
  Debian, Ubuntu   apt-get install postgresql
  Fedora, Red Hat  dnf install postgresql-server
  macOS            brew install postgresql
It need not be started: the program runs one of its own`, ErrUnavailable, majorLeast, found)
}

// ErrUnavailable says that no server can be run here: PostgreSQL is not installed, or the system is not one for it.
var ErrUnavailable = errors.New("no database of the program's own")
