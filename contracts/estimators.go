package contracts

import (
	"slices"
	"strings"

	"outturn/contracts/formula"
)

// What each estimator takes, as a contract states it: which columns of evidence, which options with which words, and
// what kind of figure the effect is. What each computes is said where it is computed, in engine/counterfactual; a test
// there holds the two together.

// optionKind is what an option's value is.
type optionKind uint8

const (
	optionWord    optionKind = iota + 1
	optionFlag               // yes or no
	optionCount              // a whole number
	optionFigure             // a plain decimal
	optionRate               // a rate such as 95%
	optionEffect             // a figure of the effect's own type
	optionColumns            // a list of figures per unit
	optionRates              // two rates, the lower first
	optionDate               // a day
)

// optionTerms is one option of an estimator.
type optionTerms struct {
	name  string
	kind  optionKind
	words []string
	need  bool
}

// contrast is what an effect is: how the two sides are set against each other.
type contrast uint8

const (
	contrastDifference contrast = iota + 1 // treated less comparison, in the outcome's unit
	contrastRate                           // of rates of events over exposure: a number an exposure
	contrastRatio                          // treated over comparison, or one less it: a rate
)

// estimatorTerms is what one estimator takes.
type estimatorTerms struct {
	says     string // for sentences: "matched on propensity scores"
	of       []formula.Type
	against  bool // there is another side: a cohort, or counts where counts will do
	counts   bool // it takes counts of each side, so the other side may be counts stated as figures
	needs    []string
	may      []string
	options  []optionTerms
	contrast map[string]contrast // by the word of the option measure or method; "" where there is one
	means    bool                // the two means can be read
	real     bool                // its estimate is no fraction, so it is always rounded
	periods  bool                // it is over periods: it says in which dates
	level    bool                // benchmark: it is held against a stated figure
}

func need(name string, kind optionKind, words ...string) optionTerms {
	return optionTerms{name, kind, words, true}
}

func maybe(name string, kind optionKind, words ...string) optionTerms {
	return optionTerms{name, kind, words, false}
}

// The options that all estimators take.
var commonOptions = []optionTerms{
	need("alternative", optionWord, "greater", "less"), need("conf_level", optionRate),
	maybe("null_value", optionEffect), maybe("critical", optionFigure),
}

var (
	anyNumber   = []formula.Type{formula.Number, formula.Money, formula.Days, formula.Rate, formula.YesNo}
	yesOrNo     = []formula.Type{formula.YesNo}
	counted     = []formula.Type{formula.Number}
	covariates  = maybe("covariates", optionColumns)
	factors     = maybe("factors", optionColumns)
	scoredOn    = need("covariates", optionColumns)
	robust      = need("se", optionWord, "classical", "hc0", "hc1", "hc2", "hc3", "cr1")
	reduction   = map[string]contrast{"difference": contrastDifference, "relative_reduction": contrastRatio}
	difference  = map[string]contrast{"": contrastDifference}
	ratio       = map[string]contrast{"": contrastRatio}
	ratesRatio  = need("measure", optionWord, "rate_ratio", "relative_reduction")
	anyInterval = need("ci", optionWord, "wald", "newcombe", "agresti_caffo")
)

// estimators are the estimators of engine/counterfactual, by name.
var estimators = map[Estimator]estimatorTerms{
	"prop_diff": {says: "by the difference of two shares", of: yesOrNo, against: true, counts: true, means: true, contrast: difference,
		options: []optionTerms{anyInterval, need("test", optionWord, "z_pooled", "z_unpooled", "fisher")}},
	"prop_ratio": {says: "by the ratio of two shares", of: yesOrNo, against: true, counts: true, means: true, contrast: ratio,
		options: []optionTerms{need("measure", optionWord, "risk_ratio", "odds_ratio", "relative_reduction")}},
	"rate_diff": {says: "by the difference of two rates", of: counted, against: true, counts: true, means: true, needs: []string{"exposure"},
		contrast: map[string]contrast{"": contrastRate}},
	"rate_ratio": {says: "by the ratio of two rates", of: counted, against: true, counts: true, means: true, needs: []string{"exposure"}, contrast: ratio,
		options: []optionTerms{need("method", optionWord, "wald_log", "exact"), ratesRatio}},
	"count_model": {says: "by regression of counts", of: counted, against: true, may: []string{"exposure", "cluster"}, contrast: ratio, real: true,
		options: []optionTerms{need("family", optionWord, "poisson", "negbin"), need("se", optionWord, "model", "quasi", "hc0", "cr1"), ratesRatio, covariates, factors}},
	"mean_diff": {says: "by the difference of two means", of: anyNumber, against: true, means: true, contrast: difference,
		options: []optionTerms{need("variance", optionWord, "welch", "pooled")}},
	"ancova": {says: "by regression", of: anyNumber, against: true, may: []string{"cluster"}, contrast: difference,
		options: []optionTerms{robust, covariates, factors, maybe("interactions", optionFlag)}},
	"cuped": {says: "by means adjusted by what was measured before", of: anyNumber, against: true, needs: []string{"before"}, contrast: difference},
	"did_2x2": {says: "by difference in differences", of: anyNumber, against: true, needs: []string{"before"}, may: []string{"cluster"}, contrast: difference,
		options: []optionTerms{robust, covariates, factors}},
	"did_cells": {says: "by difference in differences of shares", of: yesOrNo, against: true, needs: []string{"before"}, contrast: difference},
	"did_panel": {says: "by difference in differences over a panel", of: anyNumber, against: true, needs: []string{"treated_now"}, may: []string{"cluster"}, contrast: difference,
		periods: true, options: []optionTerms{need("se", optionWord, "cr1"), covariates, factors}},
	"psm": {says: "matched on propensity scores", of: anyNumber, against: true, means: true, contrast: reduction,
		options: []optionTerms{need("score", optionWord, "logit", "prob"), need("score_decimals", optionCount), scoredOn, need("ratio", optionCount), need("replace", optionFlag),
			need("order", optionWord, "largest", "smallest", "id"), maybe("caliper", optionFigure), maybe("caliper_units", optionWord, "raw", "sd"),
			maybe("exact", optionColumns), need("measure", optionWord, "difference", "relative_reduction")}},
	"ipw": {says: "weighted by propensity scores", of: anyNumber, against: true, contrast: difference, real: true,
		options: []optionTerms{need("estimand", optionWord, "att", "ate"), need("se", optionWord, "hc0", "hc1"), scoredOn, maybe("trim", optionRates)}},
	"entropy_balance": {says: "weighted by entropy balance", of: anyNumber, against: true, contrast: difference, real: true,
		options: []optionTerms{need("moments", optionCount), need("se", optionWord, "hc0", "hc1"), scoredOn}},
	"cace": {says: "by the effect on those who received it, as assigned", of: anyNumber, against: true, needs: []string{"received"}, may: []string{"cluster"}, contrast: difference,
		options: []optionTerms{robust, covariates, factors}},
	"stratified": {says: "stratum by stratum", of: []formula.Type{formula.YesNo, formula.Number}, against: true, needs: []string{"stratum"}, may: []string{"exposure"},
		contrast: map[string]contrast{"mh_rd": contrastDifference, "post_stratified": contrastDifference, "mh_ird": contrastRate, "mh_rr": contrastRatio, "mh_or": contrastRatio, "mh_irr": contrastRatio},
		options: []optionTerms{need("method", optionWord, "mh_rd", "mh_rr", "mh_or", "mh_irr", "mh_ird", "post_stratified"),
			maybe("measure", optionWord, "risk_ratio", "odds_ratio", "rate_ratio", "relative_reduction"), maybe("test", optionWord, "cmh"), maybe("weights", optionWord, "treated", "all")}},
	"baseline_prop": {says: "against a stated share", of: yesOrNo, level: true, means: true, contrast: difference,
		options: []optionTerms{need("ci", optionWord, "exact", "wilson", "wald"), need("test", optionWord, "exact", "z")}},
	"baseline_rate": {says: "against a stated rate", of: counted, level: true, means: true, needs: []string{"exposure"}, contrast: ratio, options: []optionTerms{ratesRatio}},
	"observed_expected": {says: "against what was expected of each", of: []formula.Type{formula.YesNo, formula.Number}, needs: []string{"expected"},
		contrast: map[string]contrast{"ratio_exact": contrastRatio, "difference_normal": contrastDifference},
		options:  []optionTerms{need("method", optionWord, "ratio_exact", "difference_normal"), need("measure", optionWord, "ratio", "relative_reduction", "difference")}},
	"baseline_mean": {says: "against a stated mean", of: anyNumber, level: true, means: true, contrast: difference},
	"its": {says: "by an interrupted time series", of: anyNumber, contrast: difference, periods: true,
		options: []optionTerms{need("start", optionDate), need("lag", optionCount), need("adjust", optionFlag), need("log_outcome", optionFlag), maybe("season", optionCount),
			maybe("harmonics", optionCount), maybe("harmonics_period", optionFigure), need("estimand", optionWord, "level", "slope", "effect_at", "average_post"), maybe("horizon", optionCount)}},
}

// pooledOptions are those of a pool of estimates with standard errors.
var pooledOptions = []optionTerms{need("method", optionWord, "n_weighted", "fixed", "random_dl")}

// contrastOf is what a comparison's effect is, by its measure or method.
func (t *estimatorTerms) contrastOf(k *Comparison) contrast {
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

// isReal says whether an estimate is no fraction of the data.
func (t *estimatorTerms) isReal(k *Comparison) bool {
	if k.Estimator != "its" {
		return t.real
	}
	log := k.Option("log_outcome")
	return log != nil && log.Yes || k.Option("harmonics") != nil
}

// EstimatorTerm is what an estimator takes, in words.
type EstimatorTerm struct {
	Name, Says string
	Of         string   // the types of what is compared
	Other      string   // the other side
	Columns    []string // those it must have, then those it may, in brackets
	Options    []string // besides those that all take, with their words; those it may have in brackets
}

// EstimatorTerms lists what the estimators of engine/counterfactual take, in alphabetical order.
func EstimatorTerms() []EstimatorTerm {
	var all []EstimatorTerm
	for _, name := range estimatorNames() {
		t := estimators[Estimator(name)]
		one := EstimatorTerm{Name: name, Says: t.says, Of: typeWords(t.of), Other: "time"}
		switch {
		case t.counts:
			one.Other = "`against`, `control`"
		case t.against:
			one.Other = "`against`"
		case t.level:
			one.Other = "`benchmark`"
		case len(t.needs) > 0:
			one.Other = "what was expected"
		}
		if t.periods {
			one.Columns = append(one.Columns, "(`in`)")
		}
		for _, role := range t.needs {
			one.Columns = append(one.Columns, "`"+role+"`")
		}
		for _, role := range t.may {
			one.Columns = append(one.Columns, "(`"+role+"`)")
		}
		for _, o := range t.options {
			text := "`" + o.name + "`"
			if len(o.words) > 0 {
				text += " `" + strings.Join(o.words, "` `") + "`"
			}
			if !o.need {
				text = "(" + text + ")"
			}
			one.Options = append(one.Options, text)
		}
		all = append(all, one)
	}
	return all
}

// TakesOption says whether an estimator takes an option.
func TakesOption(e Estimator, option string) bool {
	for _, o := range estimators[e].options {
		if o.name == option {
			return true
		}
	}
	return false
}

// ComparedType is the type of a comparison's figure.
func (c *Contract) ComparedType(comparison int, f CompareField) formula.Type {
	return c.comparedType(&c.Comparisons[comparison], f)
}

// comparedType is the type of a comparison's figure. A mean is of the type of what is compared, a rate of yes/no
// figures; an effect is a rate where it is a ratio or one less it, and else of the type that the difference has.
func (c *Contract) comparedType(k *Comparison, f CompareField) formula.Type {
	k = c.Compares(k)
	switch f {
	case CompareUnits, CompareAgainst:
		return formula.Number
	case CompareSignificant, CompareContrary:
		return formula.YesNo
	case CompareP:
		return formula.Rate
	default: // of the type of what is compared, below
	}
	t, estimated := estimators[k.Estimator]
	of := formula.Number
	if k.Of >= 0 {
		of = c.Quantities[k.Of].Type
	}
	mean := f == CompareTreated || f == CompareComparison
	switch {
	case mean && of == formula.YesNo:
		return formula.Rate
	case mean && estimated && len(t.needs) > 0 && t.needs[0] == "exposure":
		return formula.Number
	case mean:
		return of
	case !estimated || t.contrastOf(k) == contrastRatio:
		return formula.Rate
	case t.contrastOf(k) == contrastRate || k.Estimator == "its" && t.isReal(k) && k.Option("log_outcome") != nil && k.Option("log_outcome").Yes:
		return formula.Number
	case of == formula.YesNo || of == formula.Rate:
		return formula.Points
	}
	return of
}

// ComparesRatio says whether an effect is a ratio, of which one is no effect, rather than a difference or a reduction.
func (c *Contract) ComparesRatio(k *Comparison) bool {
	k = c.Compares(k)
	t, estimated := estimators[k.Estimator]
	o := k.Option("measure")
	return estimated && t.contrastOf(k) == contrastRatio && (o == nil || o.Text != "relative_reduction")
}

// Estimates says whether a comparison is worked out by an estimator of engine/counterfactual.
func (k *Comparison) Estimates() bool {
	_, is := estimators[k.Estimator]
	return is
}

// estimatorNames are the names of the estimators of engine/counterfactual, in alphabetical order.
func estimatorNames() []string {
	names := make([]string, 0, len(estimators))
	for name := range estimators {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return names
}

func typeWords(types []formula.Type) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = t.String()
	}
	return enumerate(words, "or")
}
