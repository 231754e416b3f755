package counterfactual

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"strings"
	"testing"
)

// The reference cases, answered by R, are fixtures: every expected number within its tolerance, every settled figure
// equal as text, every pair of every matching, every refusal with its class.

const estimates = "../../fixtures/estimates"

// wanted is what a case expects.
type wanted struct {
	ID       string              `json:"id"`
	Expected map[string]*float64 `json:"expected"`
	Extra    map[string]any      `json:"extra"`
	Settle   struct {
		Estimate string `json:"estimate"`
		Exact    string `json:"estimate_exact"`
	} `json:"settle"`
	Tolerance struct{ Rel, Abs float64 } `json:"tolerance"`
	Refuse    string                     `json:"refuse"`
}

func readReference(t testing.TB, name string) ([]Asked, []wanted) {
	t.Helper()
	text, err := os.ReadFile(path.Join(estimates, name))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := ReadCases(text, os.DirFS(estimates))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []wanted }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(cases) != len(file.Cases) || len(cases) == 0 {
		t.Fatalf("%d cases read of %d", len(cases), len(file.Cases))
	}
	return cases, file.Cases
}

func TestReferenceCases(t *testing.T) {
	cases, wants := readReference(t, "cases.json")
	for i, asked := range cases {
		want := wants[i]
		t.Run(want.ID, func(t *testing.T) {
			if asked.Refusal != nil {
				t.Fatal(asked.Refusal)
			}
			got, err := Estimate(asked.Case)
			if err != nil {
				t.Fatal(err)
			}
			figures := map[string]Number{"estimate": got.Estimate, "se": got.SE, "ci_low": got.CILow, "ci_high": got.CIHigh, "p_one_sided": got.POneSided, "p_two_sided": got.PTwoSided}
			if got.NTreated != nil {
				figures["n_treated"] = exactly(got.NTreated)
			}
			if got.NControl != nil {
				figures["n_control"] = exactly(got.NControl)
			}
			for name, value := range want.Expected {
				if value != nil {
					meets(t, name, figures[name], *value, want)
				}
			}
			if got.Settled != want.Settle.Estimate {
				t.Errorf("settled %s, want %s", got.Settled, want.Settle.Estimate)
			}
			if want.Settle.Exact != "" && got.EstimateExact != want.Settle.Exact {
				t.Errorf("exactly %s, want %s", got.EstimateExact, want.Settle.Exact)
			}
			checkExtra(t, got, want)
			if file, ok := want.Extra["pairs_file"].(string); ok {
				checkPairs(t, got, file)
			}
		})
	}
}

func meets(t *testing.T, name string, got Number, want float64, w wanted) {
	t.Helper()
	if !got.Known() {
		t.Errorf("%s is not known, want %v", name, want)
		return
	}
	if value := got.Float64(); !(math.Abs(value-want) <= w.Tolerance.Abs+w.Tolerance.Rel*math.Abs(want)) {
		t.Errorf("%s = %v, want %v (off by %.2g of itself)", name, value, want, math.Abs(value/want-1))
	}
}

func checkExtra(t *testing.T, got Result, want wanted) {
	t.Helper()
	extra := map[string]Extra{}
	for _, e := range got.Extra {
		extra[e.Name] = e
	}
	for name, value := range want.Extra {
		switch value := value.(type) {
		case float64:
			e := extra[name]
			if !e.Single {
				t.Errorf("extra %s is missing", name)
				continue
			}
			meets(t, name, e.Values[0], value, want)
		case []any:
			for j, v := range value {
				if j >= len(extra[name].Values) {
					t.Errorf("extra %s has %d figures, want %d", name, len(extra[name].Values), len(value))
					break
				}
				meets(t, fmt.Sprint(name, j), extra[name].Values[j], v.(float64), want)
			}
		}
	}
}

func checkPairs(t *testing.T, got Result, file string) {
	t.Helper()
	text, err := os.ReadFile(path.Join(estimates, file))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("treated_id,control_id,round\n")
	for _, p := range got.Pairs {
		fmt.Fprintf(&b, "%s,%s,%d\n", p.Treated, p.Control, p.Round)
	}
	if b.String() != string(text) {
		t.Errorf("the %d pairs are not those of %s", len(got.Pairs), file)
	}
}

func TestReferenceRefusals(t *testing.T) {
	cases, wants := readReference(t, "refusals.json")
	for i, asked := range cases {
		t.Run(wants[i].ID, func(t *testing.T) {
			err := asked.Refusal
			if err == nil {
				_, err = Estimate(asked.Case)
			}
			var refusal *Refusal
			ok := errors.As(err, &refusal)
			if !ok {
				t.Fatalf("not refused: %v", err)
			}
			if string(refusal.Class) != wants[i].Refuse {
				t.Errorf("refused as %v, want %s", refusal, wants[i].Refuse)
			}
		})
	}
}
