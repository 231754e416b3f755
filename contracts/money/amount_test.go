package money

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func currency(code string) Currency {
	c, ok := LookupCurrency(code)
	if !ok {
		panic(code)
	}
	return c
}

var (
	gbp, usd, jpy, kwd = currency("GBP"), currency("USD"), currency("JPY"), currency("KWD")
	toPenny            = Rounding{Nearest, TiesUp, penny}
)

func mustAmount(t testing.TB, c Currency, text string) Amount {
	t.Helper()
	a, err := ParseAmount(c, text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCurrenciesAreReadInOneWay(t *testing.T) {
	for i, a := range currencies {
		if !a.known() || len(a.Code) != 3 || strings.Trim(a.Symbol[:1], "abcdefghijklmnopqrstuvwxyz0123456789-. ") == "" {
			t.Errorf("%+v", a)
		}
		for j, b := range currencies {
			if i != j && (a.Code == b.Code || strings.HasPrefix(a.Symbol, b.Symbol)) {
				t.Errorf("%s and %s cannot be told apart", a.Code, b.Code)
			}
		}
		if got, ok := SymbolAt(a.Symbol + "5"); !ok || got != a {
			t.Errorf("SymbolAt(%s5) = %v", a.Symbol, got)
		}
	}
	if _, ok := LookupCurrency("gbp"); ok {
		t.Error("codes are in capitals")
	}
	if _, ok := SymbolAt("5"); ok {
		t.Error("5 begins with no symbol")
	}
}

func TestExactAmount(t *testing.T) {
	// 35% of 18 at £4,215.50 is 0.35 × 75,879.00 = 26,557.65, no rounding needed.
	share := Frac(35, 100).Mul(Int(18)).Mul(Frac(421550, 100))
	for _, c := range []struct {
		x    Exact
		c    Currency
		r    Rounding
		want string
	}{
		{share, gbp, toPenny, "26557.65"},
		{Frac(100, 3), gbp, toPenny, "33.33"},
		{Frac(-200, 3), gbp, toPenny, "-66.67"},
		{Frac(1789, 2), usd, Rounding{Nearest, TiesUp, Int(1)}, "895.00"}, // 894.5 to whole dollars
		{Frac(1789, 2), jpy, Rounding{Nearest, TiesEven, Int(1)}, "894"},
		{Frac(1, 3), kwd, Rounding{Up, NoTies, Frac(1, 1000)}, "0.334"},
		{Int(AmountLimit - 1), gbp, toPenny, "999999999999999.00"},
		{Int(1 - AmountLimit), kwd, Rounding{Up, NoTies, Frac(1, 1000)}, "-999999999999999.000"},
	} {
		a, err := c.x.Amount(c.c, c.r)
		if err != nil || a.String() != c.want {
			t.Errorf("%s %s: %s, %v; want %s", c.x, c.r, a, err, c.want)
		}
	}
	for _, c := range []struct {
		x    Exact
		c    Currency
		r    Rounding
		says string
	}{
		{Int(1), gbp, Rounding{}, "no rounding is stated"},
		{Int(1), gbp, Rounding{Nearest, NoTies, penny}, "where ties go"},
		{Int(1), gbp, Rounding{Down, NoTies, Frac(1, 1000)}, "not a multiple of 0.01"},
		{Int(1), jpy, toPenny, "not a multiple of 1"},
		{Int(AmountLimit), gbp, toPenny, "too large"},
		{Int(-AmountLimit), gbp, toPenny, "too large"},
		{Int(AmountLimit).Sub(Frac(1, 1000)), gbp, toPenny, "too large"}, // rounds up to the limit
		{Int(1), Currency{}, toPenny, `currency ""`},
		{Int(1), Currency{"XXX", "X", 4}, toPenny, "4 places"},
	} {
		if a, err := c.x.Amount(c.c, c.r); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %s: %s, %v; want an error that says %q", c.x, c.r, a, err, c.says)
		}
	}
}

func TestMinorEqualsAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, r := genExact().Draw(t, "x"), rapid.SampledFrom([]Rounding{toPenny, {Down, NoTies, penny}, {Nearest, TiesEven, Int(1)}}).Draw(t, "rounding")
		minor, err := x.Minor(gbp, r)
		a, want := x.Amount(gbp, r)
		if (err == nil) != (want == nil) || err == nil && !FromMinor(gbp, minor).Equal(a) {
			t.Fatalf("%s %s: %d pence, %v; as an amount %s, %v", x, r, minor, err, a, want)
		}
	})
}

func TestParseAmount(t *testing.T) {
	for _, c := range []struct {
		c                     Currency
		text, plain, formated string
	}{
		{gbp, "£1,200.00", "1200.00", "£1,200.00"}, {gbp, "-£5.00", "-5.00", "-£5.00"}, {gbp, "1200.00", "1200.00", "£1,200.00"},
		{usd, "$894285", "894285.00", "$894,285.00"}, {usd, "-$8354010", "-8354010.00", "-$8,354,010.00"}, {gbp, "£0.01", "0.01", "£0.01"},
		{gbp, "5.5", "5.50", "£5.50"}, {gbp, "-0", "0.00", "£0.00"}, {gbp, "£1,234,567.89", "1234567.89", "£1,234,567.89"}, {gbp, "£999", "999.00", "£999.00"},
		{jpy, "¥1,000", "1000", "¥1,000"}, {kwd, "KWD12.345", "12.345", "KWD12.345"}, {gbp, "999999999999999.99", "999999999999999.99", "£999,999,999,999,999.99"},
	} {
		a, err := ParseAmount(c.c, c.text)
		if err != nil || a.String() != c.plain || a.Format(c.c) != c.formated || a.Currency() != c.c.Code {
			t.Errorf("ParseAmount(%q) = %s, %v; want %s", c.text, a, err, c.plain)
			continue
		}
		if back, err := ParseAmount(c.c, a.Format(c.c)); err != nil || !back.Equal(a) {
			t.Errorf("%s read back as %s, %v", a.Format(c.c), back, err)
		}
	}
	for _, c := range []struct {
		c          Currency
		text, says string
	}{
		{gbp, "$5.00", "USD ($), and GBP (£) was expected"}, {usd, "£5.00", "GBP"}, {usd, "A$5", "AUD"}, {gbp, "", "no digits"}, {gbp, "£", "no digits"}, {gbp, "-", "no digits"},
		{gbp, "£1e3", "exponents"}, {gbp, "£5.001", "3 places after the point, and GBP has 2"}, {gbp, "£5.000", "3 places"}, {jpy, "¥5.0", "1 places"},
		{gbp, "£-5.00", "before the symbol"}, {gbp, "--5", "before the symbol"}, {gbp, "+5", "leading +"}, {gbp, "£ 5", "blanks"}, {gbp, "5 ", "blanks"}, {gbp, "££5", "GBP"},
		{gbp, "£12,00.00", "commas"}, {gbp, "£1,2000", "commas"}, {gbp, "£,200", "commas"}, {gbp, "£1234,567", "commas"}, {gbp, "£1.000,00", "commas"}, {gbp, "£1,200,", "commas"}, {gbp, "1200.0,0", "commas"},
		{gbp, "£5.", "no digit follows"}, {gbp, "£.50", "digit was expected"}, {gbp, "5p", "'p'"}, {gbp, "NaN", "'N'"}, {gbp, "£1_000", "underscores"},
		{gbp, "1000000000000000", "too large"}, {gbp, "-£1,000,000,000,000,000.00", "too large"}, {gbp, strings.Repeat("9", 100), "100 digits"}, {Currency{}, "5", "currency"},
	} {
		if a, err := ParseAmount(c.c, c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("ParseAmount(%q) = %s, %v; want an error that says %q", c.text, a, err, c.says)
		}
	}
}

func TestAmountArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, n := rapid.Int64Range(-1e17, 1e17).Draw(t, "m"), rapid.Int64Range(-1e17, 1e17).Draw(t, "n")
		a, b := FromMinor(gbp, m), FromMinor(gbp, n)
		if !a.Add(b).Equal(FromMinor(gbp, m+n)) || !a.Sub(b).Equal(FromMinor(gbp, m-n)) || a.Cmp(b) != compare(m, n) || a.Sign() != compare(m, 0) || a.IsZero() != (m == 0) {
			t.Fatalf("%s and %s", a, b)
		}
		if minor, ok := a.Minor(); !ok || minor != m || !a.Exact().Equal(Frac(m, 100)) || !a.Neg().Neg().Equal(a) {
			t.Fatalf("%s is %d pence, %v", a, minor, ok)
		}
		if !a.Add(Amount{}).Equal(a) || !(Amount{}).Add(a).Equal(a) || !a.Sub(Amount{}).Equal(a) {
			t.Fatalf("nought in no currency changed %s", a)
		}
	})
	five, dollars := FromMinor(gbp, 500), FromMinor(usd, 500)
	for name, f := range map[string]func(){
		"add": func() { five.Add(dollars) }, "sub": func() { five.Sub(dollars) }, "cmp": func() { five.Cmp(dollars) }, "format": func() { five.Format(usd) },
		"add noughts": func() { FromMinor(gbp, 0).Add(FromMinor(usd, 0)) }, "minor": func() { FromMinor(Currency{}, 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s of two currencies did not panic", name)
				}
			}()
			f()
		}()
	}
	if five.Equal(dollars) {
		t.Error("£5 is not $5")
	}
	twice := FromMinor(gbp, maxInt).Add(FromMinor(gbp, maxInt))
	if _, ok := twice.Minor(); ok {
		t.Errorf("%s fits an int64 of pence", twice)
	}
}

func TestAmountJSON(t *testing.T) {
	b, err := json.Marshal(map[string]Amount{"due": mustAmount(t, gbp, "-£1,200.50")})
	if err != nil || string(b) != `{"due":"-1200.50"}` {
		t.Fatalf("%s, %v", b, err)
	}
	var back map[string]Amount
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if a, err := back["due"].In(gbp); err != nil || !a.Equal(mustAmount(t, gbp, "-1200.50")) {
		t.Errorf("%s, %v", a, err)
	}
	if a, err := back["due"].In(jpy); err == nil {
		t.Errorf("-1200.50 became %s of JPY", a)
	}
	if a, err := mustAmount(t, gbp, "5").In(usd); err == nil {
		t.Errorf("£5 became %s of USD", a)
	}
	if a, err := (Amount{}).In(gbp); err != nil || a.String() != "0.00" {
		t.Errorf("nought became %s, %v", a, err)
	}
	for _, text := range []string{`5`, `5.00`, `null`, `true`, `""`, `"`, ``, `"1e3"`, `"1,200.00"`, `"£5.00"`, `"005.00"`, `"-0.00"`, `"+5.00"`, `" 5.00"`, `"5."`, `"0.0001"`,
		`"1000000000000000"`, `"\u0035"`, `["5.00"]`, `{}`, `"NaN"`} {
		a := mustAmount(t, gbp, "7")
		if err := a.UnmarshalJSON([]byte(text)); err == nil || a.String() != "7.00" {
			t.Errorf("UnmarshalJSON(%s) = %s, %v; want it refused and the old value left", text, a, err)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"£1,200.00", "-£5.00", "1200.00", "$894285", "£1e3", "£-5", "£,5", "£5.001", "A$5", "-0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []Currency{gbp, usd, jpy, kwd} {
			a, err := ParseAmount(c, text)
			if err != nil {
				continue
			}
			back, err := ParseAmount(c, a.Format(c))
			if err != nil || !back.Equal(a) {
				t.Fatalf("%q is %s, which reads back as %s, %v", text, a.Format(c), back, err)
			}
			digits := strings.NewReplacer(c.Symbol, "", ",", "").Replace(text)
			if x, err := ParseExact(digits); err != nil || !x.Equal(a.Exact()) {
				t.Fatalf("%q was read as %s; its digits are %s, %v", text, a, x, err)
			}
			j, _ := a.MarshalJSON()
			var read Amount
			if err := read.UnmarshalJSON(j); err != nil {
				t.Fatalf("%s does not read back from JSON: %v", a, err)
			}
		}
	})
}

func amounts(t testing.TB, c Currency, texts ...string) []Amount {
	var as []Amount
	for _, s := range texts {
		as = append(as, mustAmount(t, c, s))
	}
	return as
}

func TestAllocateTable(t *testing.T) {
	ints := func(ns ...int64) (ws []Exact) {
		for _, n := range ns {
			ws = append(ws, Int(n))
		}
		return ws
	}
	for _, c := range []struct {
		name    string
		whole   string
		unit    Exact
		weights []Exact
		p       Policy
		want    []string
	}{
		{"the spare penny goes to the first of equals", "100.00", penny, ints(1, 1, 1), LargestRemainder, []string{"33.34", "33.33", "33.33"}},
		{"and the mirror the same", "-100.00", penny, ints(1, 1, 1), LargestRemainder, []string{"-33.34", "-33.33", "-33.33"}},
		{"residual to the last", "100.00", penny, ints(1, 1, 1), Residual(2), []string{"33.33", "33.33", "33.34"}},
		{"residual mirrored", "-100.01", penny, ints(1, 1, 1), Residual(1), []string{"-33.33", "-33.35", "-33.33"}},
		// Unit cost HE11.3: 1354.84 × 121935/135483 = 1219.358.., × 13548/135483 = 135.481..: the penny to the first.
		{"published components", "1354.84", penny, ints(121935, 13548), LargestRemainder, []string{"1219.36", "135.48"}},
		// 62.5% and 37.5% of 1,960,000.00 are whole.
		{"Peterborough's payers", "1960000.00", penny, []Exact{Frac(625, 1000), Frac(375, 1000)}, LargestRemainder, []string{"1225000.00", "735000.00"}},
		// Safer Communities by expected benefit, in pence 36,700,000 × w/2470: 17399068.83, 8632672.06, 6166194.33, 2867651.82, 1634412.96.
		// Rounded down they come to 3 pence less than the whole; housing (.96), nhs (.83) and children (.82) have them.
		{"Safer Communities", "367000.00", penny, ints(1171, 581, 415, 193, 110), LargestRemainder,
			[]string{"173990.69", "86326.72", "61661.94", "28676.52", "16344.13"}},
		{"whole dollars", "100.00", Int(1), ints(1, 1, 1), LargestRemainder, []string{"34.00", "33.00", "33.00"}},
		{"nothing to nobody with no weight", "0.05", penny, ints(0, 1, 1, 0), LargestRemainder, []string{"0.00", "0.03", "0.02", "0.00"}},
		{"nought", "0.00", penny, ints(1, 2), LargestRemainder, []string{"0.00", "0.00"}},
		{"one part", "12.34", penny, ints(7), LargestRemainder, []string{"12.34"}},
		{"fewer pennies than parts", "0.02", penny, ints(1, 1, 1), LargestRemainder, []string{"0.01", "0.01", "0.00"}},
	} {
		got, err := Allocate(mustAmount(t, gbp, c.whole), gbp, c.unit, c.weights, c.p)
		if err != nil || !slices.EqualFunc(got, amounts(t, gbp, c.want...), Amount.Equal) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	pound := mustAmount(t, gbp, "1.00")
	for _, c := range []struct {
		whole   Amount
		c       Currency
		unit    Exact
		weights []Exact
		p       Policy
		says    string
	}{
		{pound, usd, penny, ints(1), LargestRemainder, "not an amount of"},
		{pound, gbp, Frac(1, 1000), ints(1), LargestRemainder, "multiple of 0.01"},
		{pound, gbp, Int(0), ints(1), LargestRemainder, "multiple of 0.01"},
		{mustAmount(t, gbp, "1.50"), gbp, Int(1), ints(1), LargestRemainder, "not a multiple of 1"},
		{pound, gbp, penny, nil, LargestRemainder, "0 parts"},
		{pound, gbp, penny, make([]Exact, PartsMax+1), LargestRemainder, "100001 parts"},
		{pound, gbp, penny, ints(1, -1, 3), LargestRemainder, "part 2 is -1"},
		{pound, gbp, penny, ints(0, 0), LargestRemainder, "all 2 weights are nought"},
		{pound, gbp, penny, ints(1), 0, "no policy"},
		{pound, gbp, penny, ints(1), Policy(-1), "no policy"},
		{pound, gbp, penny, ints(1, 1), Residual(2), "part 3, and there are 2"},
		{FromMinor(gbp, -maxInt-1), gbp, penny, ints(1), LargestRemainder, "amounts stay below"},
	} {
		if got, err := Allocate(c.whole, c.c, c.unit, c.weights, c.p); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, %v; want an error that says %q", got, err, c.says)
		}
	}
}

func TestAllocateLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]Currency{gbp, jpy, kwd}).Draw(t, "currency")
		unit := Int(rapid.SampledFrom([]int64{1, 5, 100}).Draw(t, "unit")).Mul(c.unit())
		units := rapid.Int64Range(-1e12, 1e12).Draw(t, "units")
		if rapid.Bool().Draw(t, "little") {
			units %= 20
		}
		whole, err := Int(units).Mul(unit).Amount(c, Rounding{Down, NoTies, unit})
		if err != nil {
			t.Fatal(err)
		}
		weights := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Exact {
			return Frac(rapid.Int64Range(0, 1000).Draw(t, "n"), rapid.Int64Range(1, 50).Draw(t, "d"))
		}), 1, 12).Draw(t, "weights")
		weights = append(weights, Int(1))
		p := rapid.SampledFrom([]Policy{LargestRemainder, Residual(0), Residual(len(weights) - 1)}).Draw(t, "policy")
		parts, err := Allocate(whole, c, unit, weights, p)
		if err != nil {
			t.Fatal(err)
		}
		mirror, err := Allocate(whole.Neg(), c, unit, weights, p)
		if err != nil {
			t.Fatal(err)
		}
		var sum Amount
		var total Exact
		for _, w := range weights {
			total = total.Add(w)
		}
		for i, part := range parts {
			sum = sum.Add(part)
			if !mirror[i].Equal(part.Neg()) {
				t.Fatalf("part %d is %s, and of the mirror %s", i, part, mirror[i])
			}
			if q, _ := part.Exact().Quo(unit); !q.IsInt() {
				t.Fatalf("part %s is not a multiple of %s", part, unit)
			}
			share, _ := weights[i].Quo(total)
			off := part.Exact().Sub(share.Mul(whole.Exact())).Abs()
			if p == LargestRemainder && off.Cmp(unit) >= 0 {
				t.Fatalf("part %s is a unit or more from its share %s", part, share.Mul(whole.Exact()))
			}
			if p == LargestRemainder && weights[i].IsZero() && !part.IsZero() {
				t.Fatalf("a part with no weight got %s", part)
			}
		}
		if !sum.Equal(whole) {
			t.Fatalf("the parts of %s come to %s", whole, sum)
		}
	})
}
