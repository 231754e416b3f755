package contracts

import (
	"strconv"
)

// checkOverlap reports two rows that match a common combination from the same day, neither being the more particular:
// nothing would say which of them prevails.
func (d *decoder) checkOverlap(r *reader, t *Table, places []place) {
	for i := range t.Rows {
		for j := range i {
			a, b := &t.Rows[j], &t.Rows[i]
			if a.From != b.From || a.UpTo != nil || moreParticular(a, b) || moreParticular(b, a) {
				continue
			}
			if common(a, b) {
				d.fault(places[i], Fault{Message: r.who + ": this row and the one on line " + strconv.Itoa(a.Line) + " match a common combination, and neither is the more particular",
					Remedy: "let one name all the other's columns and more, or give the later one a from"})
			}
		}
	}
}
