package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPersonal tells what names somebody from what does not. 943 476 5919 is the example of the NHS Data Dictionary; QQ
// begins no National Insurance number, and SW1A 1AA is a palace.
func TestPersonal(t *testing.T) {
	for text, want := range map[string]string{
		"ann@example.org": "an e-mail address", "ann@example": "", "@handle": "",
		"9434765919": "an NHS number", "943 476 5919": "an NHS number", "9434765918": "", "94347659190": "", "0000000001": "",
		"AB123456C": "a National Insurance number", "ab 12 34 56 c": "a National Insurance number", "QQ123456C": "", "AB123456E": "", "AB12345C": "",
		"SW1A 1AA": "a postcode", "m1 1ae": "a postcode", "SW1A1AA": "a postcode", "m11ae": "", "F001": "", "P01a": "", "A1B2C3": "",
		"Jane Doe": "somebody's name", "Doe, Jane": "somebody's name", "José García": "somebody's name", "jane doe": "", "F001 2012": "", "Jane": "", "CASE-77": "",
		"3f7a9c0d51e2": "", "attachment-F004": "",
	} {
		if found := Personal(text); found != want {
			t.Errorf("%q looks like %q, expected %q", text, found, want)
		}
		if want != "" && plainKey([]byte(text)) {
			t.Errorf("%q is passed over without a look", text)
		}
	}
}

// TestNoKeyOfAFixtureLooksPersonal reads the first cells of every worked settlement: keys that people chose with care
// are not refused.
func TestNoKeyOfAFixtureLooksPersonal(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "fixtures", "*", "evidence", "*.csv"))
	if err != nil || len(names) < 30 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(filepath.Dir(name), "..", "evidence.yaml")); err == nil {
			continue // published files, whose other columns are not taken in
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b[:min(len(b), 1<<16)])) {
			for cell := range strings.SplitSeq(strings.TrimSpace(line), ",") {
				if what := Personal(cell); what != "" {
					t.Errorf("%s: %q looks like %s", name, cell, what)
				}
			}
		}
	}
}

// TestStrictJSON refuses what the usual decoder lets pass, and says where it stands.
func TestStrictJSON(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":1,"a":2}`: "duplicate", "{\"a\":\"\xff\"}": "UTF-8", `{"a":"\u0000"}`: "NUL", `{"a":1e2}`: "exponent", `{"a":1}{`: "", `{"a":1} 2`: "", `{"a":01}`: "",
		strings.Repeat("[", 100) + strings.Repeat("]", 100): "nests", "": "",
	} {
		faults := strictFaults([]byte(body))
		if body != "" && (want != "" || strings.HasSuffix(body, "{") || strings.Contains(body, "01")) && len(faults) == 0 {
			t.Errorf("%.40q is let through", body)
		}
		if want != "" && (len(faults) == 0 || !strings.Contains(faults[0].Message, want) || faults[0].Line != 1) {
			t.Errorf("%.40q: %+v, expected %q", body, faults, want)
		}
	}
	if faults := strictFaults([]byte("{\n \"a\": [1.50, \"é\", true, null],\n \"b\": {\"a\": 1}\n}")); len(faults) != 0 {
		t.Errorf("a sound document: %+v", faults)
	}
	two := strictFaults([]byte("{\"a\": 1e2,\n \"b\": [\"\\u0000\"]}"))
	if len(two) != 2 || two[0].Pointer != "/a" || two[1].Pointer != "/b/0" || two[1].Line != 2 {
		t.Errorf("two faults: %+v", two)
	}
}

// FuzzPlainKey holds the quick look against the close one.
func FuzzPlainKey(f *testing.F) {
	for _, text := range []string{"F001", "SW1A1AA", "M11AE", "AB123456C", "943-476-5919", "Jane Doe", "a@b.cd", "W1A1HQ", "GIR0AA"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if what := Personal(text); what != "" && plainKey([]byte(text)) {
			t.Errorf("%q looks like %s and is passed over without a look", text, what)
		}
	})
}
