package language

import (
	"errors"
	"os"
	"strings"
	"testing"

	"outturn/contracts/document"
)

// change is one fault put into testdata/small.yaml, which has none.
type change struct{ name, from, to string }

// faultCases holds every class of fault. What each prints stands in testdata/faults.txt, read by hand.
var faultCases = []change{
	// The document.
	{"a bracket left out", "outturn: 1", "outturn: [1"},
	{"a tab", "\n  placed: {of", "\n\tplaced: {of"},
	{"an anchor", "first: 2020-04-01, last", "first: &a 2020-04-01, last"},
	{"an alias", "every: 12 months, beginning: 2020-04-01", "every: 12 months, beginning: *a"},
	{"an anchor and its alias", "first: 2020-04-01, last: 2022-03-31", "first: &a 2020-04-01, last: *a"},
	{"a merge key", "units: {", "units: {<<: {x: {}}, "},
	{"a tag", "id: small", "id: !!str small"},
	{"a key twice", "zone: Europe/London", "zone: Europe/London, run: 0 6 1 * *"},
	{"a second document", "contract: {id", "---\ncontract: {id"},
	{"no text", "outturn: 1", "outturn: 1\x00"},
	{"an unknown edition", "outturn: 1", "outturn: 2"},
	{"an empty value", "paid_elsewhere: refuse", "paid_elsewhere:"},
	// Keys and words.
	{"an unknown key, near", "price: £500.00", "prise: £500.00"},
	{"an unknown key, far", "price: £500.00", "remuneration: £500.00"},
	{"an unknown section", "divisions:", "partitions:"},
	{"savings that say nothing", "quantities:\n", "savings: {x: {clause: 1}}\nquantities:\n"},
	{"an account that says little", "quantities:\n", "accounts: {x: {}}\nquantities:\n"},
	{"an account that pays nobody", "quantities:\n", "accounts: {pot: {owner: payer, per: year, receives: £1000.00, left_over: carried, clause: annex}}\nquantities:\n"},
	{"an account of nobody", "quantities:\n", "accounts: {pot: {owner: payers, per: year, left_over: {to: home, at: each_period}, clause: annex}}\nquantities:\n"},
	{"an account's money per something finer", "gain: {from: payer, to: home, per: year, of: £1000.00 * visits_by_year", "gain: {from: pot, to: home, per: year, of: pot.balanse"},
	{"what becomes of the rest not said", "quantities:\n", "accounts: {pot: {owner: payer, per: year, clause: annex}}\nquantities:\n"},
	{"held without a release", "price: £500.00, due: {on: claim", "price: £500.00, held: {share: 10%}, due: {on: claim"},
	{"held without a share", "price: £500.00, due: {on: claim", "price: £500.00, held: {released_on: 2022-01-01}, due: {on: claim"},
	{"held by a sum", "price: £500.00, due: {on: claim", "price: £500.00, held: {share: £50.00, released_on: 2022-01-01}, due: {on: claim"},
	{"payable", "price: £500.00, due: {on: claim, within: 26 weeks beginning with thriving}", "price: £500.00, payable: 15 working days"},
	{"each of rounding", "ties: up, spare", "ties: up, each: amount, spare"},
	{"a list for a text", "of: child, as: check", "of: [child], as: check"},
	{"a text for a map", "units: {family: {facts: {area: [north, south]}}", "units: {family: families"},
	{"a word that is none", "error: by_claims", "error: by_claim"},
	// Choices left out: each lists its options.
	{"paid elsewhere not said", ", paid_elsewhere: refuse", ""},
	{"ties not said", "nearest: £0.01, ties: up, ", "nearest: £0.01, "},
	{"rounding not said which way", "nearest: £0.01, ties: up, ", ""},
	{"ties where none are", "rounding: {nearest: £0.01, ties: up", "rounding: {up: £0.01, ties: up"},
	{"spare not said", ", spare: largest_remainder", ""},
	{"silence not said", "kind_of: [home, office]}, if_none: nought}", "kind_of: [home, office]}}"},
	{"silence of finer figures not said", "best_rating: {highest: rating", "most_visits: {highest: visits, per: family}\n  best_rating: {highest: rating"},
	{"silence said of evidence", "best_rating: {highest: rating", "best_rating: {highest: rating, if_none: nought"},
	{"told by nobody known", "away: {of: child, as: spell, if_none: nought}", "away: {of: child, as: spell, if_none: nought, told_by: neighbour}"},
	{"told by one of them twice", "away: {of: child, as: spell, if_none: nought}", "away: {of: child, as: spell, if_none: nought, told_by: [verifier, verifier]}"},
	{"released after nobody", "name: The host", "name: The host, releases_after: bank"},
	{"released after itself", "name: The host", "name: The host, releases_after: host"},
	{"each released after the other", "name: The payer}, {party: host, role: exchequer, name: The host", "name: The payer, releases_after: host}, {party: host, role: exchequer, name: The host, releases_after: payer"},
	{"told by what no unit has", ", paid_elsewhere: refuse", ", paid_elsewhere: refuse, told_by: survey"},
	{"told though it is paid in full", ", paid_elsewhere: refuse", ", paid_elsewhere: pay, told_by: claim"},
	{"excludes with nothing told", ", paid_elsewhere: refuse", ", paid_elsewhere: refuse, exclusive_with: [others]"},
	{"excludes by what is no answer", ", paid_elsewhere: refuse", ", paid_elsewhere: refuse, told_by: claim, exclusive_with: [others]"},
	{"excludes itself, another twice, and pays twice", ", paid_elsewhere: refuse", ", paid_elsewhere: pay, exclusive_with: [small, others, others]"},
	{"excludes nobody", ", paid_elsewhere: refuse", ", paid_elsewhere: refuse, exclusive_with: []"},
	{"excludes no id", ", paid_elsewhere: refuse", ", paid_elsewhere: refuse, exclusive_with: [The Others]"},
	{"told without an amount", ", paid_elsewhere: refuse", ", paid_elsewhere: pay_the_difference, told_by: claim"},
	{"both ends of a band", "{up_to: 5%, is: 50%}", "{up_to: 5%, below: 5%, is: 50%}"},
	{"below in slices", "{up_to: 5%, is: 50%}", "{below: 5%, is: 50%}"},
	{"silence of the excepted not said", "away: {of: child, as: spell, if_none: nought}", "away: {of: child, as: spell}"},
	{"who counts not said", "counts: everyone_who_joined, ", ""},
	{"bands not said how read", "reads: slice, ", ""},
	{"a dated row without a day", "by: [area, year], dated: placed,", "by: [area],"},
	{"a row's from without a day", "{up_to: 5%, is: 50%}", "{up_to: 5%, from: 2021-01-01, is: 50%}"},
	{"per not said", "visits: {count: visit, in: 6 months after placed, per: child}", "visits: {count: visit, in: 6 months after placed}"},
	{"the day of a period not said", "per: year, dated: visit}", "per: year}"},
	{"the edge of a window not said", "in: 6 months after placed", "in: 6 months from placed"},
	{"all neutral not said", "if_all_neutral: not_met, ", ""},
	{"a quotient not said to be rounded", ", rounded: {nearest: 0.1%, ties: even}", ""},
	{"whole or excess not said", ", pays_on: whole", ""},
	{"due not said", "rest: payer, due: on_evidence, ", "rest: payer, "},
	{"a claim with no window", "due: {on: claim, within: 26 weeks beginning with thriving}", "due: {on: claim}"},
	{"the rest not said", "rest: payer, ", ""},
	{"a clause left out", ", clause: schedule 6", ""},
	{"the order of a cap not said", "in_order_of: as_listed, ", ""},
	{"beyond a cap not said", "beyond: cut, ", ""},
	{"what is beyond a cap falls to somebody, and it limits no payer", "beyond: cut, ", "beyond: {to: host}, "},
	{"a cap on a payer that pays nothing of it", "beyond: cut, ", "payer: home, beyond: cut, "},
	{"a cap on a payer that is nobody", "beyond: cut, ", "payer: hosts, beyond: cut, "},
	{"a cap on a payer that counts places", "beyond: refuse, ", "payer: host, beyond: refuse, "},
	{"what is beyond a payer's cap falls to the payer", "beyond: cut, ", "payer: host, beyond: {to: host}, "},
	{"what is beyond a payer's cap falls to whoever is paid", "beyond: cut, ", "payer: host, beyond: {to: home}, "},
	{"what falls to a payer comes after its own cap", "beyond: cut, clause: schedule 8}", "payer: payer, beyond: cut, clause: schedule 8}\n  - {over: all, per: contract, payer: host, not_above: £1.00, in_order_of: as_listed, beyond: {to: payer}, clause: schedule 8}"},
	{"payments counted for no unit", "per: year, dated: placed, counting: child", "per: year, dated: placed, counting: payments"},
	{"payments counted and cut", "per: child, not_above: £600.00", "per: child, counting: payments, not_above: 1"},
	{"payments counted in proportion", "per: child, not_above: £600.00, in_order_of: as_listed, beyond: cut", "per: child, counting: payments, not_above: 1, in_order_of: pro_rata, beyond: refuse"},
	{"places by size", "in_order_of: [placed], beyond: refuse, places: stand", "in_order_of: largest, beyond: refuse"},

	{"weights that leave a sharer out", "{among: {payer: 60%, host: 40%}}", "{among: [payer, host], by: {payer: visits}}"},
	{"weights for one that does not share", "{among: {payer: 60%, host: 40%}}", "{among: [payer, host], by: {payer: visits, host: 1, home: 2}}"},
	{"weights that are not alike", "{among: {payer: 60%, host: 40%}}", "{among: [payer, host], by: {payer: visits, host: £2.00}}"},
	{"weights per something finer than the lines", "{among: {payer: 60%, host: 40%}}", "{among: [payer, host], by: {payer: visits_by_year, host: 1}}"},
	{"a shadow beyond the term", ", paid_elsewhere: refuse", ", paid_elsewhere: refuse, shadow: 2020-01-01 to 2020-06-30"},
	{"a payment's shadow beyond the term", "rest: payer, due: on_evidence, ", "rest: payer, shadow: 2022-01-01 to 2022-06-30, due: on_evidence, "},
	{"places under a cap not said", ", places: stand", ""},
	{"the day that charges a cap not said", "per: year, dated: placed, counting", "per: year, counting"},
	{"the error of a check not said", "error: by_claims, ", ""},
	{"what a check recovers not said", "recovers: found_only, ", ""},
	// The head.
	{"an impossible day", "first: 2020-04-01, last", "first: 2020-04-31, last"},
	{"a day in another form", "first: 2020-04-01, last", "first: 1 April 2020, last"},
	{"a term the wrong way about", "last: 2022-03-31, paid", "last: 2019-03-31, paid"},
	{"an unknown currency", "currency: GBP", "currency: GPB"},
	{"finality before the end", "last_cut_off: 2022-12-31", "last_cut_off: 2021-12-31"},
	{"a cut-off in another form", "cut_off: 15 days after", "cut_off: 15 days"},
	{"a cron of four fields", "0 6 16 1,4,7,10 *", "0 6 16 *"},
	{"a spare party that is none", "spare: largest_remainder", "spare: paymaster"},
	{"no periods in a series", "{every: 3 months, beginning: 2020-04-01}", "{every: 3 months}"},
	{"begins out of order", "{every: 3 months, beginning: 2020-04-01}", "{begins: [2020-04-01, 2020-03-01]}"},
	{"a unit part of itself", "family: {facts", "family: {part_of: child, facts"},
	// Names.
	{"one name for two things", "  placed_by_year: {", "  staying: {"},
	{"a capital in a name", "  settled: {", "  Settled: {"},
	{"a word of the language as a name", "  settled: {", "  contract: {"},
	{"a field named as a thing", "says: {score: number", "says: {visits: number"},
	{"an unknown figure, near", "days_home: {days: home_days", "days_home: {days: home_day"},
	{"an unknown figure in a formula", "(placed_by_year - visits_by_year)", "(placed_by_yaer - visits_by_year)"}, //nolint:misspell // the misspelling is the fault
	{"an unknown figure in a condition", "when: {settled: yes", "when: {setled: yes"},
	{"an unknown column", "price: prices.placing_price", "price: prices.placing"},
	{"a table without its column", "price: prices.placing_price", "price: prices"},
	{"a column of what has none", "{is: (placed_by_year -", "{is: (placed_by_year.all -"},
	{"a thing that is no figure", "{is: (placed_by_year -", "{is: (shares -"},
	{"a kind that is a measure", "on: claim, when", "on: staying, when"},
	{"an unknown party", "from: payer, to: home, per: child", "from: payer, to: hoem, per: child"},
	{"a payment to its payer", "from: payer, to: home, per: child", "from: payer, to: payer, per: child"},
	{"a role of two parties", "from: payer, to: home, per: child", "from: exchequer, to: home, per: child"},
	{"an unknown day", "in: 6 months after placed", "in: 6 months after placing"},
	{"days the wrong way about", "hurdle: {fall", "between: 2021-01-01 to 2020-01-01, hurdle: {fall"},
	{"an unknown per", "per: child, for: thriving", "per: chidl, for: thriving"},
	// Types.
	{"a sum that cannot be done", "of: £1000.00 * visits_by_year", "of: £1000.00 + visits_by_year"},
	{"a rate where money is due", "of: £1000.00 * visits_by_year", "of: 50% * fall"},
	{"points for a rate", "{fall: {at_least: 2%}", "{fall: {at_least: 2 points}"},
	{"a bare number for money", "price: £500.00", "price: 500"},
	{"another currency", "price: £500.00", "price: $500.00"},
	{"a formula with a test", "price: £500.00", "price: £500.00 > 3"},
	{"a choice that is none", "{area: south", "{area: west"},
	{"a yes/no in words of its own", "when: {settled: yes", "when: {settled: true"},
	{"a choice with an order", "{by: [area, year], dated: placed", "{by: [born, year], dated: placed"},
	{"a length below", "{at_least: 4 weeks}", "{at_least: 4}"},
	{"a working day in a run", "bridging: 2 days", "bridging: 2 months"},
	{"a row with no value", "{up_to: 5%, is: 50%}", "{up_to: 5%}"},
	{"a row of the wrong type", "{up_to: 5%, is: 50%}", "{up_to: 5%, is: £50.00}"},
	{"the total of dates", "best_rating: {highest: rating", "best_rating: {total: born"},
	{"the count of money", "best_rating: {highest: rating", "best_rating: {count: income"},
	{"a field nobody says", "best_rating: {highest: rating", "best_rating: {highest: survey.raiting"},
	// Shapes that contradict themselves.
	{"two heads", "visits: {count: visit", "visits: {is: 3, count: visit"},
	{"no head", "days_home: {days: home_days, in", "days_home: {in"},
	{"for and of", "per: year, of: £1000.00", "per: year, for: visits_by_year, of: £1000.00"},
	{"a step of two keys", "then: [{times: share}, {less: 5%}]", "then: [{times: share, less: 5%}]"},
	{"a hurdle of two tests", "hurdle: {fall: {at_least: 2%}", "hurdle: {fall: {at_least: 2%, at_most: 9%}"},
	{"excess over another figure", "pays_on: whole", "pays_on: excess"},
	{"a dated that dates nothing", "{count: visit, in: 6 months after placed, per: child}", "{count: visit, in: 6 months after placed, per: child, dated: visit}"},
	{"run_out with no end", "days_home: {days: home_days, in: beginning with placed", "days_home: {days: home_days, run_out: 1 month, in: beginning with placed"},
	{"except of a count", "visits: {count: visit", "visits: {except: away, count: visit"},
	{"shares short of the whole", "{payer: 60%, host: 40%}", "{payer: 60%, host: 30%}"},
	{"rows that overlap", "{area: south, placing_price", "{year: 2, placing_price: £1.00, weeks: 1 week}, {area: south, placing_price"},
	{"rows that are the same", "{area: south, placing_price", "{area: [south, north], placing_price: £1.00, weeks: 1 week}, {area: south, placing_price"},
	{"bands out of order", "{up_to: 20%, is: 100%}", "{up_to: 4%, is: 100%}"},
	{"a row's key that is none", "{up_to: 5%, is: 50%}", "{upto: 5%, is: 50%}"},
	{"a measure in two forms", "every: 4 weeks, run", "each: claim, every: 4 weeks, run"},
	{"places where none are", "in_order_of: as_listed", "places: move, in_order_of: as_listed"},
	{"a payment twice in a cap", "over: [thriving_fee, placing_fee]", "over: [thriving_fee, thriving_fee]"},
	{"a check found by no check", "found_by: audit", "found_by: visit"},
	// Levels.
	{"a finer figure", "of: £1000.00 * visits_by_year", "of: £1000.00 * visits"},
	{"a finer measure", "of: £1000.00 * visits_by_year", "of: £1000.00 * thriving"},
	{"a period that is not said", "price: £500.00", "price: £5.00 * visits_by_year"},
	{"a table that is not dated", "by: [area, year], dated: placed", "by: [area, year]"},
	{"a field of several items", "of: £1000.00 * visits_by_year", "of: fee"},
	{"a field of a reading, coarser", "of: £1000.00 * visits_by_year", "of: income"},
	{"gathered into something finer", "best_rating: {highest: rating, per: family}", "best_rating: {highest: rating, per: child}"},
	{"a cap finer than its payment", "over: [thriving_fee, placing_fee], per: child", "over: [thriving_fee, gain], per: child"},
	{"two unit types", "per: child, on: claim", "per: [child, family], on: claim"},
	{"met where nothing is met", "in: 6 months after placed", "in: 6 months after met"},
	{"a table by the outcome's day, elsewhere", "by: [fall], reads", "by: [fall], dated: met, reads"},
	{"a payment beyond the term", "of: £1000.00 * visits_by_year,", "of: £1000.00 * visits_by_year, between: 2020-04-01 to 2022-04-01,"},
	// Circles.
	{"a figure of itself", "placed_by_year: {count: children, per: year, dated: placed}", "placed_by_year: {is: fall * visits_by_year}"},
	{"a circle of three", "neutral_if: {visits: 0}", "neutral_if: {thriving: yes}"},
	{"a payment of itself", "less: 5%", "less: gain"},
	{"a payment through a cap", "over: [thriving_fee, placing_fee], per: child, not_above: £600.00, in_order_of: as_listed", "over: all, per: contract, not_above: placing_fee, in_order_of: pro_rata"},
	{"a circle through a cap", "over: [thriving_fee, placing_fee], per: child, not_above: £600.00", "over: [thriving_fee, placing_fee], per: child, not_above: thriving_fee"},
	// Examples.
	{"an example's unknown key", "evidence: [{child: C,", "evidence: [{chld: C,"},
	{"an example's unknown party", "due: {home: £0.00}", "due: {hoem: £0.00}"},
	{"an example's amount", "due: {home: £0.00}", "due: {home: £0.001}"},
}

func TestFaults(t *testing.T) {
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode("small.yaml", small); err != nil {
		t.Fatalf("testdata/small.yaml itself has faults:\n%s", err)
	}
	var printed strings.Builder
	for _, one := range faultCases {
		changed := strings.Replace(string(small), one.from, one.to, 1)
		if changed == string(small) {
			t.Errorf("%s: small.yaml does not hold %q", one.name, one.from)
			continue
		}
		_, err := Decode("small.yaml", []byte(changed))
		var faults *document.Faults
		if !errors.As(err, &faults) || len(faults.List) == 0 {
			t.Errorf("%s: no fault is found", one.name)
			continue
		}
		printed.WriteString("== " + one.name + "\n" + err.Error() + "\n\n")
	}
	golden(t, "testdata/faults.txt", printed.String())
}

// golden holds what was printed against a committed file; -update writes it anew.
func golden(t *testing.T, file, printed string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(printed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) == printed {
		return
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(printed, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Errorf("%s differs from line %d on:\nexpected %q\nfound    %q\nif that is meant, run the test with -update and read the difference", file, i+1, at(a, i), at(b, i))
			return
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "the end"
}
