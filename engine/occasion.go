package engine

import (
	"iter"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// Occasion says which settlement this is.
type Occasion struct {
	Through calendar.Date // the last day settled: what falls due up to it is in the statement
	CutOff  calendar.Date // the last day on which evidence could be learned; the snapshot holds nothing later
	Final   bool          // a final statement posts and is prior to the next; a provisional one posts nothing
	Given   []contracts.Given

	asIfLive bool // what is in the shadow is paid too: the settlement that it is shown by
}

// Position is what prior final statements settled. The zero Position is that of a contract never settled.
type Position struct {
	Prior []Prior // in the order in which they were issued
	// Of is what they settled of a root, as Kept has it, nothing where that is nothing. Where it is there, no record of a root is read.
	Of func(unitType int, key string) []byte
}

// Prior is one final statement already issued. Lines yields its unit records from the first whose root unit is not
// before (unit type, key) in canonical order, then the record of the whole; it may be called any number of times.
type Prior struct {
	Digest   evidence.Digest
	Through  calendar.Date
	CutOff   calendar.Date
	Units    int                  // records of units it holds
	Postings []statements.Posting // what it moved: whom each payment was between
	Lines    func(unitType int, key string) iter.Seq2[statements.Record, error]
	Whole    bool // Lines has the record of the whole alone
}

// Sink receives the records of a statement as canonical bytes (AppendRecord), in canonical order, one call a run of
// records. The bytes are valid only during the call.
type Sink func(records []byte) error
