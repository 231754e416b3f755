//go:build unix

package private

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is who the server runs as: ourselves, or an unprivileged user when we are root, which PostgreSQL refuses.
type account struct {
	name     string
	uid, gid int
	other    bool
}

// accountFor returns the owner of the data directory, when it is there and we are root; else the postgres user, or
// nobody.
func accountFor(dir string) (*account, error) {
	if os.Geteuid() != 0 {
		return &account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	if info, err := os.Stat(dir); err == nil {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 {
			return &account{name: strconv.Itoa(int(stat.Uid)), uid: int(stat.Uid), gid: int(stat.Gid), other: true}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, errUID := strconv.Atoi(u.Uid)
			gid, errGID := strconv.Atoi(u.Gid)
			if err := errors.Join(errUID, errGID); err != nil {
				return nil, err
			}
			return &account{name: name, uid: uid, gid: gid, other: true}, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a postgres nor a nobody user to run it as; make one, or run this as another user")
}

// makeFolder makes the data directory, the account's own.
func (a *account) makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return a.own(dir)
}

// makeSocketFolder makes a folder with a short name, as the name of a socket has at most about a hundred bytes.
func (a *account) makeSocketFolder() (string, error) {
	dir, err := os.MkdirTemp("/tmp", "outturn-")
	if err != nil {
		return "", err
	}
	return dir, a.own(dir)
}

func (a *account) own(dir string) error {
	err := os.Chmod(dir, 0o700)
	if a.other {
		err = errors.Join(err, os.Chown(dir, a.uid, a.gid))
	}
	if err != nil {
		return fmt.Errorf("%s cannot be given to the database's user %s: %w", dir, a.name, err)
	}
	return nil
}

// runAs has a command run as the account, in a group of its own: an interrupt typed at a terminal is for us to pass on.
func (a *account) runAs(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.other {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}

// alive reports whether a process is there.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// interrupt asks the server to shut down at once and in good order.
func interrupt(pid int) error { return syscall.Kill(pid, syscall.SIGINT) }
