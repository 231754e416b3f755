package language

import (
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
)

// The keys of savings.

var (
	classOptions = []document.Option{{Word: "fiscal", Means: "public spending that is less than it would have been"},
		{Word: "economic", Means: "what people or firms gain: in no budget"}, {Word: "social", Means: "well-being, valued: in no budget"}}
	stateOptions = []document.Option{{Word: "avoided", Means: "spending that would have come and did not"},
		{Word: "validated", Means: "a named party has found that it was avoided"},
		{Word: "cashable", Means: "it can really be taken out of a budget"}, {Word: "cashed", Means: "it was taken out, on the budget holder's word"}}
	budgetOptions = []document.Option{{Word: "local", Means: "a local body's general fund"}, {Word: "ring_fenced", Means: "a grant that may be spent on one thing only"},
		{Word: "del", Means: "a department's own limit"}, {Word: "ame", Means: "annually managed, such as benefits: the Exchequer's, and nobody's to spend"}, {Word: "capital", Means: "capital, and not revenue"}}
	originOptions = []document.Option{{Word: "efficiency", Means: "the same for less"}, {Word: "prevention", Means: "less of what it is spent on"}}
	basisOptions  = []document.Option{{Word: "gross", Means: "before what it cost"}, {Word: "net", Means: "after what it cost"}, {Word: "total", Means: "called a total by its source, which does not say of what"}}
	unsaid        = option(contracts.Unstated, "the source does not say; only of a stated saving")
)

// traitShape is a trait's word; several may stand where the source says several.
func traitShape(what string, options []document.Option) *shape {
	return oneOrMore(what, words(what, append(options[:len(options):len(options)], unsaid)...))
}

var despiteShape = listOf("the traits in which they differ", words("a trait",
	option("class", ""), option("state", ""), option("budget", ""), option("origin", ""), option("beneficiary", ""),
	option("horizon", ""), option("prices", ""), option("basis", ""), option("grade", "")))

// gradeOptions are the grades as the options of an error say them.
var gradeOptions = func() []document.Option {
	all := make([]document.Option, len(contracts.EvidenceGrades))
	for i, g := range contracts.EvidenceGrades {
		all[i] = option(strconv.Itoa(g.Grade), "less "+strconv.Itoa(g.Percent)+"% of what is saved: "+g.Population+"; "+g.Effect)
	}
	return all
}()

var gradeShape = either("the grade of the evidence, 1 to 6, a list of it and of baselines of which the worst counts, or a grade with a correction of one's own",
	words("a grade", append(gradeOptions[:len(gradeOptions):len(gradeOptions)], unsaid)...), listOf("a grade and baselines", text("a grade, or the name of a baseline", "")), mapOf("a grade, a correction and its source",
		must("is", "the grade", words("a grade", gradeOptions...)),
		must("correction", "the correction instead of the table's", formulaShape),
		must("source", "what shows it", proseShape)))

var counterfactualShape = either("what would have happened anyway, in exactly one way",
	text("gross, or one way", ""),
	&shape{kind: mapShape, what: "one way", words: []document.Option{
		{Word: "gross", Means: "nothing is taken off, and the statement says so wherever the saving stands"},
		{Word: "{deadweight: 1/6}", Means: "that share of the outcomes would have come anyway: outcomes x (1 - 1/6)"},
		{Word: "{would_have: 1/6}", Means: "that rate is taken from the impact: retained x (impact - 1/6)"},
		{Word: "{comparison: NAME, counting: fewer}", Means: "the difference that a comparison found; nothing more is taken off it"},
		{Word: "{expected: FIGURE, actual: FIGURE}", Means: "what was expected, by a path agreed before, less what came"}}, keys: []key{
		may("deadweight", "the share of the outcomes that would have come anyway", formulaShape),
		may("would_have", "the rate at which it would have happened anyway", formulaShape),
		may("comparison", "the comparison that shows it", nameShape),
		may("counting", "which way is better", words("fewer or more", option("fewer", "the comparison group's less the treated"), option("more", "the treated's less the comparison group"))),
		may("expected", "what was expected, in money or in number", formulaShape),
		may("actual", "what came", formulaShape)}})

var countedCostShape = words("headline or parts", option("headline", "it is worth its headline, shared by its parts"), option("parts", "it is worth what its parts make"))

var worthShape = either("a sum of money each, a unit cost that was checked, or one that a party certifies",
	formulaShape, mapOf("a unit cost", must("unit_cost", "its code, such as CR2.0", proseShape),
		may("counted", "what it counts for where its parts do not make its headline", countedCostShape),
		may("certified", "the sum, where the code is not among the checked", formulaShape),
		may("certified_by", "the party that certifies it", nameShape),
		may("source", "what shows it", proseShape)))

var cashableShape = either("how much of it a budget can give up: nought, a rate or a gate",
	text("nought, or a rate", ""),
	&shape{kind: mapShape, what: "a gate", words: []document.Option{{Word: "nought", Means: "it is avoided, and no budget falls"}, {Word: "40%", Means: "that part of it"},
		{Word: "{freed: FIGURE, step: 10, each: £2000.00}", Means: "whole steps of what is freed, each unit at its marginal cost"}}, keys: []key{
		must("freed", "how much is freed: beds, places, posts", formulaShape),
		must("step", "how many must be freed together before any can leave", formulaShape),
		must("each", "what one saves when it leaves: its marginal cost", formulaShape)}})

var savingCostsShape = mapOf("cash, in_kind, elsewhere and grade",
	may("cash", "what it cost in money", formulaShape), may("in_kind", "what it cost in staff, places and time, at agreed rates", formulaShape),
	may("elsewhere", "what other programmes have to spend because of it, £0.00 where that is nothing", formulaShape),
	must("grade", "the grade of the evidence on costs", words("a grade", gradeOptions...)))

var benefitShape = oneOrMore("a weight, or agencies of the unit cost", text("a weight such as 1171, or an agency such as nhs", ""))

var savingShape = mapOf("what the saving is, and of, stated or adds",
	may("called", "how sentences name it", calledShape),
	must("clause", "where in the signed contract the term stands", clauseShape),
	may("source", "where it was published", proseShape),
	may("per", "what it stands per: the contract, period series, a cohort or a role", levelShape),
	may("class", "what kind of value it is", traitShape("a kind of value", classOptions)),
	may("budget", "in which budget it falls", traitShape("a budget", budgetOptions)),
	may("origin", "what it comes from", traitShape("an origin", originOptions)),
	may("state", "how far a stated saving has come", traitShape("a state", stateOptions)),
	may("basis", "whether a stated saving is net of what it cost", traitShape("a basis", basisOptions)),
	may("horizon", "the time it is for, such as 5 years or each year", text("a time such as 5 years, each year or unstated", "")),
	may("prices", "nominal, or the year of its prices such as 2008-09", text("nominal, a year such as 2008-09, or unstated", "")),
	may("beneficiaries", "who has it, with weights", either("a party, or weights by party", nameShape, namedAs("weights by party", benefitShape))),
	may("grade", "the grade of the evidence", gradeShape),
	may("of", "the number it begins with: those affected, or outcomes as verified", formulaShape),
	may("engaged", "the share of these who engage", formulaShape),
	may("retained", "the share of these who stay", formulaShape),
	may("impact", "the share of these for whom it changes", formulaShape),
	may("counterfactual", "what would have happened anyway", counterfactualShape),
	may("additionality", "what else is taken off", mapOf("displacement, leakage and substitution",
		may("displacement", "the share that only moves it elsewhere", formulaShape), may("leakage", "the share that goes to others", formulaShape),
		may("substitution", "the share that takes another's place", formulaShape))),
	may("worth", "what each is worth", worthShape),
	may("uprated", "the factor from the prices of the worth to those of the period, or no", text("a factor such as deflator / 84.7; or no, the parties take the value as it stands", "")),
	may("lasts", "when it comes and how long it lasts, in the periods it stands per", mapOf("lag and keeps",
		must("lag", "how many periods after the outcome it begins, 0 for its own", text("a whole number", `^\d+$`)),
		must("keeps", "how much is left of it in the first period, and in each after: [100%, 60%, 30%]", listOf("a list of rates", formulaShape)))),
	may("fiscal_share", "the part of it that is fiscal, where it is more than fiscal", formulaShape),
	may("cashable", "how much of it a budget can give up", cashableShape),
	may("validated", "the evidence by which one named party, no beneficiary, says how much of it is valid", nameShape),
	may("cashed", "the reading by which the budget holder says what it took out", nameShape),
	may("costs", "what it cost, in cash and in kind", savingCostsShape),
	may("rating", "the tests it must pass, and what its rating lets through", ratingShape),
	may("stated", "the figure that a plan or report states", formulaShape),
	may("adds", "the figures it adds, such as violence.cashable", listOf("figures of savings", figureShape)),
	may("despite", "the traits in which they differ and are added all the same", despiteShape),
	may("agreed_by", "the party that answers for adding them", nameShape),
	not("discounted", "a settlement is never of a present value: leave it out, and see the appraisal"),
	not("deadweight", "write it within counterfactual, which is said in exactly one way"))

// ratingShape is the tests that a saving must pass, each with its answer, and what each rating lets through.
var ratingShape = mapOf("tests, partial and pays",
	must("tests", "how each test of a saving is answered", mapOf("the ten tests of a saving", testKeys()...)),
	must("partial", "the tests that a saving of rating partial passes, where it does not pass all", listOf("tests such as realised", words("a test", testOptions...))),
	must("pays", "the share of the saving that each rating lets through", mapOf("sufficient, partial and insufficient",
		must("sufficient", "what is let through of a saving that passes every test", formulaShape),
		must("partial", "what is let through of one that passes those that partial names", formulaShape),
		must("insufficient", "what is let through of any other", formulaShape))))

var testOptions = func() []document.Option {
	all := make([]document.Option, len(contracts.SavingTests))
	for i, t := range contracts.SavingTests {
		all[i] = option(t.Name, t.Asks)
	}
	return all
}()

// testKeys are the tests as keys: each takes no, a condition, and, where the program can tell by itself, yes.
func testKeys() []key {
	keys := make([]key, len(contracts.SavingTests))
	for i, t := range contracts.SavingTests {
		answers := []document.Option{{Word: "no", Means: "it is not tested, and so not passed"}}
		if t.Itself != "" {
			answers = append(answers, option("yes", "it is passed where "+t.Itself))
		}
		answers = append(answers, option("{FIGURE: TEST}", "it is passed where the condition holds"))
		keys[i] = must(t.Name, t.Asks, &shape{kind: eitherShape, what: "no, " + map[bool]string{true: "yes, "}[t.Itself != ""] + "or a condition",
			either: []*shape{words("a word", answers[:len(answers)-1]...), conditionShape}, words: answers})
	}
	return keys
}
