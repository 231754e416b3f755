package store_test

import (
	"os"
	"testing"

	"outturn/engine/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
