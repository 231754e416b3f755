package document

import "testing"

func TestNear(t *testing.T) {
	for _, one := range []struct{ written, known, want string }{
		{"prise", "price", "price"}, {"pirce", "price", "price"}, {"prices", "price", "price"}, {"rate", "price", ""},
		{"a", "b", "b"}, {"", "b", ""}, {"attachmnt_fee", "attachment_fee", "attachment_fee"},
	} {
		if got := Near(one.written, []string{one.known}); got != one.want {
			t.Errorf("near(%q, %q) = %q, expected %q", one.written, one.known, got, one.want)
		}
	}
	// A change, a letter more, a letter less and two swapped are one step each.
	for _, one := range []struct {
		a, b string
		far  int
	}{{"abc", "abd", 1}, {"abc", "abcd", 1}, {"abc", "ab", 1}, {"abc", "acb", 1}, {"abc", "abc", 0}, {"abc", "xyz", 3}} {
		if got := distance(one.a, one.b); got != one.far {
			t.Errorf("distance(%q, %q) = %d, expected %d", one.a, one.b, got, one.far)
		}
	}
}
