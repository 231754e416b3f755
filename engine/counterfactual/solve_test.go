package counterfactual

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// cramer solves by determinants, for comparison.
func determinant(m [][]*big.Int) *big.Int {
	if len(m) == 0 {
		return big.NewInt(1)
	}
	total := new(big.Int)
	for c := range m {
		var minor [][]*big.Int
		for _, row := range m[1:] {
			minor = append(minor, append(append([]*big.Int{}, row[:c]...), row[c+1:]...))
		}
		term := new(big.Int).Mul(m[0][c], determinant(minor))
		if c%2 == 1 {
			term.Neg(term)
		}
		total.Add(total, term)
	}
	return total
}

func TestSolveIsCramers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "k")
		n := k + rapid.IntRange(0, 3).Draw(t, "more rows")
		columns := make([]*column, k)
		for j := range columns {
			columns[j] = &column{small: rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64Range(-1e12, 1e12)), n, n).Draw(t, "column")}
		}
		matrix := make([][]*big.Int, k)
		for i := range matrix {
			for j := range k {
				matrix[i] = append(matrix[i], dotUnits(columns[i], columns[j]))
			}
		}
		det := determinant(matrix)
		system, dependent, ok := newNormal(matrix)
		if ok != (det.Sign() != 0) {
			t.Fatalf("the determinant is %v, and the system is said to be solvable: %v", det, ok)
		}
		if !ok {
			// The leading minor up to the column named is nought, and the one before it is not.
			for size, want := range map[int]bool{dependent: false, dependent + 1: true} {
				var minor [][]*big.Int
				for _, row := range matrix[:size] {
					minor = append(minor, row[:size])
				}
				if (determinant(minor).Sign() == 0) != want {
					t.Fatalf("column %d is not the first dependent one", dependent)
				}
			}
			return
		}
		b := make([]*big.Int, k)
		for i := range b {
			b[i] = big.NewInt(rapid.Int64().Draw(t, "b"))
		}
		v := system.solve(b)
		for j := range k {
			replaced := make([][]*big.Int, k)
			for i := range replaced {
				replaced[i] = append([]*big.Int{}, matrix[i]...)
				replaced[i][j] = b[i]
			}
			if new(big.Rat).SetFrac(v.num[j], v.den).Cmp(new(big.Rat).SetFrac(determinant(replaced), det)) != 0 {
				t.Fatalf("x%d = %v/%v", j, v.num[j], v.den)
			}
		}
	})
}

func TestColumnsAreExact(t *testing.T) {
	c, err := parseColumn("c", []string{"0.1", "-2", "1e2", "2.50e-1", "1234567890123456789.01"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []*big.Rat{big.NewRat(1, 10), ratInt(-2), ratInt(100), big.NewRat(1, 4)} {
		if c.rat(i).Cmp(want) != 0 {
			t.Errorf("row %d is %v, want %v", i, c.rat(i), want)
		}
	}
	if c.wide == nil {
		t.Error("a number of 21 digits was held in a word")
	}
	for _, text := range []string{"", "-", ".5", "5.", "1,2", "NaN", "Inf", "0x1", "1e", "1e999", "+1", " 1", "1_0"} {
		if _, err := parseColumn("c", []string{text}); err == nil {
			t.Errorf("%q was read as a number", text)
		}
	}
}

func TestSumsDoNotOverflow(t *testing.T) {
	most := int64(1<<62 - 1)
	a, b := &column{small: []int64{most, -most, most}}, &column{small: []int64{most, most, most}}
	want := new(big.Int).Mul(big.NewInt(most), big.NewInt(most)) // + - +
	if got := dotUnits(a, b); got.Cmp(want) != 0 {
		t.Errorf("the sum is %v, want %v", got, want)
	}
}
