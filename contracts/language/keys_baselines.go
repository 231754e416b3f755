package language

import (
	"outturn/contracts/document"
)

// The keys of baselines.

var (
	drawnOptions = []document.Option{{Word: "by_lot", Means: "every case had its chance: grade 2 at best, since a sample is no count of all"},
		{Word: "chosen", Means: "somebody chose them: grade 3 at best, and the interval is of a sample drawn by lot"}}
	fpcOptions = []document.Option{{Word: "finite_population", Means: "the variance times the part that was not read, (stands_for - read) / stands_for"},
		{Word: "none", Means: "the cases are taken to be of a population without end"}}
	takesOptions = []document.Option{{Word: "estimate", Means: "the mean, times what it stands for"}, {Word: "low", Means: "the low end of the interval"}, {Word: "high", Means: "the high end of the interval"}}
)

var sampleShape = mapOf("cohort, mean_of, at_least, drawn, stands_for, correction, critical, rounded and takes",
	must("cohort", "the cohort of those that were read", nameShape),
	must("mean_of", "the figure of each of them", figureShape),
	must("at_least", "how many must have been read before there is a baseline, 2 or more", countShape),
	must("drawn", "how they came to be read", words("a word", drawnOptions...)),
	must("stands_for", "how many units they stand for, themselves among them", formulaShape),
	must("correction", "whether the error is of a sample out of a finite number", words("a word", fpcOptions...)),
	must("critical", "how many standard errors the interval reaches either way, such as 1.96", valueShape),
	must("rounded", "how the standard error of the mean is rounded: a square root never ends", roundedShape),
	must("takes", "which figure is the baseline", words("a word", takesOptions...)))

var adjustmentShape = mapOf("an adjustment such as {routine: prices, times: index_now / index_then, clause: 3}",
	may("routine", "its name, where a rule of the contract applies it and nobody decides", nameShape),
	may("non_routine", "its name, where it stands only once it is approved", nameShape),
	may("times", "times a rate or number", formulaShape), may("plus", "plus so much", formulaShape), may("less", "less a rate of itself, or so much", formulaShape),
	may("approved_by", "the parties that must all approve it", listOf("a list of parties", nameShape)),
	may("told_by", "the kind of evidence by which each of them says that it does", nameShape),
	must("clause", "where in the signed contract the term stands", clauseShape))

var baselineShape = mapOf("per, stated or sample, fixed_on, grade and clause",
	may("called", "how sentences name it", calledShape),
	must("per", "what it stands per: the contract or period series", levelShape),
	may("stated", "the figure that the contract states, or a formula of what was counted", formulaShape),
	may("sample", "the cases it was read from", sampleShape),
	must("fixed_on", "the day on which the parties agreed how it is found", dateShape),
	must("grade", "the grade of the data it is from", words("a grade", gradeOptions...)),
	may("source", "where it was published", proseShape),
	may("adjustments", "what is done to it afterwards, in order", listOf("a list of adjustments", adjustmentShape)),
	must("clause", "where in the signed contract the term stands", clauseShape))
