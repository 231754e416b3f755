package evidence

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
)

// Row is what one row of evidence tells, read and checked on its own, before rows become units and items: a file's line,
// or what a database keeps of it. Names of the contract are indexes into it; keys and values are bytes that belong to
// whoever made the row and must not change while it is in use.
type Row struct {
	Sequence  uint64        // order of arrival, which decides what came first
	Leaf      int           // the deepest unit type named, -1 for an item about no unit
	Path      [][]byte      // keys from the root's type down to Leaf's
	Kind      int           // -1: the row declares units only, or withdraws without saying what
	Item      bool          // it tells an item, and does not only declare units
	Withdraws bool          // the item withdraws the one it points at
	Withheld  bool          // at least one value was withheld
	First     calendar.Date // none where a withdrawal does not say
	Last      calendar.Date
	Learned   calendar.Date
	ID        []byte
	Points    []byte
	Source    []byte
	Party     []byte
	Cohort    int
	Facts     []FactSaid
	Values    [][]byte // canonical text of each field of the kind; empty: not observed
}

// FactSaid is what a row says of a fact of one of the units on its path.
type FactSaid struct {
	Level int    // place on the path, 0 for the root
	Fact  int    // index into the facts of the unit's type
	Text  []byte // canonical, and never empty
}

// Chains returns, for each unit type of a contract, the types from its root down to itself: the types of a row's Path.
func Chains(c *contracts.Contract) [][]int {
	chains := make([][]int, len(c.Units))
	for i := range c.Units {
		depth := 1
		for at := c.Units[i].PartOf; at >= 0 && depth <= len(c.Units); at = c.Units[at].PartOf {
			depth++
		}
		chain := make([]int, depth)
		for at := i; depth > 0; at = c.Units[at].PartOf {
			depth--
			chain[depth] = at
		}
		chains[i] = chain
	}
	return chains
}
