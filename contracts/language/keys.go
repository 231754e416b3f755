package language

import (
	"outturn/contracts/document"
)

// The keys of the language: every key of every construct, what it says and what it takes. The decoder holds a document
// against these tables, and schema.json is printed from them.

// The texts that stand in many places.
var (
	nameShape    = text("a name such as job_outcome: small letters, digits and underscores, a letter first", `^[a-z][a-z0-9_]*$`)
	proseShape   = text("a text", "")
	clauseShape  = text("where in the signed contract the term stands, such as paragraph 12", "")
	calledShape  = text("how sentences name it", "")
	dateShape    = text("a date such as 2012-04-01", `^\d{4}-\d{2}-\d{2}$`)
	lengthShape  = text("a length of time such as 26 weeks, 6 months or 15 working days", `^\d+ (days?|weeks?|months?|years?|working days?)$`)
	countShape   = text("a whole number", `^\d+$`)
	formulaShape = text("a figure or a formula such as £700.00, 85% or 1.3 * referrals", "")
	figureShape  = text("the name of a figure, or name.column", `^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)
	windowShape  = text("a window such as 6 months beginning with attachment, 3 school_terms before claim or 2010-07-01 to 2011-06-30", "")
	dayShape     = text("a day: a date, a kind of evidence, a measure, a cohort, a date quantity, a period series, met or learned", "")
	yesNoShape   = words("yes or no", option("yes", ""), option("no", ""))
	valueShape   = text("a value", "")
	partyShape   = text("a party, a role or a division", "")
	levelShape   = oneOrMore("a unit type, facts, a cohort, a period series, a role, or contract", nameShape)
	moneyShape   = text("a sum of money such as -£1200.00", "")
	betweenShape = either("the first and last day, such as 2012-04-01 to 2013-03-31",
		text("two dates", `^\d{4}-\d{2}-\d{2} to \d{4}-\d{2}-\d{2}$`),
		mapOf("the first and last day", must("first", "the first day that counts", dateShape), must("last", "the last day that counts", dateShape)))
)

// Conditions are maps all of whose tests must hold; they hold further conditions, so the shape is tied up in init.
var (
	conditionShape = &shape{kind: mapShape, def: "condition", what: "a condition such as {saving_rate: {at_least: 2%}}"}
	testShape      = either("a value, a list of values, or a test such as {at_least: 85%}", valueShape, listOf("a list of values", valueShape), testsShape)
	testsShape     = &shape{kind: mapShape, def: "tests", what: "a test such as {at_least: 85%}", keys: []key{
		may("at_least", "the figure is this or more", formulaShape),
		may("more_than", "the figure is more than this", formulaShape),
		may("at_most", "the figure is this or less", formulaShape),
		may("less_than", "the figure is less than this", formulaShape),
		may("observed", "whether the figure is known: yes or no", yesNoShape),
	}}
	conditionsShape = listOf("a list of conditions", conditionShape)
)

func init() {
	conditionShape.keys = []key{
		may("any_of", "at least one of these conditions holds", conditionsShape),
		may("all_of", "all of these conditions hold", conditionsShape),
		may("not", "this condition does not hold", conditionShape),
	}
	conditionShape.item = testShape
	countedShape.keys, countedShape.item = conditionShape.keys, conditionShape.item
}

// Roundings: of the contract's sums, and of a figure.
var (
	tiesShape = words("how a figure just between two is rounded",
		option("up", "away from nought: 0.5 becomes 1 and -0.5 becomes -1"),
		option("down", "towards nought: 0.5 becomes 0"),
		option("even", "to the even neighbour: 0.5 becomes 0 and 1.5 becomes 2"))
	roundingKeys = []key{
		may("nearest", "round to the nearest multiple of this", formulaShape),
		may("up", "round away from nought to a multiple of this", formulaShape),
		may("down", "round towards nought to a multiple of this", formulaShape),
		may("ties", "how a figure just between two is rounded", tiesShape),
	}
	roundedShape = either("exact, or a rounding such as {nearest: 0.01%, ties: up}, {up: 1} or {down: 1}",
		words("exact", option("exact", "the figure is used as it is, unrounded")),
		&shape{kind: mapShape, def: "rounding", what: "a rounding", keys: roundingKeys})
	roundingShape = mapOf("a rounding such as {nearest: £0.01, ties: up, spare: largest_remainder}", append([]key{
		must("spare", "who has the pennies that a division leaves over", text("largest_remainder, or a party", "")),
		not("each", "leave it out: each line of a statement is rounded, and a line is one payment for one of what it is per"),
	}, roundingKeys...)...)
)

// topShape is the whole document.
var topShape = mapOf("a contract",
	must("outturn", "the edition of the contract language", text("the edition, 1", `^1$`)),
	must("contract", "what the contract is", mapOf("the contract's head",
		must("id", "what the contract is called in statements", text("small letters, digits and hyphens", `^[a-z0-9][a-z0-9-]*$`)),
		must("currency", "its one currency", text("a currency's code such as GBP", `^[A-Z]{3}$`)),
		must("first", "the first day of its term", dateShape),
		must("last", "the last day of its term", dateShape),
		must("paid_elsewhere", "what happens to an outcome that another scheme has paid for", words("a word",
			option("refuse", "it is not paid again"), option("pay", "it is paid in full"),
			option("pay_the_difference", "what the other scheme paid is taken off"))),
		may("told_by", "the kind of evidence that tells what another scheme has paid", nameShape),
		may("exclusive_with", "contracts under which nobody may be claimed who is claimed under this one", listOf("a list of contracts' ids", text("a contract's id", `^[a-z0-9][a-z0-9-]*$`))),
		may("shadow", "the days whose payments are worked out and shown, and paid by nobody", betweenShape))),
	must("parties", "who pays and is paid; the order settles ties", listOf("a list of parties", partyOneShape)),
	must("calendar", "when it is settled", calendarShape),
	must("rounding", "how every sum of money becomes an amount", roundingShape),
	must("periods", "stretches of time, numbered from 1", namedAs("period series by name", mapOf("every and beginning, or begins",
		may("every", "the length of each", lengthShape), may("beginning", "the first day of the first", dateShape),
		may("begins", "the first day of each", listOf("a list of dates", dateShape))))),
	may("units", "what is counted", namedAs("unit types by name", mapOf("part_of and facts",
		may("part_of", "the unit type each of these belongs to", nameShape),
		may("facts", "what is known of each on joining, and frozen then", namedAs("facts by name", fieldShape))))),
	may("evidence", "the kinds of item that may come", namedAs("kinds by name", evidenceShape)),
	may("cohorts", "who joins and who counts", namedAs("cohorts by name", cohortShape)),
	may("tables", "prices, shares, thresholds, choices and dated terms", namedAs("tables by name", tableShape)),
	may("assumptions", "the register of what is taken for true", namedAs("assumptions by name", assumptionShape)),
	may("quantities", "named figures", namedAs("quantities by name", quantityShape)),
	may("measures", "outcomes: the days on which a unit met a test", namedAs("measures by name", measureShape)),
	may("comparisons", "what would have happened anyway", namedAs("comparisons by name", comparisonShape)),
	may("baselines", "what is expected if nothing changes: stated, or from a sample, and adjusted", namedAs("baselines by name", baselineShape)),
	may("savings", "what is saved: typed, by a chain, as stated or added up", namedAs("savings by name", savingShape)),
	may("in_kind", "staff, places and time that parties give each other: counted, and never paid", namedAs("contributions in kind by name", inKindShape)),
	must("payments", "the rules of payment", namedAs("payments by name", paymentShape)),
	may("divisions", "how one sum falls among several parties", namedAs("divisions by name", divisionShape)),
	may("accounts", "money that stands from period to period", namedAs("accounts by name", accountShape)),
	may("stakes", "what investors have in the contract", namedAs("stakes by name", stakeShape)),
	may("partnership", "who invests and who benefits", partnershipShape),
	may("caps", "the most that may be paid, applied in the order listed", listOf("a list of caps", capShape)),
	may("checks", "claims examined by sample", namedAs("checks by name", checkShape)),
	may("examples", "evidence and what is then due", listOf("a list of examples", exampleShape)),
)

var partyOneShape = mapOf("a party such as {party: council, role: provider, name: A council}",
	must("party", "what the contract calls it", nameShape),
	must("role", "what it is in the contract", nameShape),
	may("name", "its full name", proseShape),
	may("each", "the unit type whose every unit is a party of its own", nameShape),
	may("releases_after", "the party whose payments to the same payee are released before this one's", nameShape),
	may("succeeded_by", "the party that takes its place, with all it holds and owes", nameShape),
	may("succeeded_on", "the first day on which the other stands in its place", dateShape))

var calendarShape = mapOf("settle, cut_off, last_cut_off, run and zone",
	must("settle", "the period series that statements cover", nameShape),
	must("cut_off", "how long after the last day settled evidence is counted", text("a length and after, such as 15 days after", `^\d+ (days?|weeks?|months?|years?|working days?) after$`)),
	must("last_cut_off", "the day after which nothing is learned: finality", dateShape),
	must("run", "when the scheduled run starts", text("a cron expression of five fields such as 0 6 16 * *", "")),
	must("zone", "the time zone of the run", text("a time zone such as Europe/London", "")),
	may("holidays", "days that are no working days", listOf("a list of dates", dateShape)))

var typeOptions = []document.Option{{Word: "money", Means: "in the contract's currency"}, {Word: "number", Means: "of things counted or scored"}, {Word: "rate", Means: "85%"},
	{Word: "points", Means: "one rate less another: 5 points"}, {Word: "date", Means: "2012-04-01"}, {Word: "days", Means: "a number of days"}, {Word: "length", Means: "26 weeks"}, {Word: "yes/no", Means: ""}}

var (
	typeShape  = either("a type, or a list of choices", words("a type", typeOptions...), listOf("a list of choices", text("a choice", "")))
	fieldShape = either("a type such as money, a list of choices, or {type: money, optional: yes}",
		words("a type", typeOptions...), listOf("a list of choices", text("a choice", "")),
		mapOf("type and optional", must("type", "what is said", typeShape), may("optional", "an item may come without it", yesNoShape)))
)

var evidenceShape = mapOf("of, as and the rest of a kind of evidence",
	must("of", "what an item is about", text("a unit type, a role, a cohort, or contract", `^[a-z][a-z0-9_]*$`)),
	must("as", "the form of an item", words("a form",
		option("event", "it happened on a day"), option("spell", "it lasted from a day to a day"),
		option("reading", "it says what was found for a day or a period"), option("check", "it answers a claim that was examined"))),
	may("says", "the typed fields of an item", namedAs("fields by name", fieldShape)),
	may("each", "the period series of which there is one item each", nameShape),
	may("if_none", "what no item means", ifNoneShape),
	may("told_by", "who alone may tell it", oneOrMore("one or more of those who send evidence", words("who sends evidence", tellers...))),
	may("clause", "where the term stands", clauseShape))

var ifNoneShape = words("nought or unknown",
	option("nought", "no item means that none happened"), option("unknown", "no item means that nothing is known, and nothing is paid or taken on it"))

var countsShape = either("a word or a condition",
	words("a word", option("everyone_who_joined", "intention to treat: whoever joined counts, whatever came after"),
		option("compared_only", "its members are only compared with")),
	countedShape)

// countedShape is a condition as the answer to who counts.
var countedShape = &shape{kind: mapShape, def: "condition", what: "a condition", words: []document.Option{{Word: "{figure: test}", Means: "those members count for whom the condition holds"}}}

var cohortShape = mapOf("unit, joined_by and the rest of a cohort",
	may("called", "how sentences name it", calledShape),
	must("unit", "the unit type that joins", nameShape),
	must("joined_by", "the kind of evidence whose first item is the joining", nameShape),
	may("where", "only units of which this holds on joining", conditionShape),
	may("between", "the joining days that count; the contract's term when not said", betweenShape),
	may("closes", "when no more may join", mapOf("at, or_after and then",
		may("at", "the number of members at which it closes", countShape), may("or_after", "the time after the first joining at which it closes", lengthShape),
		may("then", "what follows", words("next_opens or nothing", option("next_opens", "a further cohort opens, numbered from 1"))))),
	must("counts", "which members count", countsShape),
	must("clause", "where in the signed contract the term stands", clauseShape))

var (
	valuesShape = either("a value, a list of values, or a test", valueShape, listOf("a list of values", valueShape), testsShape)
	givenShape  = either("a value, or a value for each thing given", formulaShape, namedAs("a value for each thing given", formulaShape))
	rowShape    = &shape{kind: mapShape, def: "row", what: "a row such as {track: [A, B], is: 40%}", item: valuesShape, keys: []key{
		may("from", "the first day the row applies to", dateShape), may("up_to", "the upper end of the row's stretch, in it", valueShape),
		may("below", "the upper end of the row's stretch, in the next row's", valueShape),
		may("is", "what the row gives", formulaShape), may("otherwise", "what is given when no other row matches", givenShape)}}
	tableShape = mapOf("by, gives and rows",
		may("called", "how sentences name it", calledShape),
		must("by", "the figures by which a row is found, none or more", oneOrMore("a list of names", figureShape)),
		may("dated", "which day selects the rows and the period", dayShape),
		must("gives", "the type of what it gives, or each thing's name and type", either("a type, or types by name",
			words("a type", typeOptions...), listOf("a list of choices", text("a choice", "")), namedAs("types by name", typeShape))),
		may("reads", "how a number finds its row", words("a word",
			option("step", "the row the figure falls in gives the whole"), option("slice", "each slice of the figure at its own row's rate"),
			option("straight_line", "between the rows' points, in proportion"))),
		may("for_each", "the amount of the figure that a slice's value is for", valueShape),
		must("rows", "the rows", listOf("a list of rows", rowShape)),
		may("source", "where the figures were published", proseShape),
		must("clause", "where in the signed contract the term stands", clauseShape))
)

var assumptionShape = mapOf("gives, versions and clause",
	may("called", "how sentences name it", calledShape),
	must("gives", "the type of the figure", words("a type", typeOptions...)),
	may("dated", "the period series that says which version applies: that in force on the first day of the period", nameShape),
	must("versions", "its versions, numbered from 1; a change is a further one", listOf("a list of versions", mapOf("is, source, grade, challenged_by, decision and decided_on",
		must("is", "the figure", formulaShape),
		may("from", "the first day of the periods for which it applies; the first applies from the start", dateShape),
		must("source", "where it is from", proseShape),
		must("grade", "the grade of its evidence, 1 to 6", words("a grade", gradeOptions...)),
		must("challenged_by", "who challenged it, or nobody", proseShape),
		must("decision", "what was decided, and why", proseShape),
		must("decided_on", "the day of the decision", dateShape)))),
	must("clause", "where in the signed contract the term stands", clauseShape))

// headKeys are the heads of a quantity, of which each has exactly one.
var headKeys = []key{
	may("count", "how many: of a kind of evidence, a unit type, a cohort, a measure or a yes/no figure", figureShape),
	may("total", "the sum of a field of evidence, or of a finer figure", figureShape),
	may("mean", "the mean of a field of evidence, or of a finer figure", figureShape),
	may("latest", "the latest of a field of evidence", figureShape),
	may("lowest", "the lowest of a field of evidence, or of a finer figure", figureShape),
	may("highest", "the highest of a field of evidence, or of a finer figure", figureShape),
	may("spells", "the days that spells of a kind cover", nameShape),
	may("days", "how many days of spells", nameShape),
	may("run", "the longest unbroken run of spells", nameShape),
	may("first_gap", "the first day that spells do not cover", nameShape),
	may("is", "a formula", formulaShape),
	may("met_when", "yes when the condition holds", conditionShape),
	may("standing", "the surest of several figures that is known", mapOf("a provisional, a certified and a reconciled figure, at least two",
		may("provisional", "what it is put at until it is certified", formulaShape),
		may("certified", "what somebody certifies", formulaShape),
		may("reconciled", "what it is in the end, held against the books", formulaShape))),
}

var quantityShape = mapOf("a head such as count or is, and what narrows it", append(append([]key{}, headKeys...),
	may("called", "how sentences name it", calledShape),
	may("clause", "where the term stands", clauseShape),
	may("except", "the kind whose spells are taken away", nameShape),
	may("bridging", "gaps of up to this long are closed", lengthShape),
	may("where", "only what this holds of is gathered", conditionShape),
	may("in", "the window in which it is gathered", windowShape),
	may("run_out", "how long after the window evidence may still come", lengthShape),
	may("per", "what it stands per", levelShape),
	may("dated", "which day says in which period each falls", dayShape),
	may("to_date", "the earlier periods are added", yesNoShape),
	may("neutral_if", "it is left out of its test when this holds", conditionShape),
	may("if_none", "what it is when there is nothing finer to gather", words("nought or unknown",
		option("nought", "it is nought"), option("unknown", "it is not known, and nothing is paid or taken on it"))),
	may("if_unknown", "what becomes of it when a part was not observed", words("a word",
		option("unknown", "it is unknown too: it never pays and never deducts"), option("left_out", "it is left out, and a step that would use it is not applied"))),
	may("not_below", "its floor", formulaShape),
	may("not_above", "its ceiling", formulaShape),
	may("rounded", "how it is rounded", roundedShape))...)

var measureShape = mapOf("on and when, as_soon_as, first, each, or every and run",
	may("called", "how sentences name it", calledShape),
	may("clause", "where the term stands", clauseShape),
	may("on", "tested on each item of this kind", nameShape),
	may("when", "the test on the item", conditionShape),
	may("as_soon_as", "met on the first day this holds", conditionShape),
	may("first", "met on the first item of these kinds", oneOrMore("kinds", nameShape)),
	may("each", "met on every item of these kinds", oneOrMore("kinds", nameShape)),
	may("every", "met at every further such length of an unbroken run", lengthShape),
	may("run", "the spells whose run is meant", nameShape),
	must("per", "the unit type it is met by", levelShape),
	may("in", "the window in which it may be met", windowShape),
	may("restarts_on", "what starts the count of a run anew", mapOf("item and from",
		must("item", "the kind of item on whose day the count starts anew", nameShape),
		may("from", "only one so long after the count began, or later", lengthShape))),
	may("until", "it may not be met from this day", dayShape),
	may("not_above", "the most times it is met", formulaShape),
	may("if_all_neutral", "what the test is worth when every limb was left out", words("met or not_met",
		option("met", "the test is passed"), option("not_met", "the test is not passed"))))
