package counterfactual

import "slices"

// The order of rows. Sums of whole numbers come out the same in any order, and sums of floats do not: where there are
// any, rows are first put in an order that follows from what they hold, so that the order of the file changes nothing.

// sortRows reads every column in use and puts the rows in order: by id, where people are one row each and may be told
// apart, and else by what they hold, column by column.
func (s *study) sortRows(e estimator) error {
	var keys, rest []*column
	if _, ok := s.Data.Columns["id"]; ok && s.Estimator == "psm" {
		id, err := s.column("id")
		if err != nil {
			return err
		}
		keys = append(keys, id)
	}
	for _, role := range e.roles {
		if _, ok := s.Data.Columns[role]; ok {
			c, err := s.column(role)
			if err != nil {
				return err
			}
			rest = append(rest, c)
		}
	}
	for _, name := range slices.Concat(s.o.Covariates, s.o.Factors) {
		c, err := s.named("covariates", name)
		if err != nil {
			return err
		}
		rest = append(rest, c)
	}
	keys = append(keys, rest...)
	if len(keys) == 0 {
		return nil
	}
	s.order = make([]int32, keys[0].rows())
	for i := range s.order {
		s.order[i] = int32(i)
	}
	slices.SortStableFunc(s.order, func(a, b int32) int {
		for _, c := range keys {
			if order := c.compare(int(a), int(b)); order != 0 {
				return order
			}
		}
		return 0
	})
	for name, c := range s.cols {
		s.cols[name] = c.inOrder(s.order)
	}
	return nil
}

// row is the number of a row in the table, from 1, for messages.
func (s *study) row(i int) int {
	if s.order != nil {
		i = int(s.order[i])
	}
	return i + 1
}

// ordered puts texts in the order of the rows.
func (s *study) ordered(texts []string) []string {
	if s.order == nil {
		return texts
	}
	out := make([]string, len(texts))
	for i, at := range s.order {
		out[i] = texts[at]
	}
	return out
}
