package engine

import (
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

func (r *reader) wait(pay int, why reason) { r.waitAt(pay, why, 0, 0) }

// waitAt is wait for the outcome of a day, which falls due on another where only that is wanting.
func (r *reader) waitAt(pay int, why reason, day, due calendar.Date) {
	r.lastWait = why
	r.looks.waiting(r, pay, why, day, due)
	if r.waits != nil {
		r.waits.count[pay][why]++
	}
	if r.trace != nil {
		r.trace.say(r.c.Payments[pay].Name, words[why], "not paid")
	}
}

func waitOf(s formula.State) reason {
	if s == formula.NotYet {
		return waitNotYet
	}
	return waitUnknown
}
