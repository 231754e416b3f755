//go:build !unix

package private

import (
	"fmt"
	"os/exec"
)

var errSystem = fmt.Errorf("%w: a private PostgreSQL is not run on this system", ErrUnavailable)

type account struct{}

func accountFor(string) (*account, error)          { return nil, errSystem }
func (*account) makeFolder(string) error           { return errSystem }
func (*account) makeSocketFolder() (string, error) { return "", errSystem }
func (*account) runAs(*exec.Cmd)                   {}
func alive(int) bool                               { return false }
func interrupt(int) error                          { return errSystem }
