package sentences

import (
	"strings"

	"outturn/contracts"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// selectionWords say how it came about who was treated.
var selectionWords = map[contracts.Selection]string{contracts.SelectionRandomised: "drawn by lot", contracts.SelectionMatched: "those compared chosen for their likeness",
	contracts.SelectionVolunteered: "of people or places that came forward", contracts.SelectionEarlier: "those compared of an earlier time", contracts.SelectionStated: "the other side as stated"}

// comparisonSentence says a comparison so that a lawyer can hold it against the signed text, and an evaluator against
// the protocol: who with whom, by what, how, since when, and how each figure is used.
func comparisonSentence(c *contracts.Contract, k *contracts.Comparison) string {
	text := wording.Capital(wording.OrName(k.Called, k.Name)) + " "
	switch k.Estimator {
	case contracts.EstimatorPooled:
		text += "compares the cohorts of " + wording.OrName(c.Comparisons[k.Pools].Called, c.Comparisons[k.Pools].Name) + " taken together, " +
			map[contracts.PoolCovers]string{contracts.CoversAll: "all of them", contracts.CoversUnpaid: "those that did not pay on their own"}[k.Covers]
		if o := k.Option("method"); o != nil {
			text += ", by " + map[string]string{"n_weighted": "their numbers", "fixed": "their precision, as one effect", "random_dl": "their precision, as effects that vary"}[o.Text]
		}
	case contracts.EstimatorCarried:
		text += "carries the effect of " + wording.OrName(c.Comparisons[k.Pools].Called, c.Comparisons[k.Pools].Name) + " to " + cohortWords(&c.Cohorts[k.Treated]) +
			", less " + figureWords(c, formula.Figure{Type: formula.Rate, Num: k.Discount}, nil) + " as these may not be like those"
	case contracts.EstimatorCertified, contracts.EstimatorMeans:
		text += "compares " + sidesWords(c, k) + map[contracts.Estimator]string{contracts.EstimatorMeans: ", by exact means a unit"}[k.Estimator]
		if k.Estimator == contracts.EstimatorCertified {
			text += ", on figures certified by " + wording.Spaced(c.Evidence[k.CertifiedBy].Name)
		}
	default:
		text += estimatedWords(c, k)
	}
	if words := selectionWords[k.Selection]; words != "" {
		text += ", " + words
	}
	text += ", per " + Level(c, k.Per) + ", fixed on " + k.FixedOn.Long()
	if k.Varied != nil {
		text += " after its cohort had begun, as varied on " + k.Varied.On.Long() + " because " + strings.TrimSuffix(k.Varied.Because, ".")
	}
	for _, f := range contracts.SettledFields {
		if k.SaidSettles[f] {
			text += "; " + contracts.ComparisonColumns[f] + " " + roundingWords(c, k.Settles[f], estimators.TypeOf(c, k, f))
		}
	}
	return text + "." + clauseWords(k.Clause)
}

// sidesWords say who is compared with whom, and by what.
func sidesWords(c *contracts.Contract, k *contracts.Comparison) string {
	text := cohortWords(&c.Cohorts[k.Treated])
	switch {
	case k.Against >= 0:
		text += " with " + cohortWords(&c.Cohorts[k.Against])
	case k.Control != nil:
		text += " with counts of others"
	case k.Benchmark != nil:
		text += " with " + Formula(c, k.Benchmark)
	}
	if k.Of >= 0 {
		text += " by " + wording.OrName(c.Quantities[k.Of].Called, c.Quantities[k.Of].Name)
	}
	return text
}

// estimatedWords say a comparison that an estimator works out, with every option as it is stated.
func estimatedWords(c *contracts.Contract, k *contracts.Comparison) string {
	text := "compares " + sidesWords(c, k) + ", " + estimators.All[k.Estimator].Says
	var parts []string
	for i := range k.Columns {
		if one := &k.Columns[i]; one.Role != "" && one.Role != "outcome" {
			parts = append(parts, wording.Spaced(one.Role)+" "+wording.Spaced(one.Name))
		}
	}
	for i := range k.Options {
		o := &k.Options[i]
		parts = append(parts, wording.Spaced(o.Name)+" "+optionText(c, o))
	}
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	if k.In.First > 0 {
		text += ", from " + k.In.First.Long() + " to " + k.In.Last.Long()
	}
	if k.Against >= 0 {
		text += "; whoever joined is compared, whether they took part or not"
	}
	if k.CertifiedBy >= 0 {
		text += "; it pays on what " + map[contracts.ComparePays]string{contracts.PaysFound: "is worked out, beside what " + wording.Spaced(c.Evidence[k.CertifiedBy].Name) + " certifies",
			contracts.PaysCertified: wording.Spaced(c.Evidence[k.CertifiedBy].Name) + " certifies, beside what is worked out"}[k.PaysOn]
	}
	return text
}

func optionText(c *contracts.Contract, o *contracts.CompareOption) string {
	switch {
	case o.Columns != nil:
		return strings.ReplaceAll(strings.ReplaceAll(o.Text, ", ", " and "), "_", " ")
	case len(o.Figures) == 2:
		rate := func(i int) string { return figureWords(c, formula.Figure{Type: formula.Rate, Num: o.Figures[i]}, nil) }
		return rate(0) + " to " + rate(1)
	case o.Date > 0:
		return o.Date.Long()
	}
	return strings.ReplaceAll(o.Text, "_", " ")
}
