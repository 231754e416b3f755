package formula

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"outturn/contracts/calendar"
	"outturn/contracts/money"

	"pgregory.net/rapid"
)

// names gives one name to each type, so that a test's formula shows what it tests.
var names = map[string]Type{
	"number": Number, "plain": Plain, "money": Money, "rate": Rate, "points": Points, "days": Days, "run": Run, "length": Length,
	"spells": Spells, "date": Date, "yes": YesNo, "choice": Choice, "text": Text,
}

// resolveTypes resolves the names above, with anything after "_" left out; the slot is the type.
func resolveTypes(name, column string, _ int) (int, Type, error) {
	word, _, _ := strings.Cut(name, "_")
	t, ok := names[word]
	if !ok {
		return 0, None, fmt.Errorf("%q is the name of nothing", name)
	}
	return int(t), t, nil
}

func mustParse(t testing.TB, text string) *Expr {
	t.Helper()
	e, err := Parse(text, gbp)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return e
}

// allowed is every sum that the contract language allows, written out from its section 2 by hand and not from rules.
const allowed = `
plain + plain = plain, plain - plain = plain, plain * plain = plain, plain / plain = plain
number + number = number, number - number = number, number * number = number, number / number = rate
plain + number = number, plain - number = number, plain * number = number
number + plain = number, number - plain = number, number * plain = number, number / plain = number
number * rate = number, rate * number = number
money + money = money, money - money = money, money / money = rate
money * rate = money, money * number = money, money * days = money, money * plain = money
rate * money = money, number * money = money, days * money = money, plain * money = money
money / number = money, money / days = money, money / plain = money
rate * rate = rate, rate + rate = rate, rate / rate = rate, rate - rate = points
rate + points = rate, rate - points = rate, points + rate = rate
plain * rate = rate, rate * plain = rate, rate / plain = rate
points + points = points, points - points = points, points * rate = points, rate * points = points, points / rate = rate
plain * points = points, points * plain = points, points / plain = points
number * points = number, points * number = number
days + days = days, days - days = days, days / days = rate
days * plain = days, plain * days = days, days * rate = days, rate * days = days, days / plain = days
days + plain = days, plain + days = days, days - plain = days, plain - days = days
date + length = date, date - length = date, date - date = days`

func TestEveryPairOfTypes(t *testing.T) {
	gives := map[string]string{}
	for _, sum := range strings.FieldsFunc(allowed, func(r rune) bool { return r == ',' || r == '\n' }) {
		left, right, _ := strings.Cut(strings.TrimSpace(sum), " = ")
		gives[left] = right
	}
	seen := 0
	for left, leftType := range names {
		for right, rightType := range names {
			for _, sign := range []string{"+", "-", "*", "/"} {
				text := left + " " + sign + " " + right
				e := mustParse(t, text)
				err := e.Check(resolveTypes)
				if want, ok := gives[text]; ok {
					seen++
					if err != nil || e.Type != names[want] {
						t.Errorf("%s is %s, %v; want %s", text, e.Type, err, want)
					}
					continue
				}
				var fault *TypeError
				if !errors.As(err, &fault) {
					t.Errorf("%s is %s, %v; want it refused", text, e.Type, err)
					continue
				}
				said := err.Error()
				if !strings.Contains(said, leftType.String()) || !strings.Contains(said, rightType.String()) || !strings.Contains(said, " may ") && !strings.Contains(said, "neither is ever") || e.Type != None {
					t.Errorf("%s: %s", text, said)
				}
			}
		}
	}
	if seen != len(gives) {
		t.Errorf("%d of %d allowed sums were tried", seen, len(gives))
	}
}

func TestRefusalIsASentence(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"points * money", `points times money is not a sum that can be done: "points" is points and "money" is money; points may be multiplied by a number, a plain figure or a rate, and money may multiply a number, a plain figure, a rate or days`},
		{"date + days", `a date plus days is not a sum that can be done: "date" is a date and "days" is days; to a date may be added a length of time, and days may be added to a plain figure or days`},
		{"(number + 1) / text", `a number over a text is not a sum that can be done: "number + 1" is a number and "text" is a text; a number may be divided by a number or a plain figure`},
		{"yes * choice", `a yes/no times a choice is not a sum that can be done: "yes" is a yes/no and "choice" is a choice; neither is ever multiplied`},
		{"date + 5 working days", `"date + 5 working days": working days cannot be added to a date in a formula, which knows no holidays; write days, weeks, months or years, or a window in working days`},
	} {
		if err := mustParse(t, c.text).Check(resolveTypes); err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestCheckFindsAllFaults(t *testing.T) {
	e := mustParse(t, "(nobody + 1) * (date + money) / elsewhere.price")
	err := e.Check(resolveTypes)
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 3 {
		t.Fatalf("%v; want three faults", err)
	}
	for i, want := range []int{1, 16, 32} {
		var fault *TypeError
		if !errors.As(joined.Unwrap()[i], &fault) || fault.Offset != want {
			t.Errorf("fault %d: %+v; want it at byte %d", i, fault, want)
		}
	}
	sentinel := errors.New("sentinel")
	if err := e.Check(func(string, string, int) (int, Type, error) { return 0, None, sentinel }); !errors.Is(err, sentinel) {
		t.Errorf("%v; want resolve's own error within", err)
	}
	if err := mustParse(t, "a").Check(func(string, string, int) (int, Type, error) { return 0, None, nil }); err == nil {
		t.Error("a name without a type passed")
	}
	var asked []string
	record := func(name, column string, offset int) (int, Type, error) {
		asked = append(asked, fmt.Sprint(name, ".", column, "@", offset))
		return 7, Number, nil
	}
	e = mustParse(t, "a + £1 * b.c")
	// number + money is refused, and the parts have what they were given.
	if err := e.Check(record); err == nil || strings.Join(asked, " ") != "a.@0 b.c@10" || e.Left.Slot != 7 || e.Right.Type != Money {
		t.Errorf("asked %v, %v", asked, err)
	}
}

func TestRestOfAWhole(t *testing.T) {
	for text, want := range map[string]Type{
		"100% - rate": Rate, "100.0% - rate": Rate, "(100%) - rate": Rate, "100% - 75% * rate": Rate, "number * (100% - rate)": Number,
		"99% - rate": Points, "rate - 100%": Points, "(50% + 50%) - rate": Points, "100% - rate - rate_b": Points, "100% - (rate + rate_b)": Rate, "100% - points": Rate,
	} {
		e := mustParse(t, text)
		if err := e.Check(resolveTypes); err != nil || e.Type != want {
			t.Errorf("%s is %s, %v; want %s", text, e.Type, err, want)
		}
	}
}

func TestParseAndPrint(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a", "a"}, {"a.b", "a.b"}, {"a_1.b_2", "a_1.b_2"}, {"1.3", "1.3"}, {"1.30", "1.3"}, {"40%", "40%"}, {"£700.00", "£700.00"}, {"£1,200", "£1,200.00"}, {"£1200.5", "£1,200.50"},
		{"5 points", "5 points"}, {"1 points", "1 point"}, {"5.5 points", "5.5 points"}, {"26 weeks", "26 weeks"}, {"1 weeks", "1 week"}, {"6 months", "6 months"}, {"15  working  days", "15 working days"}, {"2012-04-01", "2012-04-01"},
		{"a+b-c", "a + b - c"}, {"a-(b-c)", "a - (b - c)"}, {"(a-b)-c", "a - b - c"}, {"a+(b+c)", "a + (b + c)"}, {"a*(b+c)", "a * (b + c)"}, {"(a*b)+c", "a * b + c"}, {"a/(b*c)", "a / (b * c)"}, {"(a/b)*c", "a / b * c"},
		{"((a))", "a"}, {"5/6*a", "5 / 6 * a"}, {"  a\n\t+ b ", "a + b"}, {"£0-a", "£0.00 - a"}, {"2012 - 04 - 01", "2012 - 4 - 1"}, {"a - 26 weeks", "a - 26 weeks"}, {"5 points/40%", "5 points / 40%"},
		{"1.3 * non_intervention * referrals", "1.3 * non_intervention * referrals"}, {"(reconvictions.comparison - reconvictions.treated) * reconvictions.units", "(reconvictions.comparison - reconvictions.treated) * reconvictions.units"},
		{strings.Repeat("(", DepthMax) + "a" + strings.Repeat(")", DepthMax), "a"},
	} {
		e, err := Parse(c.text, gbp)
		if err != nil || e.String() != c.want {
			t.Errorf("%q is %v, %v; want %s", c.text, e, err, c.want)
		}
	}
	if e, err := Parse("$1,000 - x", usd); err != nil || e.String() != "$1,000.00 - x" {
		t.Errorf("%v, %v", e, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		says   string
	}{
		{"", 0, "found the end"}, {"  ", 2, "found the end"}, {"a +", 3, "found the end"}, {"a b", 2, `expected +, -, *, / or the end, found "b"`}, {"-a", 0, "write 0 - x"}, {"a * -b", 4, "write 0 - x"}, {"+a", 0, "write 0 - x"},
		{"a + * b", 4, `found "*"`}, {"(a", 2, "closes the one at character 1"}, {"a)", 1, `found ")"`}, {"()", 1, `found ")"`}, {"a.", 2, "name of a column"}, {"a. b", 2, "name of a column"}, {"a.b.c", 3, `found "."`}, {"A", 0, `found "A"`}, {"aB", 1, `found "B"`},
		{"_a", 0, `found "_"`}, {"a = b", 2, `found "="`}, {"a > b", 2, `found ">"`}, {"max(a)", 3, `found "("`}, {"if", 2, ""}, {`"text"`, 0, "found"}, {"a % b", 2, `found "%"`}, {"40 %", 3, `found "%"`}, {"1e5", 1, "exponent"}, {"1E5", 1, "exponent"},
		{"1,667", 1, "commas"}, {"1.2.3", 3, `found "."`}, {"5.", 1, `found "."`}, {".5", 0, `found "."`}, {"5x", 1, `found "x"`}, {"5 apples", 2, `found "apples"`}, {"1_000", 1, `found "_"`}, {"5 working hours", 2, `found "working"`},
		{"$700.00", 0, "USD ($), and GBP (£) was expected"}, {"a + €5", 4, "EUR"}, {"£1.001", 0, "3 places"}, {"£12,00", 0, "commas"}, {"£", 0, "no digits"}, {"£-5", 0, "before the symbol"}, {"£5.", 3, `found "."`}, {"£1e3", 3, `found "e3"`},
		{"2012-02-30", 0, "figure that can be read"}, {"1000-01-01", 0, "figure that can be read"}, {"007 weeks", 0, "figure that can be read"}, {"1.5 weeks", 0, "figure that can be read"}, {"99999999 weeks", 0, "at most"},
		{strings.Repeat("9", 35), 0, "35 digits"}, {"£1000000000000000", 0, "too large"}, {"a\x00", 1, "found"}, {"a \xff", 2, "found"}, {"а", 0, "found"}, {"a − b", 2, "found"},
		{strings.Repeat("a", LengthMax+1), 0, "at most 4096 bytes"}, {strings.Repeat("a+", LengthMax/2-1) + "b", 0, "as it is printed"},
		{strings.Repeat("(", DepthMax+1) + "a" + strings.Repeat(")", DepthMax+1), DepthMax, "at most 64 brackets"},
	} {
		e, err := Parse(c.text, gbp)
		if c.text == "if" { // "if" is a name like any other: there are no key words to keep free
			if err != nil {
				t.Error(err)
			}
			continue
		}
		var fault *SyntaxError
		if !errors.As(err, &fault) || fault.Offset != c.offset || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.40q is %v, %v; want an error at byte %d that says %q", c.text, e, err, c.offset, c.says)
		}
	}
	if e, err := Parse(strings.Repeat("a", LengthMax), gbp); err != nil || len(e.Name) != LengthMax {
		t.Errorf("a formula of %d bytes is refused: %v", LengthMax, err)
	}
	if _, err := Parse("£5 + ?", gbp); err == nil || !strings.Contains(err.Error(), "character 6") {
		t.Errorf("%v; want the place in characters, 6", err)
	}
}

// evalWith evaluates text with figures by name: "name=figure".
func evalWith(t testing.TB, text string, figures map[string]Figure) (Figure, error) {
	t.Helper()
	e := mustParse(t, text)
	var slots []Figure
	err := e.Check(func(name, _ string, _ int) (int, Type, error) {
		f, ok := figures[name]
		if !ok {
			return 0, None, fmt.Errorf("no %s", name)
		}
		slots = append(slots, f)
		return len(slots) - 1, f.Type, nil
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e.Eval(func(slot int) (Figure, error) { return slots[slot], nil })
}

func figures(t testing.TB, pairs string) map[string]Figure {
	t.Helper()
	all := map[string]Figure{}
	for _, pair := range strings.Split(pairs, "; ") {
		name, text, _ := strings.Cut(pair, "=")
		word, _, _ := strings.Cut(name, "_")
		f, err := ParseLiteral(text, names[word], gbp)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = f
	}
	return all
}

func TestEval(t *testing.T) {
	for _, c := range []struct{ text, with, want string }{
		{"(number_a - number_b) / number_a", "number_a=155; number_b=142", "13/155 (8.387...%)"}, // Peterborough, cohort 1
		{"(number_a - number_b) / number_a", "number_a=155; number_b=140", "3/31 (9.677...%)"},   // 15/155
		{"5/6 * number", "number=1680", "1400"},
		{"1.3 * rate * number", "rate=5%; number=1000", "65"}, // 1.3 × 0.05 × 1,000
		{"£0 - money", "money=-£8354010.00", "£8,354,010.00"},
		{"money_a / money_b", "money_a=-£8354010.00; money_b=£242995775.00", "-1670802/48599155 (-3.437...%)"}, // both over 5
		{"100% - 75% * rate", "rate=78.09%", "41.4325%"},                                                       // 100 - 58.5675
		{"money * number * rate", "money=£4215.50; number=18; rate=35%", "£26,557.65"},
		{"rate_a - rate_b", "rate_a=42%; rate_b=33%", "9 points"},
		{"points / rate", "points=9 points; rate=45%", "20%"},
		{"days / 7", "days=26 weeks", "26 days"},
		{"date + 6 months", "date=2012-08-31", "2013-02-28"},
		{"date - 1 year", "date=2012-02-29", "2011-02-28"},
		{"date + length", "date=2012-04-01; length=104 weeks", "2014-03-30"}, // 728 days: two years of 365 less 2
		{"date_a - date_b", "date_a=2012-03-01; date_b=2012-02-01", "29 days"},
		{"money / days", "money=£91.00; days=13 weeks", "£1.00"},
		{"10 - 4 - 3", "plain=0", "3"}, {"100 / 10 / 5", "plain=0", "2"}, {"2 + 3 * 4", "plain=0", "14"}, {"(2 + 3) * 4", "plain=0", "20"},
		{"1 / 3 * 3", "plain=0", "1"},
	} {
		f, err := evalWith(t, c.text, figures(t, c.with))
		if err != nil || f.Format(gbp) != c.want {
			t.Errorf("%s with %s is %s, %v; want %s", c.text, c.with, f.Format(gbp), err, c.want)
		}
	}
}

func TestEvalRefuses(t *testing.T) {
	_, err := evalWith(t, "number_a / (number_b - number_c)", figures(t, "number_a=1; number_b=2; number_c=2"))
	var nought *DivisionByNought
	if !errors.As(err, &nought) || nought.Divisor != "number_b - number_c" || nought.Value != "0" || nought.Offset != 12 {
		t.Errorf("%v", err)
	}
	_, err = evalWith(t, "money_a / money_b", figures(t, "money_a=£1; money_b=£0"))
	if err == nil || !strings.Contains(err.Error(), `"money_b" is £0.00`) {
		t.Errorf("%v", err)
	}
	for _, c := range []struct{ text, with, says string }{
		{"date + length", "date=2012-04-01; length=5 working days", "no holidays"}, {"date + 200 years", "date=2012-04-01", "2199-12-31"}, {"date - 200 years", "date=2012-04-01", "1900-01-01"},
		{"date + 1 day", "date=2199-12-31", "2199-12-31"}, {"date - 1 day", "date=1900-01-01", "1900-01-01"},
	} {
		if f, err := evalWith(t, c.text, figures(t, c.with)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s with %s is %s, %v; want an error that says %q", c.text, c.with, f.Format(gbp), err, c.says)
		}
	}
	if f, err := mustParse(t, "1 + 2").Eval(nil); err == nil {
		t.Errorf("an unchecked formula gave %s", f.Format(gbp))
	}
	sentinel := errors.New("sentinel")
	e := mustParse(t, "number + 1")
	if err := e.Check(resolveTypes); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Eval(func(int) (Figure, error) { return Figure{}, sentinel }); !errors.Is(err, sentinel) {
		t.Errorf("%v; want get's own error", err)
	}
	if f, err := e.Eval(func(int) (Figure, error) { return Figure{Type: Money}, nil }); err == nil {
		t.Errorf("money in the place of a number gave %s", f.Format(gbp))
	}
}

func TestEvalStatesAndDays(t *testing.T) {
	day := calendar.MustDate
	known := func(n int64, d calendar.Date) Figure { return Figure{Type: Number, Known: d, Num: money.Int(n)} }
	state := func(s State) Figure { return Figure{Type: Number, State: s} }
	for _, c := range []struct {
		a, b  Figure
		want  State
		known calendar.Date
	}{
		{known(1, day("2012-04-01")), known(2, day("2013-04-01")), Known, day("2013-04-01")}, {known(1, day("2014-04-01")), known(2, 0), Known, day("2014-04-01")}, {known(1, 0), known(2, 0), Known, 0},
		{state(NotYet), known(2, 0), NotYet, 0}, {known(2, 0), state(Unknown), Unknown, 0}, {state(Unknown), state(NotYet), NotYet, 0}, {state(Neutral), state(Unknown), Unknown, 0},
		{state(Neutral), known(1, 0), Neutral, 0}, {state(NotYet), known(0, 0), NotYet, 0}, // no division is done, so none by nought
	} {
		f, err := evalWith(t, "a / b", map[string]Figure{"a": c.a, "b": c.b})
		if err != nil || f.State != c.want || f.Known != c.known || f.Type != Rate {
			t.Errorf("%s with %s: %+v, %v; want %s, %s", c.a.State, c.b.State, f, err, c.want, c.known)
		}
	}
	if f, err := evalWith(t, "a", map[string]Figure{"a": {Type: Number, State: NotYet}}); err != nil || f.State != NotYet || f.Type != Number {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestWorking(t *testing.T) {
	e := mustParse(t, "(before - after) / before * table.share")
	shown := map[string]string{"before": "155", "after": "-142", "table": "13/155 (8.387...%)"}
	var slots []string
	_ = e.Check(func(name, _ string, _ int) (int, Type, error) {
		slots = append(slots, shown[name])
		return len(slots) - 1, Number, nil
	})
	if got, want := e.Working(func(slot int) string { return slots[slot] }), "(155 - (-142)) / 155 * (13/155 (8.387...%))"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// genText draws formulas that parse, from the grammar.
func genText(depth int) *rapid.Generator[string] {
	leaf := rapid.SampledFrom([]string{"number", "rate", "money", "plain_a", "days.x", "date", "points", "length", "1.3", "0", "40%", "100%", "£700.00", "£1,234.5", "5 points", "26 weeks", "6 months", "2012-04-01", "15 working days"})
	if depth == 0 {
		return leaf
	}
	inner := rapid.Deferred(func() *rapid.Generator[string] { return genText(depth - 1) })
	return rapid.OneOf(leaf, rapid.Custom(func(t *rapid.T) string {
		text := inner.Draw(t, "left") + rapid.SampledFrom([]string{" + ", " - ", "*", " / "}).Draw(t, "op") + inner.Draw(t, "right")
		if rapid.Bool().Draw(t, "bracket") {
			return "(" + text + ")"
		}
		return text
	}))
}

func same(a, b *Expr) bool {
	if a == nil || b == nil {
		return a == b
	}
	l, m := a.Literal, b.Literal
	return a.Op == b.Op && a.Name == b.Name && a.Column == b.Column && l.Type == m.Type && l.Unit == m.Unit && l.Num.Equal(m.Num) && same(a.Left, b.Left) && same(a.Right, b.Right)
}

// examine holds every law of a text that may be a formula.
func examine(t interface{ Fatalf(string, ...any) }, text string) {
	e, err := Parse(text, gbp)
	if err != nil {
		var fault *SyntaxError
		if !errors.As(err, &fault) || fault.Offset < 0 || fault.Offset > len(text) || fault.Expected == "" || fault.Found == "" || len(err.Error()) > 600 {
			t.Fatalf("%q: %v", text, err)
		}
		return
	}
	back, err := Parse(e.String(), gbp)
	if err != nil || !same(e, back) || back.String() != e.String() {
		t.Fatalf("%q prints as %q, which is %v, %v", text, e, back, err)
	}
	err = e.Check(func(name, column string, _ int) (int, Type, error) {
		if _, known, err := resolveTypes(name, column, 0); err == nil {
			return int(known), known, nil
		}
		typ := None + 1 + Type(len(name)+len(column))%(typeCount-1)
		return int(typ), typ, nil
	})
	for _, n := range []money.Exact{money.Int(0), money.Int(3), money.Frac(-7, 11), money.Int(734_000), money.Int(1 << 62)} {
		f, evalErr := e.Eval(func(slot int) (Figure, error) { return Figure{Type: Type(slot), Num: n, Unit: calendar.Month}, nil })
		if err == nil && evalErr == nil && (f.Type != e.Type || f.State != Known) {
			t.Fatalf("%q was checked as %s and gave %s", text, e.Type, f.Type)
		}
		if err != nil && evalErr == nil {
			t.Fatalf("%q was refused (%v) and yet worked out", text, err)
		}
	}
}

func TestFormulaLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { examine(t, genText(4).Draw(t, "text")) })
}

func FuzzFormula(f *testing.F) {
	for _, s := range []string{"(a - b) / a", "100% - 75% * quality", "£0 - saving", "1.3 * x.y", "a - 26 weeks", "2012-04-01 - b", "5 points/40%", "((a", "1e5", "$5", "5 working days", "a-(b-c)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { examine(t, text) })
}

func benchEval(b testing.TB, text string, with string) (*Expr, func(int) (Figure, error)) {
	all := figures(b, with)
	e := mustParse(b, text)
	var slots []Figure
	if err := e.Check(func(name, _ string, _ int) (int, Type, error) {
		slots = append(slots, all[name])
		return len(slots) - 1, all[name].Type, nil
	}); err != nil {
		b.Fatal(err)
	}
	return e, func(slot int) (Figure, error) { return slots[slot], nil }
}

var benchCases = []struct{ name, text, with string }{
	{"relative-fall", "(number_a - number_b) / number_a", "number_a=155; number_b=142"},
	{"price-times-count", "money * number", "money=£4215.50; number=18"},
	{"date-plus-months", "date + 6 months", "date=2012-08-31"},
}

func TestEvalDoesNotAllocate(t *testing.T) {
	for _, c := range benchCases {
		e, get := benchEval(t, c.text, c.with)
		if n := testing.AllocsPerRun(100, func() {
			if _, err := e.Eval(get); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", c.text, n)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			e, get := benchEval(b, c.text, c.with)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(get); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
