package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/money"
	"outturn/engine/ledger"
)

var (
	pounds, _  = money.LookupCurrency("GBP")
	dollars, _ = money.LookupCurrency("USD")
)

func sum(minor int64) money.Amount { return money.FromMinor(pounds, minor) }

func account(party string, kind ledger.Kind) ledger.Account {
	return ledger.Account{Party: party, Kind: kind}
}

// One statement pays £100.00 and holds £20.00 back; the next releases it and takes £5.00 back.
func TestABookByHand(t *testing.T) {
	b := ledger.NewBook(pounds)
	payer, payee := account("council", ledger.Payer), account("charity", ledger.Payee)
	back, held := account("council", ledger.Retention), account("charity", ledger.Retention)
	for _, e := range []ledger.Entry{
		{Ref: "statement 1", Legs: []ledger.Leg{{payer, payee, sum(100_00), "fee"}, {back, held, sum(20_00), "fee"}}},
		{Ref: "statement 2", Legs: []ledger.Leg{{payer, payee, sum(20_00), "fee"}, {back, held, sum(-20_00), "fee"}, {payer, payee, sum(-5_00), "fee"}}},
	} {
		if err := b.Post(e.Ref, e.Legs...); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, x := range b.Balances(1) {
		got = append(got, fmt.Sprintf("%s %s %s %s", x.Account, x.Opening, x.Movement, x.Closing))
	}
	want := []string{"charity payee 100.00 15.00 115.00", "charity retention 20.00 -20.00 0.00", "council payer -100.00 -15.00 -115.00", "council retention -20.00 20.00 0.00"}
	if !slices.Equal(got, want) {
		t.Errorf("the balances are\n%s\nand these were worked out\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What may not be posted is refused whole, and leaves the book as it was.
func TestRefused(t *testing.T) {
	payer, payee := account("council", ledger.Payer), account("charity", ledger.Payee)
	staff := account("council", ledger.InKind)
	youth, roads := ledger.Account{Party: "council", Kind: ledger.Restricted, Purpose: "youth"}, ledger.Account{Party: "charity", Kind: ledger.Restricted, Purpose: "roads"}
	good := ledger.Leg{From: payer, To: payee, Amount: sum(1)}
	for _, k := range []struct {
		it, ref string
		legs    []ledger.Leg
		why     string
	}{
		{"a name that was used", "one", []ledger.Leg{good}, "posted already"},
		{"no name", "", []ledger.Leg{good}, "no name"},
		{"another currency", "two", []ledger.Leg{good, {From: payer, To: payee, Amount: money.FromMinor(dollars, 1)}}, "USD"},
		{"an account to itself", "two", []ledger.Leg{good, {From: payer, To: payer, Amount: sum(1)}}, "pays itself"},
		{"an account of nobody", "two", []ledger.Leg{{From: account("", ledger.Payer), To: payee, Amount: sum(1)}}, "a party and a kind"},
		{"no kind", "two", []ledger.Leg{{From: account("council", 0), To: payee, Amount: sum(1)}}, "a party and a kind"},
		{"staff for money", "two", []ledger.Leg{{From: staff, To: payee, Amount: sum(1)}}, "never money"},
		{"restricted to nothing", "two", []ledger.Leg{{From: account("council", ledger.Restricted), To: payee, Amount: sum(1)}}, "what it may be spent on"},
		{"a reserve without a name", "two", []ledger.Leg{{From: account("council", ledger.Reserve), To: payee, Amount: sum(1)}}, "a reserve has a name"},
		{"another purpose", "two", []ledger.Leg{{From: youth, To: roads, Amount: sum(1)}}, "keeps its purpose"},
	} {
		t.Run(k.it, func(t *testing.T) {
			b := ledger.NewBook(pounds)
			if err := b.Post("one", good); err != nil {
				t.Fatal(err)
			}
			err := b.Post(k.ref, k.legs...)
			if err == nil || !strings.Contains(err.Error(), k.why) {
				t.Errorf("expected a refusal that says %q, found %v", k.why, err)
			}
			if len(b.Entries()) != 1 || len(b.Balances(0)) != 2 {
				t.Errorf("the refused entry left something behind: %v", b.Entries())
			}
		})
	}
	if err := ledger.NewBook(pounds).Reverse("back", "nothing"); err == nil {
		t.Error("what was never posted is reversed")
	}
}

// Laws of any book: every entry sums to nought, money and what is in kind each by itself; opening and movement make
// closing, wherever the line is drawn, and opening is the closing of the line before; a reversal takes every balance
// back to where it was; a successor has all that went before it, and who it follows nothing.
func TestLawBooksBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parties := []string{"council", "ministry", "charity", "trust"}
		b := ledger.NewBook(pounds)
		for n := range rapid.IntRange(1, 8).Draw(t, "entries") {
			var legs []ledger.Leg
			for range rapid.IntRange(0, 6).Draw(t, "legs") {
				from := account(rapid.SampledFrom(parties).Draw(t, "from"), ledger.Kind(rapid.IntRange(1, 5).Draw(t, "kind")))
				to := account(rapid.SampledFrom(parties).Draw(t, "to"), ledger.Kind(rapid.IntRange(1, 5).Draw(t, "kind")))
				if rapid.IntRange(0, 4).Draw(t, "in kind") == 0 {
					from.Kind, to.Kind = ledger.InKind, ledger.InKind
				}
				for _, a := range []*ledger.Account{&from, &to} {
					if a.Kind == ledger.Reserve {
						a.Name = rapid.SampledFrom([]string{"pot", "fund"}).Draw(t, "name")
					}
				}
				if from != to {
					legs = append(legs, ledger.Leg{From: from, To: to, Amount: sum(rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "pence"))})
				}
			}
			if err := b.Post(fmt.Sprint("statement ", n+1), legs...); err != nil {
				t.Fatal(err)
			}
		}
		before := map[ledger.Account]string{}
		for since := range len(b.Entries()) + 1 {
			cash, kind := sum(0), sum(0)
			for _, x := range b.Balances(since) {
				if !x.Opening.Add(x.Movement).Equal(x.Closing) {
					t.Fatalf("%s: %s and %s do not make %s", x.Account, x.Opening, x.Movement, x.Closing)
				}
				if x.Kind == ledger.InKind {
					kind = kind.Add(x.Movement)
				} else {
					cash = cash.Add(x.Movement)
				}
				before[x.Account] = x.Closing.String()
			}
			if !cash.IsZero() || !kind.IsZero() {
				t.Fatalf("from entry %d on, money moves by %s and what is in kind by %s", since, cash, kind)
			}
		}
		reversed := rapid.IntRange(1, len(b.Entries())).Draw(t, "reversed")
		if err := b.Reverse("reversal", fmt.Sprint("statement ", reversed)); err != nil {
			t.Fatal(err)
		}
		if err := b.Reverse("reversal of the reversal", "reversal"); err != nil {
			t.Fatal(err)
		}
		held := sum(0)
		for _, x := range b.Balances(0) {
			if x.Closing.String() != before[x.Account] {
				t.Fatalf("%s was %s, and after a reversal and its reversal it is %s", x.Account, before[x.Account], x.Closing)
			}
			if x.Kind == ledger.Payee && (x.Party == "trust" || x.Party == "foundation") {
				held = held.Add(x.Closing)
			}
		}
		if err := b.Succeed("reorganisation", "trust", "foundation"); err != nil {
			t.Fatal(err)
		}
		for _, x := range b.Balances(0) {
			if x.Party == "trust" && !x.Closing.IsZero() {
				t.Fatalf("%s still holds %s", x.Account, x.Closing)
			}
			if x.Account == account("foundation", ledger.Payee) && !x.Closing.Equal(held) {
				t.Fatalf("the successor holds %s of %s", x.Closing, held)
			}
		}
	})
}
