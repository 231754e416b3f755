package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts/document"
	"outturn/engine/evidence"
	"outturn/engine/whatif"
)

// Everything the service refuses, it refuses as problem+json, with every fault it found. Nothing in a problem tells one
// request from another: an answer about what is not the caller's is, to the byte, the answer about what does not exist.

// faultsMax is how many faults one answer lists; the rest are counted.
const faultsMax = 1000

// problem is a client.Problem that huma can write.
type problem struct {
	client.Problem
	retryAfter int // seconds; 0: nothing is said
	cause      error
}

// Error, GetStatus, GetHeaders and ContentType are what huma asks of an error.
func (p *problem) Error() string { return p.Detail }

// Unwrap returns what happened, for the log.
func (p *problem) Unwrap() error { return p.cause }

// GetStatus returns the status of the answer.
func (p *problem) GetStatus() int { return p.Status }

// GetHeaders returns headers that go with it.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="outturn"`)
	}
	return h
}

// ContentType names problem+json for every format.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// refuse makes a problem of a status and one sentence.
func refuse(status int, format string, args ...any) *problem {
	return &problem{Problem: client.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}}
}

// faulty makes a problem that lists faults.
func faulty(status int, detail string, faults ...client.Fault) *problem {
	p := refuse(status, "%s", detail)
	if len(faults) > faultsMax {
		p.More, faults = len(faults)-faultsMax, faults[:faultsMax]
	}
	p.Errors = faults
	return p
}

// The problems that are said in several places, each in one way.
func unknown() *problem {
	return refuse(http.StatusNotFound, "there is no such thing, or it is not yours to see")
}
func forbidden() *problem {
	return refuse(http.StatusForbidden, "your roles do not allow this; the API's document names the roles of each operation")
}
func conflict(format string, args ...any) *problem {
	return refuse(http.StatusConflict, format, args...)
}

func init() {
	// huma makes its own errors through this variable; there is no other way to give them our shape.
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaProblem(status, message, errs)
	}
}

// humaProblem turns what huma found into a problem: its locations become JSON pointers, and what was sent is not
// repeated.
func humaProblem(status int, message string, errs []error) *problem {
	if status == http.StatusUnprocessableEntity && message == "validation failed" {
		message = "the request is not as the API's document says"
	}
	if status >= http.StatusInternalServerError {
		message = "something went wrong here; the request's id leads to it in the log"
	}
	p := refuse(status, "%s", message)
	for _, err := range errs {
		if err == nil || status >= http.StatusInternalServerError {
			continue
		}
		fault := client.Fault{Message: err.Error()}
		if detailer, ok := err.(huma.ErrorDetailer); ok {
			d := detailer.ErrorDetail()
			fault.Message = d.Message
			fault.Pointer, fault.Parameter = pointerOf(d.Location)
		}
		p.Errors = append(p.Errors, fault)
	}
	// Unknown parameters are found in no order, and two refusals of one request must not differ.
	slices.SortStableFunc(p.Errors, func(a, b client.Fault) int { return cmp.Compare(a.Parameter, b.Parameter) })
	return p
}

// pointerOf turns body.items[3].day into /items/3/day; what is not in the body is a parameter.
func pointerOf(location string) (pointer, parameter string) {
	inside, found := strings.CutPrefix(location, "body")
	if !found {
		if _, name, ok := strings.Cut(location, "."); ok {
			return "", name
		}
		return "", location
	}
	inside = strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(inside)
	return inside, ""
}

// problemOf says any error as a problem. What nobody foresaw is a 500 that tells nothing.
func problemOf(err error) *problem {
	var p *problem
	var conflicts *ErrConflict
	var inContract *document.Faults
	var inEvidence *evidence.Faults
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, ErrUnknown):
		return unknown()
	case errors.Is(err, ErrMismatch):
		return faulty(http.StatusUnprocessableEntity, "this Idempotency-Key was used for another request; a new request takes a new key",
			client.Fault{Parameter: "Idempotency-Key", Message: "used for another request", Remedy: "send a new key, or the first request again"})
	case errors.Is(err, ErrInFlight):
		p = conflict("a request with this Idempotency-Key is being worked on; ask again for its answer")
		p.retryAfter = 1
		return p
	case errors.Is(err, ErrBusy):
		p = conflict("another request is changing the same thing; send it again")
		p.retryAfter = 1
		return p
	case errors.As(err, &conflicts):
		return conflict("%s", conflicts.Why)
	case errors.Is(err, ErrUnavailable):
		p = refuse(http.StatusServiceUnavailable, "the database does not answer; send the request again with the same Idempotency-Key")
		p.retryAfter = 2
	case errors.As(err, &inContract):
		return faulty(http.StatusUnprocessableEntity, "the contract is at fault; each fault is listed with its line", contractFaults(err, inContract)...)
	case errors.As(err, &inEvidence):
		return faulty(http.StatusUnprocessableEntity, "the evidence is at fault; each fault is listed with its line", evidenceFaults(inEvidence.List)...)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		p = refuse(http.StatusServiceUnavailable, "the request took longer than it may; send it again with the same Idempotency-Key")
		p.retryAfter = 5
	default:
		p = refuse(http.StatusInternalServerError, "something went wrong here; the request's id leads to it in the log")
	}
	p.cause = err
	return p
}

func contractFaults(err error, faults *document.Faults) []client.Fault {
	list := make([]client.Fault, 0, len(faults.List))
	for _, f := range faults.List {
		fault := client.Fault{Line: f.Line, Column: f.Column, Message: f.Message, Expected: f.Expected, Found: f.Found, Remedy: f.Remedy}
		for i, option := range f.Options {
			if i == 0 {
				fault.Remedy = strings.TrimSpace(fault.Remedy + " choose one of:")
			}
			fault.Remedy += fmt.Sprintf(" [%s] %s", option.Word, option.Means)
		}
		list = append(list, fault)
	}
	var open *whatif.OpenFaults
	if errors.As(err, &open) {
		for _, choice := range open.Choices {
			list[choice.Fault].Options = optionShapes(&choice)
		}
	}
	return list
}

// optionShapes are the answers to an open choice, with what each would pay.
func optionShapes(choice *whatif.Priced) []client.FaultOption {
	list := []client.FaultOption{}
	for _, o := range choice.Options {
		option := client.FaultOption{Option: o.Word, Why: o.Why}
		for _, other := range o.Others {
			option.Others = append(option.Others, fmt.Sprintf("%s: %s: %s", other.Where, other.Choice, other.Word))
		}
		for _, e := range o.Pays {
			due := client.OptionDue{It: e.It, Due: map[string]string{}, Error: e.Err}
			for _, party := range e.Parties {
				due.Due[party.Party] = party.Amount.String()
			}
			option.On = append(option.On, due)
		}
		list = append(list, option)
	}
	return list
}

func evidenceFaults(faults []evidence.Fault) []client.Fault {
	list := make([]client.Fault, 0, len(faults))
	for _, f := range faults {
		f = clean(f)
		list = append(list, client.Fault{Line: f.Line, Field: f.Field, Found: f.Value, Message: f.Rule, Remedy: f.Remedy})
	}
	return list
}
