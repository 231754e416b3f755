package engine

import (
	"reflect"
	"testing"
	"unsafe"

	"outturn/contracts/calendar"
	"outturn/contracts/money"
)

// Whatever a pass finds is written and read back, cell by cell: a cell that is added to what is found and not to its code
// fails here.
func TestEveryCellOfAPartIsWritten(t *testing.T) {
	shapes := func() *found {
		return &found{tallies: []map[key]*tally{{}}, checks: []map[key]*checkTally{{}}, members: make([][]place, 1), candidates: make([][]candidate, 1),
			totals: &totals{pay: make([]payTotal, 2), parties: make([]moved, 2), paid: make([]int64, 2), gave: map[gaveAt]gave{}, postings: map[posted]int64{},
				cohorts: make([][reasonCount]int, 1), waits: waits{make([][reasonCount]int, 2)}, binds: make([]bindTotal, 1), gates: map[gateAt]int{},
				overlaps: []overlap{{with: [][]int{{0}}, lost: []int{0}, minors: []int64{0}}}, elsewhere: map[toldAt]toldSum{}}}
	}
	full, next := shapes(), 0
	fillCells(reflect.ValueOf(full).Elem(), &next)
	// What is not of units: what the whole was told of its hurdles, and what is worked out of a candidate later; and a text
	// that only an explanation has.
	full.totals.gates = map[gateAt]int{}
	full.candidates[0][0].allowed = 0
	for _, one := range full.tallies[0] {
		one.text = ""
	}
	back := shapes()
	if err := back.decode(full.encode()); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(full, back) {
		t.Errorf("written\n%+v\n%+v\nread\n%+v\n%+v", full, full.totals, back, back.totals)
	}
}

// fillCells sets every cell below a value to another number.
func fillCells(v reflect.Value, next *int) {
	if !v.CanSet() {
		v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	}
	*next++
	switch v.Type() {
	case reflect.TypeFor[money.Exact]():
		v.Set(reflect.ValueOf(money.Frac(int64(*next), 7)))
		return
	case reflect.TypeFor[calendar.Date]():
		v.SetInt(int64(*next))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		fillCells(v.Elem(), next)
	case reflect.Struct:
		for i := range v.NumField() {
			fillCells(v.Field(i), next)
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			fillCells(v.Index(i), next)
		}
	case reflect.Array:
		for i := range v.Len() {
			fillCells(v.Index(i), next)
		}
	case reflect.Map:
		k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fillCells(k, next)
		fillCells(e, next)
		v.SetMapIndex(k, e)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("text")
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*next))
	case reflect.Uint8:
		v.SetUint(uint64(*next % 3))
	default:
		panic("a cell of kind " + v.Kind().String())
	}
}
