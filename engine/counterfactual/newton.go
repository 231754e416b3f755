package counterfactual

import (
	"math"
	"math/big"
)

// Maximum likelihood by Newton's method. Gradients are summed in pairs of floats, so that the last steps settle the
// coefficients to some 25 digits although the matrix of the steps is of plain floats. Rows are summed in their order.

// model is a regression through a linear predictor: constant, columns, and an offset where there is one.
type model struct {
	columns [][]pair // centred: their means are taken out, which keeps the steps well conditioned
	centres []pair
	reach   []float64 // the largest size of each column
	offset  []pair
	rows    int
	start   pair // of the intercept
	// row returns, for one row and its linear predictor, the derivative of the log likelihood, minus the expected
	// second derivative, and the log likelihood itself as far as it matters.
	row func(i int, eta pair) (slope pair, weight, log float64)
}

// newModel centres the columns.
func newModel(columns []*column, rows int) *model {
	m := &model{rows: rows}
	for _, c := range columns {
		values := c.pairs()
		centre := pairOf(realOf(ratQuotient(c.sum(), ratInt(int64(rows)))))
		reach := 0.0
		for i, v := range values {
			values[i] = v.sub(centre)
			reach = max(reach, math.Abs(values[i].hi))
		}
		m.columns, m.centres, m.reach = append(m.columns, values), append(m.centres, centre), append(m.reach, reach)
	}
	return m
}

// predictor is the linear predictor of a row, with the coefficients of the centred columns.
func (m *model) predictor(i int, beta []pair) pair {
	eta := beta[0]
	if m.offset != nil {
		eta = eta.add(m.offset[i])
	}
	for j, c := range m.columns {
		eta = eta.add(beta[j+1].mul(c[i]))
	}
	return eta
}

// pass sums one pass over the rows.
func (m *model) pass(beta []pair) (gradient []pair, matrix [][]float64, log float64) {
	k := len(m.columns) + 1
	gradient = make([]pair, k)
	matrix = make([][]float64, k)
	for j := range matrix {
		matrix[j] = make([]float64, k)
	}
	x := make([]float64, k)
	x[0] = 1
	for i := range m.rows {
		slope, weight, l := m.row(i, m.predictor(i, beta))
		log += l
		gradient[0] = gradient[0].add(slope)
		for j, c := range m.columns {
			gradient[j+1] = gradient[j+1].add(slope.mul(c[i]))
			x[j+1] = c[i].hi
		}
		for a := range k {
			wa := float64(weight * x[a])
			for b := range a + 1 {
				matrix[a][b] += float64(wa * x[b])
			}
		}
	}
	return gradient, matrix, log
}

// passesMax bounds the passes of a fit; a fit that exists takes a dozen.
const passesMax = 80

// settledShare and settledReach are when the coefficients have settled: the last step moves each by less than this of
// itself, or moves no row's predictor by more than that.
const (
	settledShare = 1e-24
	settledReach = 1e-27
	nearShare    = 1e-13
)

// fit returns the coefficients of the centred columns, the intercept first. It is false when the likelihood has no
// maximum: the coefficients run off, or the matrix of the steps is not of full rank.
func (m *model) fit(beta []pair) ([]pair, bool) {
	if beta == nil {
		beta = make([]pair, len(m.columns)+1)
		beta[0] = m.start
	}
	gradient, matrix, log := m.pass(beta)
	last := math.Inf(1)
	for range passesMax {
		step, ok := cholesky(matrix, gradient)
		if !ok {
			return nil, false
		}
		share, reach := m.moves(beta, step)
		next := stepped(beta, step, 1)
		settled := share < settledShare || reach < settledReach
		// The steps shrink by a fixed share at the end; when one no longer does, the floor of the pairs is reached.
		if share < nearShare && (settled || reach >= last/2) {
			return next, true
		}
		last = reach
		nextGradient, nextMatrix, nextLog := m.pass(next)
		for halving := 1; share > 1e-6 && (nextLog < log-float64(1e-9*math.Abs(log)) || math.IsNaN(nextLog)); halving++ {
			if halving > 30 {
				return nil, false
			}
			next = stepped(beta, step, math.Ldexp(1, -halving))
			nextGradient, nextMatrix, nextLog = m.pass(next)
		}
		beta, gradient, matrix, log = next, nextGradient, nextMatrix, nextLog
	}
	return nil, false
}

func stepped(beta []pair, step []float64, scale float64) []pair {
	next := make([]pair, len(beta))
	for j := range beta {
		next[j] = beta[j].add(single(float64(step[j] * scale)))
	}
	return next
}

// moves says how far a step goes: the largest share of a coefficient, and the largest change of a predictor.
func (m *model) moves(beta []pair, step []float64) (share, reach float64) {
	for j, s := range step {
		s = math.Abs(s)
		if s == 0 {
			continue
		}
		share = max(share, s/math.Abs(beta[j].hi))
		size := 1.0
		if j > 0 {
			size = m.reach[j-1]
		}
		reach = max(reach, float64(s*size))
	}
	if reach < 1e-20 { // a coefficient of nought has no shares
		share = min(share, settledShare/2)
	}
	return share, reach
}

// raw returns the coefficients of the columns as they are: only the intercept differs.
func (m *model) raw(beta []pair) []pair {
	out := append([]pair(nil), beta...)
	for j, centre := range m.centres {
		out[0] = out[0].sub(beta[j+1].mul(centre))
	}
	return out
}

// pivotShare is the least that may be left of a diagonal when the columns before are taken out of it.
const pivotShare = 1e-13

// cholesky solves matrix x = gradient from the lower half of a symmetric positive matrix.
func cholesky(matrix [][]float64, gradient []pair) ([]float64, bool) {
	k := len(matrix)
	l := make([][]float64, k)
	for i := range l {
		l[i] = make([]float64, k)
		for j := range i + 1 {
			sum := matrix[i][j]
			for c := range j {
				sum -= float64(l[i][c] * l[j][c])
			}
			if i == j {
				if !(sum > float64(pivotShare*matrix[i][i])) {
					return nil, false
				}
				l[i][i] = math.Sqrt(sum)
			} else {
				l[i][j] = sum / l[j][j]
			}
		}
	}
	x := make([]float64, k)
	for i := range k {
		sum := gradient[i].hi
		for c := range i {
			sum -= float64(l[i][c] * x[c])
		}
		x[i] = sum / l[i][i]
	}
	for i := k - 1; i >= 0; i-- {
		sum := x[i]
		for c := i + 1; c < k; c++ {
			sum -= float64(l[c][i] * x[c])
		}
		x[i] = sum / l[i][i]
	}
	return x, true
}

// independent refuses columns that are combinations of those before them, exactly.
func independent(columns []*column) error {
	_, err := newDesign(columns, "", nil, 0)
	return err
}

// scores are a fitted logit of treatment.
type scores struct {
	coefficients []pair
	logit        []pair // the linear predictor of each row
}

// fitLogit regresses treatment on intercept and covariates in the listed order, all rows, by maximum likelihood, without
// penalty. It refuses separation: covariates that tell some treated from all controls, so that there is no maximum.
func (s *study) fitLogit(treat *column, covariates []*column) (*scores, error) {
	n := treat.rows()
	if err := independent(append([]*column{intercept(n)}, covariates...)); err != nil {
		return nil, err
	}
	m := newModel(covariates, n)
	m.row = func(i int, eta pair) (pair, float64, float64) {
		p, q := logistic(eta)
		slope := p.neg()
		log := -math.Max(0, eta.hi) + logNear(math.Max(p.hi, q.hi))
		if treat.small[i] == 1 {
			slope = q
			log += eta.hi
		}
		return slope, float64(p.hi * q.hi), log
	}
	beta, ok := m.fit(nil)
	if !ok {
		return nil, undefined("the score does not exist: the likelihood of treatment on %d covariates has no maximum, as they tell some treated from all controls (separation); leave out of the contract's list the covariate that decides treatment", len(covariates))
	}
	out := &scores{coefficients: m.raw(beta), logit: make([]pair, n)}
	for i := range out.logit {
		out.logit[i] = m.predictor(i, beta)
	}
	coefficients := make([]Number, len(beta))
	for j, b := range out.coefficients {
		coefficients[j] = roughly(b.real())
	}
	s.out.extras("score_coefficients", coefficients)
	return out, nil
}

// logistic returns p = 1/(1+e^-eta) and 1 - p, each in full.
func logistic(eta pair) (p, q pair) {
	up := eta.hi >= 0
	if up {
		eta = eta.neg()
	}
	e := eta.exp() // at most 1
	below := single(1).add(e)
	p, q = e.quo(below), single(1).quo(below)
	if up {
		return q, p
	}
	return p, q
}

// influenceOf returns the picked column of (sum of w x x')^-1, summed in pairs and solved on reals, and false when it does
// not exist.
func influenceOf(columns [][]pair, weights []pair, picked int) ([]pair, bool) {
	k := len(columns)
	matrix := make([][]*big.Float, k)
	for a := range matrix {
		matrix[a] = make([]*big.Float, k+1)
		for b := range k {
			if b < a {
				matrix[a][b] = matrix[b][a]
				continue
			}
			var sum pair
			for i, w := range weights {
				sum = sum.add(w.mul(columns[a][i]).mul(columns[b][i]))
			}
			matrix[a][b] = sum.real()
		}
		matrix[a][k] = newReal()
	}
	matrix[picked][k] = whole(1)
	if eliminate(matrix) >= 0 {
		return nil, false
	}
	out := make([]pair, k)
	for j := range out {
		out[j] = pairOf(matrix[j][k])
	}
	return out, true
}
