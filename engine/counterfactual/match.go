package counterfactual

import (
	"math"
	"math/big"
	"slices"
)

// Matching. Scores are whole numbers before anybody is compared with anybody, so that machines whose logits differ in the
// last bits match the same people. The nine steps are those of README.md.

// matching is the question put to the rounds.
type matching struct {
	q       []int64 // the score of each row, in units of 10^-decimals
	id      []int32 // each row's place by id, ascending
	cell    []int32 // rows of one cell hold the same text in the exact columns
	treated []int32 // in the order of the queue
	control []int32
	width   int64 // the largest distance allowed; below 0, none is set
	ratio   int
	replace bool
}

// matched is who was given to whom: the controls of each treated in the queue, in the order of their rounds.
type matched struct {
	treated []int32
	given   [][]int32
}

// stand is the controls in order of cell, score and id, and which of them are taken.
type stand struct {
	*matching
	row         []int32 // of each place
	run         []int32 // the first place of the same cell and score
	first, last []int32 // the places of each cell: first and one beyond the last
	right, left []int32 // steps towards the next place not taken, shifted by one for left
}

// match makes the rounds.
func (m *matching) match() matched {
	s := m.newStand()
	out := matched{m.treated, make([][]int32, len(m.treated))}
	if m.replace {
		for i, t := range m.treated {
			out.given[i] = s.nearest(t)
		}
		return out
	}
	for range m.ratio {
		taken := false
		for i, t := range m.treated {
			if at := s.take(t); at >= 0 {
				out.given[i] = append(out.given[i], s.row[at])
				taken = true
			}
		}
		if !taken {
			break
		}
	}
	return out
}

func (m *matching) newStand() *stand {
	s := &stand{matching: m, row: slices.Clone(m.control)}
	slices.SortFunc(s.row, func(a, b int32) int {
		switch {
		case m.cell[a] != m.cell[b]:
			return int(m.cell[a]) - int(m.cell[b])
		case m.q[a] < m.q[b]:
			return -1
		case m.q[a] > m.q[b]:
			return 1
		}
		return int(m.id[a]) - int(m.id[b])
	})
	n := len(s.row)
	cells := int32(0)
	for _, c := range m.cell {
		cells = max(cells, c+1)
	}
	s.run, s.right, s.left = make([]int32, n), make([]int32, n+1), make([]int32, n+1)
	s.first, s.last = make([]int32, cells), make([]int32, cells)
	for i := range n {
		s.run[i] = int32(i)
		r := s.row[i]
		if i > 0 && m.cell[s.row[i-1]] == m.cell[r] {
			if m.q[s.row[i-1]] == m.q[r] {
				s.run[i] = s.run[i-1]
			}
		} else {
			s.first[m.cell[r]] = int32(i)
		}
		s.last[m.cell[r]] = int32(i + 1)
	}
	for i := range n + 1 {
		s.right[i], s.left[i] = int32(i), int32(i)
	}
	return s
}

// follow finds the end of a chain of steps, and shortens it.
func follow(step []int32, at int32) int32 {
	for step[at] != at {
		step[at] = step[step[at]]
		at = step[at]
	}
	return at
}

// from is the first place of the treated's cell whose score is at least its own.
func (s *stand) from(t int32) int32 {
	first, last := s.first[s.cell[t]], s.last[s.cell[t]]
	at, _ := slices.BinarySearchFunc(s.row[first:last], s.q[t], func(r int32, q int64) int {
		if s.q[r] < q {
			return -1
		}
		return 1
	})
	return first + int32(at)
}

func (s *stand) distance(t, at int32) int64 {
	d := s.q[t] - s.q[s.row[at]]
	return max(d, -d)
}

// closer reports whether place a comes before b for a treated: at the smaller distance, of equals by the smaller id.
func (s *stand) closer(t, a, b int32) bool {
	da, db := s.distance(t, a), s.distance(t, b)
	return da < db || da == db && s.id[s.row[a]] < s.id[s.row[b]]
}

// take gives a treated the nearest control that nobody has, and returns its place, or -1.
func (s *stand) take(t int32) int32 {
	start := s.from(t)
	best := int32(-1)
	if at := follow(s.right, start); at < s.last[s.cell[t]] {
		best = at
	}
	if at := follow(s.left, start) - 1; at >= s.first[s.cell[t]] {
		// Of those at the same score below, the one with the smallest id stands first.
		if at = follow(s.right, s.run[at]); best < 0 || s.closer(t, at, best) {
			best = at
		}
	}
	if best < 0 || s.width >= 0 && s.distance(t, best) > s.width {
		return -1
	}
	s.right[best], s.left[best+1] = best+1, best
	return best
}

// nearest returns the nearest controls of a treated, taken or not, as many as there are rounds.
func (s *stand) nearest(t int32) []int32 {
	first, last := s.first[s.cell[t]], s.last[s.cell[t]]
	up := s.from(t)
	// Below, places are walked run by run from the top, and within a run upwards, by id.
	end := up // one beyond the run being walked
	down := end
	if end > first {
		down = s.run[end-1]
	}
	var out []int32
	for len(out) < s.ratio {
		if down == end && end > first { // the run is done: on to the one below
			end = s.run[end-1]
			down = end
			if end > first {
				down = s.run[end-1]
			}
		}
		below, above := end > first && down < end, up < last
		if !below && !above {
			break
		}
		next := &up
		if below && (!above || s.closer(t, down, up)) {
			next = &down
		}
		if s.width >= 0 && s.distance(t, *next) > s.width {
			break
		}
		out = append(out, s.row[*next])
		*next++
	}
	return out
}

// quantise rounds a score to units of 10^-decimals, half to even, as it would be if it were a little less and a little
// more than it is: where the two differ, the rounding cannot be told.
func quantise(score pair, scale float64) (low, high int64) {
	units := score.scale(scale)
	return roundPair(units.add(single(-scoreSlack))), roundPair(units.add(single(scoreSlack)))
}

// scoreSlack is by how much of a unit a score may be wrong: far more than it is, far less than would be noticed.
const scoreSlack = 1e-12

// roundPair rounds to a whole number. A pair exactly half-way goes to the even one.
func roundPair(x pair) int64 {
	whole := math.RoundToEven(x.hi)
	rest := x.sub(single(whole))
	switch {
	case rest.hi > 0.5 || rest.hi == 0.5 && rest.lo > 0:
		whole++
	case rest.hi < -0.5 || rest.hi == -0.5 && rest.lo < 0:
		whole--
	}
	return int64(whole)
}

// caliperWidth returns floor(caliper sd(q)), sd with divisor n-1 over all rows, in whole numbers throughout.
func caliperWidth(caliper *big.Rat, q []int64) *big.Int {
	c := &column{small: q}
	m := moments{n: int64(len(q)), y: c.sum(), yy: dot(c, c)}
	square := ratQuotient(m.centred(m.yy, m.y, m.y), ratInt(m.n-1))
	square.Mul(square, ratProduct(caliper, caliper))
	floor := new(big.Int).Quo(square.Num(), square.Denom())
	return floor.Sqrt(floor)
}
