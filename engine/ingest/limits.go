package ingest

// Limits. Each is stated in the error that meets it.
const (
	keyBytesMax     = 128       // of a unit's key, an id, a source
	figureDigitsMax = 30        // of a figure; four fewer than money reads, so that a rate in hundredths always fits
	cohortsMax      = 1_000_000 // the number of a cohort
	unitTypesMax    = 250       // so that a type is one byte of a sort key
	wholeRank       = 255       // the rank byte of records about no unit
	membersMax      = 5_000_000 // members that are part of other units: the register of them is held in memory
	rowBytesMax     = 1 << 20   // of one row or line
	columnsMax      = 4096      // of a CSV file
	itemsRootMax    = 1_000_000 // of one root unit and its members, which are held in memory together
	wholeItemsMax   = 1_000_000 // about the contract, a role or a cohort, which are held in memory
	linesMax        = 1<<40 - 1 // of one file, so that file and line are one number
	filesMax        = 1 << 20   // of one contract
	mappingBytesMax = 1 << 20   // of evidence.yaml
	memoryDefault   = 256 << 20 // bytes for sorting when the options do not say
	memoryLeast     = 64 << 10  // bytes: fewer are taken as so many
	faultsDefault   = 1000      // faults listed when the options do not say
	blockBytes      = 4 << 20   // of a file handed to a worker at once
	chunkBytes      = 1 << 20   // of canonical bytes written at once
	rangeBytes      = 512 << 10 // of records in one range of roots, about
	rangesMax       = 256       // ranges of roots, which are the shards
)
