package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Every folder of fixtures settles as it was worked by hand, and as somebody published.
func TestFixtures(t *testing.T) {
	root := filepath.Join("..", "..", "fixtures")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	run := 0
	for _, entry := range entries {
		place := filepath.Join(root, entry.Name())
		if !entry.IsDir() || contractIn(place) == "" {
			continue
		}
		t.Run(entry.Name(), func(t *testing.T) {
			outcomes, err := testFolder(place)
			if err != nil {
				t.Fatal(err)
			}
			if len(outcomes) == 0 {
				t.Error("nothing is worked here: no examples and no expectation")
			}
			for _, o := range outcomes {
				run++
				if !o.OK {
					p := &page{width: pageWidthMax}
					printOutcomes(p, []outcome{o}, 1)
					t.Error(p.text.String())
				}
			}
			for _, needed := range []string{"README.md", expectedName} {
				if _, err := os.Stat(filepath.Join(place, needed)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if run == 0 {
		t.Error("no fixture was run")
	}
}
