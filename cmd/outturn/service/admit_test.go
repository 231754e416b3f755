package service

import (
	"testing"

	"outturn/api"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// What a batch of the API would refuse is refused from a folder: names of people, days to come, kinds that others send.
func TestAdmissionIsTheDoorOfTheAPI(t *testing.T) {
	c := &contracts.Contract{Evidence: []contracts.Kind{{Name: "report", Of: contracts.OfUnit}, {Name: "ruling", Of: contracts.OfUnit}}}
	grants := []api.Grant{{Organisation: "provider", Role: api.RoleProvider}, {Organisation: "verifier", Role: api.RoleVerifier, Kinds: []string{"ruling"}}}
	today := calendar.MustDate("2024-01-10")
	row := func(kind int, key string, learned calendar.Date) *evidence.Row {
		return &evidence.Row{Kind: kind, Path: [][]byte{[]byte(key)}, Item: true, Learned: learned}
	}
	for _, one := range []struct {
		from   string
		row    *evidence.Row
		faults int
	}{
		{"provider", row(0, "p-417", today), 0},
		{"provider", row(0, "p-417", today+1), 1},
		{"provider", row(0, "jane@example.org", today), 1},
		{"provider", row(1, "p-417", today), 1},
		{"verifier", row(1, "p-417", today), 0},
		{"stranger", row(0, "p-417", today), 1},
	} {
		if got := api.Admission(c, grants, one.from, today)(one.row); len(got) != one.faults {
			t.Errorf("%s, %s: %v, expected %d", one.from, one.row.Path[0], got, one.faults)
		}
	}
}
