package main

import (
	"testing"

	"outturn/cmd/outturn/terminal"
	"outturn/engine"
)

func TestDueNow(t *testing.T) {
	for line, want := range map[string]bool{
		`{"participant":"P1","lines":[{"payment":"a","period":1,"due":"0.00"}]}`:                                   false,
		`{"participant":"P1","lines":[{"payment":"a","period":1,"due":"0.01"}]}`:                                   true,
		`{"participant":"P1","lines":[{"payment":"a","period":1,"due":"-10.00"}]}`:                                 true,
		`{"participant":"P1","lines":[{"payment":"a","period":1,"to_date":"5.00","settled":"5.00","due":"0.00"}]}`: false,
		`{"participant":"P1","lines":[{"payment":"a","due":"0.00"},{"payment":"b","due":"20.00"}]}`:                true,
		`{"participant":"P1","lines":[]}`:                                                                          false,
	} {
		if found := dueNow([]byte(line)); found != want {
			t.Errorf("%s: %v", line, found)
		}
	}
}

// The sampler keeps the first lines of each payment up to its limit, and the record of the whole, however late it comes.
func TestSamplerKeepsTheFirstOfEachPayment(t *testing.T) {
	c, err := readContract("testdata/plain")
	if err != nil {
		t.Fatal(err)
	}
	s := newSampler(c, 2)
	run := ""
	for _, unit := range []string{"P1", "P2", "P3", "P4"} {
		run += `{"participant":"` + unit + `","lines":[{"payment":"report_fee","period":1,"count":"1","due":"25.00"}]}` + "\n"
	}
	run += `{"participant":"P5","lines":[{"payment":"attachment_fee","period":1,"count":"1","due":"400.00"}]}` + "\n"
	run += `{"participant":"P6","lines":[{"payment":"report_fee","period":1,"to_date":"0.00","settled":"25.00","due":"-25.00","reason":"withdrawn","corrects":1}]}` + "\n"
	whole := `{"whole":"","lines":[{"payment":"answer_fee","period":1,"due":"750.00"}]}` + "\n"
	for _, records := range []string{run, whole} {
		if err := s.sink([]byte(records)); err != nil {
			t.Fatal(err)
		}
	}
	var kept string
	for i := range s.kept {
		kept += s.kept[i].Unit + ","
	}
	if kept != "P1,P2,P5,P6,," {
		t.Errorf("kept %s", kept)
	}
	if err := s.sink([]byte("{")); err == nil {
		t.Error("half a record is taken")
	}
}

func TestSizeOnTheCommandLine(t *testing.T) {
	for text, want := range map[string]size{"1": 1, "1000000": 1_000_000, "512MiB": 512 << 20, "2GiB": 2 << 30, "64k": 64 << 10, "1Gb": 1 << 30} {
		var s size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s: %d %v, expected %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "0", "1.5GiB", "12 MiB", "5TiBiB", "99999999999GiB"} {
		var s size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %d", text, s)
		}
	}
}

// A cut-off is so long after the last day settled as the contract says, but never after its last, nor before that day.
func TestCutOff(t *testing.T) {
	c, err := readContract("testdata/plain")
	if err != nil {
		t.Fatal(err)
	}
	for through, want := range map[string]string{"2024-01-31": "2024-02-10", "2024-02-29": "2024-03-10", "2025-06-20": "2025-06-30", "2025-06-25": "2025-06-30", "2025-08-01": "2025-08-01"} {
		if found := engine.CutOff(c, terminal.DateOf(through)).String(); found != want {
			t.Errorf("through %s: %s, expected %s", through, found, want)
		}
	}
}
