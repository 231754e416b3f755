//go:build unix

package private

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// dataFolder is a folder that the server's user may reach, which is not root.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "outturn-private-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "data")
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answers reports whether the server takes connections.
func answers(t *testing.T, s *Server) bool {
	t.Helper()
	sockets, err := filepath.Glob(filepath.Join(s.Socket, ".s.PGSQL.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, socket := range sockets {
		if c, err := net.DialTimeout("unix", socket, time.Second); err == nil {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			return true
		}
	}
	return false
}

// A server starts in a folder that is not there, durable and on a socket alone; a second program joins it and leaves it
// running; it stops in good order, leaves nothing but its data, and starts again.
func TestStartJoinStop(t *testing.T) {
	dir := dataFolder(t)
	s := start(t, dir)
	if !answers(t, s) || s.Joined {
		t.Fatalf("%+v does not answer", s)
	}
	if info, err := os.Stat(s.Socket); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder: %v, %v", info.Mode(), err)
	}
	options, err := os.ReadFile(filepath.Join(dir, "postmaster.opts"))
	for _, setting := range []string{`"listen_addresses="`, `"fsync=on"`, `"full_page_writes=on"`, `"synchronous_commit=on"`} {
		if err != nil || !strings.Contains(string(options), setting) {
			t.Errorf("started without %s: %s, %v", setting, options, err)
		}
	}
	joined := start(t, dir)
	if !joined.Joined || joined.PID != s.PID || joined.URL(Database) != s.URL(Database) {
		t.Errorf("%+v did not join %+v", joined, s)
	}
	if err := joined.Stop(); err != nil || !answers(t, s) {
		t.Errorf("whoever joined stopped it: %v", err)
	}
	if err := s.Stop(); err != nil || answers(t, s) || s.PID != 0 {
		t.Errorf("it does not stop: %v", err)
	}
	if _, err := os.Stat(s.Socket); !os.IsNotExist(err) {
		t.Errorf("the socket's folder is left: %v", err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("a second stop: %v", err)
	}
	s = start(t, dir)
	if !answers(t, s) {
		t.Error("it does not start again")
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// A server whose program died is taken over by the next, which stops it.
func TestServersOfTheDeadAreTakenOver(t *testing.T) {
	dir := dataFolder(t)
	s := start(t, dir)
	const nobody = 1 << 30 // no process has this number
	if err := os.WriteFile(filepath.Join(dir, starterName), []byte(strconv.Itoa(nobody)), 0o600); err != nil {
		t.Fatal(err)
	}
	next := start(t, dir)
	if next.Joined || next.PID != s.PID {
		t.Errorf("%+v did not take over %+v", next, s)
	}
	if err := next.Stop(); err != nil || answers(t, s) {
		t.Errorf("it was not stopped: %v", err)
	}
	<-s.ended
}

// What stands in the way is said by name, and nothing that is somebody's is touched.
func TestStartRefuses(t *testing.T) {
	dir := dataFolder(t)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Start(context.Background(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "name an empty folder") {
		t.Errorf("%+v: %v", s, err)
	}
	if os.Geteuid() == 0 {
		closed := filepath.Join(filepath.Dir(dir), "closed")
		if err := os.Mkdir(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		if s, err := Start(context.Background(), Options{Dir: filepath.Join(closed, "data")}); err == nil || !strings.Contains(err.Error(), "does not let") {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// The newest binaries are chosen, or those that made the data; with none the error says what to install.
func TestChoose(t *testing.T) {
	all := []binaries{{"/a", "15.18"}, {"/b", "9.6.24"}, {"/c", "17.2"}, {"/d", "18rc1"}}
	for _, one := range []struct{ major, dir, fault string }{
		{"", "/d", ""}, {"15", "/a", ""}, {"17", "/c", ""}, {"16", "", "made by PostgreSQL 16"}, {"9.6", "", "made by PostgreSQL 9.6"},
	} {
		b, err := choose(all, one.major)
		if b.dir != one.dir || (err == nil) != (one.fault == "") || err != nil && !strings.Contains(err.Error(), one.fault) {
			t.Errorf("%q: %+v, %v", one.major, b, err)
		}
	}
	for _, few := range [][]binaries{nil, {{"/b", "9.6.24"}}} {
		if _, err := choose(few, ""); err == nil || !strings.Contains(err.Error(), "apt-get install postgresql") || !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "DATABASE_URL") {
			t.Errorf("%v: %v", few, err)
		}
	}
}
