package formula

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"outturn/contracts/money"
)

// LengthMax is the most bytes that a formula may have, as it is written and as String prints it.
const LengthMax = 4096

// DepthMax is how deep brackets may stand within brackets.
const DepthMax = 64

// SyntaxError is where and why a text is not a formula. Offset is in bytes, counted from 0.
type SyntaxError struct {
	Offset          int
	Expected, Found string
	character       int // the offset in characters, counted from 1, for people
}

// Error says what was expected and what was found, at which character.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("formula, character %d: expected %s, found %s", e.character, e.Expected, e.Found)
}

// Op is what a node of a formula does.
type Op uint8

// The operations.
const (
	OpLiteral Op = iota
	OpRef
	OpAdd
	OpSub
	OpMul
	OpDiv
	opCount
)

var opTexts = [opCount]string{OpLiteral: "figure", OpRef: "name", OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/"}

// String returns the operation's sign, or "figure" or "name".
func (o Op) String() string {
	if o >= opCount {
		return fmt.Sprintf("operation %d", uint8(o))
	}
	return opTexts[o]
}

// Expr is a parsed formula: a literal, a reference to a named figure, or an operation on two formulas.
type Expr struct {
	Op           Op
	Left, Right  *Expr          // operations only
	Literal      Figure         // OpLiteral only; never below nought
	Name, Column string         // OpRef only; Column is "" where there is none
	Slot         int            // OpRef only; set by Check
	Offset       int            // the byte at which the figure, the name or the operation's sign stands
	Type         Type           // set by Check, and by Parse for literals
	currency     money.Currency // in which money prints
}

const (
	wantPart = "a name, a figure or an opening bracket"
	wantNext = "+, -, *, / or the end"
)

// Parse reads a formula:
//
//	formula = term {("+"|"-") term}
//	term    = part {("*"|"/") part}
//	part    = name | name "." column | figure | "(" formula ")"
//
// A name is [a-z][a-z0-9_]*. A figure is 1.3, 40%, £700.00 with the sign of c, 5 points, 26 weeks, 15 working
// days or 2012-04-01. There is no sign before a figure: write 0 - x. The error is a *SyntaxError. Names are not
// looked up and types not looked at: Check does that.
func Parse(text string, c money.Currency) (*Expr, error) {
	p := &parser{text: text, currency: c}
	if len(text) > LengthMax {
		return nil, p.fault(0, fmt.Sprintf("a formula of at most %d bytes", LengthMax), fmt.Sprintf("%d bytes", len(text)))
	}
	e, err := p.formula(0)
	if err != nil {
		return nil, err
	}
	if p.blanks(); p.at < len(text) {
		return nil, p.unexpected(p.next())
	}
	if printed := len(e.String()); printed > LengthMax {
		return nil, p.fault(0, fmt.Sprintf("a formula of at most %d bytes as it is printed", LengthMax), fmt.Sprintf("%d bytes", printed))
	}
	return e, nil
}

type parser struct {
	text     string
	at       int
	currency money.Currency
}

func (p *parser) formula(depth int) (*Expr, error) {
	left, err := p.term(depth)
	for err == nil {
		var op Op
		switch p.peek() {
		case '+':
			op = OpAdd
		case '-':
			op = OpSub
		default:
			return left, nil
		}
		left, err = p.operation(op, left, depth, p.term)
	}
	return nil, err
}

func (p *parser) term(depth int) (*Expr, error) {
	left, err := p.part(depth)
	for err == nil {
		var op Op
		switch p.peek() {
		case '*':
			op = OpMul
		case '/':
			op = OpDiv
		default:
			return left, nil
		}
		left, err = p.operation(op, left, depth, p.part)
	}
	return nil, err
}

// operation reads the sign it stands at and what follows it.
func (p *parser) operation(op Op, left *Expr, depth int, right func(int) (*Expr, error)) (*Expr, error) {
	e := &Expr{Op: op, Left: left, Offset: p.at, currency: p.currency}
	p.at++
	var err error
	e.Right, err = right(depth)
	return e, err
}

func (p *parser) part(depth int) (*Expr, error) {
	switch c := p.peek(); {
	case c == '(':
		return p.bracket(depth + 1)
	case c >= 'a' && c <= 'z':
		return p.name()
	case c >= '0' && c <= '9':
		return p.figure()
	case c == '-' || c == '+':
		return nil, p.fault(p.at, wantPart+" (no sign stands before a figure: write 0 - x)", p.found())
	}
	if p.atSymbol() {
		return p.money()
	}
	return nil, p.fault(p.at, wantPart, p.found())
}

func (p *parser) bracket(depth int) (*Expr, error) {
	opened := p.at
	if depth > DepthMax {
		return nil, p.fault(opened, fmt.Sprintf("at most %d brackets within each other", DepthMax), "one more")
	}
	p.at++
	e, err := p.formula(depth)
	if err != nil {
		return nil, err
	}
	if p.peek() != ')' {
		return nil, p.fault(p.at, fmt.Sprintf("+, -, *, / or the bracket that closes the one at character %d", p.character(opened)), p.found())
	}
	p.at++
	return e, nil
}

// name reads name or name.column.
func (p *parser) name() (*Expr, error) {
	e := &Expr{Op: OpRef, Offset: p.at, currency: p.currency}
	e.Name = p.word()
	if p.at < len(p.text) && p.text[p.at] == '.' {
		p.at++
		if e.Column = p.word(); e.Column == "" {
			return nil, p.fault(p.at, "the name of a column, directly after the point", p.found())
		}
	}
	return e, nil
}

// word reads [a-z][a-z0-9_]*, and "" where none stands.
func (p *parser) word() string {
	from := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if !(c >= 'a' && c <= 'z' || p.at > from && (isDigit(c) || c == '_')) {
			break
		}
		p.at++
	}
	return p.text[from:p.at]
}

// figure reads whatever begins with a digit: a date, a plain figure, a rate, points or a length of time.
func (p *parser) figure() (*Expr, error) {
	from := p.at
	if p.atDate() {
		p.at += len("2012-04-01")
		return p.literal(from, p.text[from:p.at], Date)
	}
	p.digits()
	if p.at+1 < len(p.text) && p.text[p.at] == '.' && isDigit(p.text[p.at+1]) {
		p.at++
		p.digits()
	}
	number := p.text[from:p.at]
	if p.at == len(p.text) {
		return p.literal(from, number, Plain)
	}
	switch c := p.text[p.at]; {
	case c == '%':
		p.at++
		return p.literal(from, number+"%", Rate)
	case c == ',':
		return nil, p.fault(p.at, "a figure without commas, which stand only in money", p.found())
	case c == 'e' || c == 'E':
		return nil, p.fault(p.at, "a figure written in full, without an exponent", p.found())
	case c == '.' || c == '_' || c >= 'a' && c <= 'z':
		return nil, p.unexpected(p.next())
	}
	p.blanks()
	return p.unit(from, number)
}

// unit reads the words after a number, if any: they make it points or a length of time.
func (p *parser) unit(from int, number string) (*Expr, error) {
	wordAt := p.at
	word := p.word()
	if word == "working" {
		p.blanks()
		word += " " + p.word()
	}
	switch word {
	case "":
		return p.literal(from, number, Plain)
	case "point", "points":
		return p.literal(from, number+" points", Points)
	case "day", "days", "week", "weeks", "month", "months", "year", "years", "working day", "working days":
		return p.literal(from, number+" "+word, Length)
	}
	p.at = wordAt
	return nil, p.unexpected(p.next())
}

// money reads an amount that begins with a currency's sign.
func (p *parser) money() (*Expr, error) {
	from := p.at
	for p.at < len(p.text) && !isDigit(p.text[p.at]) && p.text[p.at] != ' ' {
		p.at++ // the sign, or whatever stands in its place
	}
	for p.at < len(p.text) && (isDigit(p.text[p.at]) || p.text[p.at] == ',') {
		p.at++
	}
	if p.at+1 < len(p.text) && p.text[p.at] == '.' && isDigit(p.text[p.at+1]) {
		p.at++
		p.digits()
	}
	return p.literal(from, p.text[from:p.at], Money)
}

// atSymbol reports whether the sign of some currency stands here.
func (p *parser) atSymbol() bool {
	rest := p.text[p.at:]
	if p.currency.Symbol != "" && strings.HasPrefix(rest, p.currency.Symbol) {
		return true
	}
	_, found := money.SymbolAt(rest)
	return found
}

// atDate reports whether dddd-dd-dd stands here. A difference of three plain figures would be read so too:
// it is written with blanks.
func (p *parser) atDate() bool {
	const form = "dddd-dd-dd"
	if len(p.text)-p.at < len(form) {
		return false
	}
	for i := range len(form) {
		c := p.text[p.at+i]
		if form[i] == 'd' && !isDigit(c) || form[i] == '-' && c != '-' {
			return false
		}
	}
	return p.at+len(form) == len(p.text) || !isDigit(p.text[p.at+len(form)])
}

// literal makes the figure that text is, in the words of ParseLiteral when it is none.
func (p *parser) literal(from int, text string, t Type) (*Expr, error) {
	f, err := ParseLiteral(text, t, p.currency)
	if err != nil {
		return nil, p.fault(from, "a figure that can be read", err.Error())
	}
	return &Expr{Op: OpLiteral, Literal: f, Offset: from, Type: t, currency: p.currency}, nil
}

func (p *parser) digits() {
	for p.at < len(p.text) && isDigit(p.text[p.at]) {
		p.at++
	}
}

func (p *parser) blanks() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// peek passes blanks and returns the byte that follows, 0 at the end.
func (p *parser) peek() byte {
	if p.blanks(); p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// next returns the place of the next thing that is not blank.
func (p *parser) next() int {
	p.blanks()
	return p.at
}

func (p *parser) unexpected(at int) error { return p.fault(at, wantNext, p.found()) }

// found describes what stands at the parser's place, for an error.
func (p *parser) found() string {
	rest := p.text[p.at:]
	if rest == "" {
		return "the end"
	}
	if word := p.word(); word != "" {
		p.at -= len(word)
		return fmt.Sprintf("%q", clip(word))
	}
	_, size := utf8.DecodeRuneInString(rest)
	return fmt.Sprintf("%q", rest[:size])
}

func (p *parser) fault(at int, expected, found string) error {
	return &SyntaxError{Offset: at, Expected: expected, Found: found, character: p.character(at)}
}

// character turns a byte offset into a place counted in characters from 1.
func (p *parser) character(at int) int { return utf8.RuneCountInString(p.text[:at]) + 1 }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
