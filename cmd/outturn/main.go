// Command outturn settles outcomes contracts from files: it checks a contract, settles it on evidence, explains every
// figure, and proves a statement by making it again.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"outturn/cmd/outturn/remote"
	"outturn/cmd/outturn/terminal"
)

// The exit statuses: all is well; something was found, such as a fault or a difference; the command was not understood.
const (
	exitWell    = 0
	exitFinding = 1
	exitUsage   = 2
)

// cli is every command.
type cli struct {
	Check    checkCmd        `cmd:"" help:"Check a contract; print each rule as its sentence, every choice it makes, and what to look at twice."`
	Test     testCmd         `cmd:"" help:"Run the worked examples that contracts carry, and settlements worked out by hand."`
	Settle   settleCmd       `cmd:"" help:"Settle a contract from its folder: contract, evidence and earlier statements."`
	Explain  explainCmd      `cmd:"" help:"Show the working of a figure, down to the evidence."`
	Whatif   whatifCmd       `cmd:"" help:"Settle the same evidence under other terms, or every way of a choice left open."`
	Diff     diffCmd         `cmd:"" help:"Say in sentences what changed between two versions of a contract."`
	Generate generateCmd     `cmd:"" help:"Make up evidence for a contract, of any size, from a seed."`
	Partners partnersCmd     `cmd:"" help:"Show who invests and who benefits, and who loses by taking part."`
	Report   reportCmd       `cmd:"" help:"Print what the partnership's board, or one party's accounting officer, reads of a settlement."`
	Appraise appraiseCmd     `cmd:"" help:"Discount savings by the year, for an appraisal; never settled."`
	Ledger   ledgerCmd       `cmd:"" help:"Print the books of recorded statements: what each account held, what moved, what it holds."`
	Export   exportCmd       `cmd:"" help:"Write a statement and all it was made from as one bundle."`
	Verify   verifyCmd       `cmd:"" help:"Make the statement of a bundle again, and compare every byte."`
	Estimate estimateCommand `cmd:"" help:"Answer cases of the estimators of what would have happened anyway."`
	Migrate  migrateCmd      `cmd:"" help:"Bring the database to this release's schema."`
	Serve    serveCmd        `cmd:"" help:"Run the service: the JSON API, on a database."`
	Work     workCmd         `cmd:"" help:"Settle what falls due, and fetch evidence, on the database, until interrupted."`
	Remote   remote.Commands `cmd:"" help:"Speak to a service that runs elsewhere: draft, sign, send evidence, settle, release, fetch."`
	Pseudo   pseudonymiseCmd `cmd:"" name:"pseudonymise" help:"Put keyed pseudonyms in the place of identifiers, before evidence is sent."`
	Demo     demoCmd         `cmd:"" help:"Tell the whole story of a contract, on a database of its own: drafted, signed, settled, audited."`
	Version  versionCmd      `cmd:"" help:"Print the version of the program and of the contract language."`
}

const description = `Outturn settles outcomes contracts: what is due, who pays it, and why, to the penny.

Start with a folder that holds contract.yaml and its evidence:
  outturn check FOLDER      what the contract says
  outturn settle FOLDER     what is due
  outturn explain FOLDER    where each figure comes from
  outturn whatif FOLDER     what other terms would pay

It exits with 0 when all is well, 1 when something was found, such as a fault or a difference, and 2 when the command
was not understood.`

func main() {
	os.Exit(run(os.Args[1:], terminal.World{Stdout: os.Stdout, Stderr: os.Stderr, Env: os.Getenv}))
}

// exited carries an exit status that the parser asks for, such as after --help, out of it.
type exited int

// run is the whole program as a function: arguments and a world in, an exit status out.
func run(args []string, w terminal.World) (status int) {
	defer func() {
		if r := recover(); r != nil {
			code, ok := r.(exited)
			if !ok {
				panic(r)
			}
			status = int(code)
		}
	}()
	var commands cli
	parser, err := kong.New(&commands, kong.Name("outturn"), kong.Description(description), kong.Writers(w.Stdout, w.Stderr),
		kong.Exit(func(code int) { panic(exited(code)) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: terminal.PageWidthDefault}))
	if err != nil {
		panic(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(w.Stderr, "outturn: %v\nRun outturn --help for the commands, or outturn COMMAND --help for one.\n", err)
		return exitUsage
	}
	return exitStatus(w, command.Run(w))
}

// exitStatus prints an error for a person and turns it into an exit status.
func exitStatus(w terminal.World, err error) int {
	var usage terminal.UsageError
	switch {
	case err == nil:
		return exitWell
	case errors.Is(err, terminal.ErrFound):
		return exitFinding
	case errors.As(err, &usage):
		fmt.Fprintf(w.Stderr, "outturn: %v\n", err)
		return exitUsage
	}
	if text, ok := faults(w, err); ok {
		fmt.Fprint(w.Stderr, text)
	} else {
		fmt.Fprintf(w.Stderr, "outturn: %v\n", err)
	}
	return exitFinding
}
