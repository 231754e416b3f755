package counterfactual

import (
	"math/big"
)

// Least squares, exact. A coefficient, or a combination c'b of them, is sum(s_i y_i) with s_i = x_i'(X'X)^-1 c, and
// every variance here of c'b is made of products of s_i with residuals e_i. Both are whole numbers over one denominator.

// design is the right-hand side of a regression. Where rows belong to absorbed groups, a dummy for every group is in the
// regression without standing among the columns: they are solved away first (Frisch, Waugh and Lovell), and counted.
type design struct {
	columns []*column
	absorbs string   // what the groups are, for messages
	group   []int32  // the absorbed group of each row, or nil
	size    []int64  // rows in each group
	common  *big.Int // the least common multiple of the sizes
	system  *normal
}

// k counts every column, the absorbed dummies too.
func (d *design) k() int { return len(d.columns) + len(d.size) }

func (d *design) rows() int { return d.columns[0].rows() }

// newDesign checks that the columns are independent and prepares to solve for them.
func newDesign(columns []*column, absorbs string, group []int32, groups int) (*design, error) {
	d := &design{columns: columns, absorbs: absorbs, group: group, common: big.NewInt(1)}
	if group != nil {
		d.size = make([]int64, groups)
		for _, g := range group {
			d.size[g]++
		}
		for _, n := range d.size {
			size := big.NewInt(n)
			d.common.Mul(d.common, size.Quo(size, new(big.Int).GCD(nil, nil, d.common, size)))
		}
	}
	if d.rows() <= d.k() {
		return nil, undefined("the regression has %d columns and %d rows: a variance needs more rows than columns", d.k(), d.rows())
	}
	return d, d.prepare()
}

// prepare solves the normal equations as far as the outcome, which it refuses where columns depend on each other.
func (d *design) prepare() error {
	columns := d.columns
	if len(columns) > RegressorsMax {
		return invalid("the regression has %d columns: at most %d are solved for", len(columns), RegressorsMax)
	}
	sums := make([][]*big.Int, len(columns))
	for j, c := range columns {
		sums[j] = d.groupSums(c)
	}
	matrix := make([][]*big.Int, len(columns))
	for i := range columns {
		matrix[i] = make([]*big.Int, len(columns))
		for j := range i + 1 {
			matrix[i][j] = d.product(columns[i], columns[j], sums[i], sums[j])
			matrix[j][i] = matrix[i][j]
		}
	}
	system, dependent, ok := newNormal(matrix)
	if !ok {
		also := ""
		if d.group != nil {
			also = ", with a dummy for each " + d.absorbs
		}
		return undefined("column %s of the regression is a combination of the columns before it%s, so its coefficient does not exist; no column is dropped: leave it out of the contract's list, or complete the data", columns[dependent].name, also)
	}
	d.system = system
	return nil
}

// groupSums returns the column's sum in each absorbed group.
func (d *design) groupSums(c *column) []*big.Int {
	if d.group == nil {
		return nil
	}
	if c.wide == nil {
		sums := make([]accumulator, len(d.size))
		for i, n := range c.small {
			sums[d.group[i]].add(n, 1)
		}
		out := make([]*big.Int, len(sums))
		for g := range sums {
			out[g] = sums[g].total()
		}
		return out
	}
	out := make([]*big.Int, len(d.size))
	for g := range out {
		out[g] = new(big.Int)
	}
	for i, n := range c.wide {
		out[d.group[i]].Add(out[d.group[i]], n)
	}
	return out
}

// product is the sum of products of two columns, each less its group's mean, times the common multiple of the sizes.
func (d *design) product(a, b *column, sumA, sumB []*big.Int) *big.Int {
	total := dotUnits(a, b)
	if d.group == nil {
		return total
	}
	total.Mul(total, d.common)
	term, share := new(big.Int), new(big.Int)
	for g, n := range d.size {
		if sumA[g].Sign() == 0 || sumB[g].Sign() == 0 {
			continue
		}
		term.Mul(sumA[g], sumB[g])
		total.Sub(total, term.Mul(term, share.Quo(d.common, share.SetInt64(n))))
	}
	return total
}

// coefficients are the solution for one outcome, in units of the columns.
type coefficients struct {
	vector
	outcome *column
}

// regress returns the coefficients for an outcome.
func (d *design) regress(y *column) coefficients {
	sumY := d.groupSums(y)
	b := make([]*big.Int, len(d.columns))
	for j, c := range d.columns {
		b[j] = d.product(c, y, d.groupSums(c), sumY)
	}
	return coefficients{d.system.solve(b), y}
}

// combine returns c'b in the units of the outcome.
func (d *design) combine(b coefficients, c []*big.Rat) *big.Rat {
	total := new(big.Rat)
	for j, weight := range c {
		if weight.Sign() != 0 {
			value := new(big.Rat).SetFrac(new(big.Int).Mul(b.num[j], d.columns[j].unit()), b.den)
			total.Add(total, value.Mul(value, weight))
		}
	}
	return total.Quo(total, new(big.Rat).SetInt(b.outcome.unit()))
}

// only is the combination that picks one coefficient.
func (d *design) only(j int) []*big.Rat {
	c := make([]*big.Rat, len(d.columns))
	for i := range c {
		c[i] = new(big.Rat)
	}
	c[j].SetInt64(1)
	return c
}

// series is one exact number for each row: num[i] over den, or over den times the size of the row's group.
type series struct {
	num []*big.Int
	den *big.Int
}

// influence returns s_i = x_i'(X'X)^-1 c, less its group's mean.
func (d *design) influence(c []*big.Rat) series {
	den := big.NewInt(1)
	for _, weight := range c {
		den.Mul(den, new(big.Int).Quo(weight.Denom(), new(big.Int).GCD(nil, nil, den, weight.Denom())))
	}
	b := make([]*big.Int, len(c))
	for j, weight := range c {
		b[j] = new(big.Int).Mul(weight.Num(), new(big.Int).Quo(den, weight.Denom()))
		b[j].Mul(b[j], d.columns[j].unit())
		b[j].Mul(b[j], d.common)
	}
	a := d.system.solve(b)
	return d.within(d.fitted(a), new(big.Int).Mul(den, a.den))
}

// residuals returns e_i = y_i - x_i'b, less its group's mean.
func (d *design) residuals(b coefficients) series {
	fitted := d.fitted(b.vector)
	term := new(big.Int)
	for i, f := range fitted {
		f.Sub(term.Mul(b.outcome.int(i), b.den), f)
	}
	return d.within(fitted, new(big.Int).Mul(b.den, b.outcome.unit()))
}

// fitted returns the sum of each row's units times the numerators.
func (d *design) fitted(v vector) []*big.Int {
	out := make([]*big.Int, d.rows())
	for i := range out {
		out[i] = new(big.Int)
	}
	term, unit := new(big.Int), new(big.Int)
	for j, c := range d.columns {
		if c.wide != nil {
			for i, n := range c.wide {
				out[i].Add(out[i], term.Mul(n, v.num[j]))
			}
			continue
		}
		for _, i := range c.on {
			out[i].Add(out[i], v.num[j])
		}
		if c.on != nil {
			continue
		}
		for i, n := range c.small {
			switch n {
			case 0:
			case 1:
				out[i].Add(out[i], v.num[j])
			default:
				out[i].Add(out[i], term.Mul(unit.SetInt64(n), v.num[j]))
			}
		}
	}
	return out
}

// within takes each group's mean from its rows, leaving numbers over den times the group's size.
func (d *design) within(num []*big.Int, den *big.Int) series {
	if d.group == nil {
		return series{num, den}
	}
	sums := make([]*big.Int, len(d.size))
	for g := range sums {
		sums[g] = new(big.Int)
	}
	for i, n := range num {
		sums[d.group[i]].Add(sums[d.group[i]], n)
	}
	size := new(big.Int)
	for i, n := range num {
		g := d.group[i]
		n.Mul(n, size.SetInt64(d.size[g]))
		n.Sub(n, sums[g])
	}
	return series{num, den}
}

// leverages returns h_i = x_i'(X'X)^-1 x_i over one denominator; it is not asked of designs that absorb.
func (d *design) leverages() series {
	k := len(d.columns)
	den := big.NewInt(1)
	inverse := make([]vector, k)
	for j := range k {
		unit := make([]*big.Int, k)
		for i := range unit {
			unit[i] = new(big.Int)
		}
		unit[j].SetInt64(1)
		inverse[j] = d.system.solve(unit)
		den.Mul(den, new(big.Int).Quo(inverse[j].den, new(big.Int).GCD(nil, nil, den, inverse[j].den)))
	}
	out := make([]*big.Int, d.rows())
	for i := range out {
		out[i] = new(big.Int)
	}
	term := new(big.Int)
	for j := range k {
		scale := new(big.Int).Quo(den, inverse[j].den)
		for i := range k {
			inverse[j].num[i].Mul(inverse[j].num[i], scale)
		}
		for i, part := range d.fitted(inverse[j]) {
			out[i].Add(out[i], term.Mul(part, d.columns[j].int(i)))
		}
	}
	return series{out, den}
}
