package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/whatif"
)

// generateCmd makes evidence up.
type generateCmd struct {
	Contract     string `arg:"" help:"Contract file, or the folder that holds contract.yaml."`
	Units        int    `help:"How many units, such as participants; their members come with them." default:"1000"`
	ItemsPerUnit int    `help:"About how many items a unit has, its members' included; 0 is a plausible number." default:"0"`
	Seed         uint64 `help:"The same seed gives the same evidence." default:"1"`
	Shuffle      bool   `help:"In no order, as evidence comes, instead of unit by unit."`
	Out          string `help:"File to write; without it, to standard output." placeholder:"FILE"`
	JSON         bool   `help:"Print one JSON document about what was written; needs --out." name:"json"`
}

// Run writes native CSV.
func (cmd *generateCmd) Run(w terminal.World) (err error) {
	if cmd.JSON && cmd.Out == "" {
		return terminal.Usage(errors.New("--json says what was written to a file: give --out FILE"))
	}
	c, err := readContract(cmd.Contract)
	if err != nil {
		return err
	}
	to := w.Stdout
	if cmd.Out != "" {
		file, err := os.Create(cmd.Out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		to = file
	}
	items, err := generate(to, func(buffered io.Writer) (int, error) {
		return whatif.Generate(buffered, c, whatif.Generated{Units: cmd.Units, ItemsPerUnit: cmd.ItemsPerUnit, Seed: cmd.Seed, Shuffle: cmd.Shuffle})
	})
	if err != nil || cmd.Out == "" {
		return err
	}
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, map[string]any{"contract": c.ID, "file": cmd.Out, "units": cmd.Units, "items": items, "seed": cmd.Seed})
	}
	_, err = fmt.Fprintf(w.Stdout, "%s: %s and %s, made up from seed %d. Nothing in it is anybody's.\n", cmd.Out, terminal.Counted(cmd.Units, "unit"), terminal.Counted(items, "item"), cmd.Seed)
	return err
}

func generate(to io.Writer, write func(io.Writer) (int, error)) (int, error) {
	buffered := bufio.NewWriterSize(to, 1<<20)
	items, err := write(buffered)
	return items, errors.Join(err, buffered.Flush())
}
