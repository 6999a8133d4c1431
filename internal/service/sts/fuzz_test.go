package sts

import (
	"errors"
	"testing"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/storage/memkv"
)

// FuzzOpen shows that nothing but what was sealed opens.
func FuzzOpen(f *testing.F) {
	store := memkv.New()
	f.Cleanup(func() { store.Close() })
	s := &sealers{store: store, clock: clock.NewFake(time.Unix(0, 0), 1)}
	token, err := s.seal(f.Context(), "ASIA", &session{Secret: "secret"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("ASIA", token)
	f.Add("ASIB", token)
	f.Add("ASIA", "")
	f.Add("ASIA", "AQAAAAEAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, id, given string) {
		is, err := s.open(t.Context(), id, given)
		switch {
		case err == nil && (id != "ASIA" || is.Secret != "secret"):
			t.Errorf("open(%q, %q) = %+v", id, given, is)
		case err != nil && !errors.Is(err, errToken):
			t.Errorf("open(%q, %q) = %v", id, given, err)
		}
	})
}

func FuzzAccountOf(f *testing.F) {
	f.Add("AKIAIOSFODNN7EXAMPLE")
	f.Add("ASIAQAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, id string) {
		if account, ok := accountOf(id); ok && len(account) != 12 {
			t.Errorf("accountOf(%q) = %q", id, account)
		}
	})
}
