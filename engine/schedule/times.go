package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones stand in the program, so that a contract means the same on any machine

	"github.com/robfig/cron/v3"

	"outturn/contracts/calendar"
)

// Times are the times that a cron expression names in a time zone.
//
// The expression is read on the clock on the wall, as people write it, and only then is a time of the wall looked up in
// the zone. So each time comes once a day that has it: when the clocks go forward, what falls into the hour that is left
// out comes when that much time has passed (01:30 is then 02:30 on the wall); when they go back, it comes the first time.
type Times struct {
	wall cron.Schedule
	zone *time.Location
}

// parser reads the five fields that contracts have. It is only ever given five fields: it panics on a zone with none.
var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// ParseTimes reads a cron expression of five fields and the name of a zone such as Europe/London. Where both the day of
// the month and the weekday are given, either will do, as cron has it. An expression that never comes is refused.
func ParseTimes(expression, zone string) (t *Times, err error) {
	refused := func(why string) error {
		return fmt.Errorf("the times %q are no cron expression: %s; expected five fields: minute, hour, day, month, weekday (0 to 6), such as \"0 6 16 1,4,7,10 *\"", expression, why)
	}
	fields := strings.Fields(expression)
	if len(fields) != 5 {
		return nil, refused(fmt.Sprintf("it has %d fields", len(fields)))
	}
	if strings.ContainsAny(expression, "=@?") {
		return nil, refused("it names a zone or a word")
	}
	defer func() {
		if r := recover(); r != nil { // the parser's: nothing from outside may panic
			t, err = nil, refused("it cannot be read")
		}
	}()
	wall, err := parser.Parse(strings.Join(fields, " "))
	if err != nil {
		return nil, refused(err.Error())
	}
	at, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return nil, fmt.Errorf("the time zone %q is not known; expected a name of the time zone database such as Europe/London", zone)
	}
	t = &Times{wall, at}
	if _, ok := t.From(calendar.MustDate("2000-01-01")); !ok {
		return nil, refused("no day is ever like that")
	}
	return t, nil
}

// From returns the first time at or after the beginning of a day; false where there is none within years.
func (t *Times) From(day calendar.Date) (time.Time, bool) {
	wall := t.wall.Next(midnight(day).Add(-time.Second))
	return t.instant(wall), !wall.IsZero()
}

// shiftMax is more than clocks are ever put forward or back at once.
const shiftMax = 26 * time.Hour

// After returns the first time after an instant; false where there is none within years.
func (t *Times) After(at time.Time) (time.Time, bool) {
	_, offset := at.In(t.zone).Zone()
	wall := at.UTC().Add(time.Duration(offset) * time.Second)
	// Where many times fall on one day, only those about a change of clocks can have come before.
	for wall = t.wall.Next(wall.Add(-4 * time.Hour)); !wall.IsZero(); wall = t.wall.Next(wall) {
		if i := t.instant(wall); i.After(at) {
			return i, true
		}
	}
	return time.Time{}, false
}

// instant is when the wall shows a time, which is given as if it were UTC: the first time it does, or, where it never
// does, when it would have, had the clock not been put forward.
func (t *Times) instant(wall time.Time) time.Time {
	_, before := wall.Add(-shiftMax).In(t.zone).Zone()
	_, after := wall.Add(shiftMax).In(t.zone).Zone()
	first := wall.Add(-time.Duration(max(before, after)) * time.Second)
	second := wall.Add(-time.Duration(min(before, after)) * time.Second)
	for _, i := range []time.Time{first, second} {
		if _, offset := i.In(t.zone).Zone(); i.Add(time.Duration(offset) * time.Second).Equal(wall) {
			return i
		}
	}
	return wall.Add(-time.Duration(before) * time.Second)
}

// midnight is the beginning of a day on the wall, as if it were UTC.
func midnight(day calendar.Date) time.Time {
	year, month, of := day.Civil()
	return time.Date(year, time.Month(month), of, 0, 0, 0, 0, time.UTC)
}

// Day is the day of an instant in the zone.
func (t *Times) Day(at time.Time) (calendar.Date, error) {
	year, month, of := at.In(t.zone).Date()
	day, err := calendar.NewDate(year, int(month), of)
	if err != nil {
		return 0, errors.Join(errors.New("the clock shows no day"), err)
	}
	return day, nil
}
