package money

import "strings"

// PlacesMax is the most decimal places that a currency may have: with it, every amount below AmountLimit
// fits an int64 of minor units.
const PlacesMax = 3

// Currency is one currency: its ISO 4217 code, the sign that stands before an amount, and how many
// decimal places its minor unit has.
type Currency struct {
	Code, Symbol string
	Places       int
}

// currencies is every currency that a contract may be in. No sign may begin with a lower-case letter or a
// digit, and none may be the beginning of another, so that an amount is read in one way. Where the
// everyday sign would be shared, the code stands for it. (ISO 4217)
var currencies = [...]Currency{
	{"GBP", "£", 2}, {"USD", "$", 2}, {"EUR", "€", 2}, {"CHF", "CHF", 2}, {"JPY", "¥", 0},
	{"AUD", "A$", 2}, {"CAD", "CA$", 2}, {"NZD", "NZ$", 2}, {"SEK", "SEK", 2}, {"NOK", "NOK", 2},
	{"DKK", "DKK", 2}, {"PLN", "PLN", 2}, {"INR", "₹", 2}, {"ILS", "₪", 2}, {"KRW", "₩", 0}, {"KWD", "KWD", 3},
}

// LookupCurrency returns the currency of an ISO 4217 code in capitals, and false when no contract may be in it.
func LookupCurrency(code string) (Currency, bool) {
	for _, c := range currencies {
		if c.Code == code {
			return c, true
		}
	}
	return Currency{}, false
}

// SymbolAt returns the currency whose sign the text begins with, and false when it begins with none.
func SymbolAt(text string) (Currency, bool) {
	for _, c := range currencies {
		if strings.HasPrefix(text, c.Symbol) {
			return c, true
		}
	}
	return Currency{}, false
}

// unit is the currency's minor unit in major units: 1/100 for pence.
func (c Currency) unit() Exact { return Frac(1, powersOfTen[c.Places]) }

// known reports whether the currency can hold amounts at all; a Currency made by hand may not.
func (c Currency) known() bool { return c.Code != "" && c.Places >= 0 && c.Places <= PlacesMax }
