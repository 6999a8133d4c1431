package memkv_test

import (
	"testing"

	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/kv/kvtest"
	"cloudless/internal/storage/memkv"
)

func TestPromises(t *testing.T) {
	kvtest.Run(t, func(*testing.T) kv.Store { return memkv.New() }, kvtest.Options{})
}
