package store

// FewRows is how many rows are few.
const FewRows = fewRows

// SetFew says from how many rows on a body is copied into a table.
func (s *Store) SetFew(n int) { s.few = n }
