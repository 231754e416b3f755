package money

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// DigitsMax is the most digits that a figure may be written with: those of a decimal128, far beyond any
// public budget in pence, and short enough that a hostile figure costs nothing to read.
const DigitsMax = 34

// exponentMax bounds the decimals that FromDecimal expands, as the decimal library's own parsers do.
const exponentMax = 10_000

// powersOfTen holds 10^0 to 10^18, those that fit an int64.
var powersOfTen = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// ParseExact reads a number as a person writes it: "1234.50", "-3" or "5/6". A fraction has a whole
// number above and below. Exponents, "NaN", "Inf", "_", "+", blanks, commas, a point with no digit on
// either side, a denominator of nought and more than DigitsMax digits are refused with the reason.
func ParseExact(text string) (Exact, error) {
	if len(text) > 2*DigitsMax {
		return Exact{}, fmt.Errorf("a figure of %d characters, beginning %q, is too long: at most %d digits are read", len(text), text[:24], DigitsMax)
	}
	above, below, isFraction := strings.Cut(text, "/")
	if !isFraction {
		x, fault := parseDecimal(text)
		if fault != "" {
			return Exact{}, notNumber(text, fault)
		}
		return x, nil
	}
	n, fault := parseDecimal(above)
	if fault != "" {
		return Exact{}, notNumber(text, "above the stroke, "+fault)
	}
	d, fault := parseDecimal(below)
	if fault != "" {
		return Exact{}, notNumber(text, "below the stroke, "+fault)
	}
	if strings.Contains(text, ".") {
		return Exact{}, notNumber(text, "a fraction has a whole number above and below")
	}
	if below[0] == '-' {
		return Exact{}, notNumber(text, "the sign of a fraction stands in front")
	}
	if digits := len(strings.TrimPrefix(text, "-")) - 1; digits > DigitsMax {
		return Exact{}, notNumber(text, tooManyDigits(digits))
	}
	q, ok := n.Quo(d)
	if !ok {
		return Exact{}, notNumber(text, "a fraction cannot be over nought")
	}
	return q, nil
}

// MustExact reads a figure that stands in the code; one that is none panics.
func MustExact(s string) Exact {
	x, err := ParseExact(s)
	if err != nil {
		panic(err)
	}
	return x
}

// ParseExactBytes reads a decimal by the rules of ParseExact, without fractions, and without allocating
// for figures of up to 18 digits. It says only whether the text was a number: ask ParseExact for the reason.
func ParseExactBytes(text []byte) (Exact, bool) {
	x, fault := parseDecimal(text)
	return x, fault == ""
}

func notNumber(text, fault string) error {
	return fmt.Errorf("%q is not a number that can be read: %s; write it in full, such as 1200.50, -3 or 5/6", text, fault)
}

func tooManyDigits(digits int) string {
	return fmt.Sprintf("it has %d digits, and at most %d are read", digits, DigitsMax)
}

// parseDecimal reads [-]digits[.digits]. The fault is "" when the text is sound.
func parseDecimal[T string | []byte](text T) (Exact, string) {
	start := 0
	if len(text) > 0 && text[0] == '-' {
		start = 1
	}
	point := -1
	var value uint64
	digits := 0
	for i := start; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
			if digits <= 18 {
				value = value*10 + uint64(c-'0')
			}
		case c == '.' && point < 0 && i > start:
			point = i
		default:
			return Exact{}, faultAt(string(text), i)
		}
	}
	switch {
	case digits == 0:
		return Exact{}, "there are no digits"
	case point == len(text)-1:
		return Exact{}, "no digit follows the point"
	case digits > DigitsMax:
		return Exact{}, tooManyDigits(digits)
	}
	places := 0
	if point >= 0 {
		places = len(text) - point - 1
	}
	if digits > 18 {
		return parseLong(string(text), places), ""
	}
	for places > 0 && value%10 == 0 {
		value, places = value/10, places-1
	}
	n := int64(value)
	if start == 1 {
		n = -n
	}
	if places == 0 {
		return Exact{n: n}, ""
	}
	g := gcd(n, powersOfTen[places])
	return small(n/g, powersOfTen[places]/g), ""
}

// parseLong reads text that parseDecimal found sound and too long for 64 bits.
func parseLong(text string, places int) Exact {
	n, ok := new(big.Int).SetString(strings.Replace(text, ".", "", 1), 10)
	if !ok {
		panic("money: a sound figure could not be read: " + text)
	}
	return shrink(new(big.Rat).SetFrac(n, powerOfTen(places)))
}

// faultAt says what is wrong with the character at i, in words for the commonest mistakes.
func faultAt(text string, i int) string {
	switch text[i] {
	case 'e', 'E':
		if i > 0 {
			return "exponents are not read"
		}
	case '+':
		return "a leading + is not read"
	case ' ', '\t', '\n', '\r':
		return "blanks are not read"
	case ',':
		return "commas are read only in money"
	case '_':
		return "underscores are not read"
	}
	for _, r := range text[i:] {
		return fmt.Sprintf("a digit was expected at character %d, and %q was found", i+1, r)
	}
	return "a digit was expected at its end"
}

// FromDecimal returns d exactly. A decimal whose exponent is beyond 10,000 either way cannot have come
// through a seam of ours and panics.
func FromDecimal(d decimal.Decimal) Exact {
	exponent, coefficient := int(d.Exponent()), d.Coefficient()
	if exponent > exponentMax || exponent < -exponentMax {
		panic(fmt.Sprintf("money: a decimal with exponent %d; at most %d is held", exponent, exponentMax))
	}
	if exponent >= 0 {
		return shrink(new(big.Rat).SetInt(coefficient.Mul(coefficient, powerOfTen(exponent))))
	}
	if coefficient.IsInt64() && -exponent < len(powersOfTen) {
		return Frac(coefficient.Int64(), powersOfTen[-exponent])
	}
	return shrink(new(big.Rat).SetFrac(coefficient, powerOfTen(-exponent)))
}

// Decimal returns x as a decimal with no more places than it needs, and false when it has no finite decimal.
func (x Exact) Decimal() (decimal.Decimal, bool) {
	coefficient, places, ok := x.finite()
	if !ok {
		return decimal.Decimal{}, false
	}
	return decimal.NewFromBigInt(coefficient, -int32(places)), true
}

// String returns the shortest decimal, "1234.5", when x has a finite one, and else the fraction, "5/6".
// ParseExact reads back whatever has at most DigitsMax digits.
func (x Exact) String() string {
	if x.r == nil && x.d == 0 {
		return strconv.FormatInt(x.n, 10)
	}
	coefficient, places, ok := x.finite()
	if !ok {
		return x.rat().String()
	}
	digits := new(big.Int).Abs(coefficient).String()
	if places > 0 {
		if len(digits) <= places {
			digits = strings.Repeat("0", places-len(digits)+1) + digits
		}
		digits = digits[:len(digits)-places] + "." + digits[len(digits)-places:]
	}
	if coefficient.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

// finite returns x as a coefficient and the least number of decimal places, and false when the
// denominator has a factor other than 2 and 5.
func (x Exact) finite() (coefficient *big.Int, places int, ok bool) {
	if x.r == nil {
		if x.d == 0 {
			return big.NewInt(x.n), 0, true
		}
		twos := bits.TrailingZeros64(uint64(x.d))
		rest, fives := x.d>>twos, 0
		for rest%5 == 0 {
			rest, fives = rest/5, fives+1
		}
		if rest != 1 {
			return nil, 0, false
		}
		places = max(twos, fives)
	} else {
		if places, ok = placesOf(x.r.Denom()); !ok {
			return nil, 0, false
		}
	}
	r := x.rat()
	scale := powerOfTen(places)
	scale.Quo(scale, r.Denom())
	return scale.Mul(scale, r.Num()), places, true
}

// placesOf returns the decimal places that a large denominator needs, and false when no number is enough.
func placesOf(denominator *big.Int) (int, bool) {
	twos := int(denominator.TrailingZeroBits())
	rest := new(big.Int).Rsh(denominator, uint(twos))
	fives := 0
	five, remainder, quotient := big.NewInt(5), new(big.Int), new(big.Int)
	for {
		quotient.QuoRem(rest, five, remainder)
		if remainder.Sign() != 0 {
			break
		}
		rest, quotient = quotient, rest
		fives++
	}
	return max(twos, fives), rest.IsInt64() && rest.Int64() == 1
}

// powerOfTen returns 10^n as a new big.Int.
func powerOfTen(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
