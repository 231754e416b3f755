//go:build unix

package private

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
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
	if err := a.own(dir); err != nil {
		return err
	}
	return a.reaches(dir)
}

// reaches refuses a folder below one that the account may not pass through.
func (a *account) reaches(dir string) error {
	for above := filepath.Dir(dir); a.other && above != filepath.Dir(above); above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		through := info.Mode().Perm()&0o001 != 0 || ok && (int(stat.Uid) == a.uid && info.Mode().Perm()&0o100 != 0 || int(stat.Gid) == a.gid && info.Mode().Perm()&0o010 != 0)
		if !through {
			return fmt.Errorf("the database runs as %s, because PostgreSQL refuses root, and %s does not let %s through; keep it in another folder, or chmod o+x %s", a.name, above, a.name, above)
		}
	}
	return nil
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
