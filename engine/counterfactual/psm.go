package counterfactual

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
)

// psm answers PSM.
func psm(s *study) error {
	if err := s.psmOptions(); err != nil {
		return err
	}
	f, err := s.frame("treat", "")
	if err != nil {
		return err
	}
	if err := s.twoGroups(&f); err != nil {
		return err
	}
	m, err := s.newMatching(f.treat, f.covariates)
	if err != nil {
		return err
	}
	duplicated := repeats(m.q)
	if duplicated == len(m.q)-1 {
		return undefined("everybody has the same score, so it tells nobody's nearest control, within the caliper or without: name covariates on which the treated and the controls differ")
	}
	coefficients := s.out.Extra
	s.out.Extra = nil
	given, unmatched := s.settlePairs(m)
	if len(given.treated) == 0 {
		return undefined("no treated unit has a control within the caliper and the exact columns: state a wider caliper, or fewer exact columns")
	}
	s.out.counts(len(given.treated), given.controls())
	if err := s.matchedEffect(given, f.y); err != nil {
		return err
	}
	s.out.extra("pairs", exactInt(int64(len(s.out.Pairs))))
	s.out.extra("unmatched_treated", exactInt(int64(unmatched)))
	if m.width >= 0 {
		s.out.extra("caliper_width_quanta", exactInt(m.width))
	}
	m1, m0 := given.means(f.y)
	s.out.extra("treated_mean", exactly(m1))
	s.out.extra("control_mean", exactly(m0))
	s.out.Extra = append(s.out.Extra, coefficients...)
	s.out.extra("duplicated_scores", exactInt(int64(duplicated)))
	s.matchedBalance(given, f.covariates, f.treat)
	return nil
}

// scoreDecimalsMax keeps scores within a word.
const scoreDecimalsMax = 12

func (s *study) psmOptions() error {
	o := s.o
	for _, choice := range []struct {
		option, value string
		of            []string
	}{
		{"score", o.Score, []string{"logit", "prob"}},
		{"order", o.Order, []string{"largest", "smallest", "id"}},
		{"measure", o.Measure, []string{"difference", "relative_reduction"}},
	} {
		if err := oneOf(choice.option, choice.value, choice.of...); err != nil {
			return err
		}
	}
	switch {
	case o.Covariates == nil:
		return invalid("covariates are not stated: name the columns of the score")
	case o.ScoreDecimals == nil || *o.ScoreDecimals < 0 || *o.ScoreDecimals > scoreDecimalsMax:
		return invalid("score_decimals is not stated, or is not from 0 to %d: write for instance 6", scoreDecimalsMax)
	case o.Ratio == nil || *o.Ratio < 1 || *o.Ratio > 1000:
		return invalid("ratio is not stated, or is not from 1 to 1000: write how many controls each treated unit may have")
	case o.Replace == nil:
		return invalid("replace is not stated: write true or false")
	case o.Caliper != nil && o.Caliper.Sign() < 0:
		return invalid("caliper is %s: expected a width of 0 or more, or null for none", o.Caliper)
	case o.Caliper == nil && o.CaliperUnits != "":
		return invalid("caliper_units is %s and there is no caliper: leave it out, or state the width", o.CaliperUnits)
	case o.Caliper != nil:
		return oneOf("caliper_units", o.CaliperUnits, "raw", "sd")
	}
	return nil
}

// newMatching works out the scores, the queue and the caliper.
func (s *study) newMatching(treat *column, covariates []*column) (*matching, error) {
	m := &matching{ratio: int(*s.o.Ratio), replace: *s.o.Replace, width: -1}
	id, err := s.column("id")
	if err != nil {
		return nil, err
	}
	var count int
	if m.id, count = id.groups(); count < id.rows() {
		return nil, invalid("the id column %s has %d different ids in %d rows: each person is one row", id.name, count, id.rows())
	}
	if m.cell, err = s.cells(treat.rows()); err != nil {
		return nil, err
	}
	fitted, err := s.fitLogit(treat, covariates)
	if err != nil {
		return nil, err
	}
	if err := s.quantised(m, fitted); err != nil {
		return nil, err
	}
	s.overlap(treat, fitted.logit)
	for i, t := range treat.small {
		if t == 1 {
			m.treated = append(m.treated, int32(i))
		} else {
			m.control = append(m.control, int32(i))
		}
	}
	slices.SortFunc(m.treated, func(a, b int32) int {
		if s.o.Order != "id" && m.q[a] != m.q[b] {
			if (m.q[a] > m.q[b]) == (s.o.Order == "largest") {
				return -1
			}
			return 1
		}
		return int(m.id[a]) - int(m.id[b])
	})
	if s.o.Caliper == nil {
		return m, nil
	}
	width := new(big.Int)
	if s.o.CaliperUnits == "raw" {
		raw := ratProduct(s.o.Caliper.Rat(), new(big.Rat).SetInt(tenTo(int(*s.o.ScoreDecimals))))
		width.Quo(raw.Num(), raw.Denom())
	} else {
		width = caliperWidth(s.o.Caliper.Rat(), m.q)
	}
	m.width = math.MaxInt64 // beyond every distance
	if width.IsInt64() {
		m.width = width.Int64()
	}
	return m, nil
}

// quantised turns the scores into whole numbers.
func (s *study) quantised(m *matching, fitted *scores) error {
	m.q = make([]int64, len(fitted.logit))
	scale := math.Pow10(int(*s.o.ScoreDecimals)) // exact for all that are allowed
	for i, score := range fitted.logit {
		if s.o.Score == "prob" {
			score, _ = logistic(score)
		}
		low, high := quantise(score, scale)
		if low != high {
			return undefined("the score of row %d, %.15g, lies half-way between two at %d decimals, so that its rounding cannot be told: state other score_decimals", s.row(i), score.hi, *s.o.ScoreDecimals)
		}
		m.q[i] = low
	}
	return nil
}

// cells numbers the rows by the texts of the exact columns.
func (s *study) cells(rows int) ([]int32, error) {
	out := make([]int32, rows)
	if len(s.o.Exact) == 0 {
		return out, nil
	}
	var texts [][]string
	for _, name := range s.o.Exact {
		column, ok := s.Data.Table.Columns[name]
		if !ok || len(column) != rows {
			return nil, invalid("exact names the column %q, which the table does not have: it has %s", name, orNone(sortedKeys(s.Data.Table.Columns)))
		}
		for i, text := range column {
			if text == "" {
				return nil, invalid("column %s, row %d, is empty, which is a missing value: complete the row, or leave the person out before the evidence is made", name, i+1)
			}
		}
		texts = append(texts, s.ordered(column))
	}
	number := map[string]int32{}
	var key strings.Builder
	for i := range out {
		key.Reset()
		for _, column := range texts {
			fmt.Fprintf(&key, "%d:%s", len(column[i]), column[i])
		}
		n, ok := number[key.String()]
		if !ok {
			n = int32(len(number))
			number[key.String()] = n
		}
		out[i] = n
	}
	return out, nil
}

// repeats counts the rows whose score another row before them has.
func repeats(q []int64) (count int) {
	sorted := slices.Clone(q)
	slices.Sort(sorted)
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			count++
		}
	}
	return count
}

// settlePairs makes the rounds, records the pairs, and leaves out the treated without a control.
func (s *study) settlePairs(m *matching) (given matched, unmatched int) {
	all := m.match()
	ids := s.ordered(s.Data.Table.Columns[s.Data.Columns["id"]])
	for round := range m.ratio {
		before := len(s.out.Pairs)
		for i, controls := range all.given {
			if round < len(controls) {
				s.out.Pairs = append(s.out.Pairs, Pair{ids[all.treated[i]], ids[controls[round]], round + 1})
			}
		}
		if len(s.out.Pairs) == before {
			break
		}
	}
	for i, controls := range all.given {
		if len(controls) == 0 {
			unmatched++
			continue
		}
		given.treated, given.given = append(given.treated, all.treated[i]), append(given.given, controls)
	}
	if unmatched > 0 && len(given.treated) > 0 {
		s.out.warn("unmatched_treated", fmt.Sprintf("%d of %d treated have no control and are left out: the estimate speaks of the others", unmatched, len(all.treated)))
	}
	return given, unmatched
}

// matchedBalance records each covariate of the score before and after matching.
func (s *study) matchedBalance(given matched, covariates []*column, treat *column) {
	keep, n := armsOf(treat)
	for _, c := range covariates {
		b := Balance{Covariate: c.name}
		if sd := treatedSpread(c, treat); sd != nil {
			before := ratDifference(ratQuotient(c.filter(keep[0]).sum(), ratInt(int64(n[0]))), ratQuotient(c.filter(keep[1]).sum(), ratInt(int64(n[1]))))
			m1, m0 := given.means(c)
			b.Before = nearly(over(realOf(before), sd))
			b.After = nearly(over(realOf(ratDifference(m1, m0)), sd))
		}
		s.out.balanced(b)
	}
}
