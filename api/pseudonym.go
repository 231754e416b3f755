package api

import (
	"regexp"
	"strings"
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

// personal says what a text looks like that nobody may be known by, "" for nothing of the kind.
func personal(text string) string {
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
		return "somebody's name"
	}
	return ""
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
