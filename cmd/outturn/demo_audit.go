package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/expectation"
	"outturn/cmd/outturn/terminal"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine/proof"
	"outturn/engine/statements"
	"outturn/fixtures"
)

// pays has each payer release its own part of the third statement, prepared by one person and released by another.
func (d *demo) pays(ctx context.Context) error {
	list, err := d.officer.Payments(ctx, d.contract, 3)
	if err != nil {
		return err
	}
	people := map[string][2]player{"council": {d.officer, d.director}, "ministry": {d.adviser, d.secretary}}
	rows := terminal.Table{Columns: []terminal.Column{{Title: "from"}, {Title: "for"}, {Title: "amount", Right: true}, {Title: "prepared by"}, {Title: "released by"}}}
	for i, p := range list.Items {
		of, known := people[p.From]
		if !known {
			return fmt.Errorf("nobody pays for %s", p.From)
		}
		if _, err := of[0].PreparePayment(ctx, d.contract, 3, p.Posting); err != nil {
			return err
		}
		if i == 0 {
			_, err := of[0].ReleasePayment(ctx, d.contract, 3, p.Posting)
			problem, err := refused("a release by whoever prepared it", 403, err)
			if err != nil {
				return err
			}
			d.say("The contracts officer prepares a payment, and tries to release it too. Refused:")
			d.quote(problem.Detail)
		}
		released, err := of[1].ReleasePayment(ctx, d.contract, 3, p.Posting)
		if err != nil {
			return err
		}
		amount, err := d.amount(released.Amount)
		if err != nil {
			return err
		}
		rows.Add("the "+p.From, terminal.Words(p.Payment), amount, of[0].post, of[1].post)
	}
	d.say("Each payer releases its own, and another person than the one who prepared it:")
	d.table(rows)
	return nil
}

// traces follows the last penny of the third statement to its clause and its evidence.
func (d *demo) traces(ctx context.Context) error {
	const payment = "saving_share"
	why, err := d.auditor.ExplainStatement(ctx, d.contract, 3, "", payment)
	if err != nil {
		return err
	}
	if len(why.Lines) != 1 {
		return fmt.Errorf("%d lines of %s, expected one", len(why.Lines), payment)
	}
	line := why.Lines[0]
	due, err := d.amount(line.Due)
	if err != nil {
		return err
	}
	d.say("The auditor may read everything and change nothing. Where does the last penny of %s come from? The service shows the working of the line, with the clause of each figure:", due)
	steps := make([]statements.Step, 0, len(line.Steps))
	for _, s := range line.Steps {
		steps = append(steps, statements.Step(s))
	}
	d.tape(steps)
	d.say("The half ends in half a penny, and the choice that the draft had left out makes a whole one of it: ties go up. Below the working lies one item of evidence:")
	items, err := client.All(func(cursor string) (client.List[client.Item], error) {
		return d.auditor.Items(ctx, d.contract, "", "", cursor)
	})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(items, func(i client.Item) bool { return i.Kind == "budget_cut" && i.Organisation == d.officer.organisation })
	if at < 0 {
		return errors.New("the item of evidence below the saving is not on record as the council's")
	}
	item := items[at]
	batch, err := d.auditor.Batch(ctx, d.contract, item.Batch)
	if err != nil {
		return err
	}
	rows := terminal.Table{Columns: []terminal.Column{{}, {Flex: true}}}
	rows.Add("the item", strings.ReplaceAll(string(item.Row), `,"`, `, "`))
	rows.Add("came with", fmt.Sprintf("line %d of %s, from the council, received %s", item.Line, batch.Name, batch.At.Format("2 January 2006, 15:04 UTC")))
	rows.Add("SHA-256 of the file", batch.Digest)
	d.table(rows)
	return d.balances(ctx)
}

// balances shows that the ledger comes to nought, and that the log has every act.
func (d *demo) balances(ctx context.Context) error {
	balances, err := d.auditor.Balances(ctx, d.contract)
	if err != nil {
		return err
	}
	log, err := client.All(func(cursor string) (client.List[client.AuditRow], error) {
		return d.auditor.Audit(ctx, d.contract, cursor)
	})
	if err != nil {
		return err
	}
	rows := terminal.Table{Columns: []terminal.Column{{}, {Right: true}}, Total: []string{"together", balances.Sum}}
	for _, b := range balances.Parties {
		amount, err := d.amount(b.Amount)
		if err != nil {
			return err
		}
		rows.Add("the "+b.Party, amount)
	}
	if rows.Total[1], err = d.amount(balances.Sum); err != nil {
		return err
	}
	d.say("The ledger of three statements comes to nought, and the log holds each of the %s, every refusal among them:", terminal.Counted(len(log), "act"))
	d.table(rows)
	return nil
}

// amount is an amount of the API's as a person writes it.
func (d *demo) amount(text string) (string, error) {
	a, err := money.ParseAmount(d.terms.Currency, text)
	return a.Format(d.terms.Currency), err
}

// makesAgain takes each statement's bundle away and makes the statement again from nothing else.
func (d *demo) makesAgain(ctx context.Context) error {
	d.say("A bundle holds the contract, the evidence as it was known, the earlier statements and the statement itself. Settled again from the bundle alone, every byte is compared:")
	rows := terminal.Table{Columns: []terminal.Column{{Title: "statement"}, {Title: "bundle", Right: true}, {Title: "evidence", Right: true}, {Title: "lines", Right: true}, {Title: "SHA-256 of the statement"}, {}}}
	var last []byte
	for number := 1; number <= len(d.worked.Settlements); number++ {
		bundle, err := body(d.auditor.Bundle(ctx, d.contract, number))
		if err != nil {
			return err
		}
		report, err := proof.Verify(bytes.NewReader(bundle), int64(len(bundle)))
		if err != nil {
			return err
		}
		if !report.OK() || report.Number != number {
			return fmt.Errorf("statement %d is not made again: %v %v", number, report.Faults, report.Differences)
		}
		rows.Add(fmt.Sprintf("%d, through %s", number, terminal.Long(report.Through)), terminal.Grouped(len(bundle))+" bytes", terminal.Counted(report.Items, "item"), terminal.Grouped(report.Lines), report.Statement[:16]+"...", "✓ the same")
		last = bundle
	}
	d.table(rows)
	forged := bytes.Replace(last, []byte("6500.01"), []byte("6500.03"), 1) // one digit
	report, err := proof.Verify(bytes.NewReader(forged), int64(len(forged)))
	if err != nil {
		return err
	}
	if len(report.Faults) == 0 {
		return errors.New("a bundle with one digit changed was not found out")
	}
	d.say("With one digit of the evidence changed, it says:")
	d.quote(report.Faults[0])
	return nil
}

// settlesPublished settles a published scheme through the same service, and holds it against what was published.
func (d *demo) settlesPublished(ctx context.Context) error {
	files, err := fs.Sub(fixtures.Demo, "medicare-shared-savings")
	if err != nil {
		return err
	}
	held, err := expectation.ReadPublished(files)
	if err != nil {
		return err
	}
	document, err := fs.ReadFile(files, contractNames[0])
	if err != nil {
		return err
	}
	terms, err := language.Decode(contractNames[0], document)
	if err != nil {
		return err
	}
	d.passTo(2025, time.October, 20, 9)
	d.say("Everything so far was invented. The Medicare Shared Savings Program is not: performance year 2023 of 453 organisations, from the file that was published about it, sent as it stands.")
	d.wait("settling 453 organisations")
	contract, err := enact(ctx, document, "payer", []client.Grant{{Organisation: d.results.organisation, Role: api.RoleProvider, Party: "organisation"}},
		[]signer{{d.payments, "payer"}, {d.accounts, "payer"}, {d.results, "organisation"}, {d.finance, "organisation"}})
	if err != nil {
		return err
	}
	if err := sendPublished(ctx, d.results, contract, files, held.File); err != nil {
		return err
	}
	if _, err := d.payments.Settle(ctx, contract, "2023-12-31", ""); err != nil {
		return err
	}
	stored, err := statement(ctx, d.payments, contract, terms, 1)
	if err != nil {
		return err
	}
	report, err := held.Against(files, terms, []*proof.Stored{stored})
	if err != nil {
		return err
	}
	if apart := held.Differences(report); len(apart) > 0 {
		return fmt.Errorf("%s: expected %s, found %s", apart[0].Of, apart[0].Expected, apart[0].Found)
	}
	d.say("%s exact, %s within %s, %s apart, each for a stated reason:", terminal.Grouped(report.Exact), terminal.Grouped(report.Within), report.Limit, terminal.Grouped(report.Apart))
	rows := terminal.Table{Columns: []terminal.Column{{Title: "organisation"}, {Title: "published", Right: true}, {Title: "settled", Right: true}, {Title: "reason", Flex: true}}}
	for _, row := range report.Rows {
		if row.Apart {
			rows.Add(row.Unit, row.Published, row.Found, row.Reason)
		}
	}
	d.table(rows)
	return nil
}

// sendPublished sends a published file with the mapping that reads it.
func sendPublished(ctx context.Context, by player, contract string, files fs.FS, name string) error {
	mapping, err := fs.ReadFile(files, "evidence.yaml")
	if err != nil {
		return err
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	_, err = by.SendBatch(ctx, contract, client.Evidence{Name: path.Base(name), ContentType: "text/csv", Body: bytes.NewReader(text), Mapping: mapping})
	return err
}
