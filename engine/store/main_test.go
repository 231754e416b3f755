package store_test

import (
	"os"
	"testing"

	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

func TestMain(m *testing.M) {
	store.FreshForTests(storetest.Empty)
	os.Exit(storetest.Main(m))
}
