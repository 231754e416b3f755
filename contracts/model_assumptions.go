package contracts

import "outturn/contracts/calendar"

// Assumption is one figure of the register: what the parties take for true, where it is from and who challenged it. Its
// versions are the rows of a table, so that a formula reads it as it reads any other; a change is a further version.
type Assumption struct {
	Table    int
	Versions []AssumptionVersion // beside the table's rows
	ReadBy   []string            // savings, payments and figures that cite it, sorted
}

// AssumptionVersion is one version, numbered by its place from 1.
type AssumptionVersion struct {
	Source, ChallengedBy, Decision string
	Grade                          int
	DecidedOn                      calendar.Date
}

// AssumptionOf returns the assumption whose versions are the rows of a table, or nil.
func (c *Contract) AssumptionOf(table int) *Assumption {
	for i := range c.Assumptions {
		if c.Assumptions[i].Table == table {
			return &c.Assumptions[i]
		}
	}
	return nil
}
