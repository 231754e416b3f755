package terminal

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"outturn/contracts/calendar"
)

// Page is text being laid out for a person: headings, wrapped lines and tables within a width.
type Page struct {
	Text   strings.Builder
	Width  int
	Colour bool
}

// Style is how a stretch of text stands out on a terminal; elsewhere it does not.
type Style string

// The styles; nothing stands out in Plain.
const (
	Plain Style = ""
	Bold  Style = "\x1b[1m"
	Dim   Style = "\x1b[2m"
	Red   Style = "\x1b[31m"
)

// StyleEnd ends a style on a terminal.
const StyleEnd = "\x1b[0m"

// Styled puts a text into a style, where the page has any.
func (p *Page) Styled(text string, s Style) string {
	if !p.Colour || s == Plain || text == "" {
		return text
	}
	return string(s) + text + StyleEnd
}

// Blank ends a stretch with one empty line, never two.
func (p *Page) Blank() {
	if p.Text.Len() > 0 && !strings.HasSuffix(p.Text.String(), "\n\n") {
		p.Text.WriteByte('\n')
	}
}

// Rule draws a line across the page.
func (p *Page) Rule(stroke string) {
	p.Text.WriteString(p.Styled(strings.Repeat(stroke, p.Width), Dim) + "\n")
}

// Heading starts a section.
func (p *Page) Heading(title string) {
	p.Blank()
	p.Text.WriteString(p.Styled(title, Bold) + "\n")
}

// Ends puts two texts at the two ends of one line.
func (p *Page) Ends(left, right string, s Style) {
	gap := max(2, p.Width-Letters(left)-Letters(right))
	p.Text.WriteString(p.Styled(left, s) + strings.Repeat(" ", gap) + p.Styled(right, s) + "\n")
}

// Line writes one text, wrapped at the width, with every further row two deeper.
func (p *Page) Line(indent int, text string, s Style) {
	for i, row := range Wrap(text, max(20, p.Width-indent-2)) {
		deeper := indent
		if i > 0 {
			deeper += 2
		}
		p.Text.WriteString(strings.Repeat(" ", deeper) + p.Styled(row, s) + "\n")
	}
}

// Raw writes text as it stands, each of its lines indented, for what has carets under it.
func (p *Page) Raw(indent int, text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		p.Text.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+line, " ") + "\n")
	}
}

// Column is one column of a table. Figures stand to the right, so that they align on the point; a flexible column
// gives way, by wrapping, when the page is too narrow.
type Column struct {
	Title string
	Right bool
	Flex  bool
	Tests bool // its cells say passed or not passed
}

// Table is rows under titled columns. A row with one cell more than there are columns has in it a note that is
// printed below, across the page. Total rows stand under a rule. The rows of a tape are steps, each of a depth: its
// columns speak for themselves where there is no room to name them.
type Table struct {
	Columns []Column
	Lines   [][]string
	Total   []string
	Above   string // on a page
	tape    bool
	depths  []int // of a tape's rows
}

// Add adds a row: its cells, in the order of the columns.
func (t *Table) Add(cells ...string) { t.Lines = append(t.Lines, cells) }

// depth is how deep a row stands among steps.
func (t *Table) depth(row int) int {
	if row < len(t.depths) {
		return t.depths[row]
	}
	return 0
}

const columnGap = 2

// Write lays the table out at an indent. A table of no rows writes nothing.
func (p *Page) Write(indent int, t Table) {
	if len(t.Lines) == 0 {
		return
	}
	t = t.withoutEmpty().indented()
	widths := t.widths(p.Width - indent)
	titles := make([]string, len(t.Columns))
	titled := false
	for i, c := range t.Columns {
		titles[i] = c.Title
		titled = titled || c.Title != ""
	}
	if titled {
		p.row(indent, t.Columns, widths, titles, Dim)
	}
	for _, cells := range t.Lines {
		p.row(indent, t.Columns, widths, cells[:len(t.Columns)], Plain)
		if len(cells) > len(t.Columns) && cells[len(t.Columns)] != "" {
			p.Line(indent+2, cells[len(t.Columns)], Dim)
		}
	}
	if t.Total != nil {
		p.totalRule(indent, t.Columns, widths, t.Total)
		p.row(indent, t.Columns, widths, t.Total, Bold)
	}
}

// withoutEmpty leaves out the columns that say nothing in any row.
func (t Table) withoutEmpty() Table {
	var kept []int
	for i := range t.Columns {
		said := t.Total != nil && t.Total[i] != ""
		for _, cells := range t.Lines {
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
		return append(out, cells[len(t.Columns):]...)
	}
	out := Table{Above: t.Above, tape: t.tape, depths: t.depths}
	for _, i := range kept {
		out.Columns = append(out.Columns, t.Columns[i])
	}
	for _, cells := range t.Lines {
		out.Lines = append(out.Lines, pick(cells))
	}
	if t.Total != nil {
		out.Total = pick(t.Total)
	}
	return out
}

// indented is a tape with the depth of its steps in their names, and without titles.
func (t Table) indented() Table {
	if !t.tape {
		return t
	}
	out := Table{Columns: slices.Clone(t.Columns), Total: t.Total}
	for i := range out.Columns {
		out.Columns[i].Title = ""
	}
	for i, cells := range t.Lines {
		cells = slices.Clone(cells)
		cells[0] = strings.Repeat("  ", t.depth(i)) + cells[0]
		out.Add(cells...)
	}
	return out
}

// totalRule draws a stroke over each total that is a figure.
func (p *Page) totalRule(indent int, columns []Column, widths []int, total []string) {
	strokes := make([]string, len(columns))
	for i := range columns {
		if columns[i].Right && total[i] != "" {
			strokes[i] = strings.Repeat("─", widths[i])
		}
	}
	p.row(indent, columns, widths, strokes, Dim)
}

// widths finds what each column needs and takes what is too much from the flexible ones, the widest first.
func (t *Table) widths(room int) []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = Letters(c.Title)
		for _, cells := range t.Lines {
			widths[i] = max(widths[i], Letters(cells[i]))
		}
		if t.Total != nil {
			widths[i] = max(widths[i], Letters(t.Total[i]))
		}
	}
	const flexMin = 10
	for over := sum(widths) + columnGap*(len(widths)-1) - room; over > 0; over-- {
		widest := -1
		for i, c := range t.Columns {
			if c.Flex && widths[i] > flexMin && (widest < 0 || widths[i] > widths[widest]) {
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
func (p *Page) row(indent int, columns []Column, widths []int, cells []string, s Style) {
	wrapped := make([][]string, len(cells))
	height := 1
	for i, cell := range cells {
		wrapped[i] = []string{cell}
		if Letters(cell) > widths[i] {
			wrapped[i] = Wrap(cell, widths[i])
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
			pad := strings.Repeat(" ", max(0, widths[i]-Letters(text)))
			if i > 0 {
				line.WriteString(strings.Repeat(" ", columnGap))
			}
			if columns[i].Right {
				line.WriteString(pad + p.cell(text, s))
			} else {
				line.WriteString(p.cell(text, s) + pad)
			}
		}
		p.Text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// cell styles one cell; money that comes back is red wherever it stands.
func (p *Page) cell(text string, s Style) string {
	if s == Plain && strings.HasPrefix(text, "-") && len(text) > 1 {
		return p.Styled(text, Red)
	}
	return p.Styled(text, s)
}

// Wrap breaks a text at blanks into rows of at most width letters. A word longer than that is cut.
func Wrap(text string, width int) []string {
	var rows []string
	row := ""
	for word := range strings.FieldsSeq(text) {
		for Letters(word) > width {
			if row != "" {
				rows, row = append(rows, row), ""
			}
			cut := byteOf(word, width)
			rows, word = append(rows, word[:cut]), word[cut:]
		}
		switch {
		case row == "":
			row = word
		case Letters(row)+1+Letters(word) <= width:
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

// Letters is how many columns of a page a text takes.
func Letters(text string) int { return utf8.RuneCountInString(text) }

func sum(ns []int) int {
	total := 0
	for _, n := range ns {
		total += n
	}
	return total
}

// Grouped writes a whole number with a comma between every three digits.
func Grouped(n int) string {
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

// Counted writes a number and its noun: "1 line", "12 lines", "2 parties".
func Counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem := strings.TrimSuffix(noun, "y"); stem != noun && !strings.ContainsAny(stem[len(stem)-1:], "aeiou") {
		return Grouped(n) + " " + noun[:len(noun)-1] + "ies"
	}
	return Grouped(n) + " " + noun + "s"
}

// Words turns a name of the contract into words.
func Words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// DateOf reads a day of a statement; the zero day where there is none.
func DateOf(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		return 0
	}
	return d
}

// Long writes a statement's day for reading; a day that is none stays as it stands.
func Long(text string) string {
	if d := DateOf(text); !d.IsZero() {
		return d.Long()
	}
	return text
}
