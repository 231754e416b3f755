package language

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A document that was decoded is the same contract again, one with a fault is refused each time, and no more are held than may be.
func TestDocumentsHoldWhatTheyDecoded(t *testing.T) {
	document, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "demonstration", "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var d Documents
	first, err := d.Decode("one", document)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Decode("another", document); err != nil || again != first {
		t.Errorf("decoded again: %v", err)
	}
	for _, name := range []string{"one.yaml", "two.yaml"} {
		if c, err := d.Decode(name, []byte("outturn: 1\n")); err == nil || c != nil {
			t.Errorf("%s: half a contract was decoded", name)
		}
	}
	for n := range documentsMax + 1 {
		other, err := d.Decode("other", fmt.Appendf(nil, "%s\n# %d\n", document, n))
		if err != nil || other == first {
			t.Fatalf("another document: %v", err)
		}
	}
	if n := len(d.read); n > documentsMax {
		t.Errorf("%d are held, and %d may be", n, documentsMax)
	}
}
