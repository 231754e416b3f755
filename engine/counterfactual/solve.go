package counterfactual

import (
	"math/big"
	"math/bits"
)

// Exact linear equations. A symmetric matrix of whole numbers, made of sums of products of columns, is solved by
// Dixon's p-adic lifting: its inverse modulo one prime gives the solution modulo ever higher powers of it, and from one
// high enough the fractions are read off. Every solution is put back into the equations before it is used. Columns that
// depend on others are found with proof: a determinant is nought when enough primes divide it.

// normal is a system of normal equations.
type normal struct {
	matrix  [][]*big.Int
	prime   uint64
	inverse [][]uint64
}

// vector is a solution: numerators over one denominator above 0.
type vector struct {
	num []*big.Int
	den *big.Int
}

// primeStart is where the search for primes begins, downwards.
const primeStart = 1<<62 - 1

// newNormal prepares a system. When a column depends on those before it, it returns that column's number and false.
func newNormal(matrix [][]*big.Int) (sys *normal, dependent int, ok bool) {
	sys = &normal{matrix: matrix}
	dependent = -1
	proof, needed := 0, 0
	for p := uint64(primeStart); ; p -= 2 {
		if !new(big.Int).SetUint64(p).ProbablyPrime(0) { // exact below 2^64
			continue
		}
		inverse, failed := invert(matrix, p)
		if failed < 0 {
			sys.prime, sys.inverse = p, inverse
			return sys, 0, true
		}
		// A leading determinant is at most the product of its diagonal (Hadamard), and is nought when the product of
		// the primes that divide it is more. An unlucky prime may fail at an earlier column, and proves nothing.
		if failed > dependent {
			dependent, proof, needed = failed, 0, 2
			for j := 0; j <= failed; j++ {
				needed += matrix[j][j].BitLen()
			}
		}
		if failed == dependent {
			proof += 61
		}
		if proof > needed {
			return nil, dependent, false
		}
	}
}

func mulMod(a, b, p uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return bits.Rem64(hi, lo, p)
}

func invMod(a, p uint64) uint64 {
	result := uint64(1)
	for e := p - 2; e > 0; e >>= 1 {
		if e&1 == 1 {
			result = mulMod(result, a, p)
		}
		a = mulMod(a, a, p)
	}
	return result
}

// invert returns the inverse modulo p, or the first column whose leading determinant p divides.
func invert(matrix [][]*big.Int, p uint64) (inverse [][]uint64, failed int) {
	k := len(matrix)
	modulus, rest := new(big.Int).SetUint64(p), new(big.Int)
	a := make([][]uint64, k)
	for i := range a {
		a[i] = make([]uint64, 2*k)
		for j := range k {
			a[i][j] = rest.Mod(matrix[i][j], modulus).Uint64()
		}
		a[i][k+i] = 1
	}
	for c := range k {
		if a[c][c] == 0 {
			return nil, c
		}
		scale := invMod(a[c][c], p)
		for j := c; j <= k+c; j++ {
			a[c][j] = mulMod(a[c][j], scale, p)
		}
		for i := range k {
			factor := a[i][c]
			if i == c || factor == 0 {
				continue
			}
			factor = p - factor
			for j := c; j <= k+c; j++ {
				if a[c][j] != 0 {
					a[i][j] = addMod(a[i][j], mulMod(a[c][j], factor, p), p)
				}
			}
		}
	}
	inverse = make([][]uint64, k)
	for i := range inverse {
		inverse[i] = a[i][k:]
	}
	return inverse, -1
}

func addMod(a, b, p uint64) uint64 {
	if s := a + b; s < p {
		return s
	} else {
		return s - p
	}
}

// solve returns the solution of matrix x = b.
func (n *normal) solve(b []*big.Int) vector {
	k := len(b)
	most := 1
	for j := range k {
		most += n.matrix[j][j].BitLen() + 1
	}
	longest := 0
	for _, x := range b {
		longest = max(longest, x.BitLen())
	}
	// Cramer: denominators are at most the determinant, numerators a determinant with one column replaced by b.
	enough := 2*(most+longest+bits.Len(uint(k))) + 64
	p := new(big.Int).SetUint64(n.prime)
	rest := make([]*big.Int, k)
	x := make([]*big.Int, k)
	for i := range k {
		rest[i], x[i] = new(big.Int).Set(b[i]), new(big.Int)
	}
	power := big.NewInt(1)
	for try := enough/8 + 128; ; {
		n.lift(rest, x, power, p)
		if power.BitLen() < try {
			continue
		}
		if v, ok := reconstruct(x, power); ok && n.holds(v, b) {
			return v
		}
		if try >= 2*enough {
			panic("counterfactual: exact equations without a solution")
		}
		try *= 2
	}
}

// lift takes one more digit to the base p: x += power d, rest = (rest - matrix d)/p.
func (n *normal) lift(rest, x []*big.Int, power, p *big.Int) {
	k := len(rest)
	residue, digit := make([]uint64, k), make([]*big.Int, k)
	term := new(big.Int)
	for i, r := range rest {
		residue[i] = term.Mod(r, p).Uint64()
	}
	for i := range k {
		var sum uint64
		for j, r := range residue {
			if r != 0 {
				sum = addMod(sum, mulMod(n.inverse[i][j], r, n.prime), n.prime)
			}
		}
		digit[i] = new(big.Int).SetUint64(sum)
	}
	for i := range k {
		for j, d := range digit {
			if d.Sign() != 0 && n.matrix[i][j].Sign() != 0 {
				rest[i].Sub(rest[i], term.Mul(n.matrix[i][j], d))
			}
		}
		rest[i].Quo(rest[i], p) // exact
		x[i].Add(x[i], term.Mul(power, digit[i]))
	}
	power.Mul(power, p)
}

// reconstruct reads fractions over one denominator from their values modulo m.
func reconstruct(x []*big.Int, m *big.Int) (vector, bool) {
	bound := m.BitLen()/2 - 1
	den := big.NewInt(1)
	num := make([]*big.Int, len(x))
	centred := func(v *big.Int) *big.Int {
		v.Mod(v, m)
		if new(big.Int).Lsh(v, 1).Cmp(m) > 0 {
			v.Sub(v, m)
		}
		return v
	}
	for i := range x {
		v := centred(new(big.Int).Mul(x[i], den))
		if v.BitLen() >= bound {
			// Euclid's steps on (m, v) until the remainder is small: then remainder = factor v modulo m.
			r0, r1 := new(big.Int).Set(m), new(big.Int).Mod(v, m)
			s0, s1 := new(big.Int), big.NewInt(1)
			q, t := new(big.Int), new(big.Int)
			for r1.BitLen() >= bound {
				q.QuoRem(r0, r1, t)
				r0, r1, t = r1, t, r0
				q.Mul(q, s1)
				s0.Sub(s0, q)
				s0, s1 = s1, s0
			}
			if s1.Sign() == 0 || s1.BitLen() > bound {
				return vector{}, false
			}
			factor := new(big.Int).Abs(s1)
			den.Mul(den, factor)
			for _, earlier := range num[:i] {
				earlier.Mul(earlier, factor)
			}
			v = centred(new(big.Int).Mul(x[i], den))
		}
		num[i] = v
	}
	return vector{num, den}, true
}

// holds puts a solution back into the equations.
func (n *normal) holds(v vector, b []*big.Int) bool {
	sum, term := new(big.Int), new(big.Int)
	for i, row := range n.matrix {
		sum.SetInt64(0)
		for j, c := range row {
			sum.Add(sum, term.Mul(c, v.num[j]))
		}
		if sum.Cmp(term.Mul(b[i], v.den)) != 0 {
			return false
		}
	}
	return true
}
