package store

import (
	"context"
	"time"
)

// The kinds of source.
const (
	SourceDirectory = "directory" // files that somebody puts into a folder
	SourceHTTPS     = "https"     // a location that is asked whether it has changed
)

// Source is where a contract's evidence is fetched from, on behalf of an organisation that takes part in it.
type Source struct {
	Contract, Name string
	Kind           string // SourceDirectory, SourceHTTPS
	Location       string // the folder, or the address
	Cron, Zone     string
	Next           time.Time // when it is next looked at; zero: it rests
	ETag           string    // of what was fetched last
	Organisation   string    // whose evidence it is
	Sound          bool      // take the sound rows of a file with faults; else all or none
	Why            string    // it could not be read when it was looked at last
	Looked         time.Time // zero: never
}

const sourceColumns = "contract, name, kind, location, cron, zone, coalesce(next_at, " + noTime + ") as next, etag, organisation, sound, why, coalesce(looked, " + noTime + ") as looked"

// SetSource writes a source, new or changed.
func (tx *Tx) SetSource(ctx context.Context, s Source) error {
	return tx.exec(ctx, `insert into sources (contract, name, kind, location, cron, zone, next_at, etag, organisation, sound, why, looked)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		on conflict (contract, name) do update set location = excluded.location, cron = excluded.cron, zone = excluded.zone, next_at = excluded.next_at,
			etag = excluded.etag, organisation = excluded.organisation, sound = excluded.sound, why = excluded.why, looked = excluded.looked`,
		s.Contract, s.Name, s.Kind, s.Location, s.Cron, s.Zone, given(s.Next), s.ETag, s.Organisation, s.Sound, s.Why, given(s.Looked))
}

// DropSource stops reading a source. What it gave stays.
func (tx *Tx) DropSource(ctx context.Context, contract, name string) error {
	return tx.change(ctx, "delete from sources where contract = $1 and name = $2", contract, name)
}

// Source finds a source.
func (v *View) Source(ctx context.Context, contract, name string) (Source, error) {
	return one[Source](ctx, v, "select "+sourceColumns+" from sources where contract = $1 and name = $2", contract, name)
}

// Sources lists the sources of a contract.
func (v *View) Sources(ctx context.Context, contract string) ([]Source, error) {
	return collect[Source](ctx, v, "select "+sourceColumns+" from sources where contract = $1 order by name", contract)
}

// DueSources is DueSchedules for sources.
func (tx *Tx) DueSources(ctx context.Context, now time.Time, limit int) ([]Source, error) {
	return collect[Source](ctx, &tx.View, "select "+sourceColumns+" from sources where next_at <= $1 order by next_at limit $2 for update skip locked", now, limit)
}

// SourceLooked notes how a look at a source went: why it could not be read, "" where it could, and the ETag of what it
// gave.
func (tx *Tx) SourceLooked(ctx context.Context, contract, name, etag string, at time.Time, why string) error {
	return tx.exec(ctx, "update sources set etag = $3, looked = $4, why = $5 where contract = $1 and name = $2", contract, name, etag, at, why)
}

// SourceFile is what became of one file of a source. A file that could not be read at all has no batch, and says why.
type SourceFile struct {
	Place                  int64
	Contract, Source, Name string
	Digest                 []byte // SHA-256 of its bytes; nil where they could not be read
	State                  string // BatchAccepted, BatchPart, BatchRefused
	Batch                  string
	Why                    string
	At                     time.Time
}

// AddSourceFile keeps the report of a file.
func (tx *Tx) AddSourceFile(ctx context.Context, f SourceFile) error {
	return tx.exec(ctx, `insert into source_files (contract, source, name, digest, state, batch, why, at) values ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8)`,
		f.Contract, f.Source, f.Name, f.Digest, f.State, f.Batch, f.Why, f.At)
}

// SourceFiles lists the reports of a source's files, in the order in which they were read.
func (v *View) SourceFiles(ctx context.Context, contract, source string, p Page) ([]SourceFile, error) {
	return collect[SourceFile](ctx, v, `select place, contract, source, name, digest, state, coalesce(batch, '') as batch, why, at from source_files
		where contract = $1 and source = $2 and place > $3 order by place limit $4`, contract, source, p.After, p.Limit)
}
