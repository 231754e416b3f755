package pseudonym

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const textbookKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

func keyFile(t *testing.T, purpose Purpose, secret string) *Key {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, []byte(keyHeading+"\n"+string(purpose)+"\n"+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := ReadKey(name, purpose)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestOf holds pseudonyms to answers of openssl dgst -sha256 -mac HMAC, its first 20 bytes through base32 and tr A-Z a-z.
func TestOf(t *testing.T) {
	pseudonyms, tokens := keyFile(t, Pseudonyms, textbookKey), keyFile(t, Matching, textbookKey)
	for _, c := range []struct {
		key        *Key
		text, want string
	}{
		{pseudonyms, "9434765919", "p-hjtnfwh4aaamtdc4lwhd35wnwob2ydfv"},
		{pseudonyms, " 943 476-5919", "p-hjtnfwh4aaamtdc4lwhd35wnwob2ydfv"},
		{pseudonyms, "\uff19434765919", "p-hjtnfwh4aaamtdc4lwhd35wnwob2ydfv"}, // a wide 9
		{tokens, "9434765919", "t-fkmm5y2k3vwwpsibozzx3uomibxcuosq"},
		{pseudonyms, "Jose\u0301-1", "p-aerqjcl575wk6l3ap5bdkod56mlauz27"}, // keyed as JOSÉ1, in one letter
		{pseudonyms, "josé 1", "p-aerqjcl575wk6l3ap5bdkod56mlauz27"},
	} {
		if found := c.key.Of(c.text); found != c.want {
			t.Errorf("%q is %s, expected %s", c.text, found, c.want)
		}
	}
	for _, pair := range [][2]string{{"0012", "12"}, {"1/23", "12/3"}, {"A1", "A2"}} {
		if pseudonyms.Of(pair[0]) == pseudonyms.Of(pair[1]) {
			t.Errorf("%q and %q are one", pair[0], pair[1])
		}
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.key")
	if err := NewKey(name, Pseudonyms); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := NewKey(name, Pseudonyms); err == nil || !strings.Contains(err.Error(), "never written over") {
		t.Errorf("written over: %v", err)
	}
	if _, err := ReadKey(name, Matching); err == nil || !strings.Contains(err.Error(), "is a key for pseudonyms") {
		t.Errorf("taken for the other: %v", err)
	}
	one, err := ReadKey(name, Pseudonyms)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := ReadKey(name, Pseudonyms); one.Of("A-1") != again.Of("A-1") {
		t.Error("the same key gives another pseudonym")
	}
	other := filepath.Join(dir, "b.key")
	if err := NewKey(other, Pseudonyms); err != nil {
		t.Fatal(err)
	}
	two, err := ReadKey(other, Pseudonyms)
	if err != nil || one.Of("A-1") == two.Of("A-1") {
		t.Errorf("two keys join: %v", err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Chmod(name, 0o640); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadKey(name, Pseudonyms); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("others may read it: %v", err)
		}
	}
	if err := os.WriteFile(other, []byte(keyHeading+"\npseudonyms\n"+textbookKey[:20]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKey(other, Pseudonyms); err == nil || strings.Contains(err.Error(), textbookKey[:8]) {
		t.Errorf("half a key: %v", err)
	}
}

// TestReplaces gives, of the same rows as CSV and as NDJSON, the same pseudonyms, and leaves the rest alone.
func TestReplaces(t *testing.T) {
	var out, tokens bytes.Buffer
	job := Job{Name: "in", Replace: []string{"participant"}, Drop: []string{"name"}, Keep: []string{"area"},
		Key: keyFile(t, Pseudonyms, textbookKey), Match: keyFile(t, Matching, textbookKey), Tokens: &tokens}
	done, err := job.CSV(strings.NewReader("\ufeffkind,name,participant,day,area\nattachment,Jane Doe,943 476 5919,2025-01-06,West End\nemployment,,9434765919,2025-02-03,\nbudget,,,2025-02-03,\"a \"\"b\"\", c\"\n"), &out)
	if err != nil {
		t.Fatal(err)
	}
	const want = "kind,participant,day,area\nattachment,p-hjtnfwh4aaamtdc4lwhd35wnwob2ydfv,2025-01-06,West End\nemployment,p-hjtnfwh4aaamtdc4lwhd35wnwob2ydfv,2025-02-03,\nbudget,,2025-02-03,\"a \"\"b\"\", c\"\n"
	if out.String() != want {
		t.Errorf("%s", out.String())
	}
	if done != (Done{Rows: 3, Replaced: 2, Tokens: 1}) || tokens.String() != "unit,key,token\nparticipant,p-hjtnfwh4aaamtdc4lwhd35wnwob2ydfv,t-fkmm5y2k3vwwpsibozzx3uomibxcuosq\n" {
		t.Errorf("%+v, %s", done, tokens.String())
	}
	out.Reset()
	job.Match = nil
	_, err = job.NDJSON(strings.NewReader(`{"attachment": "2025-01-06", "name": "Jane Doe", "participant": "943 476 5919", "area": "West End", "n": 1.50, "ok": true, "no": null}`+"\n\n"+`{"participant": 9434765919}`), &out)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"attachment":"2025-01-06","participant":"p-hjtnfwh4aaamtdc4lwhd35wnwob2ydfv","area":"West End","n":1.50,"ok":true,"no":null}` + "\n" + `{"participant":"p-hjtnfwh4aaamtdc4lwhd35wnwob2ydfv"}` + "\n"; out.String() != want {
		t.Errorf("%s", out.String())
	}
}

// TestRefuses says where everything stands that must not be sent, and repeats none of it.
func TestRefuses(t *testing.T) {
	const head = "kind,participant,note\n"
	for what, c := range map[string]struct {
		in, at, says string
		ndjson       bool
	}{
		"an e-mail address":            {head + "start,1,ann@example.org\n", "in:2:9", "an e-mail address", false},
		"one in a text":                {head + "start,1,\"wrote to ann@example.org, twice\"\n", "in:2:9", "an e-mail address", false},
		"an NHS number in a text":      {head + "start,1,see 943 476 5919.\n", "in:2:9", "an NHS number", false},
		"a National Insurance number":  {head + "start,1,AB 12 34 56 C\n", "in:2:9", "a National Insurance number", false},
		"a postcode in a text":         {head + "start,1,lives in SW1A 1AA now\n", "in:2:9", "a postcode", false},
		"a name":                       {head + "start,1,Jane Doe\n", "in:2:9", "somebody's name", false},
		"a column that tells":          {"kind,participant,Date of birth\nstart,1,2001-01-01\n", "in:1:18", "tells who somebody is", false},
		"no header":                    {"start,9434765919\n", "in:1:7", "looks like an NHS number", false},
		"a row cut off":                {head + "start,1\n", "in:2:1", "wrong number of fields", false},
		"a column that is not there":   {"kind,unit\nstart,1\n", "in:1:1", "no row has such a column", false},
		"an identifier of blanks only": {head + "start,--,x\n", "in:2:7", "no identifier", false},
		"nothing":                      {"", "in:1:1", "nothing in it", false},
		"an address in an object":      {`{"participant": "1"}` + "\n" + `{"participant": "2", "note": "ann@example.org"}`, "in:2:30", "an e-mail address", true},
		"a number in an object":        {`{"participant": "1", "ref": 9434765919}`, "in:1:29", "an NHS number", true},
		"one within another":           {`{"participant": "1", "who": {"a": "Jane Doe"}}`, "in:1:29", "a value within a value", true},
		"two on a line":                {`{"participant": "1"} {"a": "Jane Doe"}`, "in:1:23", "behind the object", true},
		"a key twice":                  {`{"participant": "1", "participant": "2"}`, "in:1:", "cannot be read", true},
		"an object cut off":            {`{"participant": "1"`, "in:1:", "cannot be read", true},
	} {
		job := Job{Name: "in", Replace: []string{"participant"}, Key: keyFile(t, Pseudonyms, textbookKey)}
		read := job.CSV
		if c.ndjson {
			read = job.NDJSON
		}
		_, err := read(strings.NewReader(c.in), io.Discard)
		var faults *Faults
		if !errors.As(err, &faults) || !strings.Contains(err.Error(), c.at) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, expected %s and %q", what, err, c.at, c.says)
			continue
		}
		for _, secret := range []string{"ann@", "943", "AB 12", "SW1A", "Jane", "2001"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %q is repeated in %v", what, secret, err)
			}
		}
	}
}

// endless is a file of any size that is never held.
type endless struct {
	row  string
	left int
	rest string
}

func (e *endless) Read(b []byte) (int, error) {
	if e.rest == "" {
		if e.left == 0 {
			return 0, io.EOF
		}
		e.left--
		e.rest = e.row
	}
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// TestBounded reads 64 MB in a few, and gives up on a row without an end.
func TestBounded(t *testing.T) {
	job := Job{Name: "in", Replace: []string{"participant"}, Key: keyFile(t, Pseudonyms, textbookKey)}
	row := "attachment,123456," + strings.Repeat("x", 1000) + "\n"
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	peak := uint64(0)
	watch := writer(func(b []byte) (int, error) {
		runtime.ReadMemStats(&after)
		peak = max(peak, after.HeapAlloc)
		return len(b), nil
	})
	done, err := job.CSV(io.MultiReader(strings.NewReader("kind,participant,note\n"), &endless{row: row, left: 1 << 16}), watch)
	if err != nil || done.Rows != 1<<16 {
		t.Fatalf("%+v, %v", done, err)
	}
	if peak > before.HeapAlloc+16<<20 {
		t.Errorf("%d MB were held", (peak-before.HeapAlloc)>>20)
	}
	_, err = job.CSV(io.MultiReader(strings.NewReader("kind,participant,note\na,1,\""), &endless{row: row, left: 1 << 16}), io.Discard)
	if !errors.Is(err, errLong) {
		t.Errorf("a quotation mark that is not closed: %v", err)
	}
	_, err = job.NDJSON(&endless{row: "xxxxxxxxxxxxxxxx", left: 1 << 20}, io.Discard)
	if !errors.Is(err, errLong) {
		t.Errorf("a line without an end: %v", err)
	}
}

type writer func(b []byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
