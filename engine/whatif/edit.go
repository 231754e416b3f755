package whatif

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Edit is one value of a contract's document changed.
type Edit struct{ Path, From, To string }

// SetTerm changes one value of a contract's document and leaves every other character alone. The path is the keys down to
// it with dots between, items of lists by number from 1: caps.1.not_above, tables.fees.rows.2.job_price. A value that begins
// with { or [ is written as it stands; any other is a text. The error names the part of the path that is not there, with
// what is, or a value that is written over several lines.
func SetTerm(document []byte, path, value string) ([]byte, Edit, error) {
	n := rootOf(document)
	if n == nil {
		return nil, Edit{}, fmt.Errorf("the document is not YAML")
	}
	at := "the contract"
	for part := range strings.SplitSeq(path, ".") {
		next, err := step(n, at, part)
		if err != nil {
			return nil, Edit{}, err
		}
		n = next
		at = strings.TrimPrefix(at+"."+part, "the contract.")
	}
	if n.Kind != yaml.ScalarNode {
		return nil, Edit{}, fmt.Errorf("%s is not a single value; go on to one of %s", path, listed(below(n)))
	}
	changed, err := replaceScalar(document, n, value)
	return changed, Edit{path, n.Value, value}, err
}

// step goes one part down a path.
func step(n *yaml.Node, at, part string) (*yaml.Node, error) {
	switch n.Kind {
	case yaml.MappingNode:
		if next := valueOf(n, part); next != nil {
			return next, nil
		}
		return nil, fmt.Errorf("%s has no %q; it has %s", at, part, listed(below(n)))
	case yaml.SequenceNode:
		i, err := strconv.Atoi(part)
		if err != nil || i < 1 || i > len(n.Content) {
			return nil, fmt.Errorf("%s is a list of %d; %q is not a number from 1 to %d", at, len(n.Content), part, len(n.Content))
		}
		return n.Content[i-1], nil
	default:
		return nil, fmt.Errorf("%s is a single value, %q, and has no %q", at, n.Value, part)
	}
}

func below(n *yaml.Node) []string {
	const most = 24
	var names []string
	if n.Kind == yaml.SequenceNode {
		return []string{fmt.Sprintf("1 to %d", len(n.Content))}
	}
	for i := 0; i < len(n.Content); i += 2 {
		names = append(names, n.Content[i].Value)
	}
	if len(names) > most {
		names = append(names[:most], "others")
	}
	return names
}

// bare is a text that can stand in a document without quotation marks.
var bare = regexp.MustCompile(`^[A-Za-z0-9£$€(][A-Za-z0-9£$€.%_/ +*()-]*$`)

// replaceScalar writes a value in the place of another.
func replaceScalar(document []byte, n *yaml.Node, value string) ([]byte, error) {
	at, err := offsetOf(document, n.Line, n.Column)
	if err != nil {
		return nil, err
	}
	length := -1
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		length = quotedLength(document[at:], '"', '\\')
	case n.Style&yaml.SingleQuotedStyle != 0:
		length = quotedLength(document[at:], '\'', '\'')
	case strings.HasPrefix(string(document[at:]), n.Value):
		length = len(n.Value)
	}
	if length < 0 {
		return nil, fmt.Errorf("line %d: the value is written over several lines; change it in the file", n.Line)
	}
	text := value
	if !bare.MatchString(value) && !strings.HasPrefix(value, "{") && !strings.HasPrefix(value, "[") {
		text = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	}
	return slices.Concat(document[:at], []byte(text), document[at+length:]), nil
}

// quotedLength is how many bytes a quoted text has, its marks included; -1 when it does not end. An escaped mark stands
// behind escape.
func quotedLength(text []byte, mark, escape byte) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == escape && i+1 < len(text) && (escape != mark || text[i+1] == mark):
			i++
		case text[i] == mark:
			return i + 1
		}
	}
	return -1
}
