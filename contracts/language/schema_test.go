package language

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"outturn/contracts/document"
)

var update = flag.Bool("update", false, "write schema.json and the golden files anew; read the difference before committing it")

func TestSchemaIsCurrent(t *testing.T) {
	if *update {
		if err := os.WriteFile("schema.json", Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, Schema()) {
		t.Error("schema.json is not what the key tables print: run go generate ./contracts/language and read the difference")
	}
}

// valuesOf reads a document as JSON values, every scalar a text.
func valuesOf(text []byte) (all any) {
	d := document.NewReader("test.yaml", text)
	d.Read(text, "", func(root *document.Node) { all = values(root) })
	return all
}

// values returns a node as JSON values, every scalar a text.
func values(n *document.Node) any {
	switch n.Kind {
	case document.List:
		all := []any{}
		for _, item := range n.Items {
			all = append(all, values(item))
		}
		return all
	case document.Map:
		all := map[string]any{}
		for i, k := range n.Keys {
			all[k.Text] = values(n.Items[i])
		}
		return all
	default:
		return n.Text
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("contract.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("contract.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaAcceptsGoodContracts(t *testing.T) {
	s := compiled(t)
	for file, document := range good(t) {
		if err := s.Validate(valuesOf(document)); err != nil {
			t.Errorf("%s: %s", file, err)
		}
	}
}

// What Decode refuses for its keys, words or forms, the schema refuses too.
func TestSchemaRefusesWhatDecodeRefuses(t *testing.T) {
	s := compiled(t)
	document := good(t)["testdata/good/troubled-families.yaml"]
	for _, change := range []struct{ name, from, to string }{
		{"an unknown key", "price: £100.00", "prise: £100.00"},
		{"a missing key", "beyond: refuse, ", ""},
		{"a word that is no option", "beyond: refuse", "beyond: drop"},
		{"a list in place of a text", "per: family, for: families", "per: family, for: [families]"},
		{"an unknown test", "{more_than: 85%}", "{above: 85%}"},
	} {
		changed := bytes.Replace(document, []byte(change.from), []byte(change.to), 1)
		if bytes.Equal(changed, document) {
			t.Fatalf("%s: the contract does not hold %q", change.name, change.from)
		}
		if err := s.Validate(valuesOf(changed)); err == nil {
			t.Errorf("%s: the schema passes it", change.name)
		}
		if _, err := Decode(change.name, changed); err == nil {
			t.Errorf("%s: Decode passes it", change.name)
		}
	}
}
