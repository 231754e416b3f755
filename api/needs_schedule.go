package api

import (
	"context"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/proof"
)

// What the API asks of its store about runs and sources: what the scheduler did and will do.

// Run is one settlement that is due, under way or done: there is one of each kind for each day settled.
type Run struct {
	Place           int64
	Contract, ID    string
	Kind            string // "provisional", "final"
	Through, CutOff calendar.Date
	Sequence        int64 // the last item of its evidence; 0 until it began
	State           string
	Statement       int64 // the place of what it made; 0 until it is done
	Attempts        int
	Why             string // it failed
	Due             time.Time
	Began, Ended    time.Time // zero until then
	Holder          string    // who works on it
	Number          int       // of the statement it made; 0 until it is done
}

// Schedule is when a contract is next looked at; the zero Next rests, for the reason that Why gives.
type Schedule struct {
	Contract, Name string
	Cron, Zone     string
	Next           time.Time
	Why            string
}

// Source is where a contract's evidence is fetched from, on behalf of an organisation that takes part in it.
type Source struct {
	Contract, Name string
	Kind           string // "directory", "https"
	Location       string // the folder, or the address
	Cron, Zone     string
	Next           time.Time // when it is next looked at; zero: it rests
	ETag           string    // of what was fetched last
	Organisation   string    // whose evidence it is
	Sound          bool      // take the sound rows of a file with faults; else all or none
	Why            string    // it could not be read when it was looked at last
	Looked         time.Time // zero: never
}

// SourceFile is what became of one file of a source.
type SourceFile struct {
	Place                  int64
	Contract, Source, Name string
	Digest                 []byte // nil where it could not be read
	State                  string // "accepted", "part", "refused"
	Batch                  string
	Why                    string
	At                     time.Time
}

// ScheduleView reads them.
type ScheduleView interface {
	Runs(ctx context.Context, contract string, p Page) ([]Run, error)
	Run(ctx context.Context, contract, id string) (Run, error)
	// RunHead is the head of the statement that a run made, as it was issued.
	RunHead(ctx context.Context, r Run) ([]byte, evidence.Digest, error)
	Schedules(ctx context.Context, contract string) ([]Schedule, error)
	// SettledThrough is the last day that a final statement settles, no day where there is none.
	SettledThrough(ctx context.Context, contract string) (calendar.Date, error)
	// Position opens the final statements before a number (0: all), as what a settlement starts from.
	Position(ctx context.Context, c *contracts.Contract, contract string, before int) (engine.Position, []*proof.Stored, error)

	Source(ctx context.Context, contract, name string) (Source, error)
	Sources(ctx context.Context, contract string) ([]Source, error)
	SourceFiles(ctx context.Context, contract, source string, p Page) ([]SourceFile, error)
}

// ScheduleTx changes them.
type ScheduleTx interface {
	// AskRun has a period settled by whoever looks next. ErrConflict where it cannot be, and why.
	AskRun(ctx context.Context, contract, kind string, through calendar.Date, now time.Time) (Run, error)
	SetSource(ctx context.Context, s Source) error
	DropSource(ctx context.Context, contract, name string) error
}
