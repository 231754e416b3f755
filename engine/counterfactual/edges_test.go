package counterfactual

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// edge is a case as text, with the class of its refusal, or "" when it has an answer.
type edge struct{ what, text, want string }

const (
	stated  = `"alternative":"less","conf_level":0.95`
	twoArms = `{"inline":{"treated":{"events":4,"n":40},"control":{"events":9,"n":38}}}`
)

func prop(options, data string) string {
	return `{"estimator":"prop_diff","options":{` + options + `},"data":` + data + `}`
}

func table(estimator, options, file, columns string) string {
	return `{"estimator":"` + estimator + `","options":{` + stated + `,` + options + `},"data":{"file":"` + file + `","columns":{` + columns + `}}}`
}

var (
	yt       = `"outcome":"y","treat":"t"`
	wald     = `"ci":"wald","test":"z_pooled",` + stated
	scored   = `"score":"logit","score_decimals":6,"ratio":1,"replace":false,"order":"id","measure":"difference","covariates":["x"]`
	seriesOf = `"lag":1,"adjust":false,"log_outcome":false,"estimand":"level"`
	rate     = `"measure":"rate_ratio"`
)

var edges = []edge{
	{"an answer", prop(wald, twoArms), ""},
	{"no alternative", prop(`"ci":"wald","test":"z_pooled","conf_level":0.95`, twoArms), "invalid"},
	{"two sides", prop(`"ci":"wald","test":"z_pooled","alternative":"two_sided","conf_level":0.95`, twoArms), "invalid"},
	{"no level", prop(`"ci":"wald","test":"z_pooled","alternative":"less"`, twoArms), "invalid"},
	{"a level of 1", prop(`"ci":"wald","test":"z_pooled","alternative":"less","conf_level":1`, twoArms), "invalid"},
	{"a level of 0.999999", prop(`"ci":"wald","test":"z_pooled","alternative":"less","conf_level":0.999999`, twoArms), ""},
	{"an option of others", prop(wald+`,"se":"hc1"`, twoArms), "invalid"},
	{"an option of nobody", prop(wald+`,"sea":"hc1"`, twoArms), "invalid"},
	{"a null for fisher", prop(`"ci":"wald","test":"fisher","null_value":0.1,`+stated, twoArms), "invalid"},
	{"a null of nought for fisher", prop(`"ci":"wald","test":"fisher","null_value":0,`+stated, twoArms), ""},
	{"one arm", prop(wald, `{"inline":{"treated":{"events":4,"n":40}}}`), "invalid"},
	{"an empty arm", prop(wald, `{"inline":{"treated":{"events":0,"n":0},"control":{"events":9,"n":38}}}`), "undefined"},
	{"all of both", prop(wald, `{"inline":{"treated":{"events":40,"n":40},"control":{"events":38,"n":38}}}`), "undefined"},
	{"all of one", prop(wald, `{"inline":{"treated":{"events":40,"n":40},"control":{"events":9,"n":38}}}`), ""},
	{"half a person", prop(wald, `{"inline":{"treated":{"events":4.5,"n":40},"control":{"events":9,"n":38}}}`), "invalid"},
	{"fewer than none", prop(wald, `{"inline":{"treated":{"events":-1,"n":40},"control":{"events":9,"n":38}}}`), "invalid"},
	{"an estimator of nobody", `{"estimator":"magic","options":{` + stated + `},"data":` + twoArms + `}`, "invalid"},
	{"an exposure of nought", `{"estimator":"rate_diff","options":{` + stated + `},"data":{"inline":{"treated":{"events":1,"exposure":0},"control":{"events":1,"exposure":2}}}}`, "undefined"},
	{"exact without treated events", `{"estimator":"rate_ratio","options":{"method":"exact",` + rate + `,` + stated + `},"data":{"inline":{"treated":{"events":0,"exposure":5},"control":{"events":1,"exposure":2}}}}`, ""},
	{"wald without treated events", `{"estimator":"rate_ratio","options":{"method":"wald_log",` + rate + `,` + stated + `},"data":{"inline":{"treated":{"events":0,"exposure":5},"control":{"events":1,"exposure":2}}}}`, "undefined"},
	{"exact without control events", `{"estimator":"rate_ratio","options":{"method":"exact",` + rate + `,` + stated + `},"data":{"inline":{"treated":{"events":1,"exposure":5},"control":{"events":0,"exposure":2}}}}`, "undefined"},
	{"a null of nought for a ratio", `{"estimator":"rate_ratio","options":{"method":"exact","null_value":0,` + rate + `,` + stated + `},"data":{"inline":{"treated":{"events":1,"exposure":5},"control":{"events":3,"exposure":2}}}}`, "invalid"},
	{"no events against a rate", `{"estimator":"baseline_rate","options":{` + rate + `,` + stated + `},"data":{"inline":{"treated":{"events":0,"exposure":5},"benchmark":"0.5"}}}`, ""},
	{"a rate of nought", `{"estimator":"baseline_rate","options":{` + rate + `,` + stated + `},"data":{"inline":{"treated":{"events":1,"exposure":5},"benchmark":"0"}}}`, "undefined"},
	{"no benchmark", `{"estimator":"baseline_rate","options":{` + rate + `,` + stated + `},"data":{"inline":{"treated":{"events":1,"exposure":5}}}}`, "invalid"},
	{"a share above 1", `{"estimator":"baseline_prop","options":{"ci":"wald","test":"z",` + stated + `},"data":{"inline":{"treated":{"events":1,"n":5},"benchmark":"1.01"}}}`, "invalid"},
	{"one cohort, at random", `{"estimator":"pooled","options":{"method":"random_dl",` + stated + `},"data":{"inline":{"cohorts":[{"name":"a","estimate":1,"se":1,"n":3}]}}}`, "undefined"},
	{"one cohort, fixed", `{"estimator":"pooled","options":{"method":"fixed",` + stated + `},"data":{"inline":{"cohorts":[{"name":"a","estimate":1,"se":1,"n":3}]}}}`, ""},
	{"an error below nought", `{"estimator":"pooled","options":{"method":"fixed",` + stated + `},"data":{"inline":{"cohorts":[{"name":"a","estimate":1,"se":-1,"n":3}]}}}`, "invalid"},

	{"a table", table("mean_diff", `"variance":"welch"`, "good.csv", yt), ""},
	{"a gap", table("mean_diff", `"variance":"welch"`, "gap.csv", yt), "invalid"},
	{"a gap elsewhere", table("mean_diff", `"variance":"welch"`, "gap.csv", `"outcome":"x","treat":"t"`), ""},
	{"a word", table("mean_diff", `"variance":"welch"`, "word.csv", yt), "invalid"},
	{"a short row", table("mean_diff", `"variance":"welch"`, "short.csv", yt), "invalid"},
	{"no rows", table("mean_diff", `"variance":"welch"`, "none.csv", yt), "undefined"},
	{"no file", table("mean_diff", `"variance":"welch"`, "absent.csv", yt), "invalid"},
	{"a file outside", table("mean_diff", `"variance":"welch"`, "../good.csv", yt), "invalid"},
	{"no such column", table("mean_diff", `"variance":"welch"`, "good.csv", `"outcome":"z","treat":"t"`), "invalid"},
	{"a role of others", table("mean_diff", `"variance":"welch"`, "good.csv", yt+`,"cluster":"g"`), "invalid"},
	{"nobody treated", table("ancova", `"se":"hc1","covariates":[]`, "good.csv", `"outcome":"y","treat":"zero"`), "undefined"},
	{"clusters unnamed", table("ancova", `"se":"cr1","covariates":[]`, "good.csv", yt), "invalid"},
	{"a row alone", table("ancova", `"se":"hc3","covariates":["alone"]`, "good.csv", yt), "undefined"},
	{"constant outcome", table("mean_diff", `"variance":"welch"`, "good.csv", `"outcome":"zero","treat":"t"`), "undefined"},
	{"constant pre", table("cuped", `"null_value":0`, "good.csv", yt+`,"pre":"zero"`), "undefined"},
	{"separation", table("psm", scored, "apart.csv", yt+`,"id":"id"`), "undefined"},
	{"weights under separation", table("ipw", `"estimand":"att","se":"hc0","covariates":["x"]`, "apart.csv", yt), "undefined"},
	{"balance beyond the controls", table("entropy_balance", `"moments":1,"se":"hc0","covariates":["x"]`, "apart.csv", yt), "undefined"},
	{"as many controls as weights need", table("entropy_balance", `"moments":1,"se":"hc1","covariates":["x"]`, "pair.csv", yt), ""},
	{"a control too few", table("entropy_balance", `"moments":1,"se":"hc1","covariates":["x","z"]`, "pair.csv", yt), "undefined"},
	{"matching", table("psm", scored, "good.csv", yt+`,"id":"id"`), ""},
	{"ids twice", table("psm", scored, "good.csv", yt+`,"id":"g"`), "invalid"},
	{"no ids", table("psm", scored, "good.csv", yt), "invalid"},
	{"units without a caliper", table("psm", scored+`,"caliper_units":"sd"`, "good.csv", yt+`,"id":"id"`), "invalid"},
	{"trim the wrong way", table("ipw", `"estimand":"att","se":"hc0","covariates":["x"],"trim":[0.9,0.1]`, "good.csv", yt), "invalid"},
	{"trim all", table("ipw", `"estimand":"att","se":"hc0","covariates":["x"],"trim":[0.98,0.99]`, "good.csv", yt), "undefined"},
	{"counts with fractions", table("count_model", `"family":"poisson","se":"model","measure":"rate_ratio","covariates":[]`, "good.csv", `"outcome":"part","treat":"t"`), "invalid"},
	{"counts too even", table("count_model", `"family":"negbin","se":"model","measure":"rate_ratio","covariates":[]`, "good.csv", `"outcome":"even","treat":"t"`), "undefined"},
	{"no treated events", table("count_model", `"family":"poisson","se":"model","measure":"rate_ratio","covariates":[]`, "good.csv", `"outcome":"mirror","treat":"t"`), "undefined"},
	{"assignment without effect on receipt", table("cace", `"se":"hc1","covariates":[]`, "good.csv", `"outcome":"y","assigned":"t","received":"p"`), "undefined"},
	{"a panel never treated", table("did_panel", `"se":"cr1"`, "good.csv", `"outcome":"y","treated_now":"zero","unit":"g","time":"p"`), "undefined"},
	{"a series", table("its", seriesOf+`,"start":4`, "good.csv", `"outcome":"y","time":"id"`), ""},
	{"a series never interrupted", table("its", seriesOf+`,"start":40`, "good.csv", `"outcome":"y","time":"id"`), "undefined"},
	{"a time twice", table("its", seriesOf+`,"start":2`, "good.csv", `"outcome":"y","time":"g"`), "invalid"},
	{"the log of nought", table("its", `"lag":1,"adjust":false,"log_outcome":true,"estimand":"level","start":4`, "good.csv", `"outcome":"zero","time":"id"`), "undefined"},
	{"a harmonic of nothing", table("its", seriesOf+`,"start":4,"harmonics":{"period":2,"count":1}`, "good.csv", `"outcome":"y","time":"id"`), "undefined"},
	{"effect_at without a horizon", table("its", `"lag":1,"adjust":false,"log_outcome":false,"estimand":"effect_at","start":4`, "good.csv", `"outcome":"y","time":"id"`), "invalid"},
}

// good.csv: mirror is 0 among the treated; even is less spread than Poisson; p is the same in both groups; alone is 1 in
// one row only.
const good = `id,t,p,g,x,y,zero,part,even,mirror,alone
1,1,0,1,3,5,0,1.5,2,0,1
2,0,0,1,4,3,0,1,2,1,0
3,1,1,1,6,8,0,1,2,0,0
4,0,1,2,3,1,0,1,2,2,0
5,1,0,2,2,7,0,1,3,0,0
6,0,0,2,1,6,0,1,3,1,0
7,1,1,3,5,9,0,1,2,0,0
8,0,1,3,7,2,0,1,3,4,0
`

func TestEdges(t *testing.T) {
	files := fstest.MapFS{
		"good.csv":  {Data: []byte(good)},
		"gap.csv":   {Data: []byte("t,y,x\n1,2,1\n1,,2\n0,3,3\n0,4,5\n")},
		"word.csv":  {Data: []byte("t,y\n1,2\n1,NA\n0,3\n0,4\n")},
		"short.csv": {Data: []byte("t,y\n1,2\n1\n0,3\n0,4\n")},
		"none.csv":  {Data: []byte("t,y\n")},
		"pair.csv":  {Data: []byte("t,x,z,y\n1,1,0,300\n1,0,1,200\n0,1,0,300\n0,0,1,200\n")},
		"apart.csv": {Data: []byte("id,t,x,y\n1,1,5,1\n2,1,6,2\n3,1,7,4\n4,0,1,3\n5,0,2,5\n6,0,3,2\n7,0,4,1\n")},
	}
	for _, e := range edges {
		t.Run(e.what, func(t *testing.T) {
			cases, err := ReadCases([]byte(e.text), files)
			if err != nil {
				t.Fatal(err)
			}
			err = cases[0].Refusal
			if err == nil {
				_, err = Estimate(cases[0].Case)
			}
			if e.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			var refusal *Refusal
			ok := errors.As(err, &refusal)
			if !ok || string(refusal.Class) != e.want {
				t.Fatalf("%v, want %s", err, e.want)
			}
			if !strings.Contains(refusal.Reason, ":") && !strings.Contains(refusal.Reason, ",") {
				t.Errorf("the reason says no more than %q", refusal.Reason)
			}
		})
	}
}

func TestFilesThatAreNoCases(t *testing.T) {
	for _, text := range []string{"", "{", "3", `["a"]`, "{} {}", `[{}] x`} {
		if _, err := ReadCases([]byte(text), nil); err == nil {
			t.Errorf("%q was read as cases", text)
		}
	}
}

// Warnings stand beside the answer, by their codes.
func TestWarnings(t *testing.T) {
	cases, _ := readReference(t, "cases.json")
	want := map[string]string{
		"prop_diff-zero-events":       "tiny_cell",
		"cace-housing-cr1":            "few_clusters",
		"psm-lalonde-1to1":            "unmatched_treated",
		"psm-lalonde-replace":         "",
		"ipw-release-ate-trim":        "trimmed",
		"ancova-villages-cr1":         "",
		"did_panel-sim-region":        "few_clusters",
		"psm-release-10to1-frequency": "",
	}
	for _, asked := range cases {
		code, named := want[asked.Case.ID]
		if !named {
			continue
		}
		var codes []string
		for _, w := range answer(t, asked.Case).Warnings {
			codes = append(codes, w.Code)
		}
		if code != "" && !strings.Contains(strings.Join(codes, " "), code) || asked.Case.ID == "ancova-villages-cr1" && len(codes) > 0 {
			t.Errorf("%s: warnings %v, want %q", asked.Case.ID, codes, code)
		}
		t.Log(asked.Case.ID, codes)
	}
}
