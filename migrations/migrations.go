// Package migrations holds the database's schema as numbered SQL files, which are applied in order, forward only. A file
// that has been applied anywhere is never changed: what comes next is a new file.
package migrations

import "embed"

// Files is every migration, named 0001_what.sql and so on.
//
//go:embed *.sql
var Files embed.FS
