package schedule

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
)

// terms reads the contract of a fixture, with some of its words replaced by others.
func terms(t testing.TB, fixture string, replace ...string) *contracts.Contract {
	t.Helper()
	document, err := os.ReadFile(filepath.Join("..", "..", "fixtures", fixture, "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(replace...).Replace(string(document))
	c, err := language.Decode("contract.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// calendarOf is a contract of nothing but its calendar.
func calendarOf(t testing.TB, every, cutOff, run string, first, last string, holidays ...calendar.Date) *Calendar {
	t.Helper()
	f, l := calendar.MustDate(first), calendar.MustDate(last)
	length, err := calendar.ParseLength(every)
	if err != nil {
		t.Fatal(err)
	}
	series, err := calendar.NewSeriesEvery(length, f, l)
	if err != nil {
		t.Fatal(err)
	}
	after, err := calendar.ParseLength(cutOff)
	if err != nil {
		t.Fatal(err)
	}
	c := &contracts.Contract{ID: "c", First: f, Last: l, Periods: []contracts.Periods{{Name: "period", Series: series}},
		Calendar: contracts.Calendar{CutOff: after, Run: run, Zone: "Europe/London", Holidays: calendar.NewHolidays(holidays)}}
	k, err := NewCalendar(c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func none(Kind, calendar.Date) bool { return false }

func said(due []Due) string {
	var b strings.Builder
	for _, d := range due {
		fmt.Fprintf(&b, "%s %s at %s\n", d.Kind, d.Through, d.At.UTC().Format(time.RFC3339))
	}
	return b.String()
}

// The quarters of newpin end in March, June, September and December; see the table in each case for the sum.
func TestWhatIsDue(t *testing.T) {
	for _, c := range []struct {
		name     string
		calendar *Calendar
		now      string
		want     string
		next     string
	}{
		// Cut off on 15 April, to its end; the next time is the 16th at 06:00 summer time.
		{"a quarter, with no time before its cut-off", calendarOf(t, "3 months", "15 days", "0 6 16 1,4,7,10 *", "2013-01-01", "2013-12-31"),
			"2013-07-16T05:00:00Z", "final 2013-03-31 at 2013-04-16T05:00:00Z\nfinal 2013-06-30 at 2013-07-16T05:00:00Z\n", "2013-10-16T05:00:00Z"},
		// On the cut-off day itself evidence can still come: the time of that day is a provisional one.
		{"a time on the cut-off day", calendarOf(t, "3 months", "15 days", "0 6 15 * *", "2013-01-01", "2013-06-30"),
			"2013-06-01T00:00:00Z", "provisional 2013-03-31 at 2013-04-15T05:00:00Z\nfinal 2013-03-31 at 2013-05-15T05:00:00Z\n", "2013-07-15T05:00:00Z"},
		// Months cut off 40 days after, monthly on the 1st: the provisional run of one comes between those of others.
		// January: cut off 12 March, so 1 February and 1 April; February: cut off 9 April, so 1 March and 1 May.
		{"overlapping periods, in the order of their times", calendarOf(t, "1 month", "40 days", "0 0 1 * *", "2013-01-01", "2013-12-31"),
			"2013-05-01T00:00:00Z", `provisional 2013-01-31 at 2013-02-01T00:00:00Z
provisional 2013-02-28 at 2013-03-01T00:00:00Z
final 2013-01-31 at 2013-03-31T23:00:00Z
provisional 2013-03-31 at 2013-03-31T23:00:00Z
final 2013-02-28 at 2013-04-30T23:00:00Z
provisional 2013-04-30 at 2013-04-30T23:00:00Z
`, "2013-05-31T23:00:00Z"},
		// Five working days after Sunday 31 March 2013: Easter Monday 1 April is a holiday, so 2, 3, 4, 5 and 8 April.
		{"working days and a bank holiday", calendarOf(t, "1 month", "5 working days", "0 6 * * *", "2013-03-01", "2013-03-31", calendar.MustDate("2013-04-01")),
			"2013-04-09T05:00:00Z", "provisional 2013-03-31 at 2013-04-01T05:00:00Z\nfinal 2013-03-31 at 2013-04-09T05:00:00Z\n", ""},
		{"a moment too early", calendarOf(t, "1 month", "5 working days", "0 6 * * *", "2013-03-01", "2013-03-31", calendar.MustDate("2013-04-01")),
			"2013-04-09T04:59:59Z", "provisional 2013-03-31 at 2013-04-01T05:00:00Z\n", "2013-04-09T05:00:00Z"},
		// The contract ends within its last period, which is settled through its last day.
		{"the last period is cut short", calendarOf(t, "1 month", "0 days", "0 6 * * *", "2012-02-01", "2012-02-29"),
			"2012-03-01T06:00:00Z", "final 2012-02-29 at 2012-03-01T06:00:00Z\n", ""},
	} {
		due, next := c.calendar.Due(0, none, at(t, c.now))
		if got := said(due); got != c.want {
			t.Errorf("%s:\n%sexpected\n%s", c.name, got, c.want)
		}
		if c.next == "" != next.IsZero() || c.next != "" && !next.Equal(at(t, c.next)) {
			t.Errorf("%s: next %s, expected %s", c.name, next.UTC(), c.next)
		}
	}
}

// Every contract of the fixtures has a calendar, and each of its periods one final run after its cut-off.
func TestEveryFixtureIsScheduled(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", "..", "fixtures"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, entry := range entries {
		if _, err := os.Stat(filepath.Join("..", "..", "fixtures", entry.Name(), "contract.yaml")); err != nil {
			continue
		}
		read++
		c := terms(t, entry.Name())
		k, err := NewCalendar(c)
		if err != nil {
			t.Error(err)
			continue
		}
		due, next := k.Due(0, none, at(t, "2150-01-01T00:00:00Z"))
		finals := map[calendar.Date]bool{}
		for _, d := range due {
			if d.Kind == Final {
				finals[d.Through] = true
			}
			day, _ := k.times.Day(d.At)
			if d.Kind == Final && day <= d.CutOff {
				t.Errorf("%s: %v", entry.Name(), d)
			}
		}
		if !next.IsZero() || !finals[c.Last] {
			t.Errorf("%s: next %s; the last day %s is settled: %v", entry.Name(), next, c.Last, finals[c.Last])
		}
	}
	if read < 30 {
		t.Errorf("%d contracts were read", read)
	}
}

// book is what the store keeps of one contract, for a scheduler without one.
type book struct {
	settled calendar.Date
	runs    map[string]int
	order   []Due
	open    []Due
}

func (b *book) look(k *Calendar, now time.Time) (next time.Time) {
	due, next := k.Due(b.settled, func(kind Kind, day calendar.Date) bool { return b.runs[string(kind)+day.String()] > 0 }, now)
	for _, d := range due {
		b.runs[string(d.Kind)+d.Through.String()]++
		b.open = append(b.open, d)
	}
	return next
}

// work does what is noted, up to some.
func (b *book) work(most int) {
	for ; most > 0 && len(b.open) > 0; most-- {
		d := b.open[0]
		b.open = b.open[1:]
		b.order = append(b.order, d)
		if d.Kind == Final {
			b.settled = d.Through
		}
	}
}

// Ten years of days, each settled for itself at 01:30 London time, which is left out in March and comes twice in October.
// The scheduler looks when it means to, too often, hours late, and not at all for days; every day is settled once, in
// order.
func TestTenYearsOfADailyScheduler(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		synctest.Test(t, func(t *testing.T) { tenYears(t, seed) })
	}
}

func tenYears(t *testing.T, seed uint64) {
	first := calendar.MustDate("2000-01-01") // where the time of a bubble begins
	last := first.AddMonths(120) - 1
	k := calendarOf(t, "1 day", "1 day", "30 1 * * *", first.String(), last.String())
	b := &book{runs: map[string]int{}}
	end := midnight(last.AddDays(10))
	draw := seed
	random := func(n uint64) uint64 { draw = draw*6364136223846793005 + 1442695040888963407; return (draw >> 33) % n }
	looks := 0
	for time.Now().Before(end) {
		next := b.look(k, time.Now())
		looks++
		b.work(int(random(4)))
		wait := time.Until(next)
		switch random(50) {
		case 0:
			wait = time.Duration(random(9*24)) * time.Hour // down for up to nine days
		case 1, 2, 3:
			wait += time.Duration(random(7200)) * time.Second // late
		case 4, 5, 6:
			wait = 0 // again at once
		}
		time.Sleep(min(max(wait, time.Second), 10*24*time.Hour))
	}
	b.look(k, end)
	b.work(1 << 30)
	days := int(last-first) + 1
	if days != 3653 { // 2000, 2004 and 2008 have a day more
		t.Fatalf("%d days", days)
	}
	missed, double, wrong := 0, 0, 0
	for day := first; day <= last; day++ {
		for _, kind := range []Kind{Provisional, Final} {
			switch n := b.runs[string(kind)+day.String()]; {
			case n == 0:
				missed++
			case n > 1:
				double++
			}
		}
	}
	for i := 1; i < len(b.order); i++ {
		if b.order[i].compare(b.order[i-1]) <= 0 {
			wrong++
		}
	}
	if missed+double+wrong > 0 || len(b.order) != 2*days || b.settled != last {
		t.Errorf("seed %d: %d missed, %d double, %d out of order, %d runs for %d days, settled through %s", seed, missed, double, wrong, len(b.order), days, b.settled)
	}
	t.Logf("seed %d: %d days, %d looks, %d runs: 0 missed, 0 double", seed, days, looks, len(b.order))
}

// However a contract is scheduled and whenever it is looked at, every period that is over comes once, in order.
func TestLawEveryPeriodComesOnce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		every := rapid.SampledFrom([]string{"1 day", "1 week", "1 month", "3 months", "1 year"}).Draw(r, "every")
		cutOff := rapid.SampledFrom([]string{"0 days", "1 day", "3 working days", "10 days", "40 days", "6 months"}).Draw(r, "cut off")
		run := rapid.SampledFrom([]string{"30 1 * * *", "0 6 16 1,4,7,10 *", "0 0 1 * *", "*/20 * * * 1", "0 6 29 2 *"}).Draw(r, "run")
		k := calendarOf(t, every, cutOff, run, "2009-12-31", "2014-06-30")
		b := &book{runs: map[string]int{}}
		now := at(t, "2009-12-31T00:00:00Z")
		for range rapid.IntRange(1, 40).Draw(r, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200*24*3600).Draw(r, "wait")) * time.Second)
			next := b.look(k, now)
			if !next.IsZero() && !next.After(now) {
				r.Fatalf("at %s the next look is %s", now, next)
			}
			b.work(rapid.IntRange(0, 30).Draw(r, "worked"))
		}
		b.work(1 << 30)
		all, _ := k.Due(0, none, now)
		if len(all) != len(b.order) {
			r.Fatalf("%d runs for %d that were due", len(b.order), len(all))
		}
		for i := 1; i < len(b.order); i++ {
			if b.order[i].compare(b.order[i-1]) <= 0 {
				r.Fatalf("%v came after %v", b.order[i], b.order[i-1])
			}
		}
	})
}
