package language

import (
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
)

// checkOverlap reports two rows that match a common combination from the same day, neither being the more particular:
// nothing would say which of them prevails.
func (d *decoder) checkOverlap(r *reader, t *contracts.Table, places []document.Place) {
	for i := range t.Rows {
		for j := range i {
			a, b := &t.Rows[j], &t.Rows[i]
			if a.From != b.From || a.UpTo != nil || contracts.MoreParticular(a, b) || contracts.MoreParticular(b, a) {
				continue
			}
			if contracts.RowsMeet(a, b) {
				d.Fault(places[i], document.Fault{Message: r.who + ": this row and the one on line " + strconv.Itoa(a.Line) + " match a common combination, and neither is the more particular",
					Remedy: "let one name all the other's columns and more, or give the later one a from"})
			}
		}
	}
}
