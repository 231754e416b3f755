//go:build !unix

package private

import (
	"errors"
	"os/exec"
)

var errSystem = errors.New("a private PostgreSQL is not run on this system; name a database in DATABASE_URL")

type account struct{}

func accountFor(string) (*account, error)          { return nil, errSystem }
func (*account) makeFolder(string) error           { return errSystem }
func (*account) makeSocketFolder() (string, error) { return "", errSystem }
func (*account) runAs(*exec.Cmd)                   {}
func alive(int) bool                               { return false }
func interrupt(int) error                          { return errSystem }
