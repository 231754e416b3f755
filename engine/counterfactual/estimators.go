package counterfactual

// The estimators, by their names in contracts. Each says its formula, what it assumes, the unit of its estimate, when it
// refuses, and where it comes from. All take the effect as treated less control, or treated over control; the options
// alternative and conf_level must be stated, and null_value may be. All refuse, as invalid, options and columns they do
// not know, missing values and texts that are no numbers. x1 of n1 are the treated, x0 of n0 the controls, p = x/n, q = 1-p.
//
// Those that are least squares (ancova, did_2x2, did_panel, cace, its) also refuse a column that is a combination of others,
// no more rows than columns, a variance of nought and, clustered, a single cluster; and warn below 30 clusters. Their
// variances are in README.md: hc0 to hc3 after White (1980) and MacKinnon and White (1985), cr1 after Liang and Zeger (1986).
const (
	// PropDiff is the difference of two proportions, est = p1 - p0, in points of probability.
	//
	// se = sqrt(p1 q1/n1 + p0 q0/n0), always. Intervals: wald, est ± z se, cut to [-1, 1]; newcombe, the hybrid of the
	// Wilson limits of the two arms (Newcombe 1998, method 10); agresti_caffo, Wald's with one success and one failure
	// added to each arm (Agresti and Caffo 2000), the estimate unchanged. Tests: z_pooled, z_unpooled, and fisher, which is
	// exact given both margins. It assumes independent people. It refuses an arm with nobody in it, and a z test whose
	// variance is nought. In R: prop.test(correct=FALSE), fisher.test.
	PropDiff = "prop_diff"

	// PropRatio is the ratio of two proportions, est = p1/p0 (risk_ratio), one less it (relative_reduction), or the ratio of
	// their odds, est = (p1/q1)/(p0/q0) (odds_ratio). A ratio has no unit.
	//
	// Inference is normal on the log scale: se = sqrt(1/x1 - 1/n1 + 1/x0 - 1/n0) (Katz and others 1978); of the odds ratio,
	// se = sqrt(1/x1 + 1/(n1-x1) + 1/x0 + 1/(n0-x0)) (Woolf 1955). It assumes independent people, and cells of more than a
	// few. Nothing is added to empty cells: it refuses a ratio over nought and the logarithm of nought. In R:
	// metafor::escalc("RR" or "OR").
	PropRatio = "prop_ratio"

	// RateDiff is the difference of two rates of events over exposure, est = x1/t1 - x0/t0, in events per unit of exposure.
	//
	// se = sqrt(x1/t1² + x0/t0²), identity, normal. It assumes events that come singly and independently (Poisson). It
	// refuses an arm without exposure, and no events in either arm. In R: metafor::escalc("IRD").
	RateDiff = "rate_diff"

	// RateRatio is the ratio of two rates, est = (x1/t1)/(x0/t0), or one less it (relative_reduction); it has no unit.
	// se = sqrt(1/x1 + 1/x0), of the logarithm.
	//
	// wald_log: log inference. exact: given all N events, those of the treated are binomial with share
	// null t1/(null t1 + t0); p-values are its tails, two-sided by small probabilities, and the interval is the one of
	// Clopper and Pearson carried through v/(1-v) t0/t1. It assumes Poisson events. It refuses a control arm without events
	// and, for wald_log, a treated one. In R: poisson.test, metafor::escalc("IRR").
	RateRatio = "rate_ratio"

	// CountModel is the regression of a count with log link and offset ln(exposure), none without an exposure column, on
	// intercept, treatment, covariates and factors: est is the ratio of rates, e to the treatment's coefficient, or one less it
	// (relative_reduction).
	//
	// poisson, by maximum likelihood; negbin, variance mu + mu²/theta, coefficients and theta jointly by maximum likelihood.
	// With v = (y-mu)/(1+mu/theta), theta infinite for poisson, and A = (sum mu/(1+mu/theta) x x')^-1: model, A; quasi, A times
	// sum((y-mu)²/mu)/(n-k); hc0, A (sum v² x x') A; cr1, the clustered sum times G/(G-1) (n-1)/(n-k). Log inference on the
	// treatment's coefficient, normal. It assumes that the expected count is the exposure times a rate that the covariates
	// carry; model and quasi, that the variance is as said. A ratio has no unit. It refuses counts that are not whole, an arm
	// without events, somebody without exposure, covariates whose likelihood has no maximum, and negbin (Lawless 1987) on
	// counts no more spread than Poisson's. In R: glm(poisson), MASS::glm.nb, sandwich::vcovCL(type = "HC1").
	CountModel = "count_model"

	// MeanDiff is the difference of two means, est = mean1 - mean0, in the outcome's unit; identity, t.
	//
	// welch: se = sqrt(s1²/n1 + s0²/n0), degrees of freedom (a+b)²/(a²/(n1-1) + b²/(n0-1)) of Satterthwaite, a and b the two
	// terms under the root (Welch 1947). pooled: one common variance, n1+n0-2. It assumes independent rows, and means near
	// enough to normal. It refuses fewer than two rows in an arm, and outcomes that do not vary. In R: t.test.
	MeanDiff = "mean_diff"

	// Ancova is least squares of the outcome on treatment, covariates and factors: est is the treatment's coefficient, in
	// the outcome's unit; identity, t.
	//
	// With interactions each covariate is centred at its mean over all rows and entered alone and times treatment (Lin
	// 2013). It assumes randomised treatment, or that the covariates carry all that decided it. It refuses what all least
	// squares do, an empty group, and hc2 and hc3 on a row that alone determines a coefficient. In R:
	// lm(y ~ treat + x + factor(f)), sandwich::vcovHC, sandwich::vcovCL(type = "HC1"), estimatr::lm_lin.
	Ancova = "ancova"

	// Cuped is mean_diff (welch) of y - theta (x - mean x), theta = cov(y, x)/var(x) over all rows of both arms.
	//
	// x is measured before the programme, so the adjustment takes noise out of a randomised comparison without moving what
	// is estimated (Deng, Xu, Kohavi and Walker 2013); in the outcome's unit. It assumes that treatment was randomised and
	// could not move x, and takes theta as known. It refuses what mean_diff does, and a pre column that does not vary. In R:
	// t.test of y - theta (x - mean(x)).
	Cuped = "cuped"

	// DiDTwoByTwo is least squares on intercept, treat, post, treat times post, covariates and factors: est is the product's
	// coefficient, the change of the treated less that of the controls, in the outcome's unit; identity, t.
	//
	// It assumes that without the programme both groups would have changed alike (Card and Krueger 1994). n counts rows of
	// both periods. It refuses an empty cell, and what all least squares do. In R: lm(y ~ treat * post), sandwich::vcovHC.
	DiDTwoByTwo = "did_2x2"

	// DiDCells is the difference in differences of four cells of events among people, est = (p11 - p10) - (p01 - p00), in
	// points of probability; se = sqrt(sum of pq/n), identity, normal.
	//
	// It assumes that without the programme both groups' rates would have moved by as many points, and that the four cells
	// are different people. n is the sum of a group's two waves. It refuses an empty cell and four cells without variance.
	// In R, with one row a person: lm(y ~ treat * post), sandwich::vcovHC(type = "HC0").
	DiDCells = "did_cells"

	// DiDPanel is least squares on treated_now, covariates, factors and a dummy for each unit and each time but the first:
	// est is treated_now's coefficient, in the outcome's unit; cr1 by unit, or by the cluster column; t with G-1.
	//
	// k counts every column, the dummies too. n counts units ever and never treated. It assumes that without the programme
	// units would have moved alike over time, and one effect for all units and times; where starts differ and effects grow,
	// the estimate is a mixture (Goodman-Bacon 2021). The dummies of the longer dimension are solved away exactly. It
	// refuses a panel in which no unit is ever treated, more than 600 of units and of times both, and what all least squares
	// do. In R: sandwich::vcovCL(lm(y ~ d + factor(unit) + factor(time)), cluster = ~unit, type = "HC1").
	DiDPanel = "did_panel"

	// PSM matches each treated unit to the controls with the nearest propensity scores, and compares the weighted means:
	// difference, est = m1 - m0 in the outcome's unit, or relative_reduction, est = 1 - m1/m0.
	//
	// The score is a logit of treatment on intercept and covariates, rounded to whole units of 10^-score_decimals; the rest
	// is the nine steps of README.md, in whole numbers. The variance is that of the weighted means: without replacement cr1 by
	// matched set, sets - 1 degrees of freedom; with replacement hc1, rows - 2; for a reduction by the delta method on its
	// own scale. Identity, t. It assumes that the covariates carry all that decided treatment and the outcome (Rosenbaum and
	// Rubin 1983), and takes the scores as known. Treated without any control drop out, are counted, and are warned of: the
	// estimate then speaks of the rest. It refuses separation, ids that repeat, a score on a rounding boundary, one score for
	// everybody, and a caliper that leaves nobody matched. In R: MatchIt::matchit(method = "nearest"), sandwich::vcovCL.
	PSM = "psm"

	// IPW weighs people by the inverse of their chance p of being where they are, from a logit of treatment on intercept and
	// covariates over all rows: est is the weighted difference of means, in the outcome's unit.
	//
	// att: weight 1 if treated, p/(1-p) if not; ate: 1/p and 1/(1-p). trim: p rounded half to even at 6 decimals, rows with
	// p below the first or above the second left out afterwards; the score is not fitted again. Weighted least squares on
	// intercept and treatment, hc0 or hc1, the weights taken as known; normal. It assumes that the covariates carry all that
	// decided treatment, and that everybody could have been in either group (Hirano, Imbens and Ridder 2003). It refuses
	// separation, and trimming that leaves a group empty. In R: lm(y ~ t, weights = w), sandwich::vcovHC.
	IPW = "ipw"

	// EntropyBalance weighs the controls so that they are on average exactly as the treated are: est is the weighted
	// difference of means, in the outcome's unit.
	//
	// Treated weigh 1. Controls weigh the w that minimises sum(w ln w) with sum(w) = 1 and the weighted control mean of each
	// covariate (moments: 2, and of its square, for covariates of more than two different values) equal to the treated mean.
	// The solution is unique: w in proportion to e^(lambda'c) (Hainmueller 2012). Then as ipw. It assumes that the covariates
	// carry all that decided treatment. It refuses constraints that no weights meet, and constraints that are combinations of
	// others. In R: survey::calibrate(calfun = "raking").
	EntropyBalance = "entropy_balance"

	// CACE is the effect of having received, with assignment as the instrument: two-stage least squares of the outcome on
	// received and covariates, instruments assigned and covariates; in the outcome's unit; t. Without covariates it is the
	// ratio of the two differences in means. n is by assignment.
	//
	// b = (Xh'Xh)^-1 Xh'y with Xh holding the first stage's fit, residuals with the actual received, and the variances of
	// least squares with Xh for X. As there is one instrument, b is the ratio of two regressions on the same columns (the
	// effect of assignment on the outcome over that on uptake), its residuals are theirs combined, and Xh spans the same space.
	// It assumes that assignment is random and works through receipt alone, and that nobody does the opposite of what they
	// were assigned (Angrist, Imbens and Rubin 1996). It refuses assignment that moves no receipt, and warns when F < 10. In
	// R: AER::ivreg.
	CACE = "cace"

	// Stratified compares two arms within strata and puts the strata together. N is the stratum's n1 + n0; for rates,
	// n is the exposure.
	//
	//	mh_rd            sum((x1 n0 - x0 n1)/N)/W, W = sum(n1 n0/N)          difference (Sato's variance)
	//	mh_rr            R/S, R = sum(x1 n0/N), S = sum(x0 n1/N)             ratio (Greenland and Robins)
	//	mh_or            sum(x1 d/N)/sum(b x0/N)                             odds ratio (Robins, Breslow and Greenland)
	//	mh_irr, mh_ird   the same of rates over exposures                    ratio, difference
	//	post_stratified  sum w(p1 - p0), w the stratum's share of the treated or of all
	//
	// Ratios have log inference and no unit; differences, identity and normal, in points of probability or events per unit of
	// exposure. mh_or with test: cmh takes its p-values from the Cochran-Mantel-Haenszel statistic without correction. It
	// assumes one effect in all strata (post_stratified does not). It refuses an empty stratum, sums of nought below a ratio
	// or its logarithm, and, post-stratified, a stratum without one of its arms. In R: metafor::rma.mh(correct=FALSE),
	// mantelhaen.test(correct=FALSE).
	Stratified = "stratified"

	// BaselineProp is a cohort's proportion less a fixed rate, est = p - p0, se = sqrt(pq/n).
	//
	// The interval is that of p, less p0: exact (Clopper and Pearson), wilson, or wald, not cut. Tests: exact, binomial
	// tails, two-sided by small probabilities; z, (p-p0)/sqrt(p0(1-p0)/n). A null moves the rate tested against to p0 +
	// null. In points of probability. It assumes independent people; the fixed rate is taken as known without error, and the
	// cohort as like those it was measured on. It refuses a rate outside 0 to 1. In R: binom.test, prop.test(correct=FALSE).
	BaselineProp = "baseline_prop"

	// BaselineRate is a cohort's rate over a fixed one, est = (x/T)/r0, or one less it (relative_reduction).
	//
	// Exact Poisson with mean T r0 (times the null, where one is stated): tails including x, two-sided by small
	// probabilities; the interval is from the gamma quantiles of x and x+1. se = 1/sqrt(x), of the logarithm; without events
	// there is none. A ratio has no unit. It assumes Poisson events, and the fixed rate is taken as known without error. It
	// refuses a rate of nought, and a cohort without exposure. In R: poisson.test.
	BaselineRate = "baseline_rate"

	// ObservedExpected is what a cohort did against what a risk score expected of each of its members.
	//
	// ratio_exact: est = x/E or one less it, without a unit: as baseline_rate, with x the sum of the outcome column and E
	// that of the expected column. difference_normal: est = (O - E)/n, se = sqrt(sum p(1-p))/n, normal, where each expected
	// value is the chance of a 0/1 outcome, in points of probability. It assumes that the score is right for such people
	// without the programme; it is taken as known without error. It refuses nothing expected, outcomes that are no counts
	// (for the difference, other than 0 and 1), and chances outside 0 to 1. In R: poisson.test(x, E).
	ObservedExpected = "observed_expected"

	// BaselineMean is a cohort's mean less a fixed benchmark, est = mean - benchmark, in the outcome's unit; one-sample t
	// with n-1 degrees of freedom.
	//
	// It assumes independent members and a mean near enough to normal; the benchmark is taken as known without error. It
	// refuses fewer than two rows, and outcomes that do not vary. In R: t.test(y, mu=).
	BaselineMean = "baseline_mean"

	// ITS is an interrupted time series: least squares of an outcome on intercept, time, post (1 from start on),
	// post times (time - start), and the season, as dummies for each value of season_column but the lowest or as harmonics,
	// sin and cos of 2 pi h time/period for h = 1..count. With log_outcome the outcome is its natural logarithm.
	//
	// The estimate is c'b in the outcome's unit: level, the post coefficient; slope, the last of the four; effect_at, level
	// + horizon slope; average_post, level + mean(time - start over post) slope. Its variance is of Newey and West, without
	// prewhitening: G0 + sum over j = 1..lag of (1 - j/(lag+1)) 2 Gj, Gj the sum of u_i u_(i-j) over rows in order of time,
	// u_i = e_i s_i; adjust, times n/(n-k) (Newey and West 1987). t with n-k. n counts periods after and before. It assumes
	// that the trend before would have gone on. It refuses repeated times, no period before or after, and the logarithm of
	// what is not above 0. In R: sandwich::NeweyWest(prewhite = FALSE).
	ITS = "its"

	// Pooled puts the estimates of several cohorts together, est = sum(w e)/sum(w), in their own unit; identity, normal.
	//
	// fixed: weights 1/se². random_dl (DerSimonian and Laird): weights 1/(se² + tau²), tau² = max(0, (Q - (m-1))/(W -
	// W2/W)). n_weighted: sum(n e)/sum(n), se = sqrt(sum n² se²)/sum n, as a bond's final result was put together. It
	// assumes that the cohorts are different people, and, fixed, that one effect is common to them. It refuses a standard
	// error of nought, which would weigh infinitely, and random_dl on one cohort. In R: metafor::rma(method = "FE" or "DL").
	Pooled = "pooled"
)
