package counterfactual

import (
	"math/big"
	"math/bits"
	"slices"
)

// Columns: decimal text read as whole numbers of one unit, so that sums of products are exact. A column is held in
// 64-bit words where its numbers fit, and else in big integers; nothing is rounded to make them fit.

// digitsMax is the most digits before or after the point, and exponentMax the largest power of ten after an e.
const (
	digitsMax   = 34
	exponentMax = 34
)

// column is one column of numbers: each is small[i] or wide[i] units of 10^-places.
type column struct {
	name   string
	small  []int64
	wide   []*big.Int
	places int
	on     []int32 // of a dummy: the rows that hold 1, all others holding 0
}

func (c *column) rows() int {
	if c.wide != nil {
		return len(c.wide)
	}
	return len(c.small)
}

// unit is the value of one: 10^places.
func (c *column) unit() *big.Int { return tenTo(c.places) }

func tenTo(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// int returns the units of row i; it must not be changed.
func (c *column) int(i int) *big.Int {
	if c.wide != nil {
		return c.wide[i]
	}
	return big.NewInt(c.small[i])
}

func (c *column) rat(i int) *big.Rat { return new(big.Rat).SetFrac(c.int(i), c.unit()) }

// digits reads [-]digits[.digits][e[+-]digits] as units and places. fault is "" when the text is sound.
func digits(text string) (negative bool, figure []byte, places int, fault string) {
	i := 0
	if i < len(text) && text[i] == '-' {
		negative, i = true, 1
	}
	point, start := -1, i
	for ; i < len(text); i++ {
		c := text[i]
		if c >= '0' && c <= '9' {
			figure = append(figure, c)
		} else if c == '.' && point < 0 && i > start {
			point = i
		} else {
			break
		}
	}
	if point >= 0 {
		places = i - point - 1
	}
	switch {
	case text == "":
		return false, nil, 0, "it is empty, which is a missing value: complete the row, or leave the person out before the evidence is made"
	case len(figure) == 0, point >= 0 && places == 0:
		return false, nil, 0, "it is not a number"
	case len(figure) > digitsMax:
		return false, nil, 0, "it has more than 34 digits"
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		exponent, sign := 0, 1
		if i++; i < len(text) && (text[i] == '-' || text[i] == '+') {
			if text[i] == '-' {
				sign = -1
			}
			i++
		}
		for begin := i; i < len(text) && text[i] >= '0' && text[i] <= '9' && i < begin+3; i++ {
			exponent = 10*exponent + int(text[i]-'0')
		}
		if exponent > exponentMax || text[i-1] < '0' || text[i-1] > '9' {
			return false, nil, 0, "its exponent cannot be read"
		}
		places -= sign * exponent
	}
	if i < len(text) {
		return false, nil, 0, "it is not a number"
	}
	for ; places < 0; places++ {
		figure = append(figure, '0')
	}
	return negative, figure, places, ""
}

// parseColumn reads a column of texts.
func parseColumn(name string, texts []string) (*column, error) {
	c := &column{name: name, small: make([]int64, len(texts))}
	longest := 0
	for i, text := range texts {
		_, figure, places, fault := digits(text)
		if fault != "" {
			return nil, invalid("column %s, row %d, holds %q: %s", name, i+1, clip(text), fault)
		}
		c.places = max(c.places, places)
		longest = max(longest, len(figure)-places)
	}
	if longest+c.places > 18 {
		c.wide, c.small = make([]*big.Int, len(texts)), nil
	}
	for i, text := range texts {
		negative, figure, places, _ := digits(text)
		if c.wide != nil {
			n, _ := new(big.Int).SetString(string(figure), 10)
			n.Mul(n, tenTo(c.places-places))
			if negative {
				n.Neg(n)
			}
			c.wide[i] = n
			continue
		}
		var n int64
		for _, d := range figure {
			n = 10*n + int64(d-'0')
		}
		for range c.places - places {
			n *= 10
		}
		if negative {
			n = -n
		}
		c.small[i] = n
	}
	return c, nil
}

// clip shortens a text for a message.
func clip(text string) string {
	if len(text) > 40 {
		return text[:40] + "..."
	}
	return text
}

// named reads a column of the table by its name.
func (s *study) named(what, name string) (*column, error) {
	if c, ok := s.cols[name]; ok {
		return c, nil
	}
	texts, ok := s.Data.Table.Columns[name]
	if !ok {
		return nil, invalid("%s names the column %q, which the table does not have: it has %s", what, name, orNone(sortedKeys(s.Data.Table.Columns)))
	}
	if len(texts) != s.Data.Table.Rows {
		return nil, invalid("column %s has %d rows, and the table %d", name, len(texts), s.Data.Table.Rows)
	}
	if len(texts) == 0 {
		return nil, undefined("the table has no rows, so there is nothing to estimate from")
	}
	c, err := parseColumn(name, texts)
	if err != nil {
		return nil, err
	}
	if s.order != nil {
		c = c.inOrder(s.order)
	}
	s.cols[name] = c
	return c, nil
}

// column reads the column in a role that must be filled.
func (s *study) column(role string) (*column, error) {
	name, ok := s.Data.Columns[role]
	if !ok {
		return nil, invalid("no column is named in the role of %s: %s needs one", role, s.Estimator)
	}
	return s.named(role, name)
}

// indicator reads a column that holds 0 and 1 only.
func (s *study) indicator(role string) (*column, error) {
	c, err := s.column(role)
	if err != nil {
		return nil, err
	}
	if i := c.notBinary(); i >= 0 {
		return nil, invalid("column %s, in the role of %s, row %d, holds %s: expected 0 or 1", c.name, role, s.row(i), c.rat(i).FloatString(c.places))
	}
	if c.places == 0 && c.wide == nil {
		return c, nil
	}
	plain := &column{name: c.name, small: make([]int64, c.rows())}
	for i := range plain.small {
		plain.small[i] = int64(c.int(i).Sign())
	}
	return plain, nil
}

// notBinary returns the first row that holds neither 0 nor 1, or -1.
func (c *column) notBinary() int {
	unit := c.unit()
	for i := range c.rows() {
		if n := c.int(i); n.Sign() != 0 && n.Cmp(unit) != 0 {
			return i
		}
	}
	return -1
}

func (c *column) binary() bool { return c.notBinary() < 0 }

func (c *column) sum() *big.Rat { return new(big.Rat).SetFrac(c.units(), c.unit()) }

// units is the sum in units.
func (c *column) units() *big.Int {
	if c.wide == nil {
		var a accumulator
		for _, n := range c.small {
			a.add(n, 1)
		}
		return a.total()
	}
	total := new(big.Int)
	for _, n := range c.wide {
		total.Add(total, n)
	}
	return total
}

func (c *column) least() *big.Rat { return c.extreme(-1) }
func (c *column) most() *big.Rat  { return c.extreme(1) }

func (c *column) extreme(sign int) *big.Rat {
	best := c.int(0)
	for i := range c.rows() {
		if n := c.int(i); n.Cmp(best) == sign {
			best = n
		}
	}
	return new(big.Rat).SetFrac(best, c.unit())
}

// dot is the sum of products of two columns.
func dot(a, b *column) *big.Rat {
	return new(big.Rat).SetFrac(dotUnits(a, b), new(big.Int).Mul(a.unit(), b.unit()))
}

// dotUnits is the same in units of both.
func dotUnits(a, b *column) *big.Int {
	if b.on != nil {
		a, b = b, a
	}
	if a.on != nil && b.wide == nil {
		var sum accumulator
		for _, i := range a.on {
			sum.add(b.small[i], 1)
		}
		return sum.total()
	}
	if a.wide == nil && b.wide == nil {
		var sum accumulator
		for i, n := range a.small {
			sum.add(n, b.small[i])
		}
		return sum.total()
	}
	total, product := new(big.Int), new(big.Int)
	for i := range a.rows() {
		total.Add(total, product.Mul(a.int(i), b.int(i)))
	}
	return total
}

// accumulator sums products of two words in 192 bits, negative ones apart: no number of rows overflows it.
type accumulator struct{ plus, minus [3]uint64 }

func (a *accumulator) add(x, y int64) {
	if x == 0 || y == 0 {
		return
	}
	side := &a.plus
	if x < 0 != (y < 0) {
		side = &a.minus
	}
	hi, lo := bits.Mul64(word(x), word(y))
	var carry uint64
	side[0], carry = bits.Add64(side[0], lo, 0)
	side[1], carry = bits.Add64(side[1], hi, carry)
	side[2] += carry
}

func word(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func (a *accumulator) total() *big.Int {
	join := func(w [3]uint64) *big.Int {
		total := new(big.Int)
		for i := 2; i >= 0; i-- {
			total.Lsh(total, 64)
			total.Add(total, new(big.Int).SetUint64(w[i]))
		}
		return total
	}
	return new(big.Int).Sub(join(a.plus), join(a.minus))
}

// groups gives each row the number of its value among the column's values in ascending order.
func (c *column) groups() (of []int32, count int) {
	order := make([]int32, c.rows())
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int { return c.compare(int(i), int(j)) })
	of = make([]int32, len(order))
	for at, i := range order {
		if at > 0 && c.compare(int(order[at-1]), int(i)) != 0 {
			count++
		}
		of[i] = int32(count)
	}
	return of, count + 1
}

func (c *column) compare(i, j int) int {
	if c.wide != nil {
		return c.wide[i].Cmp(c.wide[j])
	}
	switch x, y := c.small[i], c.small[j]; {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// filter returns the rows that are kept.
func (c *column) filter(keep []bool) *column {
	out := &column{name: c.name, places: c.places}
	for i, k := range keep {
		switch {
		case !k:
		case c.wide != nil:
			out.wide = append(out.wide, c.wide[i])
		default:
			out.small = append(out.small, c.small[i])
		}
	}
	return out
}
