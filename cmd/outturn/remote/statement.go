package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"outturn/api/client"
	"outturn/cmd/outturn/terminal"
)

type remoteSettle struct {
	Contract string `arg:"" help:"The contract."`
	Through  string `help:"Last day settled." required:"" placeholder:"DAY"`
	CutOff   string `help:"Last day on which evidence could be learned; as long after as the contract says when left out." placeholder:"DAY"`
}

// Run issues a statement.
func (cmd *remoteSettle) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		st, err := s.Settle(ctx, cmd.Contract, cmd.Through, cmd.CutOff)
		if err != nil {
			return err
		}
		if s.json {
			return terminal.WriteJSON(w.Stdout, st)
		}
		fmt.Fprintf(w.Stdout, "Statement %d of %s settles through %s.\n", st.Number, st.Contract, terminal.Long(st.Through))
		return s.payments(ctx, cmd.Contract, st.Number)
	})
}

type remoteStatements struct {
	Contract string `arg:"" help:"The contract."`
}

// Run lists statements.
func (cmd *remoteStatements) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		list, err := client.All(func(cursor string) (client.List[client.Statement], error) {
			return s.Statements(ctx, cmd.Contract, cursor)
		})
		if err != nil {
			return err
		}
		rows := terminal.Table{Columns: []terminal.Column{{Title: "statement", Right: true}, {Title: "through"}, {Title: "told by"}, {Title: "version", Right: true}, {Title: "issued"}, {Title: "SHA-256", Flex: true}}}
		for _, st := range list {
			rows.Add(fmt.Sprint(st.Number), terminal.Long(st.Through), terminal.Long(st.CutOff), fmt.Sprint(st.Version), st.At.Format("2006-01-02 15:04 UTC"), st.Digest)
		}
		return s.list(list, "No statement was issued yet.", rows)
	})
}

type remoteBalances struct {
	Contract string `arg:"" help:"The contract."`
}

// Run shows balances.
func (cmd *remoteBalances) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		written, err := s.amounts(ctx, cmd.Contract)
		if err != nil {
			return err
		}
		b, err := s.Balances(ctx, cmd.Contract)
		if err != nil {
			return err
		}
		rows := terminal.Table{Columns: []terminal.Column{{Title: "party", Flex: true}, {Title: "was paid", Right: true}}, Total: []string{"together", written.of(b.Sum)}}
		for _, party := range b.Parties {
			rows.Add(terminal.Words(party.Party), written.of(party.Amount))
		}
		return s.list(b, "Nothing was paid yet.", rows)
	})
}

type remotePayments struct {
	Contract string `arg:"" help:"The contract."`
	Number   int    `arg:"" help:"The statement."`
}

// Run lists payments.
func (cmd *remotePayments) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error { return s.payments(ctx, cmd.Contract, cmd.Number) })
}

func (s *distant) payments(ctx context.Context, contract string, number int) error {
	written, err := s.amounts(ctx, contract)
	if err != nil {
		return err
	}
	list, err := s.Payments(ctx, contract, number)
	if err != nil {
		return err
	}
	rows := terminal.Table{Columns: []terminal.Column{{Title: "posting", Right: true}, {Title: "from"}, {Title: "to"}, {Title: "for", Flex: true}, {Title: "amount", Right: true}, {Title: "disputed", Right: true}, {Title: "state"}}}
	for _, p := range list.Items {
		rows.Add(fmt.Sprint(p.Posting), terminal.Words(p.From), terminal.Words(p.To), terminal.Words(p.Payment), written.of(p.Amount), written.of(p.Disputed), p.State, p.Why)
	}
	return s.list(list.Items, fmt.Sprintf("Statement %d moves nothing.", number), rows)
}

type remotePay struct {
	Do       string `arg:"" help:"prepare, release or hold." enum:"prepare,release,hold"`
	Contract string `arg:"" help:"The contract."`
	Number   int    `arg:"" help:"The statement."`
	Posting  int    `arg:"" help:"Which of its payments."`
	Why      string `help:"Why it is held." placeholder:"TEXT"`
}

// Run moves a payment on.
func (cmd *remotePay) Run(w terminal.World, remote *Commands) error {
	if (cmd.Do == "hold") != (cmd.Why != "") {
		return terminal.Usage(errors.New("--why says why a payment is held: hold takes it, and prepare and release do not"))
	}
	return remote.with(w, func(ctx context.Context, s *distant) error {
		written, err := s.amounts(ctx, cmd.Contract)
		if err != nil {
			return err
		}
		var p client.Payment
		switch cmd.Do {
		case "prepare":
			p, err = s.PreparePayment(ctx, cmd.Contract, cmd.Number, cmd.Posting)
		case "release":
			p, err = s.ReleasePayment(ctx, cmd.Contract, cmd.Number, cmd.Posting)
		default:
			p, err = s.HoldPayment(ctx, cmd.Contract, cmd.Number, cmd.Posting, cmd.Why)
		}
		if err != nil {
			return err
		}
		return s.print(p, func(page *terminal.Page) {
			page.Line(0, fmt.Sprintf("%s from %s to %s, %s, is %s.", written.of(p.Amount), terminal.Words(p.From), terminal.Words(p.To), terminal.Words(p.Payment), p.State), terminal.Plain)
		})
	})
}

type remoteFetch struct {
	Contract string `arg:"" help:"The contract."`
	Number   int    `arg:"" help:"The statement."`
	Out      string `help:"The bundle that is written; one that is there is not written over." required:"" placeholder:"FILE"`
}

// Run fetches a bundle. One that was broken off leaves no file.
func (cmd *remoteFetch) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) (err error) {
		from, err := s.Bundle(ctx, cmd.Contract, cmd.Number)
		if err != nil {
			return err
		}
		defer from.Close()
		to, err := os.OpenFile(cmd.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return terminal.Usage(err)
		}
		size, err := io.Copy(to, from)
		if err = errors.Join(err, to.Close()); err != nil {
			return errors.Join(err, os.Remove(cmd.Out))
		}
		return s.print(map[string]any{"contract": cmd.Contract, "statement": cmd.Number, "file": cmd.Out, "bytes": size}, func(p *terminal.Page) {
			p.Line(0, fmt.Sprintf("%s holds statement %d and all it was made from, %s bytes; outturn verify %s makes it again.", cmd.Out, cmd.Number, terminal.Grouped(int(size)), cmd.Out), terminal.Plain)
		})
	})
}
