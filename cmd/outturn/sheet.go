package main

import (
	"html/template"
	"strings"
)

// sheet is what a statement or a report says, laid out once for every way of showing it: its sections, each with texts,
// tables and pictures in order. A terminal shows no pictures, and indents what a page puts under a heading.
type sheet struct {
	title    string
	sections []section
}

type section struct {
	ID    string // what a page is linked to by; "" for nothing
	Title string
	Parts []part
}

// part is one of a heading, a text, a table and a picture; a picture may have a table beside it.
type part struct {
	Head    string // of what follows, on a page; a terminal leaves a line free
	Clause  string // beside the heading
	Text    string
	Style   style
	Under   bool // on a page, the text is a heading too, below the others
	Table   *table
	Picture template.HTML
	Aside   *table // for a page only
	Caption string
	indent  int
}

const sheetIndent = 2

func (s *sheet) heading(title string) { s.named("", title) }

// named begins a section to which a page can be linked.
func (s *sheet) named(id, title string) {
	s.sections = append(s.sections, section{ID: id, Title: title})
}

func (s *sheet) add(one part) {
	last := &s.sections[len(s.sections)-1]
	last.Parts = append(last.Parts, one)
}

// head begins a stretch of a section.
func (s *sheet) head(title, clause string) { s.add(part{Head: title, Clause: clause}) }

func (s *sheet) line(text string, how style) { s.lineAt(sheetIndent, text, how) }

func (s *sheet) lineAt(indent int, text string, how style) {
	s.add(part{Text: text, Style: how, indent: indent})
}

// under says what the next parts are of.
func (s *sheet) under(indent int, text string) {
	s.add(part{Text: text, Style: dim, Under: true, indent: indent})
}

func (s *sheet) write(t table) { s.writeAt(sheetIndent, t) }

func (s *sheet) writeAt(indent int, t table) {
	if len(t.rows) > 0 {
		t = t.withoutEmpty()
		s.add(part{Table: &t, indent: indent})
	}
}

// earlier says how many figures there are before those that are shown.
func (s *sheet) earlier(indent, left int) {
	if left > 0 {
		s.lineAt(indent, "and "+counted(left, "earlier figure")+" (--lines N shows more)", dim)
	}
}

func (s *sheet) picture(svg template.HTML, caption string) {
	s.add(part{Picture: svg, Caption: caption})
}

// beside puts a table beside a picture, or where there is none, by itself.
func (s *sheet) beside(svg template.HTML, caption string, t table) {
	s.add(part{Picture: svg, Caption: caption, Aside: &t})
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
			case part.Head != "":
				p.blank()
			case part.Table != nil:
				if i > 0 && one.Parts[i-1].Table != nil {
					p.blank()
				}
				p.write(part.indent, *part.Table)
			case part.Text != "":
				p.line(part.indent, part.Text, part.Style)
			}
		}
	}
}

// stretch is what stands under one heading of a section.
type stretch struct {
	Head, Clause string
	Parts        []part
}

// Stretches are a section's parts by the headings they stand under.
func (s section) Stretches() []stretch {
	var all []stretch
	for _, one := range s.Parts {
		if one.Head != "" || len(all) == 0 {
			all = append(all, stretch{Head: one.Head, Clause: one.Clause})
		}
		if one.Head == "" {
			last := &all[len(all)-1]
			last.Parts = append(last.Parts, one)
		}
	}
	return all
}

// Loud and Quiet say how a text stands out.
func (p part) Loud() bool { return p.Style == bold }

// Quiet reports whether a text is a note.
func (p part) Quiet() bool { return p.Style == dim }
