package report

import (
	"encoding/json"
	"fmt"
	"reflect"

	"outturn/contracts/money"
	"outturn/engine/statements"
)

// inCurrency is a copy of a statement with all its amounts in a currency: one that was read back has them as bare texts.
func inCurrency(s *statements.Statement, c money.Currency) (*statements.Statement, error) {
	if s.Currency != c.Code {
		return nil, fmt.Errorf("statement %d is in %s, and the contract in %s", s.Number, s.Currency, c.Code)
	}
	head, err := s.Bytes()
	if err != nil {
		return nil, err
	}
	var own statements.Statement
	if err := json.Unmarshal(head, &own); err != nil {
		return nil, fmt.Errorf("statement %d: %w", s.Number, err)
	}
	if err := setCurrency(reflect.ValueOf(&own), c); err != nil {
		return nil, fmt.Errorf("statement %d: %w", s.Number, err)
	}
	return &own, nil
}

var amountType = reflect.TypeFor[money.Amount]()

// setCurrency gives every amount that a value holds its currency.
func setCurrency(v reflect.Value, c money.Currency) error {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return setCurrency(v.Elem(), c)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := setCurrency(v.Index(i), c); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if v.Type() == amountType {
			amount, err := v.Interface().(money.Amount).In(c)
			if err == nil {
				v.Set(reflect.ValueOf(amount))
			}
			return err
		}
		for i := range v.NumField() {
			if err := setCurrency(v.Field(i), c); err != nil {
				return err
			}
		}
	default: // a text or a number
	}
	return nil
}
