// Package formula holds typed figures and the small grammar that combines them: sums for a calculator,
// with no conditions, functions or text. A formula is parsed and checked when a contract is loaded, and
// worked out exactly; quotients stay fractions until the contract's own rounding.
package formula

import (
	"fmt"
	"math/big"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/money"
)

// Type is what kind of thing a figure is. Figures of unlike types are never added, and the table in
// types.go says what may be done with each.
type Type uint8

// The types. Plain is a bare number that scales anything; Number counts or scores things; Rate is a part
// of a whole, Points one rate less another; Days is a count of days and Run an unbroken one, which is also
// tested against months; Length is the calendar's, 26 weeks or 6 months; Spells is a set of days.
const (
	None Type = iota
	Number
	Plain
	Money
	Rate
	Points
	Days
	Run
	Length
	Spells
	Date
	YesNo
	Choice
	Text
	typeCount
)

var typeTexts = [typeCount]string{
	None: "nothing", Number: "a number", Plain: "a plain figure", Money: "money", Rate: "a rate", Points: "points", Days: "days",
	Run: "a run of days", Length: "a length of time", Spells: "spells", Date: "a date", YesNo: "a yes/no", Choice: "a choice", Text: "a text",
}

// String returns the type with its article, as errors name it: "a number", "money", "points".
func (t Type) String() string {
	if t >= typeCount {
		return fmt.Sprintf("type %d", uint8(t))
	}
	return typeTexts[t]
}

// State says whether a figure has a value. Only a Known one does; the others never pay and never deduct.
type State uint8

// The states. NotYet: the window or period has not ended. Unknown: it was not observed. Neutral: it is
// left out of its test. Together, NotYet prevails over Unknown, Unknown over Neutral, Neutral over Known.
const (
	Known State = iota
	NotYet
	Unknown
	Neutral
)

// String returns the state in words: "known", "not yet", "unknown", "neutral".
func (s State) String() string {
	switch s {
	case Known:
		return "known"
	case NotYet:
		return "not yet"
	case Unknown:
		return "unknown"
	case Neutral:
		return "neutral"
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// Combine returns the state of a figure made from one of state s and one of state t.
func (s State) Combine(t State) State {
	switch {
	case s == Known:
		return t
	case t == Known:
		return s
	}
	return min(s, t) // NotYet before Unknown before Neutral, in the order of the constants
}

// Figure is one typed value, or the reason that there is none yet.
type Figure struct {
	Type  Type
	State State
	Known calendar.Date // first day on which the value stands; no day: always
	// Num is the value of a Known figure: Money in major units of the contract's currency; a Rate of 85% is
	// 17/20, and 5 Points are 1/20; Days and Run in days unless Unit says otherwise; a Date's day number; 0 or
	// 1 for YesNo; a Choice's or Text's index, given by the contract; how many of its Unit a Length has.
	Num  money.Exact
	Unit calendar.Unit // Length and Run only
}

// Format returns the figure as a person writes it, exactly: "£1,200.00", "8.39%", "5.7 points", "26 weeks",
// "2012-04-01", "yes". One with no finite decimal is a fraction and then its first places, cut and marked so:
// "13/155 (8.387...%)". A figure that is not Known is its state. Choices and texts are the contract's to
// name, and print as "choice 3".
func (f Figure) Format(c money.Currency) string {
	if f.State != Known {
		return f.State.String()
	}
	switch f.Type {
	case Money:
		return formatMoney(f.Num, c)
	case Rate:
		return formatScaled(f.Num, "", "%")
	case Points:
		if f.Num.Abs().Equal(money.Frac(1, 100)) {
			return formatScaled(f.Num, "", " point")
		}
		return formatScaled(f.Num, "", " points")
	case Days, Run, Length:
		return formatLength(f)
	case Spells:
		return formatPlain(f.Num) + " spells"
	case Date:
		if d, ok := f.date(); ok {
			return d.String()
		}
		return "day " + f.Num.String()
	case YesNo:
		if f.Num.IsZero() {
			return "no"
		}
		return "yes"
	case Choice, Text:
		return strings.TrimPrefix(f.Type.String(), "a ") + " " + f.Num.String()
	default:
		return formatPlain(f.Num)
	}
}

// formatMoney prints at the currency's places where that is exact, and otherwise with as many as it takes.
func formatMoney(x money.Exact, c money.Currency) string {
	if a, err := money.ParseAmount(c, x.String()); err == nil {
		return a.Format(c)
	}
	if _, ok := x.Decimal(); !ok {
		return x.String() + " (" + signed(cut(x, 3), c.Symbol) + "...)"
	}
	return signed(x.String(), c.Symbol)
}

// signed puts a symbol between the sign and the digits.
func signed(digits, symbol string) string {
	if bare, negative := strings.CutPrefix(digits, "-"); negative {
		return "-" + symbol + bare
	}
	return symbol + digits
}

// formatScaled prints hundredths: rates and points.
func formatScaled(x money.Exact, before, after string) string {
	hundredfold := x.Mul(money.Int(100))
	if _, ok := x.Decimal(); ok {
		return before + hundredfold.String() + after
	}
	return x.String() + " (" + before + cut(hundredfold, 3) + "..." + after + ")"
}

func formatPlain(x money.Exact) string {
	if _, ok := x.Decimal(); ok {
		return x.String()
	}
	return x.String() + " (" + cut(x, 3) + "...)"
}

func formatLength(f Figure) string {
	n, ok := f.Num.Int64()
	unit := f.Unit
	if f.Type == Days {
		unit = calendar.Day
	}
	if ok && n == int64(int(n)) {
		return calendar.Length{N: int(n), Unit: unit}.String()
	}
	return formatPlain(f.Num) + " " + unit.String()
}

// cut returns the first places of a value with no finite decimal, towards nought: it is a reading aid, and
// is always printed behind the exact fraction.
func cut(x money.Exact, places int) string {
	r := x.Abs().Rat()
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	n := scale.Mul(scale, r.Num())
	digits := n.Quo(n, r.Denom()).String()
	if len(digits) <= places {
		digits = strings.Repeat("0", places-len(digits)+1) + digits
	}
	digits = digits[:len(digits)-places] + "." + digits[len(digits)-places:]
	if x.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

// date returns the day of a Date figure, and false when its number is no day that a contract may name.
func (f Figure) date() (calendar.Date, bool) {
	n, ok := f.Num.Int64()
	return calendar.Date(n), ok && n >= int64(calendar.MinDate) && n <= int64(calendar.MaxDate)
}

// length returns the length of time of a Length, Days or Run figure, and false when it is not whole or
// longer than a calendar holds.
func (f Figure) length() (calendar.Length, bool) {
	const most = 100_000 // more than the days in any length that calendar.ParseLength reads
	n, ok := f.Num.Int64()
	if f.Type == Days {
		return calendar.Length{N: int(n), Unit: calendar.Day}, ok && n <= most && n >= -most
	}
	return calendar.Length{N: int(n), Unit: f.Unit}, ok && n <= most && n >= -most
}

// ParseLiteral reads a figure of the type that its place in a document calls for, sign allowed: a Number or
// Plain "1.3", "-3" or "5/6"; Money "£1,200.00", "-$8354010" or "1200.00"; a Rate "85%" or "5/6"; Points "5
// points"; Days and Run "26 weeks" or "182 days"; a Length "6 months"; a Date "2012-04-01"; "yes" or "no".
// Choices and texts are the contract's to read, and spells come from evidence: they are refused.
func ParseLiteral(text string, t Type, c money.Currency) (Figure, error) {
	f := Figure{Type: t}
	var err error
	switch t {
	case Number, Plain:
		f.Num, err = money.ParseExact(text)
	case Money:
		var a money.Amount
		if a, err = money.ParseAmount(c, text); err == nil {
			f.Num = a.Exact()
		}
	case Rate:
		f.Num, err = parseRate(text)
	case Points:
		f.Num, err = parsePoints(text)
	case Days, Run:
		f.Num, err = parseDays(text)
	case Length:
		var l calendar.Length
		if l, err = calendar.ParseLength(text); err == nil {
			f.Num, f.Unit = money.Int(int64(l.N)), l.Unit
		}
	case Date:
		var d calendar.Date
		if d, err = calendar.ParseDate(text); err == nil {
			f.Num = money.Int(int64(d))
		}
	case YesNo:
		f.Num, err = parseYesNo(text)
	default:
		err = fmt.Errorf("%.60q cannot be read here: %s is not written as a figure", text, t)
	}
	if err != nil {
		return Figure{}, err
	}
	return f, nil
}

var hundredth = money.Frac(1, 100)

func parseRate(text string) (money.Exact, error) {
	if digits, ok := strings.CutSuffix(text, "%"); ok && !strings.Contains(digits, "/") {
		x, err := money.ParseExact(digits)
		return x.Mul(hundredth), err
	}
	if x, err := money.ParseExact(text); err == nil && strings.Contains(text, "/") {
		return x, nil
	}
	return money.Exact{}, fmt.Errorf("%.60q is not a rate: write it as 85%% or as a fraction, 5/6", text)
}

func parsePoints(text string) (money.Exact, error) {
	digits, word, _ := strings.Cut(text, " ")
	if word != "points" && word != "point" || strings.Contains(digits, "/") {
		return money.Exact{}, fmt.Errorf("%.60q is not points: write them as 5 points", text)
	}
	x, err := money.ParseExact(digits)
	return x.Mul(hundredth), err
}

// parseDays reads a length that is a number of days.
func parseDays(text string) (money.Exact, error) {
	rest, negative := strings.CutPrefix(text, "-")
	l, err := calendar.ParseLength(rest)
	if err != nil {
		return money.Exact{}, err
	}
	n := int64(l.N)
	switch l.Unit {
	case calendar.Day:
	case calendar.Week:
		n *= 7
	default:
		return money.Exact{}, fmt.Errorf("%q is no number of days: write days or weeks, such as 26 weeks", text)
	}
	if negative {
		n = -n
	}
	return money.Int(n), nil
}

func parseYesNo(text string) (money.Exact, error) {
	switch text {
	case "yes":
		return money.Int(1), nil
	case "no":
		return money.Int(0), nil
	}
	return money.Exact{}, fmt.Errorf("%.60q is neither yes nor no", text)
}

// Compare returns -1, 0 or 1 as a is less than, equal to or more than b. Both must be Known and of the same
// type, or one a Length in days or weeks and the other Days or Run. A length in months is compared with one in
// months or years only: how many days it is depends on where it begins, so the engine tests a run against
// months by date. Choices and texts have no order: only whether the answer is 0 means anything.
func Compare(a, b Figure) (int, error) {
	if a.State != Known || b.State != Known {
		return 0, fmt.Errorf("%s that is %s cannot be compared with %s that is %s: only known figures can", a.Type, a.State, b.Type, b.State)
	}
	if a.Type == b.Type && a.Type != Length && a.Type != Run {
		if a.Type == None || a.Type == Spells || a.Type >= typeCount {
			return 0, fmt.Errorf("%s cannot be compared with %s", a.Type, b.Type)
		}
		return a.Num.Cmp(b.Num), nil
	}
	if !lasts(a.Type) || !lasts(b.Type) || a.Type != b.Type && a.Type != Length && b.Type != Length {
		return 0, fmt.Errorf("%s cannot be compared with %s: figures are compared with their own type, and days or a run with a length in days or weeks", a.Type, b.Type)
	}
	aClass, aTimes := measureOf(a)
	bClass, bTimes := measureOf(b)
	if aClass != bClass {
		return 0, fmt.Errorf("%s (%s) cannot be compared with %s (%s): a month is no fixed number of days, nor is a working day; compare days with days or weeks, and months with months or years",
			a.Type, formatLength(a), b.Type, formatLength(b))
	}
	return a.Num.Mul(money.Int(aTimes)).Cmp(b.Num.Mul(money.Int(bTimes))), nil
}

func lasts(t Type) bool { return t == Days || t == Run || t == Length }

// measureOf returns the unit in which a figure's length is compared, and how many of those its own unit has.
func measureOf(f Figure) (calendar.Unit, int64) {
	if f.Type == Days {
		return calendar.Day, 1
	}
	switch f.Unit {
	case calendar.Week:
		return calendar.Day, 7
	case calendar.Year:
		return calendar.Month, 12
	default:
		return f.Unit, 1
	}
}
