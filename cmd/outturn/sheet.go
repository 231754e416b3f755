package main

import (
	"html/template"
	"strings"
)

// sheet is a report laid out once for every way of showing it: its sections, each with texts, tables and pictures in order.
// A terminal shows no pictures.
type sheet struct {
	title    string
	sections []section
}

type section struct {
	Title string
	Parts []part
}

// part is one of a text, a table and a picture.
type part struct {
	Text    string
	Style   style
	Table   *table
	Picture template.HTML
	Caption string
}

func (s *sheet) heading(title string) { s.sections = append(s.sections, section{Title: title}) }

func (s *sheet) add(one part) {
	last := &s.sections[len(s.sections)-1]
	last.Parts = append(last.Parts, one)
}

func (s *sheet) line(text string, how style) { s.add(part{Text: text, Style: how}) }

func (s *sheet) write(t table) {
	if len(t.rows) > 0 {
		t = t.withoutEmpty()
		s.add(part{Table: &t})
	}
}

func (s *sheet) picture(svg template.HTML, caption string) {
	s.add(part{Picture: svg, Caption: caption})
}

// print writes the sheet for a terminal, below what it is of.
func (s *sheet) print(p *page, of string, head []string, note string) {
	p.rule("━")
	p.ends(s.title, strings.ToUpper(of), bold)
	for _, line := range head {
		p.line(0, line, plain)
	}
	if note != "" {
		p.line(0, note, dim)
	}
	p.rule("━")
	s.printSections(p)
}

func (s *sheet) printSections(p *page) {
	for _, one := range s.sections {
		p.heading(one.Title)
		for i, part := range one.Parts {
			switch {
			case part.Table != nil:
				if i > 0 && one.Parts[i-1].Table != nil {
					p.blank()
				}
				p.write(2, *part.Table)
			case part.Text != "":
				p.line(2, part.Text, part.Style)
			}
		}
	}
}

// Loud and Quiet say how a text stands out.
func (p part) Loud() bool { return p.Style == bold }

// Quiet reports whether a text is a note.
func (p part) Quiet() bool { return p.Style == dim }
