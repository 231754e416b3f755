package store

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"outturn/engine/evidence"
)

// registerTypes teaches a connection to read digests, and times as UTC.
func registerTypes(c *pgx.Conn) {
	m := c.TypeMap()
	m.RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
	m.TryWrapScanPlanFuncs = append([]pgtype.TryWrapScanPlanFunc{wrapDigest}, m.TryWrapScanPlanFuncs...)
}

// digest is a SHA-256 digest as a row holds it.
type digest [32]byte

// ScanBytes makes it a pgtype.BytesScanner.
func (d *digest) ScanBytes(b []byte) error {
	if len(b) != len(d) {
		return fmt.Errorf("a digest of %d bytes", len(b))
	}
	copy(d[:], b)
	return nil
}

// wrapDigest reads into an array of 32 bytes.
func wrapDigest(target any) (plan pgtype.WrappedScanPlanNextSetter, next any, ok bool) {
	switch to := target.(type) {
	case *[32]byte:
		return &digestPlan{}, (*digest)(to), true
	case *evidence.Digest:
		return &digestPlan{}, (*digest)(to), true
	}
	return nil, nil, false
}

// digestPlan reads into the array behind a digest.
type digestPlan struct{ next pgtype.ScanPlan }

func (p *digestPlan) SetNext(next pgtype.ScanPlan) { p.next = next }

func (p *digestPlan) Scan(src []byte, target any) error {
	switch to := target.(type) {
	case *[32]byte:
		return p.next.Scan(src, (*digest)(to))
	case *evidence.Digest:
		return p.next.Scan(src, (*digest)(to))
	}
	return fmt.Errorf("a digest cannot be read into %T", target)
}
