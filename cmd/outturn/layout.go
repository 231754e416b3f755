package main

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// page is text being laid out for a person: headings, wrapped lines and tables within a width.
type page struct {
	text   strings.Builder
	width  int
	colour bool
}

// style is how a stretch of text stands out on a terminal; elsewhere it does not.
type style string

const (
	plain style = ""
	bold  style = "\x1b[1m"
	dim   style = "\x1b[2m"
	red   style = "\x1b[31m"
)

const styleEnd = "\x1b[0m"

func (p *page) styled(text string, s style) string {
	if !p.colour || s == plain || text == "" {
		return text
	}
	return string(s) + text + styleEnd
}

// blank ends a stretch with one empty line, never two.
func (p *page) blank() {
	if p.text.Len() > 0 && !strings.HasSuffix(p.text.String(), "\n\n") {
		p.text.WriteByte('\n')
	}
}

// rule draws a line across the page.
func (p *page) rule(stroke string) {
	p.text.WriteString(p.styled(strings.Repeat(stroke, p.width), dim) + "\n")
}

// heading starts a section.
func (p *page) heading(title string) {
	p.blank()
	p.text.WriteString(p.styled(title, bold) + "\n")
}

// ends puts two texts at the two ends of one line.
func (p *page) ends(left, right string, s style) {
	gap := max(2, p.width-letters(left)-letters(right))
	p.text.WriteString(p.styled(left, s) + strings.Repeat(" ", gap) + p.styled(right, s) + "\n")
}

// line writes one text, wrapped at the width, with every further row two deeper.
func (p *page) line(indent int, text string, s style) {
	for i, row := range wrap(text, max(20, p.width-indent-2)) {
		deeper := indent
		if i > 0 {
			deeper += 2
		}
		p.text.WriteString(strings.Repeat(" ", deeper) + p.styled(row, s) + "\n")
	}
}

// raw writes text as it stands, each of its lines indented, for what has carets under it.
func (p *page) raw(indent int, text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		p.text.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+line, " ") + "\n")
	}
}

// column is one column of a table. Figures stand to the right, so that they align on the point; a flexible column
// gives way, by wrapping, when the page is too narrow.
type column struct {
	title string
	right bool
	flex  bool
	tests bool // its cells say passed or not passed
}

// table is rows under titled columns. A row with one cell more than there are columns has in it a note that is
// printed below, across the page. Total rows stand under a rule. The rows of a tape are steps, each of a depth: its
// columns speak for themselves where there is no room to name them.
type table struct {
	columns []column
	rows    [][]string
	total   []string
	caption string // on a page
	tape    bool
	depths  []int // of a tape's rows
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// depth is how deep a row stands among steps.
func (t *table) depth(row int) int {
	if row < len(t.depths) {
		return t.depths[row]
	}
	return 0
}

const columnGap = 2

// write lays the table out at an indent. A table of no rows writes nothing.
func (p *page) write(indent int, t table) {
	if len(t.rows) == 0 {
		return
	}
	t = t.withoutEmpty().indented()
	widths := t.widths(p.width - indent)
	titles := make([]string, len(t.columns))
	titled := false
	for i, c := range t.columns {
		titles[i] = c.title
		titled = titled || c.title != ""
	}
	if titled {
		p.row(indent, t.columns, widths, titles, dim)
	}
	for _, cells := range t.rows {
		p.row(indent, t.columns, widths, cells[:len(t.columns)], plain)
		if len(cells) > len(t.columns) && cells[len(t.columns)] != "" {
			p.line(indent+2, cells[len(t.columns)], dim)
		}
	}
	if t.total != nil {
		p.totalRule(indent, t.columns, widths, t.total)
		p.row(indent, t.columns, widths, t.total, bold)
	}
}

// withoutEmpty leaves out the columns that say nothing in any row.
func (t table) withoutEmpty() table {
	var kept []int
	for i := range t.columns {
		said := t.total != nil && t.total[i] != ""
		for _, cells := range t.rows {
			said = said || cells[i] != ""
		}
		if said {
			kept = append(kept, i)
		}
	}
	pick := func(cells []string) []string {
		var out []string
		for _, i := range kept {
			out = append(out, cells[i])
		}
		return append(out, cells[len(t.columns):]...)
	}
	out := table{caption: t.caption, tape: t.tape, depths: t.depths}
	for _, i := range kept {
		out.columns = append(out.columns, t.columns[i])
	}
	for _, cells := range t.rows {
		out.rows = append(out.rows, pick(cells))
	}
	if t.total != nil {
		out.total = pick(t.total)
	}
	return out
}

// indented is a tape with the depth of its steps in their names, and without titles.
func (t table) indented() table {
	if !t.tape {
		return t
	}
	out := table{columns: slices.Clone(t.columns), total: t.total}
	for i := range out.columns {
		out.columns[i].title = ""
	}
	for i, cells := range t.rows {
		cells = slices.Clone(cells)
		cells[0] = strings.Repeat("  ", t.depth(i)) + cells[0]
		out.add(cells...)
	}
	return out
}

// totalRule draws a stroke over each total that is a figure.
func (p *page) totalRule(indent int, columns []column, widths []int, total []string) {
	strokes := make([]string, len(columns))
	for i := range columns {
		if columns[i].right && total[i] != "" {
			strokes[i] = strings.Repeat("─", widths[i])
		}
	}
	p.row(indent, columns, widths, strokes, dim)
}

// widths finds what each column needs and takes what is too much from the flexible ones, the widest first.
func (t *table) widths(room int) []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = letters(c.title)
		for _, cells := range t.rows {
			widths[i] = max(widths[i], letters(cells[i]))
		}
		if t.total != nil {
			widths[i] = max(widths[i], letters(t.total[i]))
		}
	}
	const flexMin = 10
	for over := sum(widths) + columnGap*(len(widths)-1) - room; over > 0; over-- {
		widest := -1
		for i, c := range t.columns {
			if c.flex && widths[i] > flexMin && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 { // nothing gives way: the terminal wraps
			break
		}
		widths[widest]--
	}
	return widths
}

// row writes one row; cells too wide for their column wrap within it.
func (p *page) row(indent int, columns []column, widths []int, cells []string, s style) {
	wrapped := make([][]string, len(cells))
	height := 1
	for i, cell := range cells {
		wrapped[i] = []string{cell}
		if letters(cell) > widths[i] {
			wrapped[i] = wrap(cell, widths[i])
		}
		height = max(height, len(wrapped[i]))
	}
	for y := range height {
		var line strings.Builder
		line.WriteString(strings.Repeat(" ", indent))
		for i := range cells {
			text := ""
			if y < len(wrapped[i]) {
				text = wrapped[i][y]
			}
			pad := strings.Repeat(" ", max(0, widths[i]-letters(text)))
			if i > 0 {
				line.WriteString(strings.Repeat(" ", columnGap))
			}
			if columns[i].right {
				line.WriteString(pad + p.cell(text, s))
			} else {
				line.WriteString(p.cell(text, s) + pad)
			}
		}
		p.text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// cell styles one cell; money that comes back is red wherever it stands.
func (p *page) cell(text string, s style) string {
	if s == plain && strings.HasPrefix(text, "-") && len(text) > 1 {
		return p.styled(text, red)
	}
	return p.styled(text, s)
}

// wrap breaks a text at blanks into rows of at most width letters. A word longer than that is cut.
func wrap(text string, width int) []string {
	var rows []string
	row := ""
	for word := range strings.FieldsSeq(text) {
		for letters(word) > width {
			if row != "" {
				rows, row = append(rows, row), ""
			}
			cut := byteOf(word, width)
			rows, word = append(rows, word[:cut]), word[cut:]
		}
		switch {
		case row == "":
			row = word
		case letters(row)+1+letters(word) <= width:
			row += " " + word
		default:
			rows, row = append(rows, row), word
		}
	}
	if row != "" || len(rows) == 0 {
		rows = append(rows, row)
	}
	return rows
}

// byteOf returns where the letter of that number begins.
func byteOf(text string, letter int) int {
	at := 0
	for ; letter > 0 && at < len(text); letter-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

func letters(text string) int { return utf8.RuneCountInString(text) }

func sum(ns []int) int {
	total := 0
	for _, n := range ns {
		total += n
	}
	return total
}

// grouped writes a whole number with a comma between every three digits.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// counted writes a number and its noun: "1 line", "12 lines", "2 parties".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem := strings.TrimSuffix(noun, "y"); stem != noun && !strings.ContainsAny(stem[len(stem)-1:], "aeiou") {
		return grouped(n) + " " + noun[:len(noun)-1] + "ies"
	}
	return grouped(n) + " " + noun + "s"
}

// words turns a name of the contract into words.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }
