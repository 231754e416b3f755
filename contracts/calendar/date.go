// Package calendar holds contract time: whole days, lengths of time, the windows statutes speak of, numbered
// periods, and sets of days.
//
// Contracts are written in days, and both ends of a stretch count, so there is no hour, zone or instant here and
// nothing asks what today is. Instants belong to the store; "today" is an argument. Apart from the constructors,
// nothing allocates: a national programme works these functions hundreds of millions of times.
package calendar

import "fmt"

// Date is a day of the proleptic Gregorian calendar: 1 is 0001-01-01, and the next day is one more. The zero value
// is "no day", which every function leaves as it is. Days compare and subtract as numbers.
type Date int32

// The days a document may name. Stretches of time are never unbounded: one without a stated end runs to MaxDate.
const (
	MinDate Date = 693_596 // 1900-01-01
	MaxDate Date = 803_168 // 2199-12-31
)

// The years that may be written, and the last day that can be reckoned. Lengths are limited to two centuries, so that
// a written date plus a written length stays far inside the second.
const (
	firstYearWritten      = 1900
	lastYearWritten       = 2199
	lastYear              = 9999
	lastDay          Date = 3_652_059 // 9999-12-31
)

// daysBeforeMonth is the number of days of a common year before month m begins, from m = 1.
var daysBeforeMonth = [13]int32{0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

var monthNames = [13]string{"", "January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December"}

// NewDate returns a day by its year (1 to 9999), month (1 to 12) and day of the month. A day that does not exist is an
// error that names what is wrong with it; nothing rolls over into the next month.
func NewDate(year, month, day int) (Date, error) {
	if year < 1 || year > lastYear {
		return 0, fmt.Errorf("year %d: expected a year from 1 to %d", year, lastYear)
	}
	if month < 1 || month > 12 {
		return 0, fmt.Errorf("month %d: expected a month from 1 to 12", month)
	}
	if last := monthDays(year, month); day < 1 || day > last {
		return 0, fmt.Errorf("day %d: %s %d has days 1 to %d", day, monthNames[month], year, last)
	}
	return ordinal(year, month, day), nil
}

// ordinal numbers a day that is known to exist.
func ordinal(year, month, day int) Date {
	y := int32(year - 1)
	n := 365*y + y/4 - y/100 + y/400 + daysBeforeMonth[month] + int32(day)
	if month > 2 && isLeap(year) {
		n++
	}
	return Date(n)
}

func isLeap(year int) bool {
	return year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

// monthDays is the number of days in a month.
func monthDays(year, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// Civil returns the year, month (1 to 12) and day of the month; three noughts for no day.
func (d Date) Civil() (year, month, day int) {
	if d <= 0 {
		return 0, 0, 0
	}
	// Neri and Schneider's reckoning ("Euclidean affine functions and their application to calendar algorithms",
	// 2022): years are taken to begin on 1 March, so that the leap day is the last of its year, and the divisions
	// become multiplications. Day 1 is 306 days after 1 March of the year before year 1.
	n1 := 4*uint32(d+305) + 3
	century := n1 / 146_097
	n2 := n1%146_097/4*4 + 3
	p2 := 2_939_745 * uint64(n2)
	yearOfCentury := uint32(p2 >> 32)
	dayOfYear := uint32(p2) / 2_939_745 / 4
	n3 := 2_141*dayOfYear + 197_913
	year = int(100*century + yearOfCentury)
	month = int(n3 >> 16)
	day = int(n3&0xffff/2_141) + 1
	if dayOfYear >= 306 { // January and February belong to the civil year that follows
		year++
		month -= 12
	}
	return year, month, day
}

// AddDays returns the day n days later, or earlier when n is below nought. No day stays no day. The answer is held
// within 0001-01-01 and 9999-12-31, which no contract's dates come near.
func (d Date) AddDays(n int) Date {
	if d <= 0 {
		return 0
	}
	sum := int64(d) + int64(n)
	if n > int(lastDay) || sum > int64(lastDay) {
		return lastDay
	}
	if n < -int(lastDay) || sum < 1 {
		return 1
	}
	return Date(sum)
}

// AddMonths returns the corresponding date n months later, or earlier when n is below nought: the day of the same
// number, or the month's last day where the month is too short (31 August and six months is 28 or 29 February). It is
// held within the calendar as AddDays is.
func (d Date) AddMonths(n int) Date {
	to, _ := d.corresponding(n)
	return to
}

// corresponding is AddMonths, and says whether the day had to be moved back to the month's last.
func (d Date) corresponding(n int) (to Date, moved bool) {
	if d <= 0 {
		return 0, false
	}
	if n > 12*lastYear {
		return lastDay, false
	}
	if n < -12*lastYear {
		return 1, false
	}
	year, month, day := d.Civil()
	months := 12*year + month - 1 + n
	if months >= 12*(lastYear+1) {
		return lastDay, false
	}
	if months < 12 {
		return 1, false
	}
	year, month = months/12, months%12+1
	if last := monthDays(year, month); day > last {
		return ordinal(year, month, last), true
	}
	return ordinal(year, month, day), false
}

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == 0 }

// Weekday returns 0 for Monday to 6 for Sunday. 0001-01-01 was a Monday.
func (d Date) Weekday() int {
	if d <= 0 {
		return 0
	}
	return int(d-1) % 7
}
