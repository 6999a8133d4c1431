package stream

import (
	"context"
	"testing"
	"time"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/memkv"
)

func TestChangesTellOfAShard(t *testing.T) {
	store := memkv.New()
	st := &Stream{ID: 7, Account: "0", Region: "r", Table: "t", Label: "l", View: "KEYS_ONLY", Shards: 2, Created: made}
	update := func(f func(kv.Tx) error) {
		t.Helper()
		claims := kv.Claims{Write: [][]byte{st.key(), st.Claim(0), st.Claim(1)}}
		if err := store.Update(t.Context(), claims, f); err != nil {
			t.Fatal(err)
		}
	}
	write := func(shard int) {
		t.Helper()
		update(func(tx kv.Tx) error {
			item := attr.NewItem([]attr.Field{{Name: "k", Value: attr.StringValue("v")}})
			return NewWriter(tx).Append(st, shard, Record{At: made, Keys: item, New: item})
		})
	}
	update(func(tx kv.Tx) error { st.Open(tx); return nil })
	s := New(Config{Store: store})
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := s.Changes(ctx, st.ARN(), st.shardID(0))
	if err != nil {
		t.Fatal(err)
	}
	told := func(why string) {
		t.Helper()
		select {
		case <-changes:
		case <-time.After(10 * time.Second):
			t.Fatalf("nothing is told of %s", why)
		}
	}
	write(0)
	told("a record")
	write(1)
	select {
	case <-changes:
		t.Error("another shard's record was told")
	case <-time.After(20 * time.Millisecond):
	}
	update(func(tx kv.Tx) error { st.Close(tx, made); return nil })
	told("the end of the stream")
	cancel()
	for range changes { // until it is closed
	}
	for _, of := range []struct{ arn, shard string }{{st.ARN(), "shardId-none"}, {st.ARN() + "x", st.shardID(0)}} {
		if _, err := s.Changes(t.Context(), of.arn, of.shard); awserr.Code(err) != "ResourceNotFoundException" {
			t.Errorf("Changes(%s, %s) = %v", of.arn, of.shard, err)
		}
	}
}
