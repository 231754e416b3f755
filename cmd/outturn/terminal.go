package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strconv"
)

// The widths a page may have: narrower than the least, tables would not stand; wider than the most, the eye loses the row.
const (
	pageWidthMin     = 72
	pageWidthDefault = 100
	pageWidthMax     = 120
)

// world is everything a command may touch beyond the files it is named: its streams, the environment and the
// terminal. Only main makes one from the process; tests make their own.
type world struct {
	stdout, stderr io.Writer
	env            func(string) string
}

// width is how many columns the page on stdout has.
func (w world) width() int {
	if n, err := strconv.Atoi(w.env("COLUMNS")); err == nil && n > 0 {
		return clampWidth(n)
	}
	if f, ok := w.stdout.(*os.File); ok {
		if n := terminalWidth(f); n > 0 {
			return clampWidth(n)
		}
	}
	return pageWidthDefault
}

func clampWidth(n int) int { return max(pageWidthMin, min(n, pageWidthMax)) }

// colour reports whether stdout may have bold and dim: a terminal, unless NO_COLOR is set to anything.
func (w world) colour() bool {
	return w.env("NO_COLOR") == "" && w.env("TERM") != "dumb" && isTerminal(w.stdout)
}

// isTerminal reports whether a stream is a terminal, so that somebody is watching.
func isTerminal(stream io.Writer) bool {
	f, ok := stream.(*os.File)
	return ok && terminalWidth(f) > 0
}

// interruptible is a context that ends at the first interrupt; the second ends the program as usual.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
