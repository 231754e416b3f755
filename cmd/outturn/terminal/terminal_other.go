//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package terminal

import "os"

// terminalWidth knows of no terminal here: plain text, no progress.
func terminalWidth(*os.File) int { return 0 }
