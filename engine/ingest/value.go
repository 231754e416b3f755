package ingest

import (
	"bytes"
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// reading says how the text of a cell is made into a figure, where a mapping says more than the native form does.
type reading struct {
	format   *dateFormat // of dates; nil: YYYY-MM-DD
	perCent  bool        // a rate or points is a number of hundredths, with or without a % sign
	fraction bool        // a rate is a decimal part of one
	times    money.Exact // multiplies what was read, when scaled
	scaled   bool
}

// appendValue appends the canonical text of a figure of the field's type to b. On a text that cannot be read it
// returns b as it was, and the rule and the remedy.
func appendValue(b, text []byte, field *contracts.Field, cur money.Currency, how *reading) (out []byte, rule, remedy string) {
	switch field.Type {
	case formula.Date:
		d, rule, remedy := readDate(text, how.format)
		if rule != "" {
			return b, rule, remedy
		}
		return d.Append(b), "", ""
	case formula.YesNo:
		if s := string(text); s == "yes" || s == "no" {
			return append(b, s...), "", ""
		}
		return b, "expected yes or no", "write yes or no"
	case formula.Choice:
		for i := range field.Choices {
			if field.Choices[i] == string(text) {
				n := money.Int(int64(i))
				return evidence.AppendFigure(b, field, formula.Figure{Type: formula.Choice, Num: n}), "", ""
			}
		}
		return b, "expected " + orList(field.Choices), suggest(string(text), field.Choices)
	case formula.Length:
		l, err := calendar.ParseLength(string(text))
		if err != nil {
			return b, "expected a whole number and days, weeks, months, years or working days", "write it as 26 weeks"
		}
		return append(b, l.String()...), "", ""
	default: // a number in one of its forms, below
	}
	x, rule, remedy := readNumber(text, field.Type, cur, how)
	if rule != "" {
		return b, rule, remedy
	}
	if how.scaled {
		x = x.Mul(how.times)
	}
	return evidence.AppendExact(b, x), "", ""
}

// hundredth scales rates and points.
var hundredth = money.Frac(1, 100)

// readNumber reads a number, money, rate, points or days as its type is written.
func readNumber(text []byte, t formula.Type, cur money.Currency, how *reading) (x money.Exact, rule, remedy string) {
	digits, scale := text, false
	switch t {
	case formula.Money:
		return readMoney(text, cur)
	case formula.Rate:
		var signed bool
		if digits, signed = bytes.CutSuffix(text, []byte("%")); !signed && !how.perCent && !how.fraction {
			return x, "a rate is written with a % sign", "write 85%, or say per_cent: yes in evidence.yaml if the column is in hundredths"
		}
		scale = signed || how.perCent
	case formula.Points:
		var said bool
		if digits, said = bytes.CutSuffix(text, []byte(" points")); !said {
			digits, said = bytes.CutSuffix(text, []byte(" point"))
		}
		if !said && !how.perCent {
			return x, "one rate less another is written in points", "write 5 points, or say per_cent: yes in evidence.yaml"
		}
		scale = true
	case formula.Days:
		var said bool
		if digits, said = bytes.CutSuffix(text, []byte(" days")); !said {
			digits, _ = bytes.CutSuffix(text, []byte(" day"))
		}
	default: // digits and nothing else
	}
	if x, rule, remedy = readDecimal(digits); rule != "" {
		return x, rule, remedy
	}
	if t == formula.Days && !x.IsInt() {
		return x, "expected a whole number of days", "write whole days"
	}
	if scale {
		x = x.Mul(hundredth)
	}
	return x, "", ""
}

// readDecimal reads [-]digits[.digits] of at most figureDigitsMax digits, and says what is wrong with anything else.
func readDecimal(text []byte) (x money.Exact, rule, remedy string) {
	if len(text) <= figureDigitsMax {
		if x, ok := money.ParseExactBytes(text); ok {
			return x, "", ""
		}
	}
	if len(text) == 0 {
		return x, "expected a figure, found nothing", "write its digits"
	}
	digits := 0
	for _, c := range text {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	if digits > figureDigitsMax || len(text) > 2*figureDigitsMax {
		return x, "a figure has at most " + strconv.Itoa(figureDigitsMax) + " digits", "round it at its source"
	}
	x, err := money.ParseExact(string(text))
	if err == nil && bytes.IndexByte(text, '/') < 0 {
		return x, "", ""
	}
	const remedyFull = "write it in full, such as 1200.50 or -3"
	switch c := text[0]; {
	case c == '+':
		return x, "a leading + is not read", remedyFull
	case bytes.IndexByte(text, '/') >= 0:
		return x, "a fraction is not read in evidence", remedyFull
	case bytes.ContainsAny(text, "eE") && c >= '0' && c <= '9':
		return x, "an exponent is not read", remedyFull
	case bytes.IndexByte(text, ',') >= 0:
		return x, "commas are read in money only", remedyFull
	case bytes.ContainsAny(text, " \t"):
		return x, "blanks are not read in a figure", remedyFull
	}
	return x, "expected digits, at most one point between them and a - in front at most", remedyFull
}

// readMoney reads "1234.50", "£1,234.50" and "-£5.00". Another currency's sign is refused by name.
func readMoney(text []byte, cur money.Currency) (x money.Exact, rule, remedy string) {
	rest := text
	negative := len(rest) > 0 && rest[0] == '-'
	if negative {
		rest = rest[1:]
	}
	signed := cur.Symbol != "" && bytes.HasPrefix(rest, []byte(cur.Symbol))
	if signed {
		rest = rest[len(cur.Symbol):]
	} else if len(rest) > 0 && (rest[0] < '0' || rest[0] > '9') {
		if other, found := money.SymbolAt(string(rest)); found {
			return x, "the contract is in " + cur.Code + ", and this is in " + other.Code, "state the sum in " + cur.Code
		}
	}
	if len(rest) > 0 && rest[0] == '-' {
		return x, "the minus stands in front of the currency's sign", "write -" + cur.Symbol + "5.00"
	}
	if bytes.IndexByte(rest, ',') >= 0 {
		plain, ok := withoutCommas(rest)
		if !ok {
			return x, "commas stand before each three digits of the pounds, or nowhere", "write 1,234,567.50 or 1234567.50"
		}
		rest = plain
	}
	if x, rule, remedy = readDecimal(rest); rule == "" && negative {
		x = x.Neg()
	}
	return x, rule, remedy
}

// withoutCommas takes the commas out of 1,234,567.50; false when they do not stand before each three digits.
func withoutCommas(text []byte) ([]byte, bool) {
	whole, part, pointed := strings.Cut(string(text), ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && (len(g) < 1 || len(g) > 3) {
			return nil, false
		}
	}
	if strings.Contains(part, ",") {
		return nil, false
	}
	plain := strings.Join(groups, "")
	if pointed {
		plain += "." + part
	}
	return []byte(plain), true
}

// readDate reads a day, in the format that a mapping gives or as YYYY-MM-DD.
func readDate(text []byte, format *dateFormat) (d calendar.Date, rule, remedy string) {
	if format != nil {
		return format.read(text)
	}
	d, ok := calendar.ParseDateBytes(text)
	if ok {
		return d, "", ""
	}
	_, err := calendar.ParseDate(string(text))
	rule = "expected a day"
	if err != nil {
		rule = err.Error()
	}
	return 0, rule, "write the day as 2012-04-01"
}

// dateFormat is how a published file writes days: YYYY, MM and DD once each, in any order, with other characters
// standing for themselves. M and D read one digit or two.
type dateFormat struct {
	text  string
	parts []byte // 'Y', 'M', 'D', 'm', 'd' for the one-or-two-digit forms, or a literal character
}

// parseDateFormat reads a format such as MM/DD/YYYY, D.M.YYYY or YYYYMMDD.
func parseDateFormat(text string) (*dateFormat, bool) {
	f := &dateFormat{text: text}
	seen := map[byte]int{}
	for rest := text; rest != ""; {
		part, size := rest[0], 1
		switch {
		case strings.HasPrefix(rest, "YYYY"):
			part, size = 'Y', 4
		case strings.HasPrefix(rest, "MM"), strings.HasPrefix(rest, "DD"):
			size = 2
		case part == 'M', part == 'D':
			part += 'a' - 'A'
		case part >= '0' && part <= '9' || part >= 'A' && part <= 'Z' || part >= 'a' && part <= 'z':
			return nil, false
		}
		switch part {
		case 'Y', 'M', 'D', 'm', 'd':
			seen[part&^0x20]++
		}
		f.parts = append(f.parts, part)
		rest = rest[size:]
	}
	return f, seen['Y'] == 1 && seen['M'] == 1 && seen['D'] == 1 && len(text) <= 32
}

// read reads one day.
func (f *dateFormat) read(text []byte) (d calendar.Date, rule, remedy string) {
	year, month, day, at := 0, 0, 0, 0
	number := func(least, most int) int {
		n, taken := 0, 0
		for taken < most && at < len(text) && text[at] >= '0' && text[at] <= '9' {
			n = n*10 + int(text[at]-'0')
			at++
			taken++
		}
		if taken < least {
			return -1
		}
		return n
	}
	for _, part := range f.parts {
		switch part {
		case 'Y':
			year = number(4, 4)
		case 'M':
			month = number(2, 2)
		case 'D':
			day = number(2, 2)
		case 'm':
			month = number(1, 2)
		case 'd':
			day = number(1, 2)
		default:
			if at >= len(text) || text[at] != part {
				return 0, "expected a day written " + f.text, "correct it, or the format in evidence.yaml"
			}
			at++
		}
	}
	if year < 0 || month < 0 || day < 0 || at != len(text) {
		return 0, "expected a day written " + f.text, "correct it, or the format in evidence.yaml"
	}
	d, err := calendar.NewDate(year, month, day)
	if err != nil {
		return 0, "there is no such day: " + err.Error(), "correct the day"
	}
	if d < calendar.MinDate || d > calendar.MaxDate {
		return 0, "expected a year from 1900 to 2199", "correct the year"
	}
	return d, "", ""
}
