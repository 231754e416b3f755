package counterfactual

import (
	"fmt"
	"slices"
)

// frame is what estimators of rows read alike of their table. A role that the estimator has not, and an option that it does
// not take, were refused before, so what it does not ask for is empty.
type frame struct {
	treat      *column   // 0 and 1
	y          *column   // the outcome
	covariates []*column // in their order
	factors    []*column // a 0/1 column for each value but the lowest
	clusters
}

// clusters is the cluster of each row, where the variance is clustered.
type clusters struct {
	cluster []int32
	count   int
}

// frame reads the columns. treat is the role of the column that says who is treated; unit is the role of the one that
// clusters rows where no cluster is named, or "".
func (s *study) frame(treat, unit string) (f frame, err error) {
	if f.treat, err = s.indicator(treat); err != nil {
		return f, err
	}
	if f.y, err = s.column("outcome"); err != nil {
		return f, err
	}
	for _, name := range s.o.Covariates {
		c, err := s.named("covariates", name)
		if err != nil {
			return f, err
		}
		f.covariates = append(f.covariates, c)
	}
	for _, name := range s.o.Factors {
		c, err := s.named("factors", name)
		if err != nil {
			return f, err
		}
		group, count := c.groups()
		if len(f.factors)+count > RegressorsMax+1 {
			return f, invalid("factor %s has %d values: a regression has at most %d columns", name, count, RegressorsMax)
		}
		f.factors = append(f.factors, dummies(name, group, count)...)
	}
	f.clusters, err = s.clusters(unit)
	return f, err
}

// clusters reads the cluster of each row, which cr1 needs: it refuses a single one, and warns of few.
func (s *study) clusters(unit string) (clusters, error) {
	role := "cluster"
	name, named := s.Data.Columns[role]
	switch {
	case s.o.SE != "cr1":
		if named {
			s.out.warn("cluster_unused", "the cluster column "+name+" is named, and the variance "+s.o.SE+" does not use it")
		}
		return clusters{}, nil
	case !named && unit == "":
		return clusters{}, invalid("the variance cr1 needs a column in the role of cluster: name it, or state another variance")
	case !named:
		role = unit
	}
	c, err := s.column(role)
	if err != nil {
		return clusters{}, err
	}
	of, count := c.groups()
	if count < 2 {
		return clusters{}, undefined("there is one cluster only, and a clustered variance needs two: name another cluster column, or another variance")
	}
	if count < clusterFew {
		s.out.warn("few_clusters", fmt.Sprintf("there are %d clusters: with fewer than %d a clustered variance tends to be too small", count, clusterFew))
	}
	return clusters{of, count}, nil
}

// twoGroups records the rows of both groups and refuses one without any.
func (s *study) twoGroups(f *frame) error {
	_, n := armsOf(f.treat)
	if n[0] == 0 || n[1] == 0 {
		return undefined("there are %d treated and %d control rows: a comparison needs both", n[0], n[1])
	}
	s.out.counts(n[0], n[1])
	return nil
}

// regressors are the columns of a regression on an intercept, those given, the covariates and the factors.
func (f *frame) regressors(given ...*column) []*column {
	return slices.Concat([]*column{intercept(f.y.rows())}, given, f.covariates, f.factors)
}
