package counterfactual

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"outturn/contracts/money"
)

// The file format of cases: JSON, with tables as CSV beside it. A file that is no JSON is an error of the reader; a case
// that is not as it should be is refused by itself, as invalid, and leaves the others be.

// CaseBytesMax and TableBytesMax bound what is read.
const (
	CaseBytesMax  = 64 << 20
	TableBytesMax = 1 << 30
)

// Asked is one case of a file, or its refusal when it is not well formed.
type Asked struct {
	Case    Case
	Refusal error // a *Refusal, or nil
}

// ReadCases reads a file of cases: one case, a list of them, or an object with the list under "cases". Tables are opened
// in files by the names that cases give, and each is read once. Its error speaks of the file as a whole.
func ReadCases(text []byte, files fs.FS) ([]Asked, error) {
	if len(text) > CaseBytesMax {
		return nil, fmt.Errorf("the file has %d bytes: at most %d are read", len(text), CaseBytesMax)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("the file is not JSON: %w; expected a case, or a list of cases", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file goes on after its JSON document: expected one case, or one list of cases")
	}
	if object, ok := document.(map[string]any); ok {
		if list, ok := object["cases"]; ok {
			document = list
		} else {
			document = []any{object}
		}
	}
	list, ok := document.([]any)
	if !ok {
		return nil, errors.New("the file holds neither a case nor a list of cases")
	}
	r := &caseReader{files: files, tables: map[string]Table{}}
	var out []Asked
	for i, entry := range list {
		object, ok := entry.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("case %d of the list is not an object", i+1)
		}
		r.fault = nil
		c := r.read(object)
		if c.ID == "" {
			c.ID = fmt.Sprintf("case %d", i+1)
		}
		asked := Asked{Case: c}
		if r.fault != nil {
			asked.Refusal = r.fault
		}
		out = append(out, asked)
	}
	return out, nil
}

// caseReader reads values out of decoded JSON, and remembers the first fault of the case in hand.
type caseReader struct {
	files  fs.FS
	tables map[string]Table
	fault  error
}

func (r *caseReader) refuse(format string, args ...any) {
	if r.fault == nil {
		r.fault = invalid(format, args...)
	}
}

// fields hands each field of an object to its reader, and refuses those without one. A null is a field not stated.
func (r *caseReader) fields(what string, value any, readers map[string]func(name string, v any)) {
	object, ok := value.(map[string]any)
	if !ok {
		r.refuse("%s is not an object", what)
		return
	}
	for _, name := range sortedKeys(object) {
		read, known := readers[name]
		if !known {
			r.refuse("%s has a field %q: expected one of %s", what, clip(name), strings.Join(sortedKeys(readers), ", "))
			continue
		}
		if object[name] != nil {
			read(what+"."+name, object[name])
		}
	}
}

func (r *caseReader) read(object map[string]any) Case {
	var c Case
	aside := func(string, any) {} // what a case says for people, and what it expects
	r.fields("the case", object, map[string]func(string, any){
		"id": r.text(&c.ID), "estimator": r.text(&c.Estimator),
		"options": func(_ string, v any) { r.options(&c.Options, v) },
		"data":    func(_ string, v any) { r.data(&c.Data, v) },
		"settle":  func(_ string, v any) { r.settle(&c, v) },
		"title":   aside, "expected": aside, "extra": aside, "tolerance": aside, "r_call": aside, "refuse": aside, "why": aside,
	})
	return c
}

func (r *caseReader) text(to *string) func(string, any) {
	return func(name string, v any) {
		s, ok := v.(string)
		if !ok || s == "" {
			r.refuse("%s is %v: expected a text", name, v)
		}
		*to = s
	}
}

func (r *caseReader) texts(to *[]string) func(string, any) {
	return func(name string, v any) {
		list, ok := v.([]any)
		if !ok {
			r.refuse("%s is %v: expected a list of column names", name, v)
			return
		}
		*to = []string{}
		for _, entry := range list {
			s, ok := entry.(string)
			if !ok {
				r.refuse("%s holds %v: expected column names", name, entry)
			}
			*to = append(*to, s)
		}
	}
}

func (r *caseReader) flag(to **bool) func(string, any) {
	return func(name string, v any) {
		b, ok := v.(bool)
		if !ok {
			r.refuse("%s is %v: expected true or false", name, v)
		}
		*to = &b
	}
}

func (r *caseReader) count(to **int64) func(string, any) {
	return func(name string, v any) {
		var x *money.Exact
		r.figure(&x)(name, v)
		if x == nil {
			return
		}
		n, ok := x.Int64()
		if !ok {
			r.refuse("%s is %v: expected a whole number", name, v)
		}
		*to = &n
	}
}

// figure reads a number, or a text that is one.
func (r *caseReader) figure(to **money.Exact) func(string, any) {
	return func(name string, v any) {
		text := ""
		switch v := v.(type) {
		case json.Number:
			text = v.String()
		case string:
			text = v
		}
		// The same rules as for a column: a decimal, perhaps with an exponent.
		if _, _, _, fault := digits(text); fault != "" {
			r.refuse("%s is %v: expected a number", name, v)
			return
		}
		d, err := decimal.NewFromString(text)
		if err != nil {
			r.refuse("%s is %v: expected a number", name, v)
			return
		}
		x := money.FromDecimal(d)
		*to = &x
	}
}

func (r *caseReader) options(o *Options, v any) {
	r.fields("options", v, map[string]func(string, any){
		"alternative": r.text(&o.Alternative), "conf_level": r.figure(&o.ConfLevel), "null_value": r.figure(&o.NullValue),
		"ci": r.text(&o.CI), "test": r.text(&o.Test), "measure": r.text(&o.Measure), "method": r.text(&o.Method),
		"variance": r.text(&o.Variance), "family": r.text(&o.Family), "se": r.text(&o.SE), "weights": r.text(&o.Weights),
		"covariates": r.texts(&o.Covariates), "factors": r.texts(&o.Factors), "interactions": r.flag(&o.Interactions),
		"estimand": r.text(&o.Estimand), "moments": r.count(&o.Moments), "score": r.text(&o.Score),
		"score_decimals": r.count(&o.ScoreDecimals), "ratio": r.count(&o.Ratio), "replace": r.flag(&o.Replace),
		"order": r.text(&o.Order), "caliper": r.figure(&o.Caliper), "caliper_units": r.text(&o.CaliperUnits),
		"exact": r.texts(&o.Exact), "start": r.figure(&o.Start), "lag": r.count(&o.Lag), "adjust": r.flag(&o.Adjust),
		"log_outcome": r.flag(&o.LogOutcome), "season_column": r.text(&o.SeasonColumn), "horizon": r.figure(&o.Horizon),
		"harmonics": func(name string, v any) {
			var period *money.Exact
			var count *int64
			r.fields(name, v, map[string]func(string, any){"period": r.figure(&period), "count": r.count(&count)})
			if period == nil || count == nil {
				r.refuse("%s lacks its period or its count: write both", name)
				return
			}
			o.Harmonics = &Harmonics{*period, *count}
		},
		"trim": func(name string, v any) {
			list, ok := v.([]any)
			if !ok || len(list) != 2 {
				r.refuse("%s is %v: expected the least and the greatest score, such as [0.05, 0.95]", name, v)
				return
			}
			var low, high *money.Exact
			r.figure(&low)(name, list[0])
			r.figure(&high)(name, list[1])
			if low != nil && high != nil {
				o.Trim = &[2]money.Exact{*low, *high}
			}
		},
	})
}

func (r *caseReader) settle(c *Case, v any) {
	var decimals *int64
	settle := Settle{Mode: "half_even"}
	aside := func(string, any) {}
	r.fields("settle", v, map[string]func(string, any){"decimals": r.count(&decimals), "mode": r.text(&settle.Mode), "estimate": aside, "estimate_exact": aside})
	if decimals == nil || *decimals < 0 || *decimals > PlacesMax {
		r.refuse("settle.decimals is not stated, or is not from 0 to %d", PlacesMax)
		return
	}
	settle.Decimals = int(*decimals)
	c.Settle = &settle
}

func (r *caseReader) data(d *Data, v any) {
	file := ""
	r.fields("data", v, map[string]func(string, any){
		"inline":    func(_ string, v any) { r.inline(d, v) },
		"file":      r.text(&file),
		"benchmark": r.figure(&d.Benchmark),
		"columns": func(name string, v any) {
			object, ok := v.(map[string]any)
			if !ok {
				r.refuse("%s is not an object of roles and column names", name)
				return
			}
			d.Columns = map[string]string{}
			for role, column := range object {
				text, ok := column.(string)
				if !ok {
					r.refuse("%s.%s is %v: expected the name of a column", name, role, column)
				}
				d.Columns[role] = text
			}
		},
	})
	if file == "" {
		return
	}
	table, read := r.tables[file]
	if !read {
		table = r.table(file)
		if r.fault == nil {
			r.tables[file] = table
		}
	}
	d.Table = table
}

func (r *caseReader) arm(to *Arm) func(string, any) {
	return func(name string, v any) {
		r.fields(name, v, map[string]func(string, any){"events": r.figure(&to.Events), "n": r.figure(&to.N), "exposure": r.figure(&to.Exposure)})
	}
}

func (r *caseReader) inline(d *Data, v any) {
	arm := func(to **Arm) func(string, any) {
		return func(name string, v any) {
			*to = &Arm{}
			r.arm(*to)(name, v)
		}
	}
	r.fields("data.inline", v, map[string]func(string, any){
		"treated": arm(&d.Treated), "control": arm(&d.Control), "benchmark": r.figure(&d.Benchmark),
		"treated_pre": arm(&d.TreatedPre), "treated_post": arm(&d.TreatedPost),
		"control_pre": arm(&d.ControlPre), "control_post": arm(&d.ControlPost),
		"strata": r.list(func(name string, v any) {
			var s Stratum
			r.fields(name, v, map[string]func(string, any){"name": r.text(&s.Name), "treated": r.arm(&s.Treated), "control": r.arm(&s.Control)})
			d.Strata = append(d.Strata, s)
		}),
		"cohorts": r.list(func(name string, v any) {
			var c Cohort
			r.fields(name, v, map[string]func(string, any){"name": r.text(&c.Name), "estimate": r.figure(&c.Estimate), "se": r.figure(&c.SE), "n": r.figure(&c.N)})
			d.Cohorts = append(d.Cohorts, c)
		}),
	})
}

func (r *caseReader) list(each func(name string, v any)) func(string, any) {
	return func(name string, v any) {
		list, ok := v.([]any)
		if !ok {
			r.refuse("%s is not a list", name)
		}
		for i, entry := range list {
			each(fmt.Sprintf("%s[%d]", name, i), entry)
		}
	}
}

// table reads a CSV: comma, header, decimal point, no quotes.
func (r *caseReader) table(name string) Table {
	if r.files == nil || !fs.ValidPath(name) {
		r.refuse("the data file %q cannot be read: name a file beside the case, with / between folders", clip(name))
		return Table{}
	}
	info, err := fs.Stat(r.files, name)
	if err != nil {
		r.refuse("the data file %s cannot be read: %v", name, err)
		return Table{}
	}
	if info.Size() > TableBytesMax {
		r.refuse("the data file %s has %d bytes: at most %d are read", name, info.Size(), TableBytesMax)
		return Table{}
	}
	text, err := fs.ReadFile(r.files, name)
	if err != nil {
		r.refuse("the data file %s cannot be read: %v", name, err)
		return Table{}
	}
	table, err := ParseTable(string(text))
	if err != nil && r.fault == nil {
		var refusal *Refusal
		if errors.As(err, &refusal) {
			err = &Refusal{refusal.Class, name + ": " + refusal.Reason}
		}
		r.fault = err
	}
	return table
}

// ParseTable reads a CSV: a header, commas, LF or CRLF, no quotes. A row of another length, a name that repeats and a
// quote are refused as invalid.
func ParseTable(text string) (Table, error) {
	if !utf8.ValidString(text) {
		return Table{}, invalid("the text is not UTF-8: save the file as UTF-8")
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.Contains(text, `"`) {
		return Table{}, invalid("the text holds quotes, which are not read: columns hold numbers")
	}
	header, rest, _ := strings.Cut(text, "\n")
	names := strings.Split(strings.TrimSuffix(header, "\r"), ",")
	columns := make([][]string, len(names))
	rows := strings.Count(rest, "\n") + 1
	for j := range columns {
		columns[j] = make([]string, 0, rows)
	}
	table := Table{Columns: map[string][]string{}}
	for number := 2; rest != ""; number++ {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" && rest == "" {
			break
		}
		if fields := strings.Count(line, ",") + 1; fields != len(names) {
			return Table{}, invalid("line %d has %d fields, and the header %d", number, fields, len(names))
		}
		for j := range names {
			var field string
			field, line, _ = strings.Cut(line, ",")
			columns[j] = append(columns[j], field)
		}
		table.Rows++
	}
	for j, name := range names {
		if _, twice := table.Columns[name]; twice || name == "" {
			return Table{}, invalid("the header names a column %q twice, or not at all", clip(name))
		}
		table.Columns[name] = columns[j]
	}
	return table, nil
}
