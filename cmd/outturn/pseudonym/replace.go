package pseudonym

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"outturn/api"
)

// Limits of what is read.
const (
	RowBytesMax = 1 << 20
	columnsMax  = 1000
	faultsMax   = 100
	seenMax     = 1 << 20 // pairs that are remembered, so that the file of tokens does not repeat them
)

// Job says what is done with each row of a file.
type Job struct {
	Name    string   // of the file, for faults
	Replace []string // columns with identifiers
	Drop    []string // columns that are left out
	Keep    []string // columns that are no more than they should be, whatever they look like
	Key     *Key
	Match   *Key      // nil: no tokens
	Tokens  io.Writer // of Match: unit, key and token of each
}

// Done counts what was done.
type Done struct {
	Rows     int `json:"rows"`
	Replaced int `json:"replaced"`
	Tokens   int `json:"tokens"`
}

// Fault is one thing that must not leave its holder, or cannot be read. It does not repeat what it found.
type Fault struct {
	Line, Column int
	Field        string
	What, Remedy string
}

// Faults is everything wrong with a file.
type Faults struct {
	Name string
	List []Fault
	More int
}

// Error lists the faults, one a line.
func (f *Faults) Error() string {
	var b strings.Builder
	for _, one := range f.List {
		fmt.Fprintf(&b, "%s:%d:%d: ", f.Name, one.Line, one.Column)
		if one.Field != "" {
			b.WriteString(one.Field + ": ")
		}
		b.WriteString(one.What + "; " + one.Remedy + "\n")
	}
	if f.More > 0 {
		fmt.Fprintf(&b, "and %d more\n", f.More)
	}
	return b.String() + "nothing was written"
}

// work is a job under way.
type work struct {
	Job
	done   Done
	faults Faults
	seen   map[string]bool
	tokens *bufio.Writer
	known  map[string]use // columns by name
}

// use is what becomes of a column.
type use int

const (
	checked use = iota
	replaced
	dropped
	kept
)

func (j Job) begin() *work {
	w := &work{Job: j, faults: Faults{Name: j.Name}, seen: map[string]bool{}, known: map[string]use{}}
	if j.Match != nil {
		w.tokens = bufio.NewWriter(j.Tokens)
		_, _ = w.tokens.WriteString("unit,key,token\n") // what fails is said by Flush
	}
	return w
}

// finish says what was done, or everything that was wrong.
func (w *work) finish(named func(column string) bool) (Done, error) {
	for _, list := range [][]string{w.Replace, w.Drop, w.Keep} {
		for _, column := range list {
			if !named(column) {
				w.fault(1, 1, column, "no row has such a column", "name the columns as the file does")
			}
		}
	}
	if w.tokens != nil {
		if err := w.tokens.Flush(); err != nil {
			return w.done, err
		}
	}
	if len(w.faults.List) > 0 {
		return w.done, &w.faults
	}
	return w.done, nil
}

func (w *work) fault(line, column int, field, what, remedy string) {
	if len(w.faults.List) == faultsMax {
		w.faults.More++
		return
	}
	w.faults.List = append(w.faults.List, Fault{line, column, field, what, remedy})
}

// column notes a column, and refuses one whose name says that it names people.
func (w *work) column(line, at int, name string) use {
	if u, known := w.known[name]; known {
		return u
	}
	u := checked
	switch {
	case slices.Contains(w.Replace, name):
		u = replaced
	case slices.Contains(w.Drop, name):
		u = dropped
	case slices.Contains(w.Keep, name):
		u = kept
	case api.Personal(name) != "":
		w.fault(line, at, "", "the name of a column looks like "+api.Personal(name), "the first line names the columns")
	case naming(name):
		w.fault(line, at, name, "a column of this name tells who somebody is", "name it under --drop, or under --keep if it does not")
	}
	if len(w.known) < columnsMax {
		w.known[name] = u
	}
	return u
}

// namingColumns are names, in small letters alone, of columns that tell who somebody is.
var namingColumns = []string{"name", "fullname", "firstname", "forename", "forenames", "givenname", "middlename", "surname", "lastname", "familyname", "maidenname",
	"email", "emailaddress", "phone", "phonenumber", "telephone", "mobile", "address", "addressline", "street", "postcode", "postalcode", "zip", "zipcode",
	"dob", "dateofbirth", "birthdate", "nino", "nationalinsurancenumber", "nhsnumber", "nhsno", "passport", "passportnumber", "ssn"}

func naming(column string) bool {
	return slices.Contains(namingColumns, strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, column)))
}

// cell is what stands in the place of a value.
func (w *work) cell(line, at int, column, value string, u use) string {
	switch {
	case u == replaced && strings.TrimSpace(value) != "":
		return w.replace(line, at, column, value)
	case u == checked:
		if what := personal(value); what != "" {
			w.fault(line, at, column, "this looks like "+what, "leave it out, name its column under --replace or --drop, or under --keep if it is none")
		}
	}
	return value
}

// wordsMost is how many words an official number may be written in: AB 12 34 56 C.
const wordsMost = 5

// personal says what a value looks like, or what stands somewhere in it: an address or an official number, in as many
// words as it may be written in. Names are looked for in whole values only, since many words begin with a capital.
func personal(value string) string {
	what := api.Personal(value)
	if what != "" || !strings.ContainsAny(value, " \t\n") {
		return what
	}
	words := strings.Fields(value)
	for i := range words {
		for n := 1; n <= wordsMost && i+n <= len(words); n++ {
			part := strings.Trim(strings.Join(words[i:i+n], " "), ".,;:!?()[]<>\"'")
			if what := api.Personal(part); what != "" && what != api.SomebodysName {
				return what
			}
		}
	}
	return ""
}

func (w *work) replace(line, at int, column, identifier string) string {
	if len(identifier) > identifierMax || Normalise(identifier) == "" {
		w.fault(line, at, column, "this is no identifier", fmt.Sprintf("it has letters or digits, and at most %d of them", identifierMax))
		return ""
	}
	w.done.Replaced++
	key := w.Key.Of(identifier)
	if w.Match != nil && !w.seen[column+key] {
		if len(w.seen) == seenMax {
			clear(w.seen)
		}
		w.seen[column+key] = true
		w.done.Tokens++
		_, _ = fmt.Fprintf(w.tokens, "%s,%s,%s\n", quotedCell(column), key, w.Match.Of(identifier)) // what fails is said by Flush
	}
	return key
}

// guard ends the reading of a row that does not end.
type guard struct {
	from io.Reader
	left int
}

// errLong says that a row is longer than any row is.
var errLong = errors.New("the row does not end within 1 MiB; a quotation mark may not be closed")

func (g *guard) Read(b []byte) (int, error) {
	if g.left <= 0 {
		return 0, errLong
	}
	n, err := g.from.Read(b)
	g.left -= n
	return n, err
}

// row lets another row be read.
func (g *guard) row() { g.left = RowBytesMax }
