package calendar

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// foundMax is how much of an unreadable text an error repeats.
const foundMax = 40

// ParseDate reads a day written YYYY-MM-DD, from 1900-01-01 to 2199-12-31, and nothing else: no other order or
// separator, no missing noughts, no time of day, no spaces. The error says what was found and what was expected.
func ParseDate(text string) (Date, error) {
	year, month, day, ok := dateFields(text)
	if !ok {
		return 0, fmt.Errorf("date %s: expected YYYY-MM-DD, such as 2012-04-01", found(text))
	}
	if year < firstYearWritten || year > lastYearWritten {
		return 0, fmt.Errorf("date %q: expected a year from %d to %d, found %d", text, firstYearWritten, lastYearWritten, year)
	}
	d, err := NewDate(year, month, day)
	if err != nil {
		return 0, fmt.Errorf("date %q: there is no such day: %w", text, err)
	}
	return d, nil
}

// ParseDateBytes reads what ParseDate reads, without a reason for what it refuses and without allocating.
func ParseDateBytes(b []byte) (Date, bool) {
	year, month, day, ok := dateFields(b)
	if !ok || year < firstYearWritten || year > lastYearWritten || month < 1 || month > 12 {
		return 0, false
	}
	// Every month has 28 days, so most days need no look at the month's length.
	if day < 1 || day > 28 && day > monthDays(year, month) {
		return 0, false
	}
	return ordinal(year, month, day), true
}

// dateFields splits DDDD-DD-DD into its three numbers.
func dateFields[T string | []byte](s T) (year, month, day int, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, false
	}
	// A byte less '0' wraps above 9 when it is no digit.
	y1, y2, y3, y4 := s[0]-'0', s[1]-'0', s[2]-'0', s[3]-'0'
	m1, m2, d1, d2 := s[5]-'0', s[6]-'0', s[8]-'0', s[9]-'0'
	if y1 > 9 || y2 > 9 || y3 > 9 || y4 > 9 || m1 > 9 || m2 > 9 || d1 > 9 || d2 > 9 {
		return 0, 0, 0, false
	}
	year = int(y1)*1000 + int(y2)*100 + int(y3)*10 + int(y4)
	return year, int(m1)*10 + int(m2), int(d1)*10 + int(d2), true
}

// MustDate is ParseDate for constants and tests: it panics where ParseDate refuses, so never give it a text that came
// from outside the program.
func MustDate(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// String returns the day as YYYY-MM-DD, and "" for no day.
func (d Date) String() string {
	var b [10]byte
	return string(d.Append(b[:0]))
}

// Append appends the day to b as YYYY-MM-DD, and nothing for no day. It allocates only if b has no room.
func (d Date) Append(b []byte) []byte {
	if d <= 0 {
		return b
	}
	year, month, day := d.Civil()
	return append(b,
		digit(year/1000), digit(year/100%10), digit(year/10%10), digit(year%10), '-',
		digit(month/10), digit(month%10), '-',
		digit(day/10), digit(day%10))
}

func digit(n int) byte { return byte(n) + '0' }

// Long returns the day as a letter would write it, "1 April 2012", and "" for no day.
func (d Date) Long() string {
	if d <= 0 {
		return ""
	}
	year, month, day := d.Civil()
	return strconv.Itoa(day) + " " + monthNames[month] + " " + strconv.Itoa(year)
}

// found quotes a text for an error, cut short when it is long.
func found(text string) string {
	if len(text) <= foundMax {
		return strconv.Quote(text)
	}
	cut := foundMax
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(text[:cut]) + "..."
}
