package engine

import (
	"testing"

	"outturn/contracts"
	"outturn/engine/statements"
)

// Of the record of the whole alone it cannot be said to whom all that was settled fell, and it is not said.
func TestWhatFellToWhomIsNotSaidByTheWhole(t *testing.T) {
	if fell, err := fellTo(&contracts.Contract{}, &Prior{Whole: true}, &statements.Posting{From: "council", Payment: "fee"}); err == nil {
		t.Errorf("said of the whole's record: %v", fell)
	}
}

// A record is read as it was written and no other way.
func TestParseRecordReadsWhatWasWritten(t *testing.T) {
	c := &contracts.Contract{ID: "c", Units: []contracts.Unit{{Name: "home", PartOf: -1}}}
	for line, want := range map[string]statements.Record{
		`{"home":"a\"b","lines":[]}`: {Unit: `a"b`},
		`{"home":"é","lines":[]}`:    {Unit: "é"},
		`{"whole":"","lines":[]}`:    {UnitType: 1},
	} {
		var r statements.Record
		if err := ParseRecord([]byte(line+"\n"), c, &r); err != nil || r.Unit != want.Unit || r.UnitType != want.UnitType || len(r.Lines) != 0 {
			t.Errorf("%s: %+v: %v", line, r, err)
		}
	}
	for _, line := range []string{
		``, `{}`, `{"home":"a"}`, `{"home":"a","lines":[]`, `{"home":"a","lines":[}`, `{"home":"a","lines":[]]}`, `{"home":"a","lines":[],"x":1}`, `{"lines":[],"home":"a"}`,
		`{"shed":"a","lines":[]}`, `{"home":a,"lines":[]}`, `{"home":"a\q","lines":[]}`, `{"home":"a","lines":[{"pays":"x"}]}`, `{"home":"a","lines":[{"to_date":1}]}`,
	} {
		var r statements.Record
		if err := ParseRecord([]byte(line), c, &r); err == nil {
			t.Errorf("%s: read as %+v", line, r)
		}
	}
}
