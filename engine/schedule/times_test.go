package schedule

import (
	"strings"
	"testing"
	"time"

	"outturn/contracts/calendar"
)

func at(t testing.TB, text string) time.Time {
	t.Helper()
	i, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// The clocks of London went forward on 31 March 2013 at 01:00 and back on 27 October 2013 at 02:00 summer time.
func TestTimesOnTheDaysOfAChangeOfClocks(t *testing.T) {
	for _, c := range []struct{ expression, zone, day, want string }{
		{"30 1 * * *", "Europe/London", "2013-03-30", "2013-03-30T01:30:00Z"},
		{"30 1 * * *", "Europe/London", "2013-03-31", "2013-03-31T01:30:00Z"}, // 02:30 on the wall
		{"0 1 * * *", "Europe/London", "2013-03-31", "2013-03-31T01:00:00Z"},
		{"30 1 * * *", "Europe/London", "2013-04-01", "2013-04-01T00:30:00Z"},
		{"30 1 * * *", "Europe/London", "2013-10-27", "2013-10-27T00:30:00Z"}, // the first of two
		{"30 1 * * *", "Europe/London", "2013-10-28", "2013-10-28T01:30:00Z"},
		{"0 6 16 1,4,7,10 *", "Europe/London", "2013-04-16", "2013-04-16T05:00:00Z"},
		{"0 6 16 1,4,7,10 *", "Europe/London", "2013-04-17", "2013-07-16T05:00:00Z"},
		{"0 0 * * *", "America/Sao_Paulo", "2013-10-20", "2013-10-20T03:00:00Z"}, // midnight was left out
		{"0 0 29 2 *", "UTC", "2013-01-01", "2016-02-29T00:00:00Z"},
		{"15 12 13 * 5", "UTC", "2013-09-01", "2013-09-06T12:15:00Z"}, // the 13th, or any Friday
	} {
		times, err := ParseTimes(c.expression, c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := times.From(calendar.MustDate(c.day)); !ok || !got.Equal(at(t, c.want)) {
			t.Errorf("%s in %s from %s: %s, expected %s", c.expression, c.zone, c.day, got.UTC(), c.want)
		}
	}
}

// Whatever the clocks do, a daily time comes once each day and times only rise.
func TestADailyTimeComesOnceADay(t *testing.T) {
	for _, zone := range []string{"Europe/London", "America/Sao_Paulo", "Australia/Lord_Howe", "America/New_York", "UTC"} {
		for _, expression := range []string{"30 1 * * *", "0 0 * * *", "59 23 * * *", "0 2 * * *"} {
			times, err := ParseTimes(expression, zone)
			if err != nil {
				t.Fatal(err)
			}
			first, end := calendar.MustDate("2008-01-01"), calendar.MustDate("2018-01-01")
			i, _ := times.From(first)
			count := 1
			for day := first; ; count++ {
				next, ok := times.After(i)
				if !ok || !next.After(i) {
					t.Fatalf("%s in %s: nothing after %s", expression, zone, i)
				}
				if day++; day == end {
					break
				}
				if from, _ := times.From(day); !from.Equal(next) {
					t.Fatalf("%s in %s: after %s comes %s, and of %s the first is %s", expression, zone, i, next, day, from)
				}
				i = next
			}
			if count != 3653 {
				t.Errorf("%s in %s: %d times in 3653 days", expression, zone, count)
			}
		}
	}
}

func TestTimesRefused(t *testing.T) {
	for _, c := range []struct{ expression, zone, says string }{
		{"CRON_TZ=UTC", "UTC", "1 fields"},
		{"TZ=0", "UTC", "1 fields"},
		{"TZ=UTC * * * *", "UTC", "names a zone"},
		{"CRON_TZ=Europe/London 0 6 * * *", "UTC", "6 fields"},
		{"@daily", "UTC", "1 fields"},
		{"0 6 * *", "UTC", "4 fields"},
		{"0 6 * * 7", "UTC", "above maximum"},
		{"0 6 L * *", "UTC", "failed to parse"},
		{"*/0 6 * * *", "UTC", "step"},
		{"0 6 31 2 *", "UTC", "no day is ever like that"},
		{"0 6 * * *", "", "not known"},
		{"0 6 * * *", "Local", "not known"},
		{"0 6 * * *", "Europe/Londn", "not known"},
		{"0 6 * * *", "../../etc/passwd", "not known"},
	} {
		if _, err := ParseTimes(c.expression, c.zone); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q in %q: %v, expected to hear of %q", c.expression, c.zone, err, c.says)
		}
	}
}

func FuzzParseTimes(f *testing.F) {
	for _, seed := range []string{"0 6 16 1,4,7,10 *", "TZ=0", "CRON_TZ=UTC", "* * * * 7", "1-0 * * * *", "*/5 1-9/2 ? * MON"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		times, err := ParseTimes(expression, "Europe/London")
		if err != nil {
			return
		}
		i, ok := times.From(calendar.MustDate("2013-03-31"))
		if next, more := times.After(i); ok && more && !next.After(i) {
			t.Errorf("%q: after %s comes %s", expression, i, next)
		}
	})
}
