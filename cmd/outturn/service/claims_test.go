package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/api"
	"outturn/api/client"
	"outturn/engine/proof"
	"outturn/engine/statements"
)

// exclusive brings two contracts of two bodies into force that exclude one another.
func (w *world) exclusive() (second, first *cast) {
	w.t.Helper()
	document := readFile(w.t, filepath.Join("..", "..", "..", "fixtures", "claimed-once", "contract.yaml"))
	document = bytes.Replace(document, []byte("last_cut_off: 2025-12-31"), []byte("last_cut_off: 2026-12-31"), 1) // answers are of today
	other := strings.NewReplacer("id: second-chances", "id: fresh-starts", "exclusive_with: [fresh-starts]", "exclusive_with: [second-chances]").Replace(string(document))
	return w.contract(document, "council", "charity"), w.contract([]byte(other), "council", "charity")
}

// token makes the token of a person up.
func token(person int) string {
	return "t-" + strings.Repeat("a", 30) + string(rune('a'+person/26%26)) + string(rune('a'+person%26))
}

// claims sends the tokens of people, whose keys differ from contract to contract, and returns how many are claimed elsewhere.
func (w *world) claims(c *cast, people ...int) (elsewhere int, err error) {
	var b strings.Builder
	b.WriteString("unit,key,token\n")
	for _, person := range people {
		fmt.Fprintf(&b, "participant,%s,%s\n", key(c, person), token(person))
	}
	answer, err := c.provider.SendTokens(w.ctx, c.contract, strings.NewReader(b.String()))
	return answer.Elsewhere, err
}

// key is the pseudonym of a person under a contract.
func key(c *cast, person int) string {
	return fmt.Sprintf("%s-%d", c.contract[len(c.contract)-4:], person)
}

// starts says that people started, and found a job.
func (w *world) starts(c *cast, people ...int) {
	w.t.Helper()
	var b strings.Builder
	b.WriteString("kind,participant,day\n")
	for _, person := range people {
		fmt.Fprintf(&b, "attachment,%s,2025-02-03\njob_start,%[1]s,2025-03-03\n", key(c, person))
	}
	w.sendText(c.provider, c.contract, b.String())
}

// settle settles the first quarter on what was learned until today, tomorrow.
func (w *world) settle(c *cast) error {
	_, err := c.payer.Settle(w.ctx, c.contract, "2025-03-31", "2026-04-01")
	return err
}

// firstStatement is the first statement of a contract, its bundle proved.
func (w *world) firstStatement(c *cast) statements.Statement {
	w.t.Helper()
	head, err := c.payer.StatementHead(w.ctx, c.contract, 1)
	var out statements.Statement
	must(w.t, out, json.Unmarshal(read(w.t, head, err), &out))
	bundle, err := c.auditor.Bundle(w.ctx, c.contract, 1)
	zip := read(w.t, bundle, err)
	report, err := proof.Verify(bytes.NewReader(zip), int64(len(zip)))
	if must(w.t, report, err); !report.OK() {
		w.t.Errorf("the bundle is not proved from itself alone: %+v", report)
	}
	if bytes.Contains(zip, []byte(token(1)[:20])) {
		w.t.Error("a token is in the bundle")
	}
	return out
}

// TestClaimedOnce: two bodies pay two charities; whoever asked first for a person is paid for them.
func TestClaimedOnce(t *testing.T) {
	w := newWorld(t, nil)
	second, first := w.exclusive()
	w.starts(first, 1)
	w.starts(second, 1, 2, 3)
	for _, ask := range []struct {
		of        *cast
		people    []int
		elsewhere int
	}{{first, []int{1}, 0}, {second, []int{1, 2}, 1}, {second, []int{2, 1}, 1}, {first, []int{2}, 1}} {
		if found, err := w.claims(ask.of, ask.people...); err != nil || found != ask.elsewhere {
			t.Errorf("%v: %d claimed elsewhere, expected %d: %v", ask.people, found, ask.elsewhere, err)
		}
	}
	w.pass(24 * time.Hour)
	for _, c := range []*cast{second, first} { // whoever claimed second settles first: the order does not matter
		must(t, c, w.settle(c))
	}
	st := w.firstStatement(second)
	if len(st.Due) != 2 || st.Due[1].Due.String() != "600.00" { // of person 2: 100 + 500
		t.Errorf("due: %+v", st.Due)
	}
	found := ""
	for _, wait := range st.Waiting {
		sum := "-"
		if wait.Sum != nil {
			sum = wait.Sum.String()
		}
		found += fmt.Sprintf("%s %s %d %s; ", wait.Payment, strings.Fields(wait.Reason)[0], wait.Count, sum)
	}
	if want := "start_fee claimed 1 100.00; start_fee the 1 -; job_fee claimed 1 500.00; job_fee the 1 -; "; found != want {
		t.Errorf("not paid: %s, expected %s", found, want)
	}
	if text := fmt.Sprintf("%+v", st); strings.Contains(text, first.contract) || strings.Contains(text, key(first, 1)) {
		t.Error("the statement says under which contract, or of whom")
	}
	if st := w.firstStatement(first); len(st.Due) != 2 || st.Due[1].Due.String() != "600.00" {
		t.Errorf("due under the first: %+v", st.Due)
	}
}

// TestTwoClaimAtOnce lets both contracts ask for the same people at the same moment, and settle at the same moment: each
// person is paid for once.
func TestTwoClaimAtOnce(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.exclusive()
	people := make([]int, 16)
	for i := range people {
		people[i] = i + 1
	}
	w.starts(a, people...)
	w.starts(b, people...)
	var elsewhere [2]int
	var all sync.WaitGroup
	for i, c := range []*cast{a, b} {
		for n := range people {
			all.Go(func() {
				found, err := w.claims(c, people[(n+i*7)%len(people)])
				if err != nil {
					t.Error(err)
				}
				w.mu.Lock()
				elsewhere[i] += found
				w.mu.Unlock()
			})
		}
	}
	all.Wait()
	if elsewhere[0]+elsewhere[1] != len(people) {
		t.Errorf("%d and %d of %d were claimed elsewhere", elsewhere[0], elsewhere[1], len(people))
	}
	w.pass(24 * time.Hour)
	for _, c := range []*cast{a, b} {
		all.Go(func() {
			if err := w.settle(c); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, c := range []*cast{a, b} {
		if found, want := w.firstStatement(c).Due[1].Due.String(), fmt.Sprintf("%d.00", 600*(len(people)-elsewhere[i])); found != want {
			t.Errorf("contract %d is due %s, expected %s", i, found, want)
		}
	}
}

// TestAClaimWaits has one organisation ask while another's claim is not yet kept: it waits, and is answered by what was
// kept, or by what was not.
func TestAClaimWaits(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.exclusive()
	claim := func(c *cast, then func() error) (answers []api.ClaimAnswer, err error) {
		by := api.Person{ID: c.provider.id, Organisation: c.provider.organisation, Roles: []string{api.RoleProvider}}
		_, _, err = w.joined().Act(w.ctx, by, api.Act{Operation: "test", Contract: c.contract, At: w.clock()}, func(tx api.Tx) (api.Reply, error) {
			excludes := map[*cast]string{a: "fresh-starts", b: "second-chances"}[c]
			if answers, err = tx.Claims(w.ctx, c.contract, "participant", []string{excludes}, []api.Claim{{Key: key(c, 1), Token: token(1)}}); err != nil {
				return api.Reply{}, err
			}
			return api.Reply{Status: 200}, then()
		})
		return answers, err
	}
	for _, kept := range []bool{false, true} {
		answered := make(chan []api.ClaimAnswer, 1)
		_, err := claim(a, func() error {
			go func() {
				answers, err := claim(b, func() error { return nil })
				if err != nil {
					t.Error(err)
				}
				answered <- answers
			}()
			time.Sleep(300 * time.Millisecond)
			if len(answered) > 0 {
				t.Error("the second was answered while the first was not kept")
			}
			if !kept {
				return errors.New("not kept")
			}
			return nil
		})
		if kept != (err == nil) {
			t.Fatal(err)
		}
		if answers := <-answered; len(answers) != 1 || answers[0].Elsewhere || answers[0].Fresh == kept {
			t.Errorf("kept %t: the second is answered %+v", kept, answers) // the first time it claims, and keeps what it has
		}
	}
}

// TestTheRegisterTellsNobody asks in every way that should not be answered.
func TestTheRegisterTellsNobody(t *testing.T) {
	w := newWorld(t, nil)
	second, first := w.exclusive()
	if _, err := w.claims(first, 1); err != nil {
		t.Fatal(err)
	}
	one := "unit,key,token\nparticipant,K1," + token(1) + "\n"
	unknown := *second.stranger
	_, foreign := unknown.SendTokens(w.ctx, second.contract, strings.NewReader(one))
	_, nowhere := unknown.SendTokens(w.ctx, "contract-00000000000000000000000000000000", strings.NewReader(one))
	if status(foreign) != 404 || foreign.Error() != nowhere.Error() {
		t.Errorf("a stranger is told %v, and of nothing %v", foreign, nowhere)
	}
	for what, c := range map[string]struct {
		text string
		want string
	}{
		"another token for a unit": {"unit,key,token\nparticipant," + key(first, 1) + "," + token(2) + "\n", "another token than before"},
		"no token":                 {"unit,key,token\nparticipant,K1,9434765919\n", "no matching token"},
		"a name":                   {"unit,key,token\nparticipant,Jane Doe," + token(1) + "\n", "no pseudonymous key"},
		"another unit":             {"unit,key,token\nfamily,K1," + token(1) + "\n", "claimed by participant"},
		"nothing":                  {"unit,key,token\n", "no tokens"},
		"evidence":                 {"kind,participant,day\nattachment,P1,2025-02-03\n", "columns"},
		"half a row":               {"unit,key,token\nparticipant,K1\n", "cannot be read"},
	} {
		_, err := first.provider.SendTokens(w.ctx, first.contract, strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "Jane") || strings.Contains(err.Error(), second.contract) {
			t.Errorf("%s: %v, expected %q", what, err, c.want)
		}
	}
	body := "kind,participant,day,claimed\nregister,K9,2025-02-03,here\n"
	if err := w.sendsText(first.provider, first.contract, body); err == nil || !strings.Contains(err.Error(), "what the register of claims answers") {
		t.Errorf("an answer that was made up: %v", err)
	}
	w.noRoleReads()
	if text := string(w.dumpWithout("claims")); strings.Contains(text, token(1)) {
		t.Error("a token is kept outside the register")
	}
}

// noRoleReads asks the database itself, in each role that anybody works in.
func (w *world) noRoleReads() {
	w.t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, w.url+" search_path=outturn")
	defer must(w.t, c, err).Close(ctx)
	for _, role := range []string{"outturn_app", "outturn_engine", "outturn_auditor"} {
		for _, sql := range []string{"select 1 from claims", "insert into claims values ('', '', '', default, '', '', '{}', true)", "update claims set held = true", "delete from claims"} {
			tx, err := c.Begin(ctx)
			must(w.t, tx, err)
			_, err = tx.Exec(ctx, "set local role "+role)
			must(w.t, role, err)
			if _, err = tx.Exec(ctx, sql); err == nil || !strings.Contains(err.Error(), "42501") {
				w.t.Errorf("%s: %s: %v", role, sql, err)
			}
			_ = tx.Rollback(ctx)
		}
		tx, err := c.Begin(ctx)
		must(w.t, tx, err)
		_, err = tx.Exec(ctx, "set local role "+role)
		must(w.t, role, err)
		rows, err := tx.Query(ctx, "select at from claim((select max(id) from contracts), 'participant', array['fresh-starts'], array['K1'], array[$1])", token(1))
		answers, err2 := pgx.CollectRows(rows, pgx.RowTo[int])
		if (err == nil && err2 == nil && len(answers) > 0) || slices.Contains(answers, 1) { // nobody is named: no contract is one's own
			w.t.Errorf("%s is answered: %v", role, answers)
		}
		_ = tx.Rollback(ctx)
	}
}

func (w *world) sendText(by *actor, contract, text string) {
	w.t.Helper()
	must(w.t, text, w.sendsText(by, contract, text))
}

func (w *world) sendsText(by *actor, contract, text string) error {
	_, err := by.SendBatch(w.ctx, contract, client.Evidence{ContentType: "text/csv", Body: strings.NewReader(text)})
	return err
}
