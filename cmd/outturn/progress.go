package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/evidence"
)

// progress shows somebody at a terminal how far a settlement has come. Where nobody is watching it writes nothing.
type progress struct {
	to      io.Writer // nil: nobody is watching
	started atomic.Int64
	units   atomic.Int64
	passes  atomic.Int64
	mu      sync.Mutex
	shown   time.Time
	wide    int
}

// progressEvery is how often the line is written anew.
const progressEvery = 150 * time.Millisecond

func newProgress(w terminal.World) *progress {
	p := &progress{shown: time.Now()} // what takes no time shows nothing
	if terminal.IsTerminal(w.Stderr) {
		p.to = w.Stderr
	}
	return p
}

// read shows how much evidence has been read.
func (p *progress) read(done, total int64) {
	if total > 0 {
		p.show("reading evidence: %s of %s MB", terminal.Grouped(int(done>>20)), terminal.Grouped(int(total>>20)))
	}
}

// pass begins a pass over the units: a contract whose figures build on each other takes several.
func (p *progress) pass() {
	p.passes.Add(1)
	p.units.Store(0)
	p.started.Store(time.Now().UnixNano())
}

// settled counts units and shows how many have been gone through, and how fast.
func (p *progress) settled(units int) {
	n := p.units.Add(int64(units))
	if seconds := time.Since(time.Unix(0, p.started.Load())).Seconds(); seconds > 0 {
		p.show("settling, pass %d: %s, %s a second", p.passes.Load(), terminal.Counted(int(n), "unit"), terminal.Grouped(int(float64(n)/seconds)))
	}
}

func (p *progress) show(format string, args ...any) {
	if p.to == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.shown) >= progressEvery {
		p.shown = now
		text := fmt.Sprintf(format, args...)
		fmt.Fprintf(p.to, "\r%s%s", text, strings.Repeat(" ", max(0, p.wide-terminal.Letters(text))))
		p.wide = terminal.Letters(text)
	}
}

// done takes the line away.
func (p *progress) done() {
	if p.to != nil && p.wide > 0 {
		fmt.Fprintf(p.to, "\r%s\r", strings.Repeat(" ", p.wide))
		p.wide = 0
	}
}

// watched is a snapshot that counts its units as they are read, and stops when it is told to.
type watched struct {
	evidence.Snapshot
	ctx      context.Context
	progress *progress
}

// Units yields the roots of a shard.
func (s *watched) Units(shard int) iter.Seq2[*evidence.Tree, error] {
	const batch = 4096
	if shard == 0 {
		s.progress.pass()
	}
	return func(yield func(*evidence.Tree, error) bool) {
		n := 0
		for tree, err := range s.Snapshot.Units(shard) {
			if n++; n == batch {
				s.progress.settled(n)
				n = 0
				if stopped := s.ctx.Err(); stopped != nil {
					yield(nil, fmt.Errorf("stopped; nothing was recorded"))
					return
				}
			}
			if !yield(tree, err) {
				return
			}
		}
		s.progress.settled(n)
	}
}
