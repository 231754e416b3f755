package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Who sends a request: the holder of an API key, or a person whom an identity provider vouches for. Both are looked up
// anew for every request, so that what was revoked is refused from the next one on.

// A key is ot_, a prefix by which it is found, and a secret. Only the prefix and a digest are kept.
const (
	keyMark     = "ot_"
	prefixBytes = 10
	secretBytes = 32
	keyDaysMost = 366
	keyDays     = 90
)

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// OIDC says whose tokens are accepted. The zero value accepts none.
type OIDC struct {
	Issuer   string
	Audience string
}

// MintKey makes an API key from random bytes: what is kept of it, and the secret, which is shown once. At is the
// service's clock.
func MintKey(random io.Reader, person Person, at time.Time, days int) (Key, string, error) {
	raw := make([]byte, prefixBytes+secretBytes+16)
	if _, err := io.ReadFull(random, raw); err != nil {
		return Key{}, "", err
	}
	prefix := keyMark + letters.EncodeToString(raw[:prefixBytes])
	secret := prefix + "_" + letters.EncodeToString(raw[prefixBytes:prefixBytes+secretBytes])
	return Key{ID: "key-" + hex.EncodeToString(raw[prefixBytes+secretBytes:]), Organisation: person.Organisation, Person: person.ID, Prefix: prefix,
		Hash: sha256.Sum256([]byte(secret)), Created: at, Expires: at.AddDate(0, 0, days)}, secret, nil
}

// newID makes a name for a new thing.
func (s *Service) newID(of string) (string, error) {
	var raw [16]byte
	if _, err := io.ReadFull(s.o.Random, raw[:]); err != nil {
		return "", err
	}
	return of + "-" + hex.EncodeToString(raw[:]), nil
}

// identity finds out who sends a request.
type identity struct {
	store Store
	oidc  OIDC
	now   func() time.Time

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
}

func unknownCaller() *problem {
	return refuse(http.StatusUnauthorized, "send a key or token that holds: Authorization: Bearer ...")
}

// caller returns the person behind an Authorization header, and a name for the credential, which is no secret.
func (i *identity) caller(ctx context.Context, header string) (Person, string, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > 16<<10 {
		return Person{}, "", unknownCaller()
	}
	var p Person
	var name string
	var err error
	if strings.HasPrefix(token, keyMark) {
		p, name, err = i.byKey(ctx, token)
	} else {
		p, name, err = i.byToken(ctx, token)
	}
	if err == nil && !p.Active {
		err = unknownCaller()
	}
	return p, name, err
}

func (i *identity) byKey(ctx context.Context, token string) (Person, string, error) {
	cut := strings.LastIndexByte(token, '_')
	if cut <= len(keyMark) {
		return Person{}, "", unknownCaller()
	}
	c, err := i.store.Credential(ctx, token[:cut])
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Person{}, "", err
	}
	// One comparison whether there is such a key or not.
	found := sha256.Sum256([]byte(token))
	same := subtle.ConstantTimeCompare(found[:], c.Key.Hash[:]) == 1
	if err != nil || !same || !c.Key.Revoked.IsZero() || !i.now().Before(c.Key.Expires) {
		return Person{}, "", unknownCaller()
	}
	return c.Person, c.Key.ID, nil
}

func (i *identity) byToken(ctx context.Context, token string) (Person, string, error) {
	if i.oidc.Issuer == "" {
		return Person{}, "", unknownCaller()
	}
	verifier, err := i.verify(ctx)
	if err != nil {
		return Person{}, "", fmt.Errorf("%w: the identity provider: %w", ErrUnavailable, err)
	}
	t, err := verifier.Verify(ctx, token)
	// Access tokens are not made for a client, so the library is told to leave the audience to us.
	if err != nil || !slices.Contains(t.Audience, i.oidc.Audience) {
		return Person{}, "", unknownCaller()
	}
	p, err := i.store.Subject(ctx, t.Issuer, t.Subject)
	if errors.Is(err, ErrUnknown) {
		err = unknownCaller()
	}
	return p, p.ID, err
}

// verify asks the identity provider for its keys when the first token comes.
func (i *identity) verify(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier == nil {
		// The provider outlives the request that finds it.
		provider, err := oidc.NewProvider(context.WithoutCancel(ctx), i.oidc.Issuer)
		if err != nil {
			return nil, err
		}
		i.verifier = provider.VerifierContext(context.WithoutCancel(ctx), &oidc.Config{SkipClientIDCheck: true, Now: i.now})
	}
	return i.verifier, nil
}
