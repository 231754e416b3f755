// Package wording puts names, figures and lists into English, as faults and sentences print them.
package wording

import "strings"

// Spaced returns a name as words.
func Spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }

// OrName is what a thing is called, or else its name as words.
func OrName(called, name string) string {
	if called != "" {
		return called
	}
	return Spaced(name)
}

// Thousands puts commas into a whole number of four digits and more.
func Thousands(digits string) string {
	if strings.Trim(digits, "0123456789") != "" {
		return digits
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// Capital begins a text with a capital letter.
func Capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Article puts a or an before a noun.
func Article(s string) string {
	if s != "" && strings.ContainsRune("aeiou", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}

// List joins words as a sentence does: "a, b and c".
func List(words []string) string {
	return Enumerate(words, "and")
}

// Enumerate joins words as a sentence does, with the given word before the last: "a, b or c".
func Enumerate(words []string, last string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
