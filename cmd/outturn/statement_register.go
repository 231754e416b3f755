package main

import (
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
)

// printStandings shows how sure each figure is of which there is a provisional, a certified and a reconciled one.
func (v view) printStandings(s *terminal.Sheet) {
	if len(v.statement.Figures) == 0 {
		return
	}
	s.Named("figures", "Figures and how they stand")
	t := terminal.Table{Columns: []terminal.Column{{Title: "figure", Flex: true}, {Title: "for"}, {Title: "stands"}, {Title: "is", Right: true}, {Title: "told", Flex: true}}}
	left := 0
	for _, f := range v.statement.Figures {
		for i, value := range f.Values {
			if i < len(f.Values)-v.limit {
				left++ // the latest are shown
				continue
			}
			var told []string
			for _, part := range value.Told {
				told = append(told, part.Standing+" "+part.Is)
			}
			t.Add(terminal.Words(f.Figure), value.Of, value.Standing, value.Is, strings.Join(told, ", "))
		}
	}
	s.Write(t)
	s.Earlier(terminal.SheetIndent, left)
}

// printAssumptions cites the register: which version of each assumption this settlement used, and where it is from.
func (v view) printAssumptions(s *terminal.Sheet) {
	if len(v.statement.Assumptions) == 0 {
		return
	}
	s.Named("assumptions", "Assumptions")
	for _, a := range v.statement.Assumptions {
		s.Line(terminal.Words(a.Assumption)+" ("+a.Clause+"), read by "+strings.Join(wordsOf(a.CitedBy), ", "), terminal.Bold)
		t := terminal.Table{Columns: []terminal.Column{{Title: "version"}, {Title: "is", Right: true}, {Title: "periods"}, {Title: "grade", Right: true}, {Title: "source", Flex: true}, {Title: "challenged by", Flex: true}, {Title: "decision", Flex: true}, {Title: "on"}}}
		for _, one := range a.Versions {
			t.Add(strconv.Itoa(one.Version), one.Is, one.Periods, strconv.Itoa(one.Grade), one.Source, one.ChallengedBy, one.Decision, one.DecidedOn)
		}
		s.WriteAt(4, t)
	}
}

func wordsOf(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = terminal.Words(name)
	}
	return all
}
