// Package private runs a PostgreSQL of the program's own from the binaries on the machine: for those who have no
// database yet, and for tests. Nobody else reaches it: it listens on a socket in a folder that only its user may enter.
package private

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Options says where a private server keeps its data, and how.
type Options struct {
	// Dir is the server's data directory, made when it is not there. Its parent must let the server's user in.
	Dir string
	// Forgetful leaves durability out, so that a crash may lose all: for tests, which keep nothing.
	Forgetful bool
	// Wait is how long to wait for the server to start or stop: 60 seconds when nought.
	Wait time.Duration
}

// Server is a running private PostgreSQL.
type Server struct {
	Dir     string // its data directory
	Socket  string // the folder its socket lies in
	PID     int    // its first process
	Version string // of the binaries, such as "15.18"
	Joined  bool   // another program started it and will stop it

	command *exec.Cmd
	ended   chan struct{} // closed once the command has ended
	wait    time.Duration
}

// User and Database are the names inside a private server.
const (
	User     = "outturn"
	Database = "outturn"
)

const (
	waitDefault = 60 * time.Second
	poll        = 20 * time.Millisecond
	logName     = "outturn-postgresql.log"
	starterName = "outturn-starter.pid"
)

// URL names a database of the server as pgx and libpq read it.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", s.Socket, User, database)
}

// Start starts the server, making its data directory if need be, or joins it when another program runs it. When that
// program has died the server is taken over, and stopped by Stop.
func Start(ctx context.Context, o Options) (*Server, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, wait: o.Wait}
	if s.wait <= 0 {
		s.wait = waitDefault
	}
	account, err := accountFor(dir)
	if err != nil {
		return nil, err
	}
	made, err := isMade(dir)
	if err != nil {
		return nil, err
	}
	bin, err := find(made)
	if err != nil {
		return nil, err
	}
	s.Version = bin.version
	if made == "" {
		if err := initialise(ctx, bin, account, dir); err != nil {
			return nil, err
		}
	} else if s.join() {
		return s, nil
	}
	return s, s.launch(ctx, bin, account, o.Forgetful)
}

// isMade returns the major version of a data directory, "" for one that is yet to be made.
func isMade(dir string) (string, error) {
	version, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
			return "", fmt.Errorf("%s holds files and is not a PostgreSQL data directory; name an empty folder for the database", dir)
		}
		return "", nil
	}
	return strings.TrimSpace(string(version)), err
}

// initialise makes the data directory: checksums on every page, bytes compared as bytes, nobody let in but by the socket.
func initialise(ctx context.Context, bin binaries, account *account, dir string) error {
	if err := account.makeFolder(dir); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, bin.path("initdb"), "--pgdata="+dir, "--username="+User, "--auth-local=trust", "--auth-host=reject",
		"--data-checksums", "--locale=C", "--encoding=UTF8", "--no-instructions")
	command.Dir = dir
	account.runAs(command)
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s could not make a database in %s: %w: %s", bin.path("initdb"), dir, err, bytes.TrimSpace(said))
	}
	return nil
}

// settings are given on the command line, so that no file edited by hand undoes them.
func settings(socket string, forgetful bool) []string {
	durable := "on"
	if forgetful {
		durable = "off"
	}
	var list []string
	for _, pair := range [][2]string{
		{"listen_addresses", ""}, {"unix_socket_directories", socket}, {"unix_socket_permissions", "0700"},
		{"fsync", durable}, {"full_page_writes", durable}, {"synchronous_commit", durable},
		{"timezone", "UTC"}, {"log_timezone", "UTC"}, {"logging_collector", "off"}, {"log_destination", "stderr"},
		{"max_connections", "100"}, {"shared_buffers", strconv.Itoa(buffers("/proc/meminfo", "/sys/fs/cgroup/memory.max")) + "MB"}, {"max_wal_size", "2GB"}, {"wal_compression", "on"},
	} {
		list = append(list, "-c", pair[0]+"="+pair[1])
	}
	return list
}

// launch starts the server's first process and waits until it takes connections.
func (s *Server) launch(ctx context.Context, bin binaries, account *account, forgetful bool) error {
	socket, err := account.makeSocketFolder()
	if err != nil {
		return err
	}
	s.Socket = socket
	log, err := os.OpenFile(filepath.Join(s.Dir, logName), os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return errors.Join(err, os.RemoveAll(socket))
	}
	defer log.Close()
	s.command = exec.Command(bin.path("postgres"), append([]string{"-D", s.Dir}, settings(socket, forgetful)...)...)
	s.command.Dir = s.Dir
	s.command.Stdout, s.command.Stderr = log, log
	account.runAs(s.command)
	if err := s.command.Start(); err != nil {
		return errors.Join(err, os.RemoveAll(socket))
	}
	s.PID = s.command.Process.Pid
	s.ended = make(chan struct{})
	go func() {
		_ = s.command.Wait() // how it ended is in its log
		close(s.ended)
	}()
	err = os.WriteFile(filepath.Join(s.Dir, starterName), []byte(strconv.Itoa(os.Getpid())), 0o600)
	if err == nil {
		err = s.ready(ctx)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("PostgreSQL %s did not start in %s: %w%s", s.Version, s.Dir, err, lastLines(log)), s.Stop())
	}
	return nil
}

// ready waits until the server says that it is.
func (s *Server) ready(ctx context.Context) error {
	deadline := time.NewTimer(s.wait)
	defer deadline.Stop()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if p, ok := s.postmaster(); ok && p.pid == s.PID && p.ready {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.ended:
			return errors.New("it ended at once")
		case <-deadline.C:
			return fmt.Errorf("it was not ready after %s", s.wait)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// postmaster is what a data directory says of the server that runs in it.
type postmaster struct {
	pid    int
	socket string
	ready  bool
}

// postmaster reads postmaster.pid: the process on the first line, the socket's folder on the fifth, its state on the
// eighth.
func (s *Server) postmaster() (p postmaster, ok bool) {
	text, err := os.ReadFile(filepath.Join(s.Dir, "postmaster.pid"))
	if err != nil {
		return p, false
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 8 {
		return p, false
	}
	p.pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	p.socket, p.ready = strings.TrimSpace(lines[4]), strings.TrimSpace(lines[7]) == "ready"
	return p, err == nil
}

// join finds a server that runs in the data directory already.
func (s *Server) join() bool {
	p, ok := s.postmaster()
	if !ok || !p.ready || !alive(p.pid) {
		return false
	}
	if _, err := os.Stat(p.socket); err != nil {
		return false
	}
	s.PID, s.Socket, s.Joined = p.pid, p.socket, true
	text, err := os.ReadFile(filepath.Join(s.Dir, starterName))
	starter, parsed := strconv.Atoi(strings.TrimSpace(string(text)))
	if err == nil && parsed == nil && starter != os.Getpid() && !alive(starter) {
		mine := []byte(strconv.Itoa(os.Getpid()))
		s.Joined = os.WriteFile(filepath.Join(s.Dir, starterName), mine, 0o600) != nil
	}
	return true
}

// Stop ends the server in good order: connections are cut, everything is written. A server that was joined is left
// running.
func (s *Server) Stop() error {
	if s == nil || s.Joined || s.PID == 0 {
		return nil
	}
	if err := interrupt(s.PID); err != nil && alive(s.PID) {
		return fmt.Errorf("PostgreSQL (process %d) cannot be stopped: %w", s.PID, err)
	}
	for began := 0 * poll; s.running(); began += poll {
		if began > s.wait {
			return fmt.Errorf("PostgreSQL (process %d) is still running %s after it was told to stop; see %s", s.PID, s.wait, filepath.Join(s.Dir, logName))
		}
		time.Sleep(poll)
	}
	s.PID = 0
	return errors.Join(os.RemoveAll(s.Socket), os.RemoveAll(filepath.Join(s.Dir, starterName)))
}

func (s *Server) running() bool {
	if s.ended == nil {
		return alive(s.PID)
	}
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// lastLines is the end of the server's log, for an error.
func lastLines(log *os.File) string {
	const most = 2000
	info, err := log.Stat()
	if err != nil {
		return ""
	}
	text, err := io.ReadAll(io.NewSectionReader(log, max(0, info.Size()-most), most))
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return ""
	}
	return "\n" + string(bytes.TrimSpace(text))
}
