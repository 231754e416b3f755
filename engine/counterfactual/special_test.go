package counterfactual

import (
	"math"
	"math/big"
	"testing"
)

func parseReal(t *testing.T, text string) *big.Float {
	t.Helper()
	f, _, err := big.ParseFloat(text, 10, realBits, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// close fails unless got is want to so many bits of it.
func closeTo(t *testing.T, what string, got, want *big.Float, bits int) {
	t.Helper()
	if !negligible(minus(got, want), want, bits) {
		t.Errorf("%s = %s, want %s", what, got.Text('g', 40), want.Text('g', 40))
	}
}

func TestRealsAgainstPublishedDigits(t *testing.T) {
	// Digits of e, ln 2, ln 10, pi, and of ln Gamma(1/2) = ln sqrt(pi), as in any table of constants.
	closeTo(t, "e", expOf(whole(1)), parseReal(t, "2.71828182845904523536028747135266249775724709369995957496697"), 190)
	closeTo(t, "ln 2", logOf(whole(2)), parseReal(t, "0.693147180559945309417232121458176568075500134360255254120680"), 190)
	closeTo(t, "ln 10", logOf(whole(10)), parseReal(t, "2.30258509299404568401799145468436420760110148862877297603333"), 190)
	closeTo(t, "pi", newReal().Set(pi()), parseReal(t, "3.14159265358979323846264338327950288419716939937510582097494"), 190)
	closeTo(t, "ln Gamma(1/2)", lnGamma(fromFloat(0.5)), half(logOf(newReal().Set(pi()))), 280)
	closeTo(t, "ln Gamma(6) = ln 120", lnGamma(whole(6)), logOf(whole(120)), 280)
	for _, x := range []float64{-700, -1e-9, 0.3, 5, 345.25} {
		closeTo(t, "ln e^x", logOf(expOf(fromFloat(x))), fromFloat(x), 250)
	}
	sine, cosine := sineCosine(big.NewRat(-7, 12)) // sin of -210 degrees is 1/2
	closeTo(t, "sin -210", sine, fromFloat(0.5), 300)
	closeTo(t, "cos -210", cosine, negated(root(realOf(big.NewRat(3, 4)))), 300)
	for quarter := int64(-4); quarter < 5; quarter++ {
		sine, cosine := sineCosine(big.NewRat(quarter, 4))
		if s, c := []int{0, 1, 0, -1}[(quarter+8)%4], []int{1, 0, -1, 0}[(quarter+8)%4]; sine.Cmp(whole(int64(s))) != 0 || cosine.Cmp(whole(int64(c))) != 0 {
			t.Errorf("%d quarters: sine %v, cosine %v: want exactly %d and %d", quarter, sine, cosine, s, c)
		}
	}
}

func TestTails(t *testing.T) {
	// Tables of the normal distribution; 1 - CDF has lost all digits by 9.
	closeTo(t, "Q(1.96)", normalTail(parseReal(t, "1.96")), parseReal(t, "0.0249978951482204"), 44)
	closeTo(t, "Q(8)", normalTail(whole(8)), parseReal(t, "6.22096057427178e-16"), 44)
	// Far out the tail lies between the density over x times 1 - 1/x² and that plus 3/x⁴ (Mills).
	for _, x := range []int64{11, 13, 38, 500} {
		mills := over(normalTail(whole(x)), over(normalDensity(whole(x)), whole(x)))
		low := realOf(ratDifference(ratInt(1), big.NewRat(1, x*x)))
		if high := plus(low, realOf(big.NewRat(3, x*x*x*x))); mills.Cmp(low) <= 0 || mills.Cmp(high) >= 0 {
			t.Errorf("Q(%d) is not within its bounds", x)
		}
	}
	// The series and the continued fraction meet at 12.
	at := parseReal(t, "12")
	closeTo(t, "Q(12)", over(normalDensity(at), continued(at)), normalTail(at), 150)
	// With one degree of freedom t is Cauchy: beyond 1, a quarter. With two, beyond t: (1 - t/sqrt(2+t²))/2.
	closeTo(t, "t1", studentTail(whole(1), whole(1)), fromFloat(0.25), 140)
	want := half(minus(whole(1), over(whole(3), root(whole(11)))))
	closeTo(t, "t2", studentTail(whole(3), whole(2)), want, 140)
	closeTo(t, "t2 the other way", studentTail(whole(-3), whole(2)), minus(whole(1), want), 140)
	// Gamma with shape 3: e^-x (1 + x + x²/2) above x, by either side of its switch.
	for _, x := range []int64{1, 3, 4, 5, 40} {
		_, upper := gammaTails(whole(3), whole(x))
		closeTo(t, "gamma", upper, times(expOf(whole(-x)), realOf(big.NewRat(2+2*x+x*x, 2))), 135)
	}
}

func TestQuantiles(t *testing.T) {
	tail := realOf(big.NewRat(1, 40))
	closeTo(t, "z", normalQuantile(tail), parseReal(t, "1.959963984540054235524594430520551527955"), 125)
	closeTo(t, "t1", studentQuantile(tail, whole(1)), parseReal(t, "12.7062047361747"), 44) // cot(pi/40)
	for _, df := range []string{"0.3", "2", "23.7", "893", "100000"} {
		closeTo(t, "t "+df, studentTail(studentQuantile(tail, parseReal(t, df)), parseReal(t, df)), tail, 100)
	}
	// None of n: nothing to 1 - tail^(1/n); all of n: tail^(1/n) to 1.
	low, high := clopperPearson(0, 20, tail)
	limit := expOf(over(logOf(tail), whole(20)))
	if low.Sign() != 0 {
		t.Error("the limit below nought is", low)
	}
	closeTo(t, "none of 20", high, minus(whole(1), limit), 120)
	low, high = clopperPearson(20, 20, tail)
	closeTo(t, "all of 20", low, limit, 120)
	if high.Cmp(whole(1)) != 0 {
		t.Error("the limit above one is", high)
	}
	// No events: up to -ln tail.
	low, high = poissonLimits(0, tail)
	if low.Sign() != 0 {
		t.Error("the limit below nought is", low)
	}
	closeTo(t, "no events", high, negated(logOf(tail)), 120)
	for _, x := range []int64{1, 17, 4000} {
		low, high := poissonLimits(x, tail)
		atLeast, _ := gammaTails(whole(x), low)
		_, atMost := gammaTails(whole(x+1), high)
		closeTo(t, "below", atLeast, tail, 100)
		closeTo(t, "above", atMost, tail, 100)
	}
}

// choose is n over k.
func choose(n, k int64) *big.Rat { return new(big.Rat).SetInt(new(big.Int).Binomial(n, k)) }

// sumTails adds the chances of whole outcomes, exactly.
func sumTails(chance map[int64]*big.Rat, x int64) (less, greater, two *big.Rat) {
	less, greater, two = new(big.Rat), new(big.Rat), new(big.Rat)
	bound := ratProduct(chance[x], slack)
	for k, p := range chance {
		if k <= x {
			less.Add(less, p)
		}
		if k >= x {
			greater.Add(greater, p)
		}
		if p.Cmp(bound) <= 0 {
			two.Add(two, p)
		}
	}
	return
}

func compareTails(t *testing.T, what string, got tails3, chance map[int64]*big.Rat, x int64) {
	t.Helper()
	less, greater, two := sumTails(chance, x)
	closeTo(t, what+" less", got.less, realOf(less), 120)
	closeTo(t, what+" greater", got.greater, realOf(greater), 120)
	closeTo(t, what+" two", got.two, realOf(two), 120)
}

func TestExactTestsAgainstFractions(t *testing.T) {
	for _, p := range []*big.Rat{big.NewRat(1, 2), big.NewRat(3, 10), big.NewRat(97, 100)} {
		const n = 13
		chance := map[int64]*big.Rat{}
		for k := int64(0); k <= n; k++ {
			c := choose(n, k)
			for i := int64(0); i < n; i++ {
				if i < k {
					c.Mul(c, p)
				} else {
					c.Mul(c, ratDifference(ratInt(1), p))
				}
			}
			chance[k] = c
		}
		for x := int64(0); x <= n; x++ {
			compareTails(t, "binomial", binomialTails(x, n, p), chance, x)
		}
	}
	for _, table := range [][4]int64{{3, 41, 12, 44}, {0, 5, 4, 6}, {5, 5, 0, 5}, {2, 9, 2, 9}, {0, 3, 0, 4}} {
		x1, n1, x0, n0 := table[0], table[1], table[2], table[3]
		chance := map[int64]*big.Rat{}
		for k := max(0, x1+x0-n0); k <= min(x1+x0, n1); k++ {
			chance[k] = ratQuotient(ratProduct(choose(n1, k), choose(n0, x1+x0-k)), choose(n1+n0, x1+x0))
		}
		compareTails(t, "fisher", fisherTails(x1, n1, x0, n0), chance, x1)
	}
	// Poisson with mean 2: at most 1, e^-2 (1+2); at least 1, 1 - e^-2; and as likely as 1 or less: all but none and 1.. of
	// 0 (1), 1 (2), 2 (2), 3 (4/3): everything is, as 1 and 2 are the likeliest.
	got := poissonTails(1, ratInt(2))
	closeTo(t, "poisson less", got.less, times(expOf(whole(-2)), whole(3)), 120)
	closeTo(t, "poisson greater", got.greater, minus(whole(1), expOf(whole(-2))), 120)
	closeTo(t, "poisson two", got.two, whole(1), 120)
	// None: chances no larger than that of 0, 1 (in units of e^-2): 0, and 4 on (2/3), as 3 has 4/3.
	got = poissonTails(0, ratInt(2))
	closeTo(t, "poisson two", got.two, plus(minus(whole(1), times(expOf(whole(-2)), realOf(big.NewRat(19, 3)))), expOf(whole(-2))), 120)
}

func TestPairs(t *testing.T) {
	for _, x := range []string{"0.1", "-3.7", "12.345678901234567890123456789", "1e-9", "-55.5"} {
		r := parseReal(t, x)
		p := pairOf(r)
		closeTo(t, "exp "+x, p.exp().real(), expOf(r), 94)
		if r.Sign() > 0 {
			closeTo(t, "log "+x, p.log().real(), logOf(r), 94)
		}
		closeTo(t, "quo "+x, single(1).quo(p).real(), over(whole(1), r), 98)
		closeTo(t, "square "+x, p.mul(p).real(), squared(r), 98)
	}
	for _, c := range []struct {
		x    pair
		want int64
	}{{pair{2.5, 0}, 2}, {pair{2.5, 1e-20}, 3}, {pair{3.5, 0}, 4}, {pair{3.5, -1e-20}, 3}, {pair{-2.5, 0}, -2}, {pair{-2.5, -1e-20}, -3}, {pair{7, -1e-17}, 7}} {
		if got := roundPair(c.x); got != c.want {
			t.Errorf("%v rounds to %d, want %d", c.x, got, c.want)
		}
	}
	if low, high := quantise(single(0.125), 100); low == high { // 12.5 units
		t.Error("a score half-way was told")
	}
	if got := logNear(1.5); math.Abs(got-math.Log(1.5)) > 1e-16 {
		t.Error("logNear 1.5:", got)
	}
}

func TestNumberText(t *testing.T) {
	for _, c := range []struct {
		n      Number
		places int
		want   string
	}{
		{exactly(big.NewRat(1, 800)), 4, "0.0012"}, {exactly(big.NewRat(-23, 800)), 4, "-0.0288"}, {exactly(big.NewRat(5, 2)), 0, "2"},
		{exactly(big.NewRat(7, 2)), 0, "4"}, {exactly(big.NewRat(-1, 1000)), 2, "0.00"}, {exactly(big.NewRat(1999, 1000)), 2, "2.00"},
		{nearly(root(whole(2))), 6, "1.414214"}, {exactInt(-12), 2, "-12.00"},
	} {
		got, err := c.n.Text(c.places)
		if err != nil || got != c.want {
			t.Errorf("%v at %d places is %q (%v), want %q", c.n.near, c.places, got, err, c.want)
		}
	}
	// A real that may be half-way is not guessed: the square of the root of 0.125.
	if got, err := nearly(squared(root(realOf(big.NewRat(1, 8))))).Text(2); err == nil {
		t.Errorf("a figure half-way was settled as %s", got)
	}
	if order, err := nearly(squared(root(whole(3)))).Cmp(ratInt(3)); err == nil {
		t.Errorf("a figure at the threshold was told from it: %d", order)
	}
}
