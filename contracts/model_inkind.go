package contracts

import "outturn/contracts/formula"

// InKind is one contribution. Its value is what was accepted, and never more than was offered, at the price; it is
// Quantity, by which formulas read it under the contribution's name.
type InKind struct {
	Name, Called, Clause string
	By, To               Payee // By: a party, or a role's at the contribution's level; To: who has the use of it
	Per                  Level
	Offered, Accepted    *formula.Expr
	Price                *formula.Expr
	Quantity             int
}
