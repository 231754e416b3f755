// Package counterfactual works out what would have happened without the programme: the effect of a programme against
// a comparison group, a baseline or a trend, by the method that a contract fixed beforehand.
//
// Estimate answers a Case with a Result, or with a *Refusal that says why there is no answer. It is a pure function:
// the order of rows, the names of columns, the machine and the number of its processors change nothing. Each of the
// estimators is described at its name; README.md has the definitions in one place.
//
// Whatever is a rational function of the data (ratios of counts, means, least squares and their variances, matched
// differences) is worked out in whole numbers and fractions. What is not (roots, logarithms, distributions) is worked
// out on reals of 320 bits, and what is iterated (logit, count models, entropy balance) on pairs of floats of about
// 106 bits, in a fixed order. A figure is rounded once, from its exact or most exact value.
package counterfactual

import (
	"slices"
	"strings"

	"outturn/contracts/money"
)

// study is one case being answered.
type study struct {
	*Case
	o     *Options
	terms terms
	out   *Result
	cols  map[string]*column // columns already read, by name
	order []int32            // where each row stood in the table, when the rows were put in an order of their own
}

// estimator is how one estimator is run and what it may be given.
type estimator struct {
	run     func(*study) error
	options []string // besides alternative, conf_level and null_value
	roles   []string // of columns; id is always allowed
	sorted  bool     // sums of floats depend on the order of rows, so they are put in an order of their own first
}

var registry map[string]estimator

func init() {
	leastSquares := []string{"se", "covariates", "factors"}
	registry = map[string]estimator{
		PropDiff:         {propDiff, []string{"ci", "test"}, nil, false},
		PropRatio:        {propRatio, []string{"measure"}, nil, false},
		RateDiff:         {rateDiff, nil, nil, false},
		RateRatio:        {rateRatio, []string{"method", "measure"}, nil, false},
		CountModel:       {countModel, []string{"family", "se", "measure", "covariates", "factors"}, []string{"outcome", "treat", "exposure", "cluster"}, true},
		MeanDiff:         {meanDiff, []string{"variance"}, []string{"outcome", "treat"}, false},
		Ancova:           {ancova, append([]string{"interactions"}, leastSquares...), []string{"outcome", "treat", "cluster"}, false},
		Cuped:            {cuped, nil, []string{"outcome", "treat", "pre"}, false},
		DiDTwoByTwo:      {didTwoByTwo, leastSquares, []string{"outcome", "treat", "post", "cluster"}, false},
		DiDCells:         {didCells, nil, nil, false},
		DiDPanel:         {didPanel, leastSquares, []string{"outcome", "treated_now", "unit", "time", "cluster"}, false},
		PSM:              {psm, []string{"score", "score_decimals", "covariates", "ratio", "replace", "order", "caliper", "caliper_units", "exact", "measure"}, []string{"outcome", "treat"}, true},
		IPW:              {ipw, []string{"estimand", "se", "covariates", "trim"}, []string{"outcome", "treat"}, true},
		EntropyBalance:   {entropyBalance, []string{"moments", "se", "covariates"}, []string{"outcome", "treat"}, true},
		CACE:             {cace, leastSquares, []string{"outcome", "assigned", "received", "cluster"}, false},
		Stratified:       {stratified, []string{"method", "measure", "test", "weights"}, nil, false},
		BaselineProp:     {baselineProp, []string{"ci", "test"}, nil, false},
		BaselineRate:     {baselineRate, []string{"measure"}, nil, false},
		ObservedExpected: {observedExpected, []string{"method", "measure"}, []string{"outcome", "expected"}, false},
		BaselineMean:     {baselineMean, nil, []string{"outcome"}, false},
		ITS:              {its, []string{"start", "lag", "adjust", "log_outcome", "season_column", "harmonics", "estimand", "horizon"}, []string{"outcome", "time"}, false},
		Pooled:           {pooled, []string{"method"}, nil, false},
	}
}

// Estimators returns the names of every estimator, in alphabetical order.
func Estimators() []string {
	var names []string
	for name := range registry {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Estimate answers a case. Every error is a *Refusal: invalid when the case is not well formed, undefined when its
// data have no such estimate or when the figure's rounding cannot be told.
func Estimate(c Case) (Result, error) {
	e, known := registry[c.Estimator]
	if !known {
		return Result{}, invalid("there is no estimator %q: expected one of %s", c.Estimator, strings.Join(Estimators(), ", "))
	}
	s := &study{Case: &c, o: &c.Options, out: &Result{Estimator: c.Estimator}, cols: map[string]*column{}}
	if err := s.check(e); err != nil {
		return Result{}, err
	}
	if e.sorted {
		if err := s.sortRows(e); err != nil {
			return Result{}, err
		}
	}
	if err := e.run(s); err != nil {
		return Result{}, err
	}
	if c.Settle != nil {
		text, err := s.out.Estimate.Text(c.Settle.Decimals)
		if err != nil {
			return Result{}, err
		}
		s.out.Settled = text
	}
	return *s.out, nil
}

// check refuses options and columns that the estimator does not know, and reads the terms common to all.
func (s *study) check(e estimator) error {
	for _, name := range s.o.stated() {
		if !slices.Contains(e.options, name) {
			return invalid("%s takes no option %s: leave it out, or name the estimator that takes it", s.Estimator, name)
		}
	}
	for _, role := range sortedKeys(s.Data.Columns) {
		if role != "id" && !slices.Contains(e.roles, role) {
			return invalid("%s has no column in the role of %s: expected %s", s.Estimator, role, orNone(e.roles))
		}
	}
	if s.Data.Table.Rows > RowsMax {
		return invalid("the table has %d rows: at most %d are read", s.Data.Table.Rows, RowsMax)
	}
	if settle := s.Settle; settle != nil {
		if settle.Mode != "half_even" {
			return invalid("the settled figure's mode is %q: expected half_even", settle.Mode)
		}
		if settle.Decimals < 0 || settle.Decimals > PlacesMax {
			return invalid("the settled figure has %d decimals: expected 0 to %d", settle.Decimals, PlacesMax)
		}
	}
	var err error
	s.terms, err = readTerms(s.o)
	return err
}

// stated returns the names of the options that were stated, but for the three that all estimators take.
func (o *Options) stated() []string {
	var names []string
	add := func(name string, is bool) {
		if is {
			names = append(names, name)
		}
	}
	for _, text := range []struct{ name, value string }{
		{"ci", o.CI}, {"test", o.Test}, {"measure", o.Measure}, {"method", o.Method}, {"variance", o.Variance},
		{"family", o.Family}, {"se", o.SE}, {"weights", o.Weights}, {"estimand", o.Estimand}, {"score", o.Score},
		{"order", o.Order}, {"caliper_units", o.CaliperUnits}, {"season_column", o.SeasonColumn},
	} {
		add(text.name, text.value != "")
	}
	for _, flag := range []struct {
		name  string
		value *bool
	}{{"interactions", o.Interactions}, {"replace", o.Replace}, {"adjust", o.Adjust}, {"log_outcome", o.LogOutcome}} {
		add(flag.name, flag.value != nil)
	}
	for _, count := range []struct {
		name  string
		value *int64
	}{{"moments", o.Moments}, {"score_decimals", o.ScoreDecimals}, {"ratio", o.Ratio}, {"lag", o.Lag}} {
		add(count.name, count.value != nil)
	}
	for _, figure := range []struct {
		name  string
		value *money.Exact
	}{{"caliper", o.Caliper}, {"start", o.Start}, {"horizon", o.Horizon}} {
		add(figure.name, figure.value != nil)
	}
	add("covariates", o.Covariates != nil)
	add("factors", o.Factors != nil)
	add("exact", o.Exact != nil)
	add("trim", o.Trim != nil)
	add("harmonics", o.Harmonics != nil)
	return names
}

// oneOf refuses a choice that is not among those there are.
func oneOf(option, value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	if value == "" {
		return invalid("%s is not stated: expected one of %s", option, strings.Join(choices, ", "))
	}
	return invalid("%s is %q: expected one of %s", option, value, strings.Join(choices, ", "))
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "no columns"
	}
	return strings.Join(names, ", ")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
