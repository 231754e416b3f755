package api

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Keys are pseudonymous. A sender who puts a name, an e-mail address, a postcode or an official number where a key
// belongs is told so and refused: what is never taken in cannot leak.

var (
	emailLike    = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$`)
	postcodeLike = regexp.MustCompile(`^(?i:[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}|GIR 0AA)$`)
	unspacedCode = regexp.MustCompile(`^(?:[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-BD-HJLNP-UW-Z]{2})$`)
	insuredLike  = regexp.MustCompile(`^(?i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D])$`)
	nameLike     = regexp.MustCompile(`^\p{Lu}[\p{Ll}'’-]+(?:,? +(?:\p{Lu}\.|\p{Lu}[\p{Ll}'’-]+))+$`)
)

// SomebodysName is what Personal says of a name, of which it is least sure: towns are written like people.
const SomebodysName = "somebody's name"

// Personal says what a text looks like that nobody may be known by: "an e-mail address", "a postcode"; "" for nothing of
// the kind. Nothing is said of a text with fewer than 5 or more than 128 letters.
func Personal(text string) string {
	text = strings.TrimSpace(text)
	if len(text) < 5 || len(text) > 128 {
		return ""
	}
	joined := strings.NewReplacer(" ", "", "-", "").Replace(text)
	switch {
	case strings.Contains(text, "@") && emailLike.MatchString(text):
		return "an e-mail address"
	case insuredLike.MatchString(joined):
		return "a National Insurance number"
	case healthNumber(joined):
		return "an NHS number"
	case postcodeLike.MatchString(text), unspacedCode.MatchString(text):
		return "a postcode"
	case nameLike.MatchString(text):
		return SomebodysName
	}
	return ""
}

// plainKey reports, without looking closely, that a key is nothing that Personal finds. Keys come by the million, and most
// are a few letters and digits.
func plainKey(key []byte) bool {
	letters, digits := 0, 0
	for _, c := range key {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			letters++
		case c == ' ' || c == ',' || c == '@' || c >= utf8.RuneSelf:
			return false
		}
	}
	n := len(key)
	coded := n >= 5 && n <= 7 && key[n-3] >= '0' && key[n-3] <= '9' && key[n-2] >= 'A' && key[n-1] >= 'A' // as postcodes end
	return digits != 10 && (letters != 3 || digits != 6) && !coded
}

// healthNumber reports whether a text is ten digits of which the last checks the others, modulo 11, as NHS numbers do
// (NHS Data Dictionary, NHS NUMBER).
func healthNumber(text string) bool {
	if len(text) != 10 {
		return false
	}
	sum := 0
	for i := range 10 {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
		if i < 9 {
			sum += int(text[i]-'0') * (10 - i)
		}
	}
	return (11-sum%11)%11 == int(text[9]-'0')
}
