// Package terminal is what every command shares: where it prints, the pages and tables that people read there, and how it
// ends.
package terminal

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strconv"
)

// The widths a page may have: narrower than the least, tables would not stand; wider than the most, the eye loses the row.
const (
	PageWidthMin     = 72
	PageWidthDefault = 100
	PageWidthMax     = 120
)

// World is everything a command may touch beyond the files it is named: its streams, the environment and the
// terminal. Only main makes one from the process; tests make their own.
type World struct {
	Stdout, Stderr io.Writer
	Env            func(string) string
}

// Width is how many columns the page on stdout has.
func (w World) Width() int {
	if n, err := strconv.Atoi(w.Env("COLUMNS")); err == nil && n > 0 {
		return clampWidth(n)
	}
	if f, ok := w.Stdout.(*os.File); ok {
		if n := terminalWidth(f); n > 0 {
			return clampWidth(n)
		}
	}
	return PageWidthDefault
}

func clampWidth(n int) int { return max(PageWidthMin, min(n, PageWidthMax)) }

// Colour reports whether stdout may have bold and dim: a terminal, unless NO_COLOR is set to anything.
func (w World) Colour() bool {
	return w.Env("NO_COLOR") == "" && w.Env("TERM") != "dumb" && IsTerminal(w.Stdout)
}

// IsTerminal reports whether a stream is a terminal, so that somebody is watching.
func IsTerminal(stream io.Writer) bool {
	f, ok := stream.(*os.File)
	return ok && terminalWidth(f) > 0
}

// Interruptible is a context that ends at the first interrupt; the second ends the program as usual.
func Interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
