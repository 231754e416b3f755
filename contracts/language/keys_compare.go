package language

import (
	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/estimators"
)

// The keys of comparisons.

var settlesShape = mapOf("effect and the other figures that are read, each exact or a rounding",
	must("effect", "how the effect is rounded before it is used", roundedShape),
	may("treated", "how the treated mean is rounded before it is used", roundedShape),
	may("comparison", "how the comparison mean is rounded before it is used", roundedShape),
	may("low", "how the lower end of the interval is rounded", roundedShape),
	may("high", "how the upper end of the interval is rounded", roundedShape),
	may("p", "how the p-value is rounded", roundedShape),
	may("se", "how the standard error is rounded", roundedShape))

var selectionShape = words("how it came about who was treated",
	option("randomised", "by lot"), option("matched", "those compared were chosen for being like the treated"),
	option("volunteered", "people or places came forward"), option("earlier", "those compared are of an earlier time"),
	option("stated", "the other side is a figure that the contract states"))

var columnsShape = mapOf("figures per unit, by the part they play",
	may("exposure", "what a unit's events are counted over: a number or days", figureShape),
	may("before", "the same figure before the programme", figureShape),
	may("received", "whether the unit received what it was offered: yes or no", figureShape),
	may("treated_now", "whether the programme had begun for the unit in that period: yes or no", figureShape),
	may("expected", "what was expected of the unit", figureShape),
	may("stratum", "the stratum that the unit is in", figureShape),
	may("cluster", "the unit type, or the figure, by which errors go together", figureShape))

var controlShape = mapOf("the other side as counts: events, and n or exposure",
	must("events", "how many events there were, or how many units had the outcome", formulaShape),
	may("n", "how many units there were", formulaShape), may("exposure", "what the events are counted over", formulaShape))

// optionsShape holds the options of all estimators; each takes its own, and compare_terms.go says which.
var optionsShape = func() *shape {
	figures := listOf("a list of figures per unit", figureShape)
	all := map[estimators.OptionKind]*shape{estimators.Flag: yesNoShape, estimators.Count: countShape, estimators.Figure: valueShape, estimators.Rate: valueShape, estimators.Effect: valueShape,
		estimators.Columns: figures, estimators.Rates: listOf("two rates, the lower first", valueShape), estimators.Date: dateShape, estimators.Word: text("a word", "")}
	s := mapOf("the estimator's options")
	seen := map[string]bool{}
	add := func(options []estimators.Option) {
		for _, o := range options {
			if !seen[o.Name] {
				seen[o.Name] = true
				s.keys = append(s.keys, may(o.Name, optionSays[o.Name], all[o.Kind]))
			}
		}
	}
	add(estimators.Common)
	for _, name := range estimators.Names() {
		add(estimators.All[contracts.Estimator(name)].Options)
	}
	return s
}()

// optionSays is what each option says.
var optionSays = map[string]string{
	"alternative": "which way the one-sided test goes, of the reported effect against the null", "conf_level": "the level of the two-sided interval",
	"null_value": "the effect tested against; nought, or one for a ratio, when not said", "critical": "how many standard errors from the null is significant",
	"ci": "how the interval is made", "test": "how the p-value is made", "measure": "what the effect is", "method": "which formula", "variance": "whose variance",
	"family": "the distribution of the counts", "se": "how the variance is estimated", "weights": "whose strata are weighed by", "covariates": "figures known before the programme, in order",
	"factors": "figures entered value by value", "interactions": "whether covariates also enter times treatment", "estimand": "which effect", "trim": "the least and greatest score kept",
	"moments": "1: means; 2: squares too", "score": "what the distance is measured in", "score_decimals": "decimal places of the score", "ratio": "how many controls each treated unit may have",
	"replace": "whether a control may serve several", "order": "in which order the treated choose", "caliper": "the greatest distance of a pair; none when not said",
	"caliper_units": "what the caliper is in: raw, or standard deviations", "exact": "figures that a pair must share", "start": "the day the programme began", "lag": "lags of the variance",
	"adjust": "whether the variance is adjusted for its degrees of freedom", "log_outcome": "whether the logarithm is modelled", "season": "how many periods make a season's round",
	"harmonics": "how many sines and cosines stand for the season", "harmonics_period": "periods in a turn of the first", "horizon": "periods after the start at which the effect is taken",
}

var comparisonShape = mapOf("estimator, treated, per, settles and the rest of a comparison",
	may("called", "how sentences name it", calledShape),
	must("estimator", "how it is estimated", words("an estimator", estimatorOptions()...)),
	may("treated", "the cohort whose outcomes are compared: all who joined it, whether they took part or not", nameShape),
	may("against", "the cohort that it is compared with", nameShape),
	may("control", "the other side as counts, in place of a cohort", controlShape),
	may("of", "the quantity that is compared", nameShape),
	may("columns", "the further figures of each unit that the estimator reads", columnsShape),
	may("options", "the estimator's options", optionsShape),
	may("benchmark", "the share, rate or mean it is held against", formulaShape),
	may("in", "the first and last day of the periods compared", betweenShape),
	may("selection", "how it came about who was treated", selectionShape),
	may("grade", "the grade of the evidence, 1 the best to 6", countShape),
	may("certified_by", "the kind of reading by which the evaluator states the figures", nameShape),
	may("pays_on", "which figure is paid on, where one is certified and one worked out", words("a word",
		option("certified", "the evaluator's, with what is worked out shown beside it"), option("worked_out", "what is worked out, with the evaluator's shown beside it"))),
	may("pools", "the comparison whose cohorts are taken together", nameShape),
	may("covers", "which cohorts are taken together", words("a word",
		option("all_cohorts", "all, whether they paid on their own or not"), option("cohorts_not_paid", "only those that did not pay on their own"))),
	may("carries", "the comparison whose effect is carried here", nameShape),
	may("discount", "what is taken off an effect that is carried to others than it was found among", valueShape),
	must("per", "what it stands per: cohort or contract", levelShape),
	must("fixed_on", "the day on which the method was fixed", dateShape),
	may("varied", "the open variation of a method after its cohort had begun", mapOf("on and because",
		must("on", "the day of the variation", dateShape), must("because", "why, as every statement prints it", proseShape))),
	must("settles", "whether each figure is used exact or rounded", settlesShape),
	must("clause", "where in the signed contract the term stands", clauseShape))

// estimatorOptions lists the words that estimator takes.
func estimatorOptions() []document.Option {
	all := []document.Option{{Word: "certified", Means: "the figures come certified by the evaluator"}, {Word: "means", Means: "exact means a unit, the one over the other"},
		{Word: "pooled", Means: "the cohorts of another comparison taken together"}, {Word: "carried", Means: "an effect found elsewhere, at a discount"}}
	for _, name := range estimators.Names() {
		all = append(all, option(name, estimators.All[contracts.Estimator(name)].Says))
	}
	return all
}
