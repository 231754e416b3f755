package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"outturn/cmd/outturn/pseudonym"
	"outturn/cmd/outturn/terminal"
)

// pseudonymiseCmd works where the identifiers are, before anything is sent.
type pseudonymiseCmd struct {
	File     string   `arg:"" optional:"" help:"Evidence with identifiers in it, as CSV or NDJSON, of any size."`
	Key      string   `help:"The key of the contract's pseudonyms." placeholder:"FILE"`
	Replace  []string `help:"Column with identifiers, such as participant; several, with commas." placeholder:"COLUMN" sep:","`
	Drop     []string `help:"Column to leave out." placeholder:"COLUMN" sep:","`
	Keep     []string `help:"Column that names nobody, whatever it looks like." placeholder:"COLUMN" sep:","`
	Out      string   `help:"File to write; it must not exist yet." placeholder:"FILE"`
	Matching string   `help:"The key of matching tokens, which the providers of contracts that exclude one another share; needs --tokens." placeholder:"FILE"`
	Tokens   string   `help:"File to write matching tokens to; it must not exist yet." placeholder:"FILE"`
	NewKey   string   `help:"Make a key for pseudonyms, and do nothing else." placeholder:"FILE"`
	NewMatch string   `name:"new-matching" help:"Make a key for matching tokens, and do nothing else." placeholder:"FILE"`
	JSON     bool     `help:"Print one JSON document." name:"json"`
}

// Help is what --help says beyond the flags.
func (cmd *pseudonymiseCmd) Help() string {
	return `Run it where the identifiers are: neither they nor the keys leave. One key for each contract, so that two commissioners cannot join what they hold:
  outturn pseudonymise --new-key contract.key
  outturn pseudonymise starts.csv --key contract.key --replace participant --drop name --out sent/starts.csv

A pseudonym is p- and 32 letters: the first 160 bits, in base 32, of HMAC-SHA256 under the key over "outturn pseudonyms 1", a nought byte and the identifier, which is
first written in one form: Unicode NFKC, without blanks and hyphens, in capitals. The same identifier always has the same one.

Nothing is written where any other column still looks like a name, an e-mail address, a postcode, a National Insurance or an NHS number.

A matching token is t- and 32 letters, made likewise over "outturn matching tokens 1" under a key of its own, and goes into a file of its own.`
}

// Run makes a key, or replaces identifiers.
func (cmd *pseudonymiseCmd) Run(w terminal.World) error {
	for name, purpose := range map[string]pseudonym.Purpose{cmd.NewKey: pseudonym.Pseudonyms, cmd.NewMatch: pseudonym.Matching} {
		if name == "" {
			continue
		}
		if cmd.File != "" || cmd.NewKey != "" && cmd.NewMatch != "" {
			return terminal.Usage(errors.New("--new-key and --new-matching each make one key and do nothing else"))
		}
		return cmd.newKey(w, name, purpose)
	}
	switch {
	case cmd.File == "":
		return terminal.Usage(errors.New("name a file of evidence, or --new-key FILE"))
	case cmd.Key == "" || len(cmd.Replace) == 0 || cmd.Out == "":
		return terminal.Usage(errors.New("--key, --replace and --out are needed: what replaces which column, and where it goes"))
	case (cmd.Matching == "") != (cmd.Tokens == ""):
		return terminal.Usage(errors.New("--matching and --tokens go together: the key of the tokens, and where they go"))
	}
	return finding(w, cmd.replace(w), cmd.JSON)
}

func (cmd *pseudonymiseCmd) newKey(w terminal.World, name string, purpose pseudonym.Purpose) error {
	if err := pseudonym.NewKey(name, purpose); err != nil {
		return terminal.Usage(err)
	}
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, map[string]any{"key": name, "for": purpose})
	}
	_, err := fmt.Fprintf(w.Stdout, "%s: a new key for %s, which its owner alone may read. Keep it as you keep what it hides, with a copy in a safe place: without it, what is sent later joins nothing that was sent before.\n", name, purpose)
	return err
}

func (cmd *pseudonymiseCmd) replace(w terminal.World) (err error) {
	job := pseudonym.Job{Name: filepath.Base(cmd.File), Replace: cmd.Replace, Drop: cmd.Drop, Keep: cmd.Keep}
	if job.Key, err = pseudonym.ReadKey(cmd.Key, pseudonym.Pseudonyms); err != nil {
		return err
	}
	in, err := os.Open(cmd.File)
	if err != nil {
		return terminal.Usage(err)
	}
	defer in.Close()
	out, err := newWhole(cmd.Out)
	if err != nil {
		return err
	}
	defer out.abandon()
	outputs := []*whole{out}
	if cmd.Tokens != "" {
		if job.Match, err = pseudonym.ReadKey(cmd.Matching, pseudonym.Matching); err != nil {
			return err
		}
		tokens, err := newWhole(cmd.Tokens)
		if err != nil {
			return err
		}
		defer tokens.abandon()
		job.Tokens = tokens
		outputs = append(outputs, tokens)
	}
	var done pseudonym.Done
	switch strings.ToLower(filepath.Ext(cmd.File)) {
	case ".csv":
		done, err = job.CSV(in, out)
	case ".ndjson", ".jsonl":
		done, err = job.NDJSON(in, out)
	default:
		err = terminal.Usage(fmt.Errorf("%s: a file of evidence ends in .csv or .ndjson", cmd.File))
	}
	if err != nil {
		return err
	}
	for _, o := range outputs {
		if err := o.commit(); err != nil {
			return err
		}
	}
	return cmd.print(w, done)
}

func (cmd *pseudonymiseCmd) print(w terminal.World, done pseudonym.Done) error {
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, map[string]any{"file": cmd.Out, "tokens_file": cmd.Tokens, "done": done})
	}
	text := fmt.Sprintf("%s: %s, %s replaced", cmd.Out, terminal.Counted(done.Rows, "row"), terminal.Counted(done.Replaced, "identifier"))
	if cmd.Tokens != "" {
		text += fmt.Sprintf("; %s: %s", cmd.Tokens, terminal.Counted(done.Tokens, "token"))
	}
	_, err := fmt.Fprintln(w.Stdout, text+".")
	return err
}

// whole is a file that is there whole or not at all.
type whole struct {
	*bufio.Writer
	file *os.File
	name string
}

func newWhole(name string) (*whole, error) {
	if _, err := os.Lstat(name); err == nil {
		return nil, terminal.Usage(fmt.Errorf("%s exists; what is made goes into a new file", name))
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".outturn-*")
	if err != nil {
		return nil, terminal.Usage(err)
	}
	return &whole{bufio.NewWriterSize(file, 1<<16), file, name}, nil
}

// commit puts the file in its place.
func (o *whole) commit() error {
	if err := errors.Join(o.Flush(), o.file.Sync(), o.file.Close()); err != nil {
		return err
	}
	return os.Rename(o.file.Name(), o.name)
}

// abandon takes away what was not put in its place.
func (o *whole) abandon() {
	_ = o.file.Close()           // it may be closed
	_ = os.Remove(o.file.Name()) // it may be in its place
}
