package language_test

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"outturn/contracts/document"
	"outturn/contracts/language"
	"outturn/contracts/sentences"
)

// The README is the language's reference, so it is held to the code: every block of it decodes, every sentence it shows
// is the one printed, every fault it shows is the one reported, and every key and word of the schema stands in it.
// engine/reference_test.go settles the examples of its blocks.

// readmeBlock is a fenced block of the README: what its fence says, its text, and the ```text block straight after it.
type readmeBlock struct {
	line  int
	fence string
	text  string
	shows string
}

// readmeBlocks returns the YAML blocks of a README, each with the text block that follows it, if one does.
func readmeBlocks(t *testing.T, readme string) []readmeBlock {
	t.Helper()
	var blocks []readmeBlock
	var open *readmeBlock
	adjacent := false // a YAML block has just ended, and only blank lines came since
	for i, line := range strings.Split(readme, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &readmeBlock{line: i + 1, fence: fence}
		case isFence:
			switch {
			case strings.HasPrefix(open.fence, "yaml"):
				blocks, adjacent = append(blocks, *open), true
			case open.fence == "text" && adjacent:
				blocks[len(blocks)-1].shows, adjacent = open.text, false
			}
			open = nil
		case open != nil:
			open.text += line + "\n"
		case line != "":
			adjacent = false
		}
	}
	if open != nil || len(blocks) == 0 {
		t.Fatalf("the README has %d blocks of YAML, and one that is left open: %v", len(blocks), open)
	}
	return blocks
}

// topKey is a line that begins a section of a contract.
var topKey = regexp.MustCompile(`^([a-z_]+):`)

// sections cuts a document into its sections, in order.
func sections(document string) (names []string, bodies map[string]string) {
	bodies = map[string]string{}
	name := ""
	for line := range strings.Lines(document) {
		if m := topKey.FindStringSubmatch(line); m != nil {
			name = m[1]
			names = append(names, name)
		}
		if name != "" {
			bodies[name] += line
		}
	}
	return names, bodies
}

// framed puts a fragment into the frame, which is the README's first block: what a section of named things holds is
// added to the frame's; payments, examples and everything else stand instead of the frame's.
func framed(frame, fragment string) string {
	if strings.HasPrefix(fragment, "outturn:") {
		return fragment
	}
	order, out := sections(frame)
	delete(out, "examples")
	names, own := sections(fragment)
	for _, name := range names {
		first, rest, _ := strings.Cut(own[name], "\n")
		adds := first == name+":" && out[name] != "" && name != "payments" && !strings.HasPrefix(strings.TrimSpace(rest), "-")
		if adds {
			out[name] += rest
		} else {
			out[name] = own[name]
		}
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	var b strings.Builder
	for _, name := range order {
		b.WriteString(out[name])
	}
	return b.String()
}

// oneLine joins the lines of a text block, which are wrapped to be read.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// paragraphs cuts a text block at its blank lines, each put on one line.
func paragraphs(text string) []string {
	var all []string
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		all = append(all, oneLine(p))
	}
	return all
}

func TestReadmeBlocksDecodeAndSayWhatIsShown(t *testing.T) {
	blocks := readmeBlocks(t, readFile(t, "../README.md"))
	frame := blocks[0].text
	for _, b := range blocks {
		c, err := language.Decode("README.md", []byte(framed(frame, b.text)))
		if b.fence == "yaml refused" {
			refused(t, b, err)
			continue
		}
		if err != nil {
			t.Errorf("README.md:%d: the block does not decode:\n%v", b.line, err)
			continue
		}
		said := sentences.Of(c)
		for i := range c.Payments {
			said = append(said, c.Payments[i].Sentence)
		}
		if b.shows == "" {
			continue
		}
		for _, p := range paragraphs(b.shows) {
			if !slices.Contains(said, p) {
				t.Errorf("README.md:%d: the sentence shown is\n%s\nand these are printed\n%s", b.line, p, strings.Join(said, "\n"))
			}
		}
	}
}

// refused holds a block that must not decode against the fault shown after it, place and source line left out.
func refused(t *testing.T, b readmeBlock, err error) {
	t.Helper()
	var faults *document.Faults
	if !errors.As(err, &faults) {
		t.Errorf("README.md:%d: the block is shown as refused, and the error is %v", b.line, err)
		return
	}
	for _, p := range paragraphs(b.shows) {
		if !strings.Contains(oneLine(faults.Error()), p) {
			t.Errorf("README.md:%d: the fault shown is\n%s\nand this is reported\n%s", b.line, p, faults.Error())
		}
	}
}

// TestReadmeNamesEveryKeyAndWord holds the README against the schema, which is printed from the decoder's own tables.
func TestReadmeNamesEveryKeyAndWord(t *testing.T) {
	var schema any
	if err := json.Unmarshal(language.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	schemaWords(schema, words)
	if len(words) < 100 {
		t.Fatalf("the schema names %d keys and words; far more were expected", len(words))
	}
	readme := readFile(t, "../README.md")
	for word := range words {
		if !regexp.MustCompile(`(^|[^a-z_/])` + regexp.QuoteMeta(word) + `($|[^a-z_/])`).MatchString(readme) {
			t.Errorf("the key or word %q of the language does not stand in README.md", word)
		}
	}
}

// schemaWords collects the names of properties and the words of enumerations.
func schemaWords(v any, into map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			schemaWords(one, into)
		}
	case map[string]any:
		for name, one := range v {
			switch name {
			case "properties":
				if keys, ok := one.(map[string]any); ok {
					for key, takes := range keys {
						if takes != false {
							into[key] = true
						}
						schemaWords(takes, into)
					}
					continue
				}
			case "enum":
				if list, ok := one.([]any); ok {
					for _, word := range list {
						if s, ok := word.(string); ok {
							into[s] = true
						}
					}
					continue
				}
			}
			schemaWords(one, into)
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
