// Package api is the JSON API: contracts in, evidence in, statements out, for commissioners, providers and auditors.
//
// It owns no state. What it needs of a store is in needs.go; what each role may do is in permissions.go; every
// operation is declared once, through huma, and the API's document is made from those declarations.
package api
