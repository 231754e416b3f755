package remote

import (
	"context"
	"fmt"
	"os"
	"strings"

	"outturn/api/client"
	"outturn/cmd/outturn/terminal"
)

type remoteMe struct{}

// Run says whose key it is.
func (cmd *remoteMe) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		me, err := s.Me(ctx)
		if err != nil {
			return err
		}
		return s.print(me, func(p *terminal.Page) {
			p.Line(0, fmt.Sprintf("%s, of %s: %s.", me.Person.Name, me.Organisation.Name, strings.Join(me.Person.Roles, ", ")), terminal.Plain)
		})
	})
}

type remoteContracts struct{}

// Run lists contracts.
func (cmd *remoteContracts) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		list, err := client.All(func(cursor string) (client.List[client.Contract], error) { return s.Contracts(ctx, cursor) })
		if err != nil {
			return err
		}
		rows := terminal.Table{Columns: []terminal.Column{{Title: "contract"}, {Title: "its document's name", Flex: true}, {Title: "in force"}, {Title: "begun"}}}
		for _, c := range list {
			force := "no version"
			if c.Active > 0 {
				force = fmt.Sprintf("version %d", c.Active)
			}
			rows.Add(c.ID, c.Name, force, c.Created.Format("2006-01-02"))
		}
		return s.list(list, "The organisation takes part in no contract.", rows)
	})
}

type remoteDraft struct {
	File     string `arg:"" help:"The contract." type:"existingfile"`
	Party    string `help:"Who the organisation is in it; for a new contract." placeholder:"PARTY"`
	Contract string `help:"The contract whose next version this is; without it, a new one is begun." placeholder:"ID"`
}

// Run sends a draft.
func (cmd *remoteDraft) Run(w terminal.World, remote *Commands) error {
	if (cmd.Party == "") == (cmd.Contract == "") {
		return terminal.Usage(fmt.Errorf("a new contract takes --party, and the next version of one takes --contract: give one of them"))
	}
	document, err := os.ReadFile(cmd.File)
	if err != nil {
		return terminal.Usage(err)
	}
	return remote.with(w, func(ctx context.Context, s *distant) error {
		send := func() (client.Version, error) { return s.AddContract(ctx, cmd.Party, document) }
		if cmd.Contract != "" {
			send = func() (client.Version, error) { return s.AddVersion(ctx, cmd.Contract, document) }
		}
		v, err := send()
		return s.version(v, err)
	})
}

// version shows what became of a version of a contract.
func (s *distant) version(v client.Version, err error) error {
	if err != nil {
		return err
	}
	return s.print(v, func(p *terminal.Page) {
		p.Line(0, fmt.Sprintf("Version %d of %s is %s.", v.Number, v.Contract, v.State), terminal.Plain)
		for _, want := range v.Wanting {
			p.Line(2, fmt.Sprintf("wanted for %s: %s", want.Party, terminal.Counted(want.Signatures, "signature")), terminal.Plain)
		}
	})
}

type remoteGrant struct {
	Contract     string   `arg:"" help:"The contract."`
	Organisation string   `arg:"" help:"Who is let in."`
	Role         string   `help:"As what." required:"" enum:"commissioner,provider,auditor,verifier,evaluator,partner_finance"`
	Party        string   `help:"Who they are in the contract." placeholder:"PARTY"`
	Kinds        []string `help:"Kinds of evidence that come from them alone." placeholder:"KIND"`
}

// Run lets an organisation in.
func (cmd *remoteGrant) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		g, err := s.AddGrant(ctx, cmd.Contract, client.Grant{Organisation: cmd.Organisation, Role: cmd.Role, Party: cmd.Party, Kinds: cmd.Kinds})
		if err != nil {
			return err
		}
		return s.print(g, func(p *terminal.Page) {
			p.Line(0, fmt.Sprintf("%s takes part in %s as %s.", g.Organisation, cmd.Contract, terminal.Words(g.Role)), terminal.Plain)
		})
	})
}

// versionOf is a version that a command is about.
type versionOf struct {
	Contract string `arg:"" help:"The contract."`
	Version  int    `arg:"" help:"Which version." default:"1"`
}

type remotePropose struct{ versionOf }

// Run fixes a draft.
func (cmd *remotePropose) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		v, err := s.Propose(ctx, cmd.Contract, cmd.Version)
		return s.version(v, err)
	})
}

type remoteSign struct {
	versionOf
	Party string `help:"The payer that is signed for." required:"" placeholder:"PARTY"`
}

// Run signs.
func (cmd *remoteSign) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		v, err := s.Sign(ctx, cmd.Contract, cmd.Version, cmd.Party)
		return s.version(v, err)
	})
}

type remoteActivate struct{ versionOf }

// Run brings a version into force.
func (cmd *remoteActivate) Run(w terminal.World, remote *Commands) error {
	return remote.with(w, func(ctx context.Context, s *distant) error {
		v, err := s.Activate(ctx, cmd.Contract, cmd.Version)
		return s.version(v, err)
	})
}
