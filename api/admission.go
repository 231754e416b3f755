package api

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// Admission looks at rows of evidence that come from an organisation otherwise than in a request, such as from a folder
// that is watched for it, and finds the faults for which a batch of the API would refuse them. Grants are everybody's in
// the contract; today is the service's.
func Admission(terms *contracts.Contract, grants []Grant, organisation string, today calendar.Date) func(*evidence.Row) []evidence.Fault {
	at := &standing{others: grants}
	for _, g := range grants {
		if g.Organisation == organisation {
			at.grants = append(at.grants, g)
		}
	}
	d := &door{call: &call{at: at}, terms: terms, today: today, takes: kindsOf(terms, at)}
	return d.admit
}
