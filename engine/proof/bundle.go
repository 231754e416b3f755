package proof

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"sort"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// The parts of a bundle. A prior statement's stand under prior/0001/ and so on.
const (
	manifestName  = "manifest.json"
	contractName  = "contract.yaml"
	wholeName     = "evidence/whole.txt"
	unitsName     = "evidence/units.txt"
	priorFolder   = "prior/"
	statementName = "statement/"
)

// BundleEdition is the layout of a bundle that this release writes and reads.
const BundleEdition = 1

// Bundle is everything a statement was made from, and the statement.
type Bundle struct {
	Contract  *contracts.Contract
	Snapshot  evidence.Snapshot
	Prior     []*Stored
	Statement *Stored
}

// manifest names every part of a bundle with its digest.
type manifest struct {
	Bundle    int            `json:"bundle"`
	Contract  string         `json:"contract"`
	Number    int            `json:"number"`
	Status    string         `json:"status"`
	Through   string         `json:"through"`
	CutOff    string         `json:"cut_off"`
	Statement string         `json:"statement"` // digest of the statement's head
	Parts     []manifestPart `json:"parts"`     // all but the manifest, by name
}

type manifestPart struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// part is one file of the archive. Its content can be written any number of times.
type part struct {
	name  string
	write func(io.Writer) error

	size   int64
	crc    uint32
	digest string
}

// measure writes the part to nowhere, for its size and digests, once.
func (p *part) measure() error {
	if p.digest != "" {
		return nil
	}
	sum, crc := sha256.New(), crc32.NewIEEE()
	counter := &countingWriter{w: io.MultiWriter(sum, crc)}
	if err := p.write(counter); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	p.size, p.crc, p.digest = counter.n, crc.Sum32(), hex.EncodeToString(sum.Sum(nil))
	return nil
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// Write writes the bundle as an archive: parts in the order of their names, uncompressed, with one fixed time, so that
// the same statement gives the same bytes everywhere. It refuses evidence that is not what the statement was made from.
// The snapshot is read twice.
func (b Bundle) Write(w io.Writer) error {
	if found, want := b.Snapshot.Summary().Digest.String(), b.Statement.Statement.Snapshot.Digest; found != want {
		return fmt.Errorf("the evidence has digest %s, but statement %d was made from evidence with digest %s: what was known by its cut-off, %s, has changed since; restore those files",
			found, b.Statement.Statement.Number, want, b.Statement.Statement.CutOff)
	}
	sum := sha256.Sum256(b.Contract.Source)
	if found, want := hex.EncodeToString(sum[:]), b.Statement.Statement.Version; found != want {
		return fmt.Errorf("the contract has digest %s, but statement %d was made from the contract with digest %s; give that version of it",
			found, b.Statement.Statement.Number, want)
	}
	return writeArchive(w, b.parts(), headOf(b.Statement))
}

// headOf is the manifest of a statement's bundle, its parts still to be named.
func headOf(s *Stored) manifest {
	st := s.Statement
	return manifest{Bundle: BundleEdition, Contract: st.Contract, Number: st.Number, Status: st.Status, Through: st.Through, CutOff: st.CutOff, Statement: s.Digest.String()}
}

func (b Bundle) parts() []*part {
	parts := []*part{
		{name: contractName, write: bytesPart(b.Contract.Source)},
		{name: wholeName, write: bytesPart(evidence.AppendItems(nil, b.Contract, b.Snapshot.Whole()))},
		{name: unitsName, write: func(w io.Writer) error { return writeUnits(w, b.Contract, b.Snapshot) }},
	}
	stored := func(folder string, s *Stored) {
		parts = append(parts, &part{name: folder + HeadName, write: bytesPart(s.Head)},
			&part{name: folder + LinesName, write: func(w io.Writer) error {
				_, err := io.Copy(w, s.Raw())
				return err
			}})
	}
	for i, prior := range b.Prior {
		stored(fmt.Sprintf("%s%04d/", priorFolder, i+1), prior)
	}
	stored(statementName, b.Statement)
	return parts
}

func bytesPart(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

// writeUnits writes the canonical bytes of every root in order.
func writeUnits(w io.Writer, c *contracts.Contract, s evidence.Snapshot) error {
	const flush = 1 << 20
	buffer := make([]byte, 0, flush+flush/4)
	for shard := range s.Shards() {
		for tree, err := range s.Units(shard) {
			if err != nil {
				return err
			}
			if buffer = evidence.AppendTree(buffer, c, tree); len(buffer) >= flush {
				if _, err := w.Write(buffer); err != nil {
					return err
				}
				buffer = buffer[:0]
			}
		}
	}
	_, err := w.Write(buffer)
	return err
}

// writeArchive measures the parts, makes their manifest, and writes them all.
func writeArchive(w io.Writer, parts []*part, m manifest) error {
	sort.Slice(parts, func(i, j int) bool { return parts[i].name < parts[j].name })
	for _, p := range parts {
		if err := p.measure(); err != nil {
			return err
		}
	}
	list := &part{name: manifestName, write: bytesPart(m.over(parts))}
	if err := list.measure(); err != nil {
		return err
	}
	parts = append(parts, list)
	sort.Slice(parts, func(i, j int) bool { return parts[i].name < parts[j].name })
	archive := zip.NewWriter(w)
	for _, p := range parts {
		// Sizes and checksum stand in the header, so nothing follows the content and there is one way to write it.
		header := &zip.FileHeader{Name: p.name, Method: zip.Store, CRC32: p.crc, CompressedSize64: uint64(p.size), UncompressedSize64: uint64(p.size),
			ModifiedDate: dosDate(1980, 1, 1)} //nolint:staticcheck // CreateRaw writes this field as it stands, and does not read Modified
		content, err := archive.CreateRaw(header)
		if err != nil {
			return err
		}
		if err := p.write(content); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return archive.Close()
}

// dosDate is a day as archives write it. It never changes: when a bundle was written is no part of it.
func dosDate(year, month, day int) uint16 {
	return uint16(day + month<<5 + (year-1980)<<9)
}

// over is the manifest's bytes over parts that have been measured and sorted.
func (m manifest) over(parts []*part) []byte {
	for _, p := range parts {
		m.Parts = append(m.Parts, manifestPart{p.name, p.size, p.digest})
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(m); err != nil {
		panic("proof: a manifest that cannot be written: " + err.Error())
	}
	return b.Bytes()
}

// parseManifest reads a manifest of this edition, strictly.
func parseManifest(document []byte) (manifest, error) {
	var m manifest
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, fmt.Errorf("not a manifest: %w", err)
	}
	if m.Bundle != BundleEdition {
		return m, fmt.Errorf("a bundle of layout %d; this release reads layout %d", m.Bundle, BundleEdition)
	}
	return m, nil
}
