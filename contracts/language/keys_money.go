package language

import (
	"outturn/contracts/document"
)

// The keys of comparisons and of what decides money.

var dueShape = either("on_evidence, or a map such as {on: claim, within: 26 weeks after job_outcome}",
	words("a word", option("on_evidence", "it falls due as soon as the evidence is in")),
	&shape{kind: mapShape, what: "a map", words: []document.Option{{Word: "{on: KIND, within: WINDOW}", Means: "it falls due on a claim made within the window"},
		{Word: "{on: evidence, wait: LENGTH}", Means: "it falls due so long after the evidence"}}, keys: []key{
		must("on", "what it falls due on", text("evidence, or a kind of claim", `^[a-z][a-z0-9_]*$`)),
		may("within", "the days on which the claim may be made", windowShape),
		may("validated_by", "the kind of check that must have passed first", nameShape),
		may("wait", "how long after it falls due", lengthShape)}})

var hurdleShape = &shape{kind: mapShape, what: "one test and pays_on, such as {saving_rate: {at_least: 2%}, pays_on: whole}", def: "hurdle", item: testShape,
	keys: []key{must("pays_on", "what is paid once the hurdle is passed", words("whole or excess",
		option("whole", "the whole sum"), option("excess", "only what lies beyond the hurdle")))}}

var stepShape = mapOf("one step such as {times: 50%}",
	may("times", "times a rate or number", formulaShape), may("less", "less a rate of itself, or a sum", formulaShape),
	may("not_above", "not above a sum", formulaShape), may("not_below", "not below a sum", formulaShape), may("plus", "plus a sum", formulaShape))

var paymentShape = mapOf("from, to, per, for and price or of, due and clause",
	may("called", "how sentences name it", calledShape),
	must("from", "who pays", partyShape),
	must("to", "who is paid", partyShape),
	must("per", "what one line of it is per", levelShape),
	may("for", "what is paid for: a measure, a cohort, or a number or days", formulaShape),
	may("price", "the price of each", formulaShape),
	may("of", "the sum of money", formulaShape),
	may("when", "paid only when this holds", conditionShape),
	may("unless", "not paid when this holds", conditionShape),
	may("hurdle", "the test that must be passed", hurdleShape),
	may("then", "what is done to the sum, in the order listed", listOf("a list of steps", stepShape)),
	must("due", "when it falls due", dueShape),
	may("held", "what part is kept back, and until when", heldShape),
	may("rest", "the party to whom what is not earned is left", partyShape),
	may("between", "the days it applies to; the contract's term when not said", betweenShape),
	may("restricted_to", "what the payee may spend it on, by one name", nameShape),
	may("shadow", "the days of it that are worked out and shown, and paid by nobody", betweenShape),
	must("clause", "where in the signed contract the term stands", clauseShape),
	not("payable", "write it as due: on_evidence, or {on: evidence, wait: 15 working days}"),
	not("claimed", "write it as due: {on: KIND OF CLAIM, within: WINDOW}"),
	not("in_kind", "what is in kind is never paid: write it under in_kind, beside payments"))

var heldShape = mapOf("share, with released_on, released_when or both",
	must("share", "the part of each line that is kept back", formulaShape),
	may("released_on", "the day on which it is paid after all", dayShape),
	may("released_when", "it is paid once this holds", conditionShape))

var leftOverShape = either("carried, or a party and when",
	words("carried", option("carried", "it stays for the next period")),
	&shape{kind: mapShape, what: "a map", words: []document.Option{{Word: "{to: PARTY, at: each_period}", Means: "it goes to a party at the end of each period"},
		{Word: "{to: PARTY, at: last_period}", Means: "it goes to a party at the end of the last"}}, keys: []key{
		must("to", "who has it", nameShape),
		must("at", "when", words("a word", option("each_period", "at the end of each period"), option("last_period", "at the end of the last period")))}})

var accountShape = mapOf("owner, per, receives, left_over and clause",
	may("called", "how sentences name it", calledShape),
	must("owner", "the party whose money it is", nameShape),
	must("per", "the period series it stands per", nameShape),
	may("opens_with", "what it holds before the first period", formulaShape),
	may("receives", "what comes in each period", formulaShape),
	may("restricted_to", "what its money may be spent on, by one name; or nothing: it may be spent on anything", nameShape),
	may("between", "the days from which and to which it receives money of its owner's and may be spent", betweenShape),
	may("eligible", "what must hold of a use that it pays for", conditionShape),
	must("left_over", "what becomes of what it has not paid", leftOverShape),
	may("final", "whether what it paid can be taken back", words("once_paid", option("once_paid", "what it paid is a fact, from which later settlements start"))),
	must("clause", "where in the signed contract the term stands", clauseShape))

var divisionShape = mapOf("tranches and clause",
	may("called", "how sentences name it", calledShape),
	must("tranches", "filled in order, each full before the next", listOf("a list of tranches", mapOf("among, with by or claim",
		must("among", "who shares it: a share for each, a list of parties, a role, or a saving's beneficiaries", either("shares, parties, a role or a saving",
			nameShape, listOf("a list of parties", nameShape), namedAs("a share for each party", formulaShape))),
		may("by", "the weights by which it is shared", either("a figure, or one for each party", formulaShape, namedAs("a figure for each party", formulaShape))),
		may("claim", "the most each may take of it", formulaShape)))),
	must("clause", "where in the signed contract the term stands", clauseShape))

var orderShape = either("in which order it is filled", words("as_listed, largest or pro_rata",
	option("as_listed", "the payments in the order listed"), option("largest", "the largest sum first; of equals, as listed"), option("pro_rata", "all in proportion")),
	&shape{kind: listShape, what: "a list of days", item: dayShape, words: []document.Option{{Word: "[KIND OR MEASURE]", Means: "the earliest such day first"}}})

var capShape = mapOf("over, per, not_above, in_order_of, beyond and clause",
	may("called", "how sentences name it", calledShape),
	must("over", "the payments it covers", either("all, or a list of payments",
		words("all", option("all", "every payment")),
		&shape{kind: listShape, what: "a list of payments", item: nameShape, words: []document.Option{{Word: "[PAYMENT, ...]", Means: "the payments listed"}}})),
	must("per", "what it limits: each unit, period or the contract", levelShape),
	may("counting", "what is counted instead of money: places of a unit type, or payments", nameShape),
	must("not_above", "the most", formulaShape),
	must("in_order_of", "in which order it is filled", orderShape),
	may("payer", "the party whose payments, and parts of payments, it limits; everybody's when not said", nameShape),
	must("beyond", "what becomes of what it leaves out", either("cut, refuse, or who pays it instead", words("cut or refuse",
		option("cut", "the sum that crosses the line is paid in part"), option("refuse", "it is not paid at all")),
		&shape{kind: mapShape, what: "a map", words: []document.Option{{Word: "{to: PARTY}", Means: "of a cap on a payer: another party pays it"}}, keys: []key{must("to", "who pays it instead", nameShape)}})),
	may("dated", "which day says which period is charged", dayShape),
	may("places", "whether a settled place may be displaced by an earlier claim learned later", words("stand or move",
		option("stand", "what was settled keeps its place"), option("move", "places are given anew each time"))),
	must("clause", "where in the signed contract the term stands", clauseShape))

var checkShape = mapOf("over, per, found_by, sample, error, recovers and clause",
	may("called", "how sentences name it", calledShape),
	must("over", "the payments whose claims are examined", listOf("a list of payments", nameShape)),
	must("per", "what one sample stands per", levelShape),
	may("dated", "which day says in which period a claim falls", dayShape),
	must("found_by", "the kind of evidence that answers", nameShape),
	must("sample", "what is examined", mapOf("share, at_least and drawn",
		must("share", "the least share of the claims", text("a rate such as 5%", "")),
		must("at_least", "the least number of claims", countShape),
		must("drawn", "how the sample is drawn", proseShape))),
	must("error", "how the error rate is worked out", words("a word",
		option("by_claims", "failed claims over examined claims"), option("by_money", "the money on failed claims over the money examined"))),
	must("recovers", "what a found error recovers", words("a word",
		option("found_only", "only what was found"), option("extrapolated", "the rate is carried over to what was not examined"))),
	must("clause", "where in the signed contract the term stands", clauseShape))

var givenFiguresShape = mapOf("effect, or treated and comparison, and units",
	may("cohort", "the number of the cohort", countShape), may("treated", "the treated mean", valueShape),
	may("comparison", "the comparison mean", valueShape), may("units", "the treated units", countShape), may("effect", "the effect, when stated", valueShape),
	may("compared", "the units they are compared with", countShape), may("low", "the lower end of the interval", valueShape), may("high", "the upper end of the interval", valueShape),
	may("p", "the p-value", valueShape), may("se", "the standard error", valueShape),
	may("significant", "whether the effect lies beyond the null", yesNoShape), may("contrary", "whether it lies beyond it the other way", yesNoShape))

var exampleShape = mapOf("it, as_at, evidence and due",
	must("it", "what the example shows, as a sentence that begins with it", proseShape),
	must("as_at", "the last day settled", dateShape),
	may("evidence", "the items, as they would come", listOf("a list of items", namedAs("an item", valueShape))),
	may("given", "figures of comparisons, stated instead of worked out", namedAs("figures by comparison",
		either("the figures, or a list of them by cohort", givenFiguresShape, listOf("a list of figures by cohort", givenFiguresShape)))),
	must("due", "what is then due to each party, with a minus when it pays", namedAs("amounts by party", moneyShape)))
