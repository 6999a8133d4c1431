package memblob_test

import (
	"testing"

	"cloudless/internal/storage/blob"
	"cloudless/internal/storage/blob/blobtest"
	"cloudless/internal/storage/memblob"
)

func TestPromises(t *testing.T) {
	blobtest.Run(t, func(*testing.T) blob.Store { return memblob.New() }, blobtest.Options{})
}
