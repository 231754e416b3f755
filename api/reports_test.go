package api

import (
	"reflect"
	"strings"
	"testing"

	"outturn/api/client"
	"outturn/contracts/money"
	"outturn/engine/report"
)

// The shapes of the wire have every name of a report, and no other, down to the last: whoever adds a figure to a report
// adds it there.
func TestReportShapesHaveEveryName(t *testing.T) {
	sameNames(t, "board", reflect.TypeFor[report.Board](), reflect.TypeFor[client.ReportBoard]())
	sameNames(t, "officer", reflect.TypeFor[report.Officer](), reflect.TypeFor[client.ReportOfficer]())
	sameNames(t, "head", reflect.TypeFor[report.Head](), reflect.TypeFor[client.ReportHead]())
}

func sameNames(t *testing.T, at string, made, wire reflect.Type) {
	t.Helper()
	for made.Kind() == reflect.Pointer || made.Kind() == reflect.Slice {
		made = made.Elem()
	}
	for wire.Kind() == reflect.Pointer || wire.Kind() == reflect.Slice {
		wire = wire.Elem()
	}
	if made == reflect.TypeFor[money.Amount]() {
		if wire.Kind() != reflect.String {
			t.Errorf("%s is an amount, and on the wire %s", at, wire)
		}
		return
	}
	if made.Kind() != wire.Kind() {
		t.Errorf("%s is %s, and on the wire %s", at, made, wire)
	}
	if made.Kind() != reflect.Struct {
		return
	}
	of := func(s reflect.Type) map[string]reflect.Type {
		names := map[string]reflect.Type{}
		for _, f := range reflect.VisibleFields(s) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				names[name] = f.Type
			}
		}
		return names
	}
	a, b := of(made), of(wire)
	for name, field := range a {
		if b[name] == nil {
			t.Errorf("%s.%s is not on the wire", at, name)
			continue
		}
		sameNames(t, at+"."+name, field, b[name])
	}
	for name := range b {
		if a[name] == nil {
			t.Errorf("%s.%s is on the wire, and in no report", at, name)
		}
	}
}
