package main

import (
	"encoding/json"
	"errors"
	"io"
)

// This file holds how a command ends: what was found has been printed, or the command cannot be carried out as given.

// errFound says that what was found has been printed already.
var errFound = errors.New("something was found")

// usageError is a command that cannot be carried out as it was given.
type usageError struct{ error }

// usage is a command that cannot be carried out for a reason.
func usage(reason error) error { return usageError{reason} }

// Unwrap is the reason.
func (e usageError) Unwrap() error { return e.error }

// writeJSON prints one document, indented, with no escaping of characters that only HTML minds.
func writeJSON(to io.Writer, document any) error {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}
