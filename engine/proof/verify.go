package proof

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
)

// DifferencesMax is the most differing lines that a report lists; the rest are counted.
const DifferencesMax = 100

// partsMax is the most files an archive may hold: two for each statement, and the few others.
const partsMax = 2*StatementsMax + 8

// contractBytesMax is more than a contract may have, so that the decoder refuses it by its own limit.
const contractBytesMax = 8 << 20

// Report is what re-performing a bundle found. The statement is proved when there are no faults and no differences.
type Report struct {
	Contract    string       `json:"contract"`
	Number      int          `json:"number"`
	Status      string       `json:"status"`
	Through     string       `json:"through"`
	Statement   string       `json:"statement"` // digest
	Parts       int          `json:"parts"`
	Units       int          `json:"units"`
	Items       int          `json:"items"`
	Lines       int          `json:"lines"`
	Due         []string     `json:"due"`         // what the statement says, for people
	Faults      []string     `json:"faults"`      // each names the part that is not what it was
	Differences []Difference `json:"differences"` // lines that come out otherwise
	More        int          `json:"more"`        // differing lines beyond those listed
}

// OK reports whether the statement was made again to the byte.
func (r *Report) OK() bool { return len(r.Faults) == 0 && len(r.Differences) == 0 }

func (r *Report) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// Verify re-performs a bundle from its own bytes alone: it checks every part against the manifest, reads contract,
// evidence and prior statements back, settles again, and compares the statement, its lines, the manifest and the
// archive itself byte for byte. An error is a failure to read; everything that is wrong with the bundle is in the report.
func Verify(bundle io.ReaderAt, size int64) (*Report, error) {
	v := &verifier{report: &Report{Faults: []string{}, Differences: []Difference{}, Due: []string{}}, bundle: bundle, size: size}
	archive, err := zip.NewReader(bundle, size)
	if err != nil {
		v.report.fault("the archive: %v; a bundle is what outturn export writes", err)
		return v.report, nil
	}
	if !v.index(archive) {
		return v.report, nil
	}
	v.digests()
	if err := v.perform(); err != nil {
		return v.report, err
	}
	if v.report.OK() {
		if err := v.framing(); err != nil {
			return v.report, err
		}
	}
	return v.report, nil
}

// verifier holds a bundle being verified.
type verifier struct {
	report   *Report
	bundle   io.ReaderAt
	size     int64
	parts    []*storedPart // in archive order, the manifest among them
	prior    []*Stored
	contract *contracts.Contract
}

// storedPart is a part as it lies in the archive.
type storedPart struct {
	part
	content *io.SectionReader
	bad     bool // not what the manifest says
}

// index finds the parts; false when the archive cannot be gone on with.
func (v *verifier) index(archive *zip.Reader) bool {
	if len(archive.File) > partsMax {
		v.report.fault("the archive: %d files; a bundle has at most %d", len(archive.File), partsMax)
		return false
	}
	for _, f := range archive.File {
		at, err := f.DataOffset()
		if err != nil || f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.CompressedSize64 > uint64(v.size) || at > v.size-int64(f.CompressedSize64) {
			v.report.fault("%s: the archive does not hold it as a bundle does, whole and uncompressed", f.Name)
			return false
		}
		p := &storedPart{part: part{name: f.Name}, content: io.NewSectionReader(v.bundle, at, int64(f.CompressedSize64))}
		p.write = func(w io.Writer) error {
			_, err := io.Copy(w, io.NewSectionReader(p.content, 0, p.content.Size()))
			return err
		}
		v.parts = append(v.parts, p)
	}
	for _, name := range []string{manifestName, contractName, unitsName, wholeName, statementName + HeadName, statementName + LinesName} {
		if v.part(name) == nil {
			v.report.fault("%s: not in the archive; a bundle has it", name)
		}
	}
	return v.report.OK()
}

func (v *verifier) part(name string) *storedPart {
	for _, p := range v.parts {
		if p.name == name {
			return p
		}
	}
	return nil
}

// read returns a part's bytes, up to a limit.
func (v *verifier) read(name string, limit int64) ([]byte, error) {
	p := v.part(name)
	if p.content.Size() > limit {
		return nil, fmt.Errorf("%s: %d bytes; at most %d are read", name, p.content.Size(), limit)
	}
	b := make([]byte, p.content.Size())
	_, err := p.content.ReadAt(b, 0)
	if err == io.EOF {
		err = nil
	}
	return b, err
}

// digests holds every part against the manifest.
func (v *verifier) digests() {
	document, err := v.read(manifestName, headBytesMax)
	if err != nil {
		v.report.fault("%v", err)
		return
	}
	m, err := parseManifest(document)
	if err != nil {
		v.report.fault("%s: %v", manifestName, err)
		return
	}
	listed := map[string]manifestPart{}
	for _, p := range m.Parts {
		listed[p.Name] = p
	}
	for _, p := range v.parts {
		if p.name == manifestName {
			continue
		}
		if err := p.measure(); err != nil {
			v.report.fault("%v", err)
			continue
		}
		want, ok := listed[p.name]
		switch {
		case !ok:
			p.bad = true
			v.report.fault("%s: the manifest does not name it", p.name)
		case want.SHA256 != p.digest || want.Bytes != p.size:
			p.bad = true
			v.report.fault("%s: its SHA-256 is %s (%d bytes), but the manifest says %s (%d bytes): it is not what was exported", p.name, p.digest, p.size, want.SHA256, want.Bytes)
		}
		delete(listed, p.name)
	}
	missing := make([]string, 0, len(listed))
	for name := range listed {
		missing = append(missing, name)
	}
	sort.Strings(missing)
	for _, name := range missing {
		v.report.fault("%s: the manifest names it, but it is not in the archive", name)
	}
}

// perform settles again. Parts that are not what they were are gone on with where that still shows something: a changed
// line of the statement is then named, with what it should be.
func (v *verifier) perform() error {
	source, err := v.read(contractName, contractBytesMax)
	if err != nil {
		return err
	}
	c, err := language.Decode(contractName, source)
	if err != nil {
		v.report.fault("%s: not a sound contract: %v", contractName, err)
		return nil
	}
	v.contract = c
	statement, err := v.open(statementName)
	if err != nil {
		v.report.fault("%v", err)
		return nil
	}
	st := statement.Statement
	r := v.report
	r.Contract, r.Number, r.Status, r.Through, r.Statement, r.Parts = st.Contract, st.Number, st.Status, st.Through, statement.Digest.String(), len(v.parts)
	for _, sum := range st.Due {
		r.Due = append(r.Due, sum.Party+" "+sum.Due.String())
	}
	v.checkManifest(statement)
	position, ok := v.position()
	if !ok {
		return nil
	}
	whole, err := v.read(wholeName, headBytesMax)
	if err != nil {
		return err
	}
	units := v.part(unitsName).content
	snapshot, err := openSnapshot(c, whole, units, units.Size())
	if err != nil {
		v.report.fault("%v", err)
		return nil
	}
	return v.settle(statement, snapshot, position)
}

// open reads one statement of the bundle. Its lines are compared later, not refused here.
func (v *verifier) open(folder string) (*Stored, error) {
	head, err := v.read(folder+HeadName, headBytesMax)
	if err != nil {
		return nil, err
	}
	s, err := openHead(v.contract, strings.TrimSuffix(folder, "/"), head)
	if err != nil {
		return nil, err
	}
	lines := v.part(folder + LinesName).content
	s.lines, s.size = lines, lines.Size()
	return s, nil
}

// position reads the prior statements.
func (v *verifier) position() (engine.Position, bool) {
	for i := range StatementsMax {
		folder := fmt.Sprintf("%s%04d/", priorFolder, i+1)
		head, lines := v.part(folder+HeadName), v.part(folder+LinesName)
		if head == nil && lines == nil {
			break
		}
		if head == nil || lines == nil {
			v.report.fault("%s: has not both %s and %s", folder, HeadName, LinesName)
			return engine.Position{}, false
		}
		document, err := v.read(folder+HeadName, headBytesMax)
		if err == nil {
			var s *Stored
			if s, err = Open(v.contract, strings.TrimSuffix(folder, "/"), document, lines.content, lines.content.Size()); err == nil {
				v.prior = append(v.prior, s)
			}
		}
		if err != nil {
			v.report.fault("%v", err)
			return engine.Position{}, false
		}
	}
	position, err := Position(v.prior)
	if err != nil {
		v.report.fault("%v", err)
		return position, false
	}
	return position, true
}

// settle makes the statement again and compares it.
func (v *verifier) settle(statement *Stored, snapshot *kept, position engine.Position) error {
	st := statement.Statement
	through, err1 := calendar.ParseDate(st.Through)
	cutOff, err2 := calendar.ParseDate(st.CutOff)
	if err := errors.Join(err1, err2); err != nil {
		v.report.fault("%s: %v", statementName+HeadName, err)
		return nil
	}
	// What was late is not in a bundle: how much was left out is the statement's word.
	snapshot.summary.Late, snapshot.summary.CutOff = st.Snapshot.Late, cutOff
	compared := newComparison(v.contract, statement)
	on := engine.Occasion{Through: through, CutOff: cutOff, Final: st.Status == "final"}
	again, err := engine.Settle(v.contract, on, snapshot, position, compared.sink)
	if err != nil {
		v.report.fault("settling again stops: %v", err)
		return nil
	}
	if err := compared.finish(); err != nil {
		v.report.fault("%s: %v", statementName+LinesName, err)
		return nil
	}
	v.report.Differences, v.report.More = compared.found, compared.more
	v.report.Units, v.report.Items, v.report.Lines = snapshot.summary.Units, snapshot.summary.Items, again.Lines.Lines
	head, err := again.Bytes()
	if err != nil {
		return err
	}
	if !bytes.Equal(head, statement.Head) {
		v.report.fault("%s: %s", statementName+HeadName, headDifference(head, statement.Head))
	}
	if compared.apart && len(compared.found) == 0 {
		v.report.fault("%s: not the bytes that settling again gives", statementName+LinesName)
	}
	return nil
}

// headDifference names the first line in which two heads differ.
func headDifference(again, issued []byte) string {
	a, b := bytes.Split(again, []byte("\n")), bytes.Split(issued, []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return fmt.Sprintf("line %d says %s, but settling again gives %s", i+1, bytes.TrimSpace(b[i]), bytes.TrimSpace(a[i]))
		}
	}
	return fmt.Sprintf("it has %d lines, but settling again gives %d", len(b), len(a))
}

// checkManifest holds the manifest against what it must be, to the byte.
func (v *verifier) checkManifest(statement *Stored) {
	document, err := v.read(manifestName, headBytesMax)
	if err != nil {
		v.report.fault("%v", err)
		return
	}
	want := headOf(statement).over(v.measured())
	if len(v.report.Faults) == 0 && !bytes.Equal(document, want) {
		v.report.fault("%s: %s", manifestName, strings.Replace(headDifference(want, document), "settling again gives", "these parts give", 1))
	}
}

// measured is every part but the manifest, by name.
func (v *verifier) measured() []*part {
	var parts []*part
	for _, p := range v.parts {
		if p.name != manifestName {
			parts = append(parts, &p.part)
		}
	}
	sort.Slice(parts, func(i, j int) bool { return parts[i].name < parts[j].name })
	return parts
}

// framing writes the archive again and compares: headers, order, and that there is nothing between or after.
func (v *verifier) framing() error {
	compared := &comparingWriter{with: v.bundle}
	statement, err := v.open(statementName)
	if err != nil {
		return err
	}
	err = writeArchive(compared, v.measured(), headOf(statement))
	var apart *apartError
	switch {
	case errors.As(err, &apart):
		v.report.fault("the archive: byte %d, in or beside %s, is not as a bundle is written, though every part is", apart.at, v.nearest(apart.at))
	case err != nil:
		return err
	case compared.at != v.size:
		v.report.fault("the archive: %d bytes follow its end", v.size-compared.at)
	}
	return nil
}

// nearest names the part that lies nearest after a byte of the archive.
func (v *verifier) nearest(at int64) string {
	name, least := "its directory", v.size
	for _, p := range v.parts {
		_, begins, size := p.content.Outer()
		if end := begins + size; at < end && end < least {
			name, least = p.name, end
		}
	}
	return name
}

// comparingWriter takes what is written and holds it against what is there.
type comparingWriter struct {
	with   io.ReaderAt
	at     int64
	buffer []byte
}

// apartError says where they part.
type apartError struct{ at int64 }

func (e *apartError) Error() string { return fmt.Sprintf("differs at byte %d", e.at) }

func (c *comparingWriter) Write(b []byte) (int, error) {
	if cap(c.buffer) < len(b) {
		c.buffer = make([]byte, len(b))
	}
	there := c.buffer[:len(b)]
	n, err := c.with.ReadAt(there, c.at)
	if err != nil && err != io.EOF {
		return 0, err
	}
	if i := firstDifference(b, there[:n]); i < len(b) {
		return 0, &apartError{c.at + int64(i)}
	}
	c.at += int64(len(b))
	return len(b), nil
}
