package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"outturn/api/client"
	"outturn/contracts/money"
)

// remoteCmd is the commands that speak to a service that runs elsewhere, each with a key of somebody's.
type remoteCmd struct {
	Server  string `help:"Address of the service." env:"OUTTURN_SERVER" default:"http://127.0.0.1:8080" placeholder:"URL"`
	KeyFile string `help:"File that holds the API key and nothing else; without it, OUTTURN_KEY holds the key itself." env:"OUTTURN_KEY_FILE" placeholder:"FILE"`
	JSON    bool   `help:"Print what the service answered, as one JSON document." name:"json"`

	Me         remoteMe         `cmd:"" help:"Say whose key it is."`
	Contracts  remoteContracts  `cmd:"" help:"List the contracts that the organisation takes part in."`
	Draft      remoteDraft      `cmd:"" help:"Send a contract as a draft, or the next version of one."`
	Grant      remoteGrant      `cmd:"" help:"Let an organisation take part in a contract."`
	Propose    remotePropose    `cmd:"" help:"Fix a draft, so that it can be signed."`
	Sign       remoteSign       `cmd:"" help:"Sign a proposed version for a payer."`
	Activate   remoteActivate   `cmd:"" help:"Bring a version into force that everybody has signed."`
	Send       remoteSend       `cmd:"" help:"Send evidence; what is at fault comes back line by line."`
	Settle     remoteSettle     `cmd:"" help:"Issue the statement through a day now."`
	Statements remoteStatements `cmd:"" help:"List the statements that were issued."`
	Explain    remoteExplain    `cmd:"" help:"Show what a unit's evidence earned, or why it did not, with the clause."`
	Balances   remoteBalances   `cmd:"" help:"Show what each party has paid or was paid."`
	Payments   remotePayments   `cmd:"" help:"List the payments of a statement, and how far each has come."`
	Pay        remotePay        `cmd:"" help:"Prepare, release or hold a payment."`
	Fetch      remoteFetch      `cmd:"" help:"Fetch a statement and all it was made from as one bundle, for outturn verify."`
}

// distant is the service that the flags name.
type distant struct {
	*client.Client
	w    world
	json bool
	page *page
}

// secret reads the key from where it is kept: never from the command line, which other users of a machine can read.
func (cmd *remoteCmd) secret(w world) (string, error) {
	if cmd.KeyFile == "" {
		if key := strings.TrimSpace(w.env("OUTTURN_KEY")); key != "" {
			return key, nil
		}
		return "", usageError{errors.New("nothing says who is asking: put the API key into a file and name it with --key-file, or into OUTTURN_KEY")}
	}
	key, err := os.ReadFile(cmd.KeyFile)
	if err != nil {
		return "", usageError{err}
	}
	if text := strings.TrimSpace(string(key)); text != "" && !strings.ContainsAny(text, " \t\n\r") {
		return text, nil
	}
	return "", usageError{fmt.Errorf("%s does not hold one API key and nothing else", cmd.KeyFile)}
}

func (cmd *remoteCmd) reach(w world) (*distant, error) {
	key, err := cmd.secret(w)
	if err != nil {
		return nil, err
	}
	return &distant{Client: &client.Client{Base: cmd.Server, Key: key}, w: w, json: cmd.JSON, page: &page{width: w.width(), colour: w.colour()}}, nil
}

// with runs one command against the service, until interrupted.
func (cmd *remoteCmd) with(w world, do func(ctx context.Context, s *distant) error) error {
	s, err := cmd.reach(w)
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	return s.told(do(ctx, s))
}

// told prints a refusal: every fault in it, or the whole as JSON.
func (s *distant) told(err error) error {
	problem := client.IsProblem(err)
	if problem == nil {
		return err
	}
	if s.json {
		if err := writeJSON(s.w.stdout, problem); err != nil {
			return err
		}
		return errFound
	}
	fmt.Fprintf(s.w.stderr, "outturn: %s was refused: %s\n", s.Base, problem.Detail)
	p := &page{width: s.w.width()}
	for _, f := range problem.Errors {
		p.line(2, f.String(), plain)
	}
	if problem.More > 0 {
		p.line(2, fmt.Sprintf("and %s more", grouped(problem.More)), plain)
	}
	_, err = io.WriteString(s.w.stderr, p.text.String())
	return errors.Join(errFound, err)
}

// print shows an answer: as it came, or as told.
func (s *distant) print(answer any, tell func(p *page)) error {
	if s.json {
		return writeJSON(s.w.stdout, answer)
	}
	tell(s.page)
	_, err := io.WriteString(s.w.stdout, s.page.text.String())
	return err
}

// list prints rows under titles.
func (s *distant) list(answer any, none string, rows table) error {
	return s.print(answer, func(p *page) {
		if len(rows.rows) == 0 {
			p.line(0, none, plain)
			return
		}
		p.write(0, rows)
	})
}

// amounts writes amounts of the service as people do, in the currency of a contract.
type amounts struct{ currency money.Currency }

func (s *distant) amounts(ctx context.Context, contract string) (amounts, error) {
	b, err := s.Balances(ctx, contract)
	if err != nil {
		return amounts{}, err
	}
	currency, ok := money.LookupCurrency(b.Currency)
	if !ok {
		return amounts{}, fmt.Errorf("%s settles in %s, which this release does not know", contract, b.Currency)
	}
	return amounts{currency}, nil
}

// of writes one amount; one that cannot be read stands as it came.
func (a amounts) of(text string) string {
	if amount, err := money.ParseAmount(a.currency, text); err == nil {
		return amount.Format(a.currency)
	}
	return text
}
