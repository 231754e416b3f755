package terminal

import (
	"html/template"
	"strings"
)

// Sheet is what a statement or a report says, laid out once for every way of showing it: its sections, each with texts,
// tables and pictures in order. A terminal shows no pictures, and indents what a page puts under a heading.
type Sheet struct {
	Title    string
	Sections []Section
}

// Section is a part of a sheet under a title.
type Section struct {
	ID    string // what a page is linked to by; "" for nothing
	Title string
	Parts []Part
}

// Part is one of a heading, a text, a table and a picture; a picture may have a table beside it.
type Part struct {
	Head    string // of what follows, on a page; a terminal leaves a line free
	Clause  string // beside the heading
	Text    string
	Style   Style
	Under   bool // on a page, the text is a heading too, below the others
	Table   *Table
	Picture template.HTML
	Aside   *Table // for a page only
	Caption string
	indent  int
}

// SheetIndent is how far in a sheet prints what stands under a title.
const SheetIndent = 2

// Heading begins a section.
func (s *Sheet) Heading(title string) { s.Named("", title) }

// Named begins a section to which a page can be linked.
func (s *Sheet) Named(id, title string) {
	s.Sections = append(s.Sections, Section{ID: id, Title: title})
}

func (s *Sheet) add(one Part) {
	last := &s.Sections[len(s.Sections)-1]
	last.Parts = append(last.Parts, one)
}

// Head begins a stretch of a section.
func (s *Sheet) Head(title, clause string) { s.add(Part{Head: title, Clause: clause}) }

// Line writes a text.
func (s *Sheet) Line(text string, how Style) { s.LineAt(SheetIndent, text, how) }

// LineAt writes a text so far in.
func (s *Sheet) LineAt(indent int, text string, how Style) {
	s.add(Part{Text: text, Style: how, indent: indent})
}

// Under says what the next parts are of.
func (s *Sheet) Under(indent int, text string) {
	s.add(Part{Text: text, Style: Dim, Under: true, indent: indent})
}

// Write writes a table; nothing where it has no rows.
func (s *Sheet) Write(t Table) { s.WriteAt(SheetIndent, t) }

// WriteAt writes a table so far in.
func (s *Sheet) WriteAt(indent int, t Table) {
	if len(t.Lines) > 0 {
		t = t.withoutEmpty()
		s.add(Part{Table: &t, indent: indent})
	}
}

// Earlier says how many figures there are before those that are shown.
func (s *Sheet) Earlier(indent, left int) {
	if left > 0 {
		s.LineAt(indent, "and "+Counted(left, "earlier figure")+" (--lines N shows more)", Dim)
	}
}

// Picture draws a picture, with what it shows.
func (s *Sheet) Picture(svg template.HTML, caption string) {
	s.add(Part{Picture: svg, Caption: caption})
}

// Beside puts a table beside a picture, or where there is none, by itself.
func (s *Sheet) Beside(svg template.HTML, caption string, t Table) {
	s.add(Part{Picture: svg, Caption: caption, Aside: &t})
}

// Print writes the sheet for a terminal, below what it is of.
func (s *Sheet) Print(p *Page, of string, head []string, note string) {
	p.Rule("━")
	p.Ends(s.Title, strings.ToUpper(of), Bold)
	for _, line := range head {
		p.Line(0, line, Plain)
	}
	if note != "" {
		p.Line(0, note, Dim)
	}
	p.Rule("━")
	s.PrintSections(p)
}

// PrintSections writes the sections for a terminal.
func (s *Sheet) PrintSections(p *Page) {
	for _, one := range s.Sections {
		p.Heading(one.Title)
		for i, part := range one.Parts {
			switch {
			case part.Head != "":
				p.Blank()
			case part.Table != nil:
				if i > 0 && one.Parts[i-1].Table != nil {
					p.Blank()
				}
				p.Write(part.indent, *part.Table)
			case part.Text != "":
				p.Line(part.indent, part.Text, part.Style)
			}
		}
	}
}

// stretch is what stands under one heading of a section.
type stretch struct {
	Head, Clause string
	Parts        []Part
}

// Stretches are a section's parts by the headings they stand under.
func (s Section) Stretches() []stretch {
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
func (p Part) Loud() bool { return p.Style == Bold }

// Quiet reports whether a text is a note.
func (p Part) Quiet() bool { return p.Style == Dim }
