// Package estimators is what each estimator takes as a contract states it, and what kind of figure its effect is.
package estimators

import (
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// What each estimator takes, as a contract states it: which columns of evidence, which options with which words, and
// what kind of figure the effect is. What each computes is said where it is computed, in engine/counterfactual; a test
// there holds the two together.

// OptionKind is what an option's value is.
type OptionKind uint8

// The kinds of options.
const (
	Word    OptionKind = iota + 1
	Flag               // yes or no
	Count              // a whole number
	Figure             // a plain decimal
	Rate               // a rate such as 95%
	Effect             // a figure of the effect's own type
	Columns            // a list of figures per unit
	Rates              // two rates, the lower first
	Date               // a day
)

// Option is one option of an estimator.
type Option struct {
	Name  string
	Kind  OptionKind
	Words []string
	Need  bool
}

// contrast is what an effect is: how the two sides are set against each other.
type contrast uint8

const (
	contrastDifference contrast = iota + 1 // treated less comparison, in the outcome's unit
	contrastRate                           // of rates of events over exposure: a number an exposure
	contrastRatio                          // treated over comparison, or one less it: a rate
)

// Terms is what one estimator takes.
type Terms struct {
	Says     string // for sentences: "matched on propensity scores"
	Of       []formula.Type
	Against  bool // there is another side: a cohort, or counts where counts will do
	Counts   bool // it takes counts of each side, so the other side may be counts stated as figures
	Needs    []string
	May      []string
	Options  []Option
	contrast map[string]contrast // by the word of the option measure or method; "" where there is one
	Means    bool                // the two means can be read
	real     bool                // its estimate is no fraction, so it is always rounded
	Periods  bool                // it is over periods: it says in which dates
	Level    bool                // benchmark: it is held against a stated figure
}

func need(name string, kind OptionKind, words ...string) Option {
	return Option{name, kind, words, true}
}

func maybe(name string, kind OptionKind, words ...string) Option {
	return Option{name, kind, words, false}
}

// Common are the options that all estimators take.
var Common = []Option{
	need("alternative", Word, "greater", "less"), need("conf_level", Rate),
	maybe("null_value", Effect), maybe("critical", Figure),
}

var (
	anyNumber   = []formula.Type{formula.Number, formula.Money, formula.Days, formula.Rate, formula.YesNo}
	yesOrNo     = []formula.Type{formula.YesNo}
	counted     = []formula.Type{formula.Number}
	covariates  = maybe("covariates", Columns)
	factors     = maybe("factors", Columns)
	scoredOn    = need("covariates", Columns)
	robust      = need("se", Word, "classical", "hc0", "hc1", "hc2", "hc3", "cr1")
	reduction   = map[string]contrast{"difference": contrastDifference, "relative_reduction": contrastRatio}
	difference  = map[string]contrast{"": contrastDifference}
	ratio       = map[string]contrast{"": contrastRatio}
	ratesRatio  = need("measure", Word, "rate_ratio", "relative_reduction")
	anyInterval = need("ci", Word, "wald", "newcombe", "agresti_caffo")
)

// All are the estimators of engine/counterfactual, by name.
var All = map[contracts.Estimator]Terms{
	"prop_diff": {Says: "by the difference of two shares", Of: yesOrNo, Against: true, Counts: true, Means: true, contrast: difference,
		Options: []Option{anyInterval, need("test", Word, "z_pooled", "z_unpooled", "fisher")}},
	"prop_ratio": {Says: "by the ratio of two shares", Of: yesOrNo, Against: true, Counts: true, Means: true, contrast: ratio,
		Options: []Option{need("measure", Word, "risk_ratio", "odds_ratio", "relative_reduction")}},
	"rate_diff": {Says: "by the difference of two rates", Of: counted, Against: true, Counts: true, Means: true, Needs: []string{"exposure"},
		contrast: map[string]contrast{"": contrastRate}},
	"rate_ratio": {Says: "by the ratio of two rates", Of: counted, Against: true, Counts: true, Means: true, Needs: []string{"exposure"}, contrast: ratio,
		Options: []Option{need("method", Word, "wald_log", "exact"), ratesRatio}},
	"count_model": {Says: "by regression of counts", Of: counted, Against: true, May: []string{"exposure", "cluster"}, contrast: ratio, real: true,
		Options: []Option{need("family", Word, "poisson", "negbin"), need("se", Word, "model", "quasi", "hc0", "cr1"), ratesRatio, covariates, factors}},
	"mean_diff": {Says: "by the difference of two means", Of: anyNumber, Against: true, Means: true, contrast: difference,
		Options: []Option{need("variance", Word, "welch", "pooled")}},
	"ancova": {Says: "by regression", Of: anyNumber, Against: true, May: []string{"cluster"}, contrast: difference,
		Options: []Option{robust, covariates, factors, maybe("interactions", Flag)}},
	"cuped": {Says: "by means adjusted by what was measured before", Of: anyNumber, Against: true, Needs: []string{"before"}, contrast: difference},
	"did_2x2": {Says: "by difference in differences", Of: anyNumber, Against: true, Needs: []string{"before"}, May: []string{"cluster"}, contrast: difference,
		Options: []Option{robust, covariates, factors}},
	"did_cells": {Says: "by difference in differences of shares", Of: yesOrNo, Against: true, Needs: []string{"before"}, contrast: difference},
	"did_panel": {Says: "by difference in differences over a panel", Of: anyNumber, Against: true, Needs: []string{"treated_now"}, May: []string{"cluster"}, contrast: difference,
		Periods: true, Options: []Option{need("se", Word, "cr1"), covariates, factors}},
	"psm": {Says: "matched on propensity scores", Of: anyNumber, Against: true, Means: true, contrast: reduction,
		Options: []Option{need("score", Word, "logit", "prob"), need("score_decimals", Count), scoredOn, need("ratio", Count), need("replace", Flag),
			need("order", Word, "largest", "smallest", "id"), maybe("caliper", Figure), maybe("caliper_units", Word, "raw", "sd"),
			maybe("exact", Columns), need("measure", Word, "difference", "relative_reduction")}},
	"ipw": {Says: "weighted by propensity scores", Of: anyNumber, Against: true, contrast: difference, real: true,
		Options: []Option{need("estimand", Word, "att", "ate"), need("se", Word, "hc0", "hc1"), scoredOn, maybe("trim", Rates)}},
	"entropy_balance": {Says: "weighted by entropy balance", Of: anyNumber, Against: true, contrast: difference, real: true,
		Options: []Option{need("moments", Count), need("se", Word, "hc0", "hc1"), scoredOn}},
	"cace": {Says: "by the effect on those who received it, as assigned", Of: anyNumber, Against: true, Needs: []string{"received"}, May: []string{"cluster"}, contrast: difference,
		Options: []Option{robust, covariates, factors}},
	"stratified": {Says: "stratum by stratum", Of: []formula.Type{formula.YesNo, formula.Number}, Against: true, Needs: []string{"stratum"}, May: []string{"exposure"},
		contrast: map[string]contrast{"mh_rd": contrastDifference, "post_stratified": contrastDifference, "mh_ird": contrastRate, "mh_rr": contrastRatio, "mh_or": contrastRatio, "mh_irr": contrastRatio},
		Options: []Option{need("method", Word, "mh_rd", "mh_rr", "mh_or", "mh_irr", "mh_ird", "post_stratified"),
			maybe("measure", Word, "risk_ratio", "odds_ratio", "rate_ratio", "relative_reduction"), maybe("test", Word, "cmh"), maybe("weights", Word, "treated", "all")}},
	"baseline_prop": {Says: "against a stated share", Of: yesOrNo, Level: true, Means: true, contrast: difference,
		Options: []Option{need("ci", Word, "exact", "wilson", "wald"), need("test", Word, "exact", "z")}},
	"baseline_rate": {Says: "against a stated rate", Of: counted, Level: true, Means: true, Needs: []string{"exposure"}, contrast: ratio, Options: []Option{ratesRatio}},
	"observed_expected": {Says: "against what was expected of each", Of: []formula.Type{formula.YesNo, formula.Number}, Needs: []string{"expected"},
		contrast: map[string]contrast{"ratio_exact": contrastRatio, "difference_normal": contrastDifference},
		Options:  []Option{need("method", Word, "ratio_exact", "difference_normal"), need("measure", Word, "ratio", "relative_reduction", "difference")}},
	"baseline_mean": {Says: "against a stated mean", Of: anyNumber, Level: true, Means: true, contrast: difference},
	"its": {Says: "by an interrupted time series", Of: anyNumber, contrast: difference, Periods: true,
		Options: []Option{need("start", Date), need("lag", Count), need("adjust", Flag), need("log_outcome", Flag), maybe("season", Count),
			maybe("harmonics", Count), maybe("harmonics_period", Figure), need("estimand", Word, "level", "slope", "effect_at", "average_post"), maybe("horizon", Count)}},
}

// Pooled are those of a pool of estimates with standard errors.
var Pooled = []Option{need("method", Word, "n_weighted", "fixed", "random_dl")}

// contrastOf is what a comparison's effect is, by its measure or method.
func (t *Terms) contrastOf(k *contracts.Comparison) contrast {
	if one, ok := t.contrast[""]; ok {
		return one
	}
	for _, name := range []string{"measure", "method"} {
		if o := k.Option(name); o != nil {
			if one, ok := t.contrast[o.Text]; ok {
				return one
			}
		}
	}
	return contrastDifference
}

// IsReal says whether an estimate is no fraction of the data.
func (t *Terms) IsReal(k *contracts.Comparison) bool {
	if k.Estimator != "its" {
		return t.real
	}
	log := k.Option("log_outcome")
	return log != nil && log.Yes || k.Option("harmonics") != nil
}

// Row is what an estimator takes, in words.
type Row struct {
	Name, Says string
	Of         string   // the types of what is compared
	Other      string   // the other side
	Columns    []string // those it must have, then those it may, in brackets
	Options    []string // besides those that all take, with their words; those it may have in brackets
}

// Rows lists what the estimators of engine/counterfactual take, in alphabetical order.
func Rows() []Row {
	var all []Row
	for _, name := range Names() {
		t := All[contracts.Estimator(name)]
		one := Row{Name: name, Says: t.Says, Of: TypeWords(t.Of), Other: "time"}
		switch {
		case t.Counts:
			one.Other = "`against`, `control`"
		case t.Against:
			one.Other = "`against`"
		case t.Level:
			one.Other = "`benchmark`"
		case len(t.Needs) > 0:
			one.Other = "what was expected"
		}
		if t.Periods {
			one.Columns = append(one.Columns, "(`in`)")
		}
		for _, role := range t.Needs {
			one.Columns = append(one.Columns, "`"+role+"`")
		}
		for _, role := range t.May {
			one.Columns = append(one.Columns, "(`"+role+"`)")
		}
		for _, o := range t.Options {
			text := "`" + o.Name + "`"
			if len(o.Words) > 0 {
				text += " `" + strings.Join(o.Words, "` `") + "`"
			}
			if !o.Need {
				text = "(" + text + ")"
			}
			one.Options = append(one.Options, text)
		}
		all = append(all, one)
	}
	return all
}

// Takes says whether an estimator takes an option.
func Takes(e contracts.Estimator, option string) bool {
	for _, o := range All[e].Options {
		if o.Name == option {
			return true
		}
	}
	return false
}

// ComparedType is the type of a comparison's figure.
func ComparedType(c *contracts.Contract, comparison int, f contracts.CompareField) formula.Type {
	return TypeOf(c, &c.Comparisons[comparison], f)
}

// TypeOf is the type of a comparison's figure. A mean is of the type of what is compared, a rate of yes/no
// figures; an effect is a rate where it is a ratio or one less it, and else of the type that the difference has.
func TypeOf(c *contracts.Contract, k *contracts.Comparison, f contracts.CompareField) formula.Type {
	k = c.Compares(k)
	switch f {
	case contracts.CompareUnits, contracts.CompareAgainst:
		return formula.Number
	case contracts.CompareSignificant, contracts.CompareContrary:
		return formula.YesNo
	case contracts.CompareP:
		return formula.Rate
	default: // of the type of what is compared, below
	}
	t, estimated := All[k.Estimator]
	of := formula.Number
	if k.Of >= 0 {
		of = c.Quantities[k.Of].Type
	}
	mean := f == contracts.CompareTreated || f == contracts.CompareComparison
	switch {
	case mean && of == formula.YesNo:
		return formula.Rate
	case mean && estimated && len(t.Needs) > 0 && t.Needs[0] == "exposure":
		return formula.Number
	case mean:
		return of
	case !estimated || t.contrastOf(k) == contrastRatio:
		return formula.Rate
	case t.contrastOf(k) == contrastRate || k.Estimator == "its" && t.IsReal(k) && k.Option("log_outcome") != nil && k.Option("log_outcome").Yes:
		return formula.Number
	case of == formula.YesNo || of == formula.Rate:
		return formula.Points
	}
	return of
}

// IsRatio says whether an effect is a ratio, of which one is no effect, rather than a difference or a reduction.
func IsRatio(c *contracts.Contract, k *contracts.Comparison) bool {
	k = c.Compares(k)
	t, estimated := All[k.Estimator]
	o := k.Option("measure")
	return estimated && t.contrastOf(k) == contrastRatio && (o == nil || o.Text != "relative_reduction")
}

// Estimates says whether a comparison is worked out by an estimator of engine/counterfactual.
func Estimates(k *contracts.Comparison) bool {
	_, is := All[k.Estimator]
	return is
}

// Names are the names of the estimators of engine/counterfactual, in alphabetical order.
func Names() []string {
	names := make([]string, 0, len(All))
	for name := range All {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return names
}

// TypeWords lists types: "a number, money or days".
func TypeWords(types []formula.Type) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = t.String()
	}
	return wording.Enumerate(words, "or")
}
