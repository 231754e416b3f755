package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"outturn/cmd/outturn/terminal"
)

// ran runs the program and returns what it printed, each run of blanks as one.
func ran(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	none := func(string) string { return "" }
	if status := run(args, terminal.World{Stdout: &out, Stderr: &errs, Env: none}); status != want {
		t.Fatalf("%v: status %d, expected %d: %s", args, status, want, errs.String())
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

func fixtureFolder(name string) string { return filepath.Join("..", "..", "fixtures", name) }

// Two published schemes under other terms, against sums that were worked out by hand.
func TestWhatifOfFixtures(t *testing.T) {
	for _, one := range []struct {
		name string
		args []string
		want []string
	}{
		// The README of work-programme-same-people: £66,305.00 against £61,305.00, £5,000 for one word. By 31 March 2017 the
		// incentive is £6,000 by the year of the outcome, and £1,000, year 5's, by the year of attachment.
		{"one word of the Work Programme", []string{"whatif", fixtureFolder("work-programme"), "--as-at", "2017-03-31",
			"--terms", filepath.Join(fixtureFolder("work-programme-same-people"), "contract.yaml")},
			[]string{"received, net £66,305.00 £61,305.00 -£5,000.00", "incentive £6,000.00 £1,000.00 -£5,000.00", "job outcome fee £48,900.00 £48,900.00 ·"}},
		// £100 less a family: F001 and F003 (£3,200 + £800) and F007 (£2,400 + £1,600) lose £100 of the employment fee, F002
		// (£3,200 + £700 + £100) and F006 (£2,400 + £1,500 + £100) the whole of the progress fee. The other families are below.
		{"a lower ceiling a family", []string{"whatif", fixtureFolder("troubled-families-1"), "--as-at", "2014-06-30", "--set", "caps.3.not_above=£3900.00"},
			[]string{"employment fee £3,200.00 £2,900.00 -£300.00", "progress fee £200.00 £0.00 -£200.00", "received, net £34,300.00 £33,800.00 -£500.00", "5 lines moved"}},
		{"the same word, as a difference", []string{"diff", fixtureFolder("work-programme"), fixtureFolder("work-programme-same-people")},
			[]string{"quantity job outcomes: the day that says in which period job outcome attachment", "2 differences."}},
	} {
		t.Run(one.name, func(t *testing.T) {
			status := exitWell
			if one.args[0] == "diff" {
				status = exitFinding
			}
			printed := ran(t, status, one.args...)
			for _, want := range one.want {
				if !strings.Contains(printed, want) {
					t.Errorf("expected %q in:\n%s", want, printed)
				}
			}
		})
	}
}
