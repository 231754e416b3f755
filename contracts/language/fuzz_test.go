package language

import (
	"errors"
	"os"
	"strings"
	"testing"

	"outturn/contracts/document"
	"outturn/contracts/sentences"
)

// FuzzDecode holds Decode to its promise: any bytes give a contract or faults, each with a place in the document, and
// never a panic. A contract that decodes says its sentences and lists its choices.
func FuzzDecode(f *testing.F) {
	for _, document := range good(f) {
		f.Add(document)
	}
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	for _, one := range faultCases {
		f.Add([]byte(strings.Replace(string(small), one.from, one.to, 1)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Decode("fuzz.yaml", text)
		if err == nil {
			if len(c.Payments) == 0 || c.Payments[0].Sentence == "" || len(sentences.Choices(c)) == 0 {
				t.Error("a contract without payments, sentences or choices")
			}
			sentences.Of(c)
			return
		}
		var faults *document.Faults
		if !errors.As(err, &faults) || len(faults.List) == 0 || c != nil {
			t.Fatalf("%v is no list of faults", err)
		}
		lines := len(document.Lines(string(text)))
		for _, fault := range faults.List {
			if fault.Line < 0 || fault.Line > lines+1 || fault.Line > 0 && fault.Column < 1 || fault.Message == "" {
				t.Errorf("a fault without a place in the document of %d lines: %+v", lines, fault)
			}
		}
		if faults.Error() == "" {
			t.Error("faults that print nothing")
		}
	})
}
