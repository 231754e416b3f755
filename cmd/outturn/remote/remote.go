// Package remote is the commands that speak to a service which runs elsewhere, with somebody's key.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"outturn/api/client"
	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
)

// Commands is the commands that speak to a service that runs elsewhere, each with a key of somebody's.
type Commands struct {
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
	w    terminal.World
	json bool
	page *terminal.Page
}

// secret reads the key from where it is kept: never from the command line, which other users of a machine can read.
func (cmd *Commands) secret(w terminal.World) (string, error) {
	if cmd.KeyFile == "" {
		if key := strings.TrimSpace(w.Env("OUTTURN_KEY")); key != "" {
			return key, nil
		}
		return "", terminal.Usage(errors.New("nothing says who is asking: put the API key into a file and name it with --key-file, or into OUTTURN_KEY"))
	}
	key, err := os.ReadFile(cmd.KeyFile)
	if err != nil {
		return "", terminal.Usage(err)
	}
	if text := strings.TrimSpace(string(key)); text != "" && !strings.ContainsAny(text, " \t\n\r") {
		return text, nil
	}
	return "", terminal.Usage(fmt.Errorf("%s does not hold one API key and nothing else", cmd.KeyFile))
}

func (cmd *Commands) reach(w terminal.World) (*distant, error) {
	key, err := cmd.secret(w)
	if err != nil {
		return nil, err
	}
	return &distant{Client: &client.Client{Base: cmd.Server, Key: key}, w: w, json: cmd.JSON, page: &terminal.Page{Width: w.Width(), Colour: w.Colour()}}, nil
}

// with runs one command against the service, until interrupted.
func (cmd *Commands) with(w terminal.World, do func(ctx context.Context, s *distant) error) error {
	s, err := cmd.reach(w)
	if err != nil {
		return err
	}
	ctx, stop := terminal.Interruptible()
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
		if err := terminal.WriteJSON(s.w.Stdout, problem); err != nil {
			return err
		}
		return terminal.ErrFound
	}
	fmt.Fprintf(s.w.Stderr, "outturn: %s was refused: %s\n", s.Base, problem.Detail)
	p := &terminal.Page{Width: s.w.Width()}
	for _, f := range problem.Errors {
		p.Line(2, f.String(), terminal.Plain)
	}
	if problem.More > 0 {
		p.Line(2, fmt.Sprintf("and %s more", terminal.Grouped(problem.More)), terminal.Plain)
	}
	_, err = io.WriteString(s.w.Stderr, p.Text.String())
	return errors.Join(terminal.ErrFound, err)
}

// print shows an answer: as it came, or as told.
func (s *distant) print(answer any, tell func(p *terminal.Page)) error {
	if s.json {
		return terminal.WriteJSON(s.w.Stdout, answer)
	}
	tell(s.page)
	_, err := io.WriteString(s.w.Stdout, s.page.Text.String())
	return err
}

// list prints rows under titles.
func (s *distant) list(answer any, none string, rows terminal.Table) error {
	return s.print(answer, func(p *terminal.Page) {
		if len(rows.Lines) == 0 {
			p.Line(0, none, terminal.Plain)
			return
		}
		p.Write(0, rows)
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
