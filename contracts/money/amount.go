package money

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// AmountLimit is the size, in major units, that no amount reaches: a thousand million million.
const AmountLimit = 1_000_000_000_000_000

// Amount is money that can be paid: a decimal at its currency's places. The zero value is nought in no
// currency, and joins any; otherwise amounts of two currencies never meet: the seams refuse that, and an
// operation on them panics. An Amount read from JSON has no currency until In gives it one.
type Amount struct {
	d   decimal.Decimal // exponent is minus the currency's places, always
	cur string
}

// Amount is the one road from an exact sum to money that can be paid: x rounded by r, once. It refuses a
// rounding that is not stated, a rounding unit that the currency has no coin for, and an amount of
// AmountLimit or more either way.
func (x Exact) Amount(c Currency, r Rounding) (Amount, error) {
	if !c.known() {
		return Amount{}, fmt.Errorf("%s cannot be made an amount: currency %q with %d places is not one that can be paid in", x, c.Code, c.Places)
	}
	if err := r.Check(); err != nil {
		return Amount{}, fmt.Errorf("%s cannot be made an amount of %s: %w", x, c.Code, err)
	}
	if !r.Unit.Mul(Int(powersOfTen[c.Places])).IsInt() {
		return Amount{}, fmt.Errorf("%s cannot be made an amount of %s: the rounding unit %s is not a multiple of %s, the least that can be paid", x, c.Code, r.Unit, c.unit())
	}
	minor, ok := x.Round(r).minor(c)
	if !ok {
		return Amount{}, tooLarge(x.String(), c)
	}
	return FromMinor(c, minor), nil
}

// minor returns x in minor units of c, and false when it is not whole there or reaches AmountLimit.
func (x Exact) minor(c Currency) (int64, bool) {
	if x.Abs().Cmp(Int(AmountLimit)) >= 0 {
		return 0, false
	}
	return x.Mul(Int(powersOfTen[c.Places])).Int64()
}

func tooLarge(text string, c Currency) error {
	return fmt.Errorf("%.60s is too large an amount of %s: amounts stay below %d either way", text, c.Code, int64(AmountLimit))
}

// FromMinor returns minor minor units of c: pence for GBP. A currency that LookupCurrency would not give,
// with other than 0 to PlacesMax places, panics.
func FromMinor(c Currency, minor int64) Amount {
	if !c.known() {
		panic(fmt.Sprintf("money: currency %q with %d places", c.Code, c.Places))
	}
	return Amount{d: decimal.New(minor, -int32(c.Places)), cur: c.Code}
}

// Minor returns the amount in minor units, and false when they do not fit an int64.
func (a Amount) Minor() (int64, bool) {
	n := a.d.Coefficient()
	return n.Int64(), n.IsInt64()
}

// ParseAmount reads an amount of c as a person writes it: "£1,200.00", "-£5.00", "1200.00", "£12". The
// sign comes first, then the symbol, which may be left out. Commas, where there are any, stand between
// every three digits. Another currency's symbol, an exponent, more places than c has and an amount of
// AmountLimit or more are refused by name.
func ParseAmount(c Currency, text string) (Amount, error) {
	if !c.known() {
		return Amount{}, fmt.Errorf("%q cannot be read: currency %q with %d places is not one that can be paid in", clip(text), c.Code, c.Places)
	}
	rest, negative := strings.CutPrefix(text, "-")
	if bare, found := strings.CutPrefix(rest, c.Symbol); found {
		rest = bare
	} else if other, found := SymbolAt(rest); found {
		return Amount{}, fmt.Errorf("%q is in %s (%s), and %s (%s) was expected", clip(text), other.Code, other.Symbol, c.Code, c.Symbol)
	}
	if strings.HasPrefix(rest, "-") {
		return Amount{}, notAmount(c, text, "the minus stands once, before the symbol")
	}
	plain, ok := withoutCommas(rest)
	if !ok {
		return Amount{}, notAmount(c, text, "commas stand between every three digits before the point, or nowhere")
	}
	x, fault := parseDecimal(plain)
	if fault != "" {
		return Amount{}, notAmount(c, text, fault)
	}
	if _, after, found := strings.Cut(plain, "."); found && len(after) > c.Places {
		return Amount{}, notAmount(c, text, fmt.Sprintf("it has %d places after the point, and %s has %d", len(after), c.Code, c.Places))
	}
	if negative {
		x = x.Neg()
	}
	minor, ok := x.minor(c)
	if !ok {
		return Amount{}, tooLarge(text, c)
	}
	return FromMinor(c, minor), nil
}

func notAmount(c Currency, text, fault string) error {
	return fmt.Errorf("%q is not an amount of %s: %s; write it as %s", clip(text), c.Code, fault, FromMinor(c, 120000).Format(c))
}

// clip shortens what an error repeats of a text it did not expect.
func clip(text string) string {
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return text
}

// withoutCommas takes out commas that stand rightly; false when one does not.
func withoutCommas(text string) (string, bool) {
	whole, fraction, found := strings.Cut(text, ".")
	if !strings.Contains(text, ",") {
		return text, true
	}
	groups := strings.Split(whole, ",")
	for i, group := range groups {
		if i > 0 && len(group) != 3 || i == 0 && (group == "" || len(group) > 3) {
			return "", false
		}
	}
	if len(groups) == 1 {
		return "", false
	}
	whole = strings.Join(groups, "")
	if found {
		return whole + "." + fraction, !strings.Contains(fraction, ",")
	}
	return whole, true
}

// In gives an amount read from JSON its currency, and passes one that already has it. It refuses another
// currency's amount, and one whose places are not the currency's.
func (a Amount) In(c Currency) (Amount, error) {
	switch {
	case a == Amount{}:
		return FromMinor(c, 0), nil
	case a.cur != "" && a.cur != c.Code:
		return Amount{}, fmt.Errorf("%s is in %s, and %s was expected", a, a.cur, c.Code)
	case int(-a.d.Exponent()) != c.Places:
		return Amount{}, fmt.Errorf("%s has %d places after the point, and %s has %d", a, -a.d.Exponent(), c.Code, c.Places)
	}
	a.cur = c.Code
	return a, nil
}

// Currency returns the code of the amount's currency, and "" for the zero value and for an amount that
// came from JSON and has not been through In.
func (a Amount) Currency() string { return a.cur }

// Add returns a + b. Two currencies panic.
func (a Amount) Add(b Amount) Amount {
	switch {
	case a.cur == "" && a.d.IsZero():
		return b
	case b.cur == "" && b.d.IsZero():
		return a
	}
	mustMatch(a, b)
	return Amount{d: a.d.Add(b.d), cur: a.cur}
}

// Sub returns a - b. Two currencies panic.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Neg returns -a.
func (a Amount) Neg() Amount { return Amount{d: a.d.Neg(), cur: a.cur} }

// Sign returns -1, 0 or 1.
func (a Amount) Sign() int { return a.d.Sign() }

// Cmp returns -1, 0 or 1 as a is less than, equal to or more than b. Two currencies panic, unless one of
// the two is nought in none.
func (a Amount) Cmp(b Amount) int {
	if (a.cur != "" || !a.d.IsZero()) && (b.cur != "" || !b.d.IsZero()) {
		mustMatch(a, b)
	}
	return a.d.Cmp(b.d)
}

// Equal reports whether a and b are the same amount of the same currency; unlike Cmp it never panics.
func (a Amount) Equal(b Amount) bool { return a.cur == b.cur && a.d.Equal(b.d) }

// IsZero reports whether a is nought.
func (a Amount) IsZero() bool { return a.d.IsZero() }

func mustMatch(a, b Amount) {
	if a.cur != b.cur {
		panic(fmt.Sprintf("money: %s of currency %q meets %s of currency %q", a, a.cur, b, b.cur))
	}
}

// Exact returns the amount in major units.
func (a Amount) Exact() Exact { return FromDecimal(a.d) }

// Decimal returns the amount in major units as a decimal at its currency's places, for the store.
func (a Amount) Decimal() decimal.Decimal { return a.d }

// String returns the amount at its currency's places, without symbol or commas: "1200.00".
func (a Amount) String() string { return a.d.StringFixed(-a.d.Exponent()) }

// Format returns the amount as a statement prints it, with symbol and commas: "£1,200.00", "-£1,200.00".
// An amount that In(c) refuses panics.
func (a Amount) Format(c Currency) string {
	if _, err := a.In(c); err != nil {
		panic("money: " + err.Error())
	}
	text := a.d.Abs().StringFixed(int32(c.Places))
	whole, fraction, found := strings.Cut(text, ".")
	var b strings.Builder
	if a.Sign() < 0 {
		b.WriteByte('-')
	}
	b.WriteString(c.Symbol)
	b.WriteString(withCommas(whole))
	if found {
		b.WriteByte('.')
		b.WriteString(fraction)
	}
	return b.String()
}

// withCommas puts a comma between every three digits.
func withCommas(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	first := len(digits) % 3
	b.WriteString(digits[:first])
	for i := first; i < len(digits); i += 3 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// MarshalJSON writes the amount as a string, "1200.00", never as a number.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(`"` + a.String() + `"`), nil }

// UnmarshalJSON reads what MarshalJSON wrote and nothing else: numbers, null, exponents, commas, symbols,
// spare noughts in front and more than PlacesMax places are refused. The currency stands elsewhere in the
// document: give it with In.
func (a *Amount) UnmarshalJSON(data []byte) error {
	text := string(data)
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return fmt.Errorf(`%q is not an amount: write it as a string, "1200.00"`, clip(text))
	}
	text = text[1 : len(text)-1]
	x, fault := parseDecimal(text)
	if fault != "" {
		return fmt.Errorf(`%q is not an amount: %s; write it as "1200.00"`, clip(text), fault)
	}
	_, after, _ := strings.Cut(text, ".")
	if len(after) > PlacesMax {
		return fmt.Errorf("%q has %d places after the point, and no currency has more than %d", clip(text), len(after), PlacesMax)
	}
	minor, ok := x.minor(Currency{Places: len(after)})
	if !ok {
		return fmt.Errorf("%q is too large: amounts stay below %d either way", clip(text), int64(AmountLimit))
	}
	read := Amount{d: decimal.New(minor, -int32(len(after)))}
	if read.String() != text {
		return errors.New(`"` + text + `" is not an amount as amounts are written: "` + read.String() + `" was expected`)
	}
	*a = read
	return nil
}
