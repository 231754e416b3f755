package calendar

import (
	"fmt"
	"strconv"
	"strings"
)

// Unit is what a length of time is counted in.
type Unit uint8

// The units. Days and weeks are numbers of days; months and years are the calendar's, and no number of days; working
// days leave out Saturdays, Sundays and the contract's holidays.
const (
	Day Unit = iota
	Week
	Month
	Year
	WorkingDay
)

// unitTexts gives each unit's words and the most that may be written of it: two centuries, and ten years of working
// days, which are counted one by one.
var unitTexts = [...]struct {
	one, many string
	most      int
}{
	Day:        {"day", "days", 73_050},
	Week:       {"week", "weeks", 10_436},
	Month:      {"month", "months", 2_400},
	Year:       {"year", "years", 200},
	WorkingDay: {"working day", "working days", 2_610},
}

// String returns the unit's plural: "weeks".
func (u Unit) String() string {
	if int(u) >= len(unitTexts) {
		return "units"
	}
	return unitTexts[u].many
}

// Length is a length of time as a contract writes it: 26 weeks, 6 months, 15 working days. The zero value is 0 days.
type Length struct {
	N    int
	Unit Unit
}

// ParseLength reads a whole number, one space and a unit, singular or plural: "26 weeks", "1 month", "15 working days",
// "0 days". Signs, leading noughts, fractions and more than two centuries (or 2,610 working days) are refused, with
// what was found and what was expected.
func ParseLength(text string) (Length, error) {
	const expected = "expected a whole number and days, weeks, months, years or working days, such as 26 weeks"
	digits, word, spaced := strings.Cut(text, " ")
	if !spaced || len(text) > foundMax || !isWhole(digits) {
		return Length{}, fmt.Errorf("length %s: %s", found(text), expected)
	}
	for u := range unitTexts {
		unit := &unitTexts[u]
		if word != unit.one && word != unit.many {
			continue
		}
		n, err := strconv.Atoi(digits)
		if err != nil || n > unit.most {
			return Length{}, fmt.Errorf("length %q: expected at most %d %s", text, unit.most, unit.many)
		}
		return Length{N: n, Unit: Unit(u)}, nil
	}
	return Length{}, fmt.Errorf("length %s: %s", found(text), expected)
}

// isWhole reports whether s is a whole number written without sign or leading noughts.
func isWhole(s string) bool {
	if s == "" || len(s) > 1 && s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String returns the length as ParseLength reads it, singular for one: "1 month", "26 weeks".
func (l Length) String() string {
	if int(l.Unit) >= len(unitTexts) {
		return strconv.Itoa(l.N) + " " + l.Unit.String()
	}
	if l.N == 1 {
		return "1 " + unitTexts[l.Unit].one
	}
	return strconv.Itoa(l.N) + " " + unitTexts[l.Unit].many
}

// months returns the length in months, for months and years.
func (l Length) months() (int, bool) {
	switch l.Unit {
	case Month:
		return l.N, true
	case Year:
		return 12 * l.N, true
	default:
		return 0, false
	}
}

// days returns the length in days, for days and weeks.
func (l Length) days() (int, bool) {
	switch l.Unit {
	case Day:
		return l.N, true
	case Week:
		return 7 * l.N, true
	default:
		return 0, false
	}
}
