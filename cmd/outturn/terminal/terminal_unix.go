//go:build linux || darwin || freebsd || netbsd || openbsd

package terminal

import (
	"os"
	"syscall"
	"unsafe"
)

// terminalWidth returns the columns of the terminal behind f, and 0 when there is none. A character device is not
// enough: /dev/null is one too.
func terminalWidth(f *os.File) int {
	var size struct{ rows, columns, x, y uint16 }
	_, _, fault := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	if fault != 0 {
		return 0
	}
	if size.columns == 0 { // a terminal that does not say
		return PageWidthDefault
	}
	return int(size.columns)
}
