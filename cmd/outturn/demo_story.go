package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/expectation"
	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/proof"
	"outturn/engine/statements"
)

// story is the whole of it, in order. An error ends it: nothing of the story may go otherwise than it is told.
func (d *demo) story(ctx context.Context) error {
	d.wait("adding organisations, people and keys")
	if err := d.hire(ctx); err != nil {
		return err
	}
	for _, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"A draft is checked, and refused", d.checks},
		{"Two people of every payer sign", d.signs},
		{"Evidence comes, goes back, and comes again", d.sends},
		{"The first quarter settles itself", d.firstQuarter},
		{"The second: work that lasted", d.secondQuarter},
		{"The third: late evidence, a comparison and a saving", d.thirdQuarter},
		{"Two people release each payment", d.pays},
		{"The auditor traces a penny", d.traces},
		{"Every statement is made again", d.makesAgain},
		{"The same engine on a published scheme", d.settlesPublished},
	} {
		d.step(step.title)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("the demo stopped at step %d: %w", len(d.steps), err)
		}
	}
	return nil
}

// draftLeavesOut is the choice that the draft does not make.
const draftLeavesOut = ", ties: up"

func (d *demo) checks(ctx context.Context) error {
	draft := bytes.Replace(d.document, []byte(draftLeavesOut), nil, 1)
	_, err := d.officer.CheckContract(ctx, draft)
	problem, err := refused("a draft that leaves a choice open", 422, err)
	if err != nil {
		return err
	}
	d.say("The council's contracts officer sends a draft. It does not say what becomes of half a penny, and so it is no contract yet:")
	for _, f := range problem.Errors {
		d.quote(f.String())
	}
	checked, err := d.officer.CheckContract(ctx, d.document)
	if err != nil {
		return err
	}
	if len(checked.Failed) > 0 {
		return fmt.Errorf("an example of the contract does not come out: %s", checked.Failed[0].Why)
	}
	d.say("With ties: up written in, it is sound. It reads back as sentences, which a lawyer holds against the paper:")
	rows := terminal.Table{Columns: []terminal.Column{{}, {Flex: true}}}
	for _, p := range checked.Payments {
		rows.Add(terminal.Words(p.Payment), p.Sentence)
	}
	d.table(rows)
	d.say("It makes %s, each stated, and both of its worked examples come out.", terminal.Counted(len(checked.Choices), "choice"))
	return nil
}

func (d *demo) signs(ctx context.Context) error {
	v, err := d.officer.AddContract(ctx, "council", d.document)
	if err != nil {
		return err
	}
	d.contract = v.Contract
	for _, g := range []client.Grant{
		{Organisation: d.adviser.organisation, Role: api.RoleCommissioner, Party: "ministry"},
		{Organisation: d.evaluator.organisation, Role: api.RoleEvaluator, Kinds: []string{"attachment", "reconviction"}},
		{Organisation: d.charity.organisation, Role: api.RoleProvider, Party: "charity", Kinds: []string{"attachment"}},
		{Organisation: d.auditor.organisation, Role: api.RoleAuditor},
	} {
		if _, err := d.officer.AddGrant(ctx, d.contract, g); err != nil {
			return err
		}
	}
	if _, err := d.officer.Propose(ctx, d.contract, 1); err != nil {
		return err
	}
	rows := terminal.Table{Columns: []terminal.Column{{Title: "for"}, {Title: "signed by"}, {Title: "still wanted", Flex: true}}}
	for i, s := range []signer{{d.officer, "council"}, {d.director, "council"}, {d.adviser, "ministry"}, {d.secretary, "ministry"}} {
		if i == 2 {
			_, err := d.officer.Activate(ctx, d.contract, 1)
			problem, err := refused("activating before the ministry signed", 409, err)
			if err != nil {
				return err
			}
			defer d.aside("Asked to begin after two of them, the service said: %s", problem.Detail)
		}
		v, err := s.by.Sign(ctx, d.contract, 1, s.party)
		if err != nil {
			return err
		}
		rows.Add("the "+s.party, s.by.post, wanting(v))
	}
	if v, err = d.officer.Activate(ctx, d.contract, 1); err != nil {
		return err
	}
	d.say("Proposed, the text cannot change any more. It binds when two people of the council and two of the ministry have signed:")
	d.table(rows)
	d.say("It is in force: version %d, SHA-256 %s", v.Number, v.Digest)
	return nil
}

func wanting(v client.Version) string {
	text := ""
	for _, w := range v.Wanting {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d of the %s", w.Signatures, w.Party)
	}
	if text == "" {
		return "nobody"
	}
	return text
}

// send sends a file of the story.
func (d *demo) send(ctx context.Context, by player, name string) (client.Batch, error) {
	text, err := fs.ReadFile(d.files, name)
	if err != nil {
		return client.Batch{}, err
	}
	return by.SendBatch(ctx, d.contract, client.Evidence{Name: path.Base(name), ContentType: "text/csv", Body: bytes.NewReader(text)})
}

func (d *demo) sends(ctx context.Context) error {
	d.passTo(2025, time.April, 2, 10)
	_, err := d.send(ctx, d.charity, "sent-back/1-starts.csv")
	problem, err := refused("a file with three faults", 422, err)
	if err != nil {
		return err
	}
	d.say("2 April 2025. The charity sends ten starts. Three rows are at fault, so nothing is taken, and every fault goes back at once:")
	for _, f := range problem.Errors {
		d.quote(f.String())
	}
	b, err := d.send(ctx, d.charity, "evidence/1-starts.csv")
	if err != nil {
		return err
	}
	d.passTo(2025, time.April, 10, 10)
	compared, err := d.send(ctx, d.evaluator, "evidence/2-compared.csv")
	if err != nil {
		return err
	}
	d.say("Corrected, all %d are taken. The number that looked like a patient's was never kept. On 10 April the evaluator names %d young people of another district, "+
		"like these and offered nothing, to compare them with.", b.Accepted, compared.Accepted)
	return nil
}

func (d *demo) firstQuarter(ctx context.Context) error {
	d.passTo(2025, time.April, 16, 6)
	return d.settles(ctx, "Evidence counts until 15 April. At 6 in the morning of the 16th the contract's own calendar says to settle, and nobody needs to ask:")
}

func (d *demo) secondQuarter(ctx context.Context) error {
	d.passTo(2025, time.July, 3, 10)
	b, err := d.send(ctx, d.charity, "evidence/3-work.csv")
	if err != nil {
		return err
	}
	d.passTo(2025, time.July, 16, 6)
	return d.settles(ctx, fmt.Sprintf("On 3 July the charity tells of %d young people in work. Thirteen weeks are 91 days: P02 has them to the day, and P05, with 85, has to wait.", b.Accepted))
}

func (d *demo) thirdQuarter(ctx context.Context) error {
	d.passTo(2025, time.October, 2, 10)
	if _, err := d.send(ctx, d.charity, "evidence/4-late.csv"); err != nil {
		return err
	}
	d.passTo(2025, time.October, 7, 10)
	if _, err := d.send(ctx, d.evaluator, "evidence/5-reconvictions.csv"); err != nil {
		return err
	}
	d.passTo(2025, time.October, 9, 10)
	if _, err := d.send(ctx, d.officer, "evidence/6-budget.csv"); err != nil {
		return err
	}
	d.passTo(2025, time.October, 16, 6)
	d.say("P04's job, paid for in July, ended after 84 days: the charity says so in October. The evaluator sends the reconvictions. The council says what it took out of the budget for courts.")
	if err := d.settles(ctx, "On 16 October the third quarter settles:"); err != nil {
		return err
	}
	stored, err := statement(ctx, d.auditor, d.contract, d.terms, 3)
	if err != nil {
		return err
	}
	for record, err := range stored.All() {
		if err != nil {
			return err
		}
		for _, l := range record.Lines {
			if l.Corrects > 0 && !l.Due.IsZero() {
				d.say("Statement %d stands as it was issued; a line of this one corrects it:", l.Corrects)
				d.quote(fmt.Sprintf("%s, %s: %s, since %s", terminal.Words(l.Payment), record.Unit, l.Due.Format(d.terms.Currency), l.Reason))
			}
		}
	}
	return d.showsSaved(stored.Statement)
}

// showsSaved shows the comparison with its gate, and the saving.
func (d *demo) showsSaved(st statements.Statement) error {
	v := view{contract: d.terms, statement: st}
	for _, c := range v.comparisons() {
		d.say("Fewer of the young people offered a start were convicted again than of those they are compared with, and the contract says when that is more than chance:")
		d.quote(c.Who() + ": " + c.Headline())
		for _, g := range c.Gates {
			d.quote(gateLine(g))
		}
	}
	for _, s := range st.Savings {
		d.say("The saving goes from those kept out of court to money that has left a budget, step by step. The charity has half of the last:")
		rows := terminal.Table{Columns: []terminal.Column{{}, {Right: true}}}
		for _, step := range s.Figures[len(s.Figures)-1].Steps {
			if name, of := strings.CutPrefix(step.Name, s.Saving+"."); of {
				rows.Add(terminal.Words(name), step.Value)
			}
		}
		d.table(rows)
	}
	return nil
}

// settles lets the schedule look, and holds the statement against what was worked by hand.
func (d *demo) settles(ctx context.Context, opening string) error {
	d.say("%s", opening)
	before, err := d.officer.Statements(ctx, d.contract, "")
	if err != nil {
		return err
	}
	number := len(before.Items) + 1
	d.wait("settling")
	if err := d.worker.Look(ctx); err != nil {
		return err
	}
	stored, err := d.await(ctx, number)
	if err != nil {
		return err
	}
	want := &d.worked.Settlements[number-1]
	figures, err := d.byHand(want, stored.Statement)
	if err != nil {
		return err
	}
	d.figures(figures, "worked by hand", fmt.Sprintf("statement %d", number))
	return d.apart(want, stored)
}

// byHand sets what is due to each party, and what each payment has come to, beside what was worked out.
func (d *demo) byHand(want *expectation.Settlement, st statements.Statement) (figures []toldFigure, err error) {
	add := func(of, worked string, found money.Amount) error {
		amount, err := money.ParseAmount(d.terms.Currency, worked)
		if err != nil {
			return fmt.Errorf("%s: %s as at %s: %w", expectation.Name, of, want.AsAt, err)
		}
		figures = append(figures, toldFigure{of, amount.Format(d.terms.Currency), found.Format(d.terms.Currency)})
		return nil
	}
	for _, sum := range st.Due {
		verb := "receives"
		if sum.Due.Sign() < 0 {
			verb = "pays"
		}
		err = errors.Join(err, add("the "+sum.Party+" "+verb, want.Due[sum.Party], sum.Due))
	}
	for _, sum := range st.Payments {
		before := len(figures)
		err = errors.Join(err, add(terminal.Words(sum.Payment)+", to date", want.ToDate[sum.Payment], sum.ToDate))
		if nothing := money.FromMinor(d.terms.Currency, 0).Format(d.terms.Currency); len(figures) > before && figures[before].Expected == nothing && figures[before].Found == nothing {
			figures = figures[:before]
		}
	}
	return figures, err
}

// apart is an error where a statement is not what was worked out by hand.
func (d *demo) apart(want *expectation.Settlement, stored *proof.Stored) error {
	lines := expectation.NewWantedLines(d.terms, want.Lines)
	for record, err := range stored.All() {
		if err != nil {
			return err
		}
		lines.Take(&record)
	}
	c := &expectation.Comparer{Currency: d.terms.Currency}
	for i, line := range want.Lines {
		c.Line(line, lines.Kept[i])
	}
	for _, f := range d.steps[len(d.steps)-1].Figures {
		c.Text(f.Of, f.Expected, f.Found)
	}
	if len(c.Found) > 0 {
		return fmt.Errorf("the statement through %s is not what was worked by hand: %s: expected %s, found %s", want.AsAt, c.Found[0].Of, c.Found[0].Expected, c.Found[0].Found)
	}
	return nil
}

// awaitMost is how long a settlement that was looked for may take.
const awaitMost = 30 * time.Second

// await waits until the schedule has issued a statement, and reads it over the API.
func (d *demo) await(ctx context.Context, number int) (*proof.Stored, error) {
	ctx, cancel := context.WithTimeout(ctx, awaitMost)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		list, err := d.auditor.Statements(ctx, d.contract, "")
		if err != nil {
			return nil, err
		}
		if len(list.Items) >= number {
			return statement(ctx, d.auditor, d.contract, d.terms, number)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("statement %d was not issued within %s: %w", number, awaitMost, ctx.Err())
		}
	}
}

// statement reads a statement with its lines over the API.
func statement(ctx context.Context, by player, contract string, terms *contracts.Contract, number int) (*proof.Stored, error) {
	head, err := body(by.StatementHead(ctx, contract, number))
	if err != nil {
		return nil, err
	}
	lines, err := body(by.StatementLines(ctx, contract, number, ""))
	if err != nil {
		return nil, err
	}
	return proof.Open(terms, fmt.Sprintf("statement %d", number), head, bytes.NewReader(lines), int64(len(lines)))
}
