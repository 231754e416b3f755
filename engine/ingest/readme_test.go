package ingest

import (
	"os"
	"strings"
	"testing"
)

// fenced returns the fenced block of the README that begins with the language.
func fenced(t *testing.T, language string) string {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(b), "```"+language+"\n")
	text, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatalf("the README has no %s block", language)
	}
	return text
}

// What the README shows is read as it says.
func TestReadmeItemsAreRead(t *testing.T) {
	c := families()
	s := open(t, c, folder("e.ndjson", fenced(t, "json")), Options{})
	want := lines("family\tF\t\tsouth\t",
		"\tattachment\t2012-06-01\t\tid=a-1\tcorrected",
		"\tattachment\t2012-06-04\t\tlearned=2012-07-02\tid=a-2\tpoints=a-1\twithdrawn",
		"\tattachment\t2012-06-04\t\tlearned=2012-08-01\tpoints=a-2\twithdrawing",
		"adult\tM\t0",
		"\temployment\t2012-09-03\t2013-02-01")
	if got := written(t, c, s); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestReadmeMappingIsRead(t *testing.T) {
	c := savings()
	says := &c.Evidence[0].Says
	scheme := (*says)[0]
	scheme.Name, scheme.Choices = "scheme", []string{"2023 scheme"}
	*says = append(*says, scheme)
	c.Units[0].Facts[0].Choices = []string{"AZ"}
	text := "ACO_ID,Project,Seat,Current_Track,Risk,Start,MinSav,DisAdj\nA1,P-2,AZ,EN,Two-Sided,07/01/2019,1%,-5\nA2,P-3,,,,,,\n"
	s := open(t, c, folder("evidence.yaml", fenced(t, "yaml"), "results-2023.csv", text, "notes.csv", "x"), Options{})
	want := lines("organisation\tA1\t\tAZ", "\tyear_report\t2023-12-31\t\tEN\tyes\t2019-07-01\t\t5\t0.01\t\t\t\t2023 scheme\tlearned=2024-10-29")
	if got := written(t, c, s); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
