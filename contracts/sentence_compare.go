package contracts

import (
	"strings"

	"outturn/contracts/formula"
)

// selectionWords say how it came about who was treated.
var selectionWords = map[Selection]string{SelectionRandomised: "drawn by lot", SelectionMatched: "those compared chosen for their likeness",
	SelectionVolunteered: "of people or places that came forward", SelectionEarlier: "those compared of an earlier time", SelectionStated: "the other side as stated"}

// comparisonSentence says a comparison so that a lawyer can hold it against the signed text, and an evaluator against
// the protocol: who with whom, by what, how, since when, and how each figure is used.
func (c *Contract) comparisonSentence(k *Comparison) string {
	text := capital(orName(k.Called, k.Name)) + " "
	switch k.Estimator {
	case EstimatorPooled:
		text += "compares the cohorts of " + orName(c.Comparisons[k.Pools].Called, c.Comparisons[k.Pools].Name) + " taken together, " +
			map[PoolCovers]string{CoversAll: "all of them", CoversUnpaid: "those that did not pay on their own"}[k.Covers]
		if o := k.Option("method"); o != nil {
			text += ", by " + map[string]string{"n_weighted": "their numbers", "fixed": "their precision, as one effect", "random_dl": "their precision, as effects that vary"}[o.Text]
		}
	case EstimatorCarried:
		text += "carries the effect of " + orName(c.Comparisons[k.Pools].Called, c.Comparisons[k.Pools].Name) + " to " + c.Cohorts[k.Treated].words() +
			", less " + c.figureWords(formula.Figure{Type: formula.Rate, Num: k.Discount}, nil) + " as these may not be like those"
	case EstimatorCertified, EstimatorMeans:
		text += "compares " + c.sidesWords(k) + map[Estimator]string{EstimatorMeans: ", by exact means a unit"}[k.Estimator]
		if k.Estimator == EstimatorCertified {
			text += ", on figures certified by " + spaced(c.Evidence[k.CertifiedBy].Name)
		}
	default:
		text += c.estimatedWords(k)
	}
	if words := selectionWords[k.Selection]; words != "" {
		text += ", " + words
	}
	text += ", per " + c.levelWords(k.Per) + ", fixed on " + k.FixedOn.Long()
	if k.Varied != nil {
		text += " after its cohort had begun, as varied on " + k.Varied.On.Long() + " because " + strings.TrimSuffix(k.Varied.Because, ".")
	}
	for _, f := range settledFields {
		if k.saidSettles[f] {
			text += "; " + comparisonColumns[f] + " " + c.roundingWords(k.Settles[f], c.comparedType(k, f))
		}
	}
	return text + "." + clauseWords(k.Clause)
}

// sidesWords say who is compared with whom, and by what.
func (c *Contract) sidesWords(k *Comparison) string {
	text := c.Cohorts[k.Treated].words()
	switch {
	case k.Against >= 0:
		text += " with " + c.Cohorts[k.Against].words()
	case k.Control != nil:
		text += " with counts of others"
	case k.Benchmark != nil:
		text += " with " + c.formulaWords(k.Benchmark)
	}
	if k.Of >= 0 {
		text += " by " + orName(c.Quantities[k.Of].Called, c.Quantities[k.Of].Name)
	}
	return text
}

// estimatedWords say a comparison that an estimator works out, with every option as it is stated.
func (c *Contract) estimatedWords(k *Comparison) string {
	text := "compares " + c.sidesWords(k) + ", " + estimators[k.Estimator].says
	var parts []string
	for i := range k.Columns {
		if one := &k.Columns[i]; one.Role != "" && one.Role != "outcome" {
			parts = append(parts, spaced(one.Role)+" "+spaced(one.Name))
		}
	}
	for i := range k.Options {
		o := &k.Options[i]
		parts = append(parts, spaced(o.Name)+" "+c.optionText(o))
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
		text += "; it pays on what " + map[ComparePays]string{PaysFound: "is worked out, beside what " + spaced(c.Evidence[k.CertifiedBy].Name) + " certifies",
			PaysCertified: spaced(c.Evidence[k.CertifiedBy].Name) + " certifies, beside what is worked out"}[k.PaysOn]
	}
	return text
}

func (c *Contract) optionText(o *CompareOption) string {
	switch {
	case o.Columns != nil:
		return strings.ReplaceAll(strings.ReplaceAll(o.Text, ", ", " and "), "_", " ")
	case len(o.Figures) == 2:
		rate := func(i int) string { return c.figureWords(formula.Figure{Type: formula.Rate, Num: o.Figures[i]}, nil) }
		return rate(0) + " to " + rate(1)
	case o.Date > 0:
		return o.Date.Long()
	}
	return strings.ReplaceAll(o.Text, "_", " ")
}
