package engine

import (
	"outturn/engine/statements"
)

// reason is the one reason a unit, an item or an outcome is not counted, used or paid.
type reason uint8

const (
	counted reason = iota
	notJoined
	joinedBefore
	joinedAfter
	joinedClosed
	notEligible
	eligibilityUnknown
	notCounted
	comparedOnly

	itemUsed
	itemCorrected
	itemWithdrawn
	itemDuplicate
	itemWithdrawing
	itemAfter
	itemNoRule
	itemOutside

	waitNotYet
	waitUnknown
	waitClaim
	waitClaimLate
	waitCheck
	waitFailed
	waitNotDue
	waitHurdle
	waitCondition
	waitRefused
	waitElsewhere
	waitClaimed
	waitRegister
	waitShadow
	reasonCount

	waitNotMet // of a trail alone: a statement does not count what has not happened
	trailCount
)

// words says each reason as a statement prints it.
var words = [trailCount]string{
	counted:            "counted",
	notJoined:          "has not joined",
	joinedBefore:       "joined before the first day that counts",
	joinedAfter:        "joined after the last day that counts",
	joinedClosed:       "joined after the cohort had closed",
	notEligible:        "does not meet the cohort's condition",
	eligibilityUnknown: "the cohort's condition was not observed",
	notCounted:         "joined but does not meet the condition of those who count",
	comparedOnly:       "compared with only",

	itemUsed:        "used",
	itemCorrected:   "corrected by a later item",
	itemWithdrawn:   "withdrawn by a later item",
	itemDuplicate:   statements.ReasonDuplicate,
	itemWithdrawing: "withdraws an earlier item",
	itemAfter:       "happened after the last day settled",
	itemNoRule:      "of a kind that no rule reads",
	itemOutside:     "outside every window that a rule looked at",

	waitNotYet:    "not yet known",
	waitUnknown:   "not observed",
	waitClaim:     "met, not claimed",
	waitClaimLate: "met, claimed outside the window",
	waitCheck:     statements.ToBeChecked,
	waitFailed:    "claimed, failed its check",
	waitNotDue:    "met, not yet due",
	waitHurdle:    "below the hurdle",
	waitCondition: "excluded by the rule's condition",
	waitRefused:   "beyond a cap",
	waitElsewhere: "paid by another scheme",
	waitClaimed:   statements.ReasonClaimed,
	waitRegister:  "the register of claims was not asked",
	waitShadow:    "in the shadow: shown, and not paid",

	waitNotMet: "not met so far",
}
