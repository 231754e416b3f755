package language

import (
	"bytes"
	"encoding/json"
	"slices"
)

//go:generate go test -run TestSchemaIsCurrent -update .

// Schema returns the JSON Schema of a contract (draft 2020-12), by which an editor completes and checks one as it is
// written. It is printed from the same tables that Decode holds a document against. It knows keys, words and forms, and
// nothing of names, types and levels: a document that it passes may still have faults.
func Schema() []byte {
	p := schemaPrinter{defs: map[string]any{}}
	top := p.shape(topShape)
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	top["title"] = "An outcomes contract, edition 1 of the contract language"
	top["$defs"] = p.defs
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(top); err != nil {
		panic(err) // maps, lists and texts only
	}
	return b.Bytes()
}

// schemaPrinter turns shapes into schemas; shapes with a name are printed once.
type schemaPrinter struct{ defs map[string]any }

func (p *schemaPrinter) shape(s *shape) map[string]any {
	if s.def == "" {
		return p.body(s)
	}
	if _, printed := p.defs[s.def]; !printed {
		p.defs[s.def] = nil // a condition holds conditions
		p.defs[s.def] = p.body(s)
	}
	return map[string]any{"$ref": "#/$defs/" + s.def}
}

func (p *schemaPrinter) body(s *shape) map[string]any {
	switch s.kind {
	case eitherShape:
		var alternatives []any
		for _, one := range s.either {
			alternatives = append(alternatives, p.shape(one))
		}
		return map[string]any{"anyOf": alternatives, "description": s.what}
	case listShape:
		return map[string]any{"type": "array", "items": p.shape(s.item), "description": s.what}
	case mapShape:
		return p.object(s)
	default:
		return p.scalar(s)
	}
}

// scalar prints a text. Every scalar is read as its text, so what YAML takes for a number or a truth value passes too.
func (p *schemaPrinter) scalar(s *shape) map[string]any {
	out := map[string]any{"description": s.what}
	if len(s.words) == 0 {
		out["type"] = []any{"string", "number", "boolean"}
		if s.pattern != "" {
			out["pattern"] = s.pattern
		}
		return out
	}
	var values []any
	for _, o := range s.words {
		values = append(values, o.Word)
		if o.Means != "" {
			out["description"] = out["description"].(string) + "; " + o.Word + ": " + o.Means
		}
	}
	if slices.Contains(values, any("yes")) {
		values = append(values, true, false)
	}
	out["enum"] = values
	return out
}

func (p *schemaPrinter) object(s *shape) map[string]any {
	properties := map[string]any{}
	var required []any
	for _, k := range s.keys {
		if k.refuse != "" {
			continue
		}
		property := map[string]any{"description": k.says}
		for name, value := range p.shape(k.takes) {
			if name != "description" {
				property[name] = value
			}
		}
		properties[k.name] = property
		if k.need {
			required = append(required, k.name)
		}
	}
	out := map[string]any{"type": "object", "description": s.what, "additionalProperties": false}
	if len(properties) > 0 {
		out["properties"] = properties
	}
	if required != nil {
		out["required"] = required
	}
	if s.item != nil {
		out["additionalProperties"] = p.shape(s.item)
	}
	return out
}
