package document

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"outturn/contracts/wording"
)

// FaultsMax is the most faults that are reported of one document; at that many the reading ends.
const FaultsMax = 500

// Option is one answer to a choice that a contract must make, with a few words of what it means.
type Option struct {
	Word, Means string
}

// Fault is one thing wrong with a contract: where it stands, what was expected, what was found and what to do. Line
// and Column count from 1, columns in characters; Line is 0 for a fault of the whole document.
type Fault struct {
	File         string
	Line, Column int
	Message      string // names the thing and what is wrong with it
	Expected     string // may be empty
	Found        string // may be empty
	Remedy       string // may be empty: what to do, a near name among it
	Options      []Option
	Source       string // the line of the document, as it was read

	// Choice names a choice that was left open by something that is said but can be read in several ways, as "where:
	// choice", and Answers are those ways. A key that is merely left out has neither: its options say how to answer.
	Choice  string
	Answers []Answer
}

// Answer is one way to read what is open, and how it is written into the document.
type Answer struct {
	Word, Means string
	Edits       []Edit
}

// Edit is one change to a document: in the map that begins at the place, Key is set to Value or, with Drop, left out;
// without a Key, Value is put in at the place as a text.
type Edit struct {
	Line, Column int
	Key, Value   string
	Drop         bool
}

// String returns the fault as a person reads it: the place and the message, the line with a caret under the place, then
// the remedy and the options.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": " + f.Message)
	switch {
	case f.Expected != "" && f.Found != "":
		fmt.Fprintf(&b, ": expected %s, found %s", f.Expected, f.Found)
	case f.Expected != "":
		b.WriteString(": expected " + f.Expected)
	case f.Found != "":
		b.WriteString(": found " + f.Found)
	}
	if f.Line > 0 && f.Source != "" {
		source, caret := excerpt(f.Source, f.Column)
		b.WriteString("\n    " + source + "\n    " + caret)
	}
	if f.Remedy != "" {
		b.WriteString("\n    " + f.Remedy)
	}
	if len(f.Options) > 0 {
		b.WriteString("\n    the options:")
		wide := 0
		for _, o := range f.Options {
			wide = max(wide, utf8.RuneCountInString(o.Word))
		}
		for _, o := range f.Options {
			gap := strings.Repeat(" ", wide-utf8.RuneCountInString(o.Word))
			b.WriteString("\n      " + strings.TrimRight(o.Word+gap+"  "+o.Means, " "))
		}
	}
	return b.String()
}

// excerptMax is the most characters of a source line that a fault prints.
const excerptMax = 160

// excerpt returns the part of a line around a column, and a caret that stands under the column.
func excerpt(line string, column int) (source, caret string) {
	runes := []rune(strings.TrimRight(line, " \r\n"))
	for i, r := range runes {
		if r < ' ' || r == 0x7f {
			runes[i] = ' '
		}
	}
	at := min(max(column-1, 0), len(runes))
	first := 0
	for first < at && runes[first] == ' ' {
		first++
	}
	before, after := "", ""
	if at-first > excerptMax/2 {
		first, before = at-excerptMax/2, "..."
	}
	last := len(runes)
	if last-first > excerptMax {
		last, after = first+excerptMax, "..."
	}
	return before + string(runes[first:last]) + after, strings.Repeat(" ", len(before)+at-first) + "^"
}

// Faults is every fault of one document, in the order of their places. Ended says that there were FaultsMax of them
// and that the reading ended there.
type Faults struct {
	List  []Fault
	Ended bool
}

// Error lists the faults, each with its place, its line and its remedy.
func (f *Faults) Error() string {
	var b strings.Builder
	for i, fault := range f.List {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(fault.String())
	}
	if f.Ended {
		fmt.Fprintf(&b, "\nthe reading ended at %d faults: there may be more", FaultsMax)
	}
	return b.String()
}

// Near returns the known name that is closest to what was written, or "" when none is close.
func Near(written string, known []string) string {
	const most = 2_000 // names that are looked through
	if written == "" || len(written) > NameMax || len(known) > most {
		return ""
	}
	best, least := "", len([]rune(written))/3+2
	for _, name := range known {
		if apart := len(name) - len(written); apart >= least || -apart >= least {
			continue
		}
		if far := distance(written, name); far < least {
			best, least = name, far
		}
	}
	return best
}

// distance returns how many letters must be put in, left out, changed or swapped with the next to turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			change := rows[i-1][j-1]
			if x[i-1] != y[j-1] {
				change++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// Meant returns the remedy for a name that is not known: the nearest, else all when they are few.
func Meant(written string, known []string) string {
	if name := Near(written, known); name != "" {
		return fmt.Sprintf("did you mean %q?", name)
	}
	if len(known) == 0 || len(known) > 24 {
		return ""
	}
	return "the names here are " + wording.List(known)
}
