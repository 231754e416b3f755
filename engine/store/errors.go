package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The errors of a store. They may be wrapped.
var (
	// ErrUnknown: there is no such thing, or it is not the caller's to see. The two are never told apart.
	ErrUnknown = errors.New("there is no such thing")
	// ErrInFlight: a request with the same idempotency key is being worked on.
	ErrInFlight = errors.New("a request with this idempotency key is being worked on")
	// ErrMismatch: the idempotency key was used for another request.
	ErrMismatch = errors.New("this idempotency key was used for another request")
	// ErrBusy: another act holds what this one needs. Asking again later may succeed.
	ErrBusy = errors.New("another act holds what this one needs")
	// ErrUnavailable: the database does not answer. Nothing is known of what the request did.
	ErrUnavailable = errors.New("the database does not answer")
)

// Conflict says that the state does not allow an act: a constraint of the database refused it. Why is for people.
type Conflict struct {
	Constraint string // its name
	Why        string
}

// Error returns Why.
func (c *Conflict) Error() string { return c.Why }

// code is the SQLSTATE of an error, "" when the database did not send it.
func code(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// constraint is the name of the constraint that refused something, "" when none did.
func constraint(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.ConstraintName
	}
	return ""
}

// whys says in words what a constraint refused, where its own message does not.
var whys = map[string]string{
	"organisations_pkey":            "an organisation of this id is there already",
	"people_pkey":                   "a person of this id is there already",
	"people_one_per_identity":       "somebody has this identity already",
	"contracts_pkey":                "a contract of this id is there already",
	"grants_pkey":                   "the organisation has this role already",
	"versions_pkey":                 "a version of this number is there already",
	"versions_one_active":           "another version is active; it is replaced in the same act",
	"signatures_pkey":               "this person has signed this version already",
	"batches_pkey":                  "a batch of this id is there already",
	"batches_once":                  "this body was received already",
	"runs_once":                     "a settlement of this period is recorded already",
	"statements_one_per_number":     "another settlement was recorded meanwhile, and a statement is never changed: look at the list of statements, and ask again if yours is still wanted",
	"statements_one_per_period":     "this period is settled already, on what was known then; a statement is never changed",
	"payments_released_by_another":  "whoever prepared a payment does not release it: two people are needed",
	"payments_prepared_by_somebody": "a payment is prepared before it is released",
	"disputes_one_open_a_line":      "this line is in dispute already",
}

// told turns an error of the database into one of ours.
func told(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrUnknown
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refusal(refused, err)
	}
	var dial *pgconn.ConnectError
	var network *net.OpError
	if errors.As(err, &dial) || errors.As(err, &network) || strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "unexpected EOF") {
		return errors.Join(ErrUnavailable, err)
	}
	return err
}

// refusal turns what the database says into one of our errors.
func refusal(refused *pgconn.PgError, err error) error {
	switch {
	case strings.HasPrefix(refused.Code, "23"):
		why, known := whys[refused.ConstraintName]
		switch {
		case known:
		case refused.Severity == "ERROR" && refused.File == "pl_exec.c": // a sentence of our own
			why = refused.Message
		default:
			why = fmt.Sprintf("the database does not allow it (%s)", refused.ConstraintName)
		}
		return errors.Join(&Conflict{refused.ConstraintName, why}, err)
	case refused.Code == "55P03":
		return errors.Join(ErrBusy, err)
	case strings.HasPrefix(refused.Code, "08"), strings.HasPrefix(refused.Code, "57P"), strings.HasPrefix(refused.Code, "53"):
		return errors.Join(ErrUnavailable, err)
	}
	return err
}
