package terminal

import (
	"encoding/json"
	"errors"
	"io"
)

// This file holds how a command ends: what was found has been printed, or the command cannot be carried out as given.

// ErrFound says that what was found has been printed already.
var ErrFound = errors.New("something was found")

// UsageError is a command that cannot be carried out as it was given.
type UsageError struct{ error }

// Usage is a command that cannot be carried out for a reason.
func Usage(reason error) error { return UsageError{reason} }

// Unwrap is the reason.
func (e UsageError) Unwrap() error { return e.error }

// WriteJSON prints one document, indented, with no escaping of characters that only HTML minds.
func WriteJSON(to io.Writer, document any) error {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}
