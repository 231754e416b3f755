// Package pseudonym puts keyed pseudonyms in the place of identifiers, on the side of whoever holds them, so that a
// service settles for people whom it cannot name.
//
// A pseudonym is HMAC-SHA256 under a key that never leaves its holder. A second kind of key, shared by the providers of
// contracts that exclude one another and by nobody else, makes matching tokens: they tell a register that the same person
// is claimed twice, and are no pseudonyms.
package pseudonym

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Purpose is what a key is for. One is never taken for the other.
type Purpose string

// The purposes of keys.
const (
	Pseudonyms Purpose = "pseudonyms"
	Matching   Purpose = "matching tokens"
)

// keyHeading begins a key file; the purpose and the key in hexadecimal follow on lines of their own.
const keyHeading = "outturn key 1"

const keyBytes = 32

// Key makes pseudonyms, or matching tokens.
type Key struct {
	purpose Purpose
	secret  []byte
}

// NewKey makes a key file, which must not exist, for its owner's eyes alone.
func NewKey(name string, purpose Purpose) (err error) {
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // it never fails
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists; a key is never written over: whoever has it needs it for every later file", name)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "%s\n%s\n%s\n", keyHeading, purpose, hex.EncodeToString(secret))
	return errors.Join(err, file.Sync(), file.Close())
}

// ReadKey reads a key file. It refuses one that others may read, and one that is for something else.
func ReadKey(name string, purpose Purpose) (*Key, error) {
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such key; outturn pseudonymise --new-key %s makes one", name, name)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%s: others than its owner may read it (mode %04o); chmod 600 %s, and make a new key if anybody has", name, mode, name)
	}
	text, err := io.ReadAll(io.LimitReader(file, 4096))
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != 3 || lines[0] != keyHeading {
		return nil, fmt.Errorf("%s is no key of outturn pseudonymise --new-key", name)
	}
	if lines[1] != string(purpose) {
		return nil, fmt.Errorf("%s is a key for %s, and one for %s is needed", name, lines[1], purpose)
	}
	secret, err := hex.DecodeString(lines[2])
	if err != nil || len(secret) != keyBytes {
		return nil, fmt.Errorf("%s: the key in it is not whole", filepath.Base(name)) // nothing of it is repeated
	}
	return &Key{purpose, secret}, nil
}

// identifierMax is the most letters of an identifier.
const identifierMax = 1024

// Normalise writes an identifier in the one form that is keyed: Unicode in its compatible composed form (NFKC), without
// blanks, hyphens and what cannot be seen, in capitals. 943 476 5919, 943-476-5919 and 9434765919 are one; leading
// noughts and every other sign count.
func Normalise(identifier string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(identifier)))
}

// letters are the alphabet of pseudonyms: small letters and the digits 2 to 7.
var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Of is the pseudonym or the token of an identifier: p or t, a hyphen, and the first 160 bits of HMAC-SHA256 over
// "outturn pseudonyms 1" or "outturn matching tokens 1", a nought byte and the identifier as Normalise has it, in 32
// letters.
func (k *Key) Of(identifier string) string {
	mac := hmac.New(sha256.New, k.secret)
	_, _ = fmt.Fprintf(mac, "outturn %s 1\x00%s", k.purpose, Normalise(identifier)) // it never fails
	prefix := "p-"
	if k.purpose == Matching {
		prefix = "t-"
	}
	return prefix + letters.EncodeToString(mac.Sum(nil)[:20])
}
