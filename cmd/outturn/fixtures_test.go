package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"outturn/cmd/outturn/expectation"
	"outturn/cmd/outturn/terminal"
)

// Every folder of fixtures settles as it was worked by hand, and as somebody published.
func TestFixtures(t *testing.T) {
	root := filepath.Join("..", "..", "fixtures")
	var places []string
	err := filepath.WalkDir(root, func(place string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && contractIn(place) != "" {
			places = append(places, place) // one folder may hold another
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	run := 0
	for _, place := range places {
		name, _ := filepath.Rel(root, place)
		t.Run(name, func(t *testing.T) {
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
					p := &terminal.Page{Width: terminal.PageWidthMax}
					printOutcomes(p, []outcome{o}, 1)
					t.Error(p.Text.String())
				}
			}
			for _, needed := range []string{"README.md", expectation.Name} {
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
