package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/counterfactual"
)

// estimateCommand answers cases of the estimators from a file.
type estimateCommand struct {
	File string `arg:"" help:"File with one case, or a list of them, as JSON." placeholder:"FILE"`
	Data string `help:"Folder that the cases' tables are in; without it, the file's own." placeholder:"DIR"`
}

// Run prints one JSON object for each case, a line each: its figures, or its refusal and the class of it.
func (cmd *estimateCommand) Run(w terminal.World) error {
	text, err := os.ReadFile(cmd.File)
	if err != nil {
		return terminal.Usage(err)
	}
	folder := cmd.Data
	if folder == "" {
		folder = filepath.Dir(cmd.File)
	} else if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return terminal.Usage(fmt.Errorf("--data %s is not a folder: name the one that the cases' tables are in", folder))
	}
	cases, err := counterfactual.ReadCases(text, os.DirFS(folder))
	if err != nil {
		return terminal.Usage(fmt.Errorf("%s: %w", cmd.File, err))
	}
	out := bufio.NewWriter(w.Stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	refused := false
	for _, asked := range cases {
		answer := estimateAnswer{ID: asked.Case.ID, Estimator: asked.Case.Estimator}
		err := asked.Refusal
		if err == nil {
			var result counterfactual.Result
			if result, err = counterfactual.Estimate(asked.Case); err == nil {
				answer.fill(asked.Case, result)
			}
		}
		if err != nil {
			var refusal *counterfactual.Refusal
			if !errors.As(err, &refusal) {
				return err
			}
			answer.Refuse, answer.Why = string(refusal.Class), refusal.Reason
			refused = true
		}
		if err := encoder.Encode(answer); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if refused {
		return terminal.ErrFound
	}
	return nil
}

// estimateAnswer is one case on the wire: what was found, or why nothing was.
type estimateAnswer struct {
	ID        string            `json:"id"`
	Estimator string            `json:"estimator"`
	Refuse    string            `json:"refuse,omitempty"`
	Why       string            `json:"why,omitempty"`
	Expected  map[string]any    `json:"expected,omitempty"`
	Extra     map[string]any    `json:"extra,omitempty"`
	Settle    *estimateSettled  `json:"settle,omitempty"`
	Warnings  []estimateWarning `json:"warnings,omitempty"`
	Balance   []estimateBalance `json:"balance,omitempty"`
	Pairs     []estimatePair    `json:"pairs,omitempty"`
}

type estimateSettled struct {
	Decimals int    `json:"decimals"`
	Mode     string `json:"mode"`
	Estimate string `json:"estimate"`
	Exact    string `json:"estimate_exact,omitempty"`
}

type estimateWarning struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

type estimateBalance struct {
	Covariate string `json:"covariate"`
	Before    any    `json:"before"`
	After     any    `json:"after"`
}

type estimatePair struct {
	Treated string `json:"treated_id"`
	Control string `json:"control_id"`
	Round   int    `json:"round"`
}

// fill puts a result on the wire.
func (a *estimateAnswer) fill(c counterfactual.Case, r counterfactual.Result) {
	a.Expected = map[string]any{
		"estimate": estimateFigure(r.Estimate), "se": estimateFigure(r.SE),
		"ci_low": estimateFigure(r.CILow), "ci_high": estimateFigure(r.CIHigh),
		"p_one_sided": estimateFigure(r.POneSided), "p_two_sided": estimateFigure(r.PTwoSided),
		"n_treated": estimateCount(r.NTreated), "n_control": estimateCount(r.NControl),
	}
	a.Extra = map[string]any{}
	for _, extra := range r.Extra {
		if extra.Single {
			a.Extra[extra.Name] = estimateFigure(extra.Values[0])
			continue
		}
		values := make([]any, len(extra.Values))
		for i, v := range extra.Values {
			values[i] = estimateFigure(v)
		}
		a.Extra[extra.Name] = values
	}
	if c.Settle != nil {
		a.Settle = &estimateSettled{c.Settle.Decimals, c.Settle.Mode, r.Settled, r.EstimateExact}
	}
	for _, warning := range r.Warnings {
		a.Warnings = append(a.Warnings, estimateWarning(warning))
	}
	for _, b := range r.Balance {
		a.Balance = append(a.Balance, estimateBalance{b.Covariate, estimateFigure(b.Before), estimateFigure(b.After)})
	}
	for _, p := range r.Pairs {
		a.Pairs = append(a.Pairs, estimatePair(p))
	}
}

// estimateFigure is the nearest float, or null when there is no figure, or none that JSON can hold.
func estimateFigure(n counterfactual.Number) any {
	if !n.Known() {
		return nil
	}
	f := n.Float64()
	if f-f != 0 {
		return nil
	}
	return f
}

func estimateCount(n *big.Rat) any {
	if n == nil {
		return nil
	}
	return json.Number(n.RatString())
}
