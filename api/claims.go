package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
)

// Claims on people whom several contracts could pay for. A provider sends matching tokens; the register, which nobody can
// read, says of each whether somebody else was first; and its answers are kept as evidence, from which alone settlements
// read them.

// Limits of a file of tokens.
const (
	tokensMax      = 50_000
	tokensBytesMax = 16 << 20
)

// tokenColumns are the columns of a file of tokens, as outturn pseudonymise writes it.
var tokenColumns = []string{"unit", "key", "token"}

var tokenLike = regexp.MustCompile(`^t-[a-z2-7]{32}$`)

func (s *Service) claimRoutes() {
	acts(s, huma.Operation{OperationID: "send-tokens", Method: http.MethodPost, Path: "/v1/contracts/{contract}/tokens", Tags: []string{"evidence"}, DefaultStatus: http.StatusCreated,
		Summary: "Claim people by their matching tokens, under a contract that excludes others; who was claimed first elsewhere is not paid for",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			mediaCSV: {Schema: &huma.Schema{Type: "string", Description: "unit,key,token on the first line, as outturn pseudonymise --tokens writes it"}}}},
		MaxBodyBytes: tokensBytesMax, Metadata: map[string]any{"raw": true, "bulk": true}}, s.sendTokens)
}

func (s *Service) sendTokens(ctx context.Context, tx Tx, c *call, in *struct{ OnContract }) (made[client.Claims], error) {
	var none made[client.Claims]
	_, terms, err := s.active(ctx, tx, in.Contract)
	if err != nil {
		return none, err
	}
	if len(terms.ExclusiveWith) == 0 {
		return none, conflict("this contract excludes no other, so nobody is claimed under it")
	}
	unit := terms.Units[terms.Evidence[terms.ToldBy].Unit].Name
	claims, err := claimsOf(c, unit)
	if err != nil {
		return none, err
	}
	answers, err := tx.Claims(ctx, in.Contract, unit, terms.ExclusiveWith, claims)
	if err != nil {
		return none, err
	}
	m := made[client.Claims]{}
	var fresh bytes.Buffer
	rows := csv.NewWriter(&fresh)
	line := func(cells ...string) { _ = rows.Write(cells) } // memory takes all
	line("kind", unit, "day", contracts.ClaimedField, "source")
	for i, a := range answers {
		said := "here"
		if m.Body.Here++; a.Elsewhere {
			m.Body.Here--
			m.Body.Elsewhere++
			said = "elsewhere"
		}
		if !a.Fresh {
			m.Body.Repeated++
			continue
		}
		line(terms.Evidence[terms.ToldBy].Name, claims[i].Key, dayOf(c).String(), said, "register")
	}
	rows.Flush()
	if m.Body.Repeated < len(claims) {
		m.Body.Batch, err = s.keepAnswers(ctx, tx, c, in.Contract, terms, fresh.Bytes())
		m.Location = "/v1/contracts/" + in.Contract + "/batches/" + m.Body.Batch
	}
	return m, err
}

// keepAnswers keeps what the register said as evidence of whoever asked.
func (s *Service) keepAnswers(ctx context.Context, tx Tx, c *call, contract string, terms *contracts.Contract, text []byte) (string, error) {
	id, err := s.newID("batch")
	if err != nil {
		return "", err
	}
	sent := &sentEvidence{format: "csv", name: "register.csv", size: int64(len(text)), open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}
	b, err := tx.Receive(ctx, Receipt{
		Batch: Batch{ID: id, Contract: contract, Organisation: c.caller.Organisation, Person: c.caller.ID, Format: sent.format, Name: sent.name, Digest: c.digest, At: c.request.at},
		Terms: terms,
		Rows: func(take func(*evidence.Row) error) error {
			return ingest.Rows(terms, sent, ingest.Options{TempDir: s.o.TempDir, MaxFaults: faultsMax}, take)
		},
		Place:   func(sequence uint64) (string, int) { return sent.name, ingest.SequenceLine(sequence) },
		Refused: func() int { return 0 }})
	if err != nil {
		return "", err
	}
	if b.State == "refused" {
		return "", faulty(http.StatusUnprocessableEntity, "nobody was claimed: the answers cannot be kept, and each fault is listed", batchShape(b).Faults...)
	}
	return b.ID, nil
}

// claimsOf reads a file of tokens, and refuses it with all its faults.
func claimsOf(c *call, unit string) ([]Claim, error) {
	body := c.body.open()
	defer body.Close()
	rows := csv.NewReader(body)
	rows.FieldsPerRecord = len(tokenColumns)
	if header, err := rows.Read(); err != nil || !slices.Equal(header, tokenColumns) {
		return nil, faulty(http.StatusUnprocessableEntity, "nobody was claimed", client.Fault{Line: 1, Message: "the columns are not those of matching tokens", Expected: "unit,key,token", Remedy: "send the file that outturn pseudonymise --tokens writes"})
	}
	var faults []client.Fault
	var claims []Claim
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var broken *csv.ParseError
			if !errors.As(err, &broken) {
				return nil, err
			}
			faults = append(faults, client.Fault{Line: broken.Line, Message: "the row cannot be read", Remedy: "it has a unit, a key and a token"})
			break // what follows may be read wrongly
		}
		if len(claims) == tokensMax {
			return nil, faulty(http.StatusUnprocessableEntity, fmt.Sprintf("nobody was claimed: more than %d tokens; send the others in another request", tokensMax))
		}
		claims = append(claims, Claim{Key: row[1], Token: row[2]})
		if f := tokenFault(row, unit); f != nil {
			f.Line, _ = rows.FieldPos(0)
			faults = append(faults, *f)
		}
	}
	switch {
	case len(faults) > 0:
		return nil, faulty(http.StatusUnprocessableEntity, "nobody was claimed: each fault is listed", faults...)
	case len(claims) == 0:
		return nil, refuse(http.StatusUnprocessableEntity, "there are no tokens in it")
	}
	return claims, nil
}

// tokenFault says what is wrong with a row of tokens. What was found is not repeated: it may be somebody's name.
func tokenFault(row []string, unit string) *client.Fault {
	switch {
	case row[0] != unit:
		return &client.Fault{Field: "unit", Message: "people are claimed by " + unit + " under this contract", Remedy: "send the tokens of " + unit + " alone"}
	case row[1] == "" || Personal(row[1]) != "":
		return &client.Fault{Field: "key", Message: "this is no pseudonymous key", Remedy: "send the key that stands in the evidence"}
	case !tokenLike.MatchString(row[2]):
		return &client.Fault{Field: "token", Message: "this is no matching token", Remedy: "a token is t- and 32 letters, made with the key that the providers share"}
	}
	return nil
}
