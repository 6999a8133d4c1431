//go:build linux

package sandbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// provision keeps environments and waits for them.
func (b *bench) provision(fn Function, n int) {
	b.t.Helper()
	if err := b.Provision(fn, n)(b.t.Context()); err != nil {
		b.t.Fatalf("Provision(%d) = %v", n, err)
	}
	if got := b.Provisioned(fn.ID); got != n {
		b.t.Errorf("%d are provisioned, want %d", got, n)
	}
}

// awaitRest waits until no environment is at work.
func (b *bench) awaitRest() {
	b.t.Helper()
	await(b.t, "they rest", func() bool {
		return !slices.ContainsFunc(b.Status().Environments, func(e EnvironmentStatus) bool { return e.State != Idle })
	})
}

// streams are the log streams of all environments.
func (b *bench) streams() (all []string) {
	for _, e := range b.Status().Environments {
		all = append(all, e.LogStream)
	}
	slices.Sort(all)
	return all
}

func TestProvisionedEnvironmentsAreThereBeforeTheEvent(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) { c.IdleTime, c.FreezeAfter = 50*time.Millisecond, 10*time.Millisecond })
	fn := behaviour("environment")
	b.provision(fn, 2)
	kept := b.streams()
	time.Sleep(4 * b.cfg.IdleTime) // they stay when others would end
	if got := b.streams(); len(got) != 2 || !slices.Equal(got, kept) {
		t.Fatalf("environments %q, then %q", kept, got)
	}
	first := b.invoke(fn, `""`)
	if !strings.Contains(string(first.Payload), `"AWS_LAMBDA_INITIALIZATION_TYPE":"provisioned-concurrency"`) {
		t.Errorf("it finds %s", first.Payload)
	}
	if first.InitDuration == 0 || first.BilledMs > first.Duration.Milliseconds()+1 || !strings.Contains(string(first.LogTail), "Init Duration: ") {
		t.Errorf("init of %v, %v billed as %d ms: %s", first.InitDuration, first.Duration, first.BilledMs, first.LogTail)
	}
	b.awaitRest()
	for range 2 {
		if r := b.invoke(fn, `""`); !slices.Contains(kept, r.LogStream) {
			t.Errorf("an event went to %q, which is none of %q", r.LogStream, kept)
		}
		b.awaitRest()
	}
}

func TestEventsBeyondThoseProvisionedGetOtherEnvironments(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("sleep")
	b.provision(fn, 1)
	kept := b.streams()[0]
	var mu sync.Mutex
	var used []string
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			r, err := b.Invoke(t.Context(), fn, event(`"500ms"`))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			used = append(used, r.LogStream)
		})
	}
	wg.Wait()
	slices.Sort(used)
	if len(slices.Compact(used)) != 3 || !slices.Contains(used, kept) {
		t.Errorf("events went to %q, the provisioned one is %q", used, kept)
	}
	b.awaitRest()
	if r := b.invoke(fn, `"0s"`); r.LogStream != kept {
		t.Errorf("an event went to %q while %q waits, which is provisioned", r.LogStream, kept)
	}
}

func TestProvisionedEnvironmentsThatEndAreReplaced(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("die later")
	b.provision(fn, 1)
	kept := b.Status().Environments[0]
	b.invoke(fn, `""`)
	await(t, "another one is there, with its log", func() bool {
		all := b.Status().Environments
		return b.Provisioned(fn.ID) == 1 && len(all) == 1 && all[0].PID != 0 && all[0].PID != kept.PID && all[0].LogStream == kept.LogStream
	})
}

func TestProvisionedEnvironmentsGetNewCredentialsInTime(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) { c.FreezeAfter = 10 * time.Millisecond })
	fn := behaviour("echo")
	given := make(chan struct{}, 100)
	fn.Credentials = func(context.Context) (Credentials, error) {
		life := time.Hour
		if len(given) == 0 {
			life = fn.Timeout + credentialsMargin + refreshMargin + 100*time.Millisecond
		}
		given <- struct{}{}
		return Credentials{AccessKeyID: "ASIA", Expires: time.Now().Add(life)}, nil
	}
	b.provision(fn, 1)
	kept := b.streams()[0]
	await(t, "one with new credentials has its place", func() bool {
		s := b.streams()
		return len(s) == 1 && s[0] != kept
	})
	if n := b.Provisioned(fn.ID); n != 1 || len(given) != 2 {
		t.Errorf("%d are provisioned, credentials were given %d times", n, len(given))
	}
}

func TestProvisionedEnvironmentsGoWhenTheyAreNotWanted(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("sleep")
	b.provision(fn, 3)
	b.provision(fn, 1)
	await(t, "two have gone", func() bool { return len(b.streams()) == 1 })
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.invoke(fn, `"300ms"`)
	}()
	await(t, "it works", func() bool { return b.Status().Environments[0].State == Busy })
	b.provision(fn, 0)
	<-done
	await(t, "the one at work has gone as well", func() bool { return len(b.streams()) == 0 })

	b.provision(fn, 1)
	b.Retire(fn.ID)
	await(t, "none is left", func() bool { return len(b.streams()) == 0 && b.Provisioned(fn.ID) == 0 })
}

func TestProvisionedEnvironmentsAreNotEndedForOthers(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) { c.MaxEnvironments = 2 })
	fn, other := behaviour("echo"), behaviour("echo")
	other.ID = "another"
	b.provision(fn, 1)
	kept := b.streams()
	b.invoke(other, `""`)
	b.awaitRest()
	if err := b.Provision(fn, 3)(t.Context()); !errors.Is(err, ErrNoCapacity) {
		t.Errorf("Provision = %v, want ErrNoCapacity", err)
	}
	await(t, "what has a place is there", func() bool { return b.Provisioned(fn.ID) == 2 })
	if n := b.Provisioned(fn.ID); n != 2 || !slices.Contains(b.streams(), kept[0]) {
		t.Errorf("%d are kept, %q, want those for which there is room, %q among them", n, b.streams(), kept)
	}
	if _, err := b.Invoke(t.Context(), other, event(`""`)); !errors.Is(err, ErrNoCapacity) {
		t.Errorf("Invoke = %v, want ErrNoCapacity", err)
	}
}

func TestFunctionsThatDoNotLoadAreNotProvisioned(t *testing.T) {
	b := newIsolatedBench(t)
	fn := function("provided.al2023", "none", zipOf("no", "bootstrap"))
	if err := b.Provision(fn, 2)(t.Context()); err == nil || !strings.Contains(err.Error(), "Runtime.InvalidEntrypoint") {
		t.Errorf("Provision = %v", err)
	}
	if n := b.Provisioned(fn.ID); n != 0 {
		t.Errorf("%d are provisioned", n)
	}
}

// The last environment of a pool may be too old for an event. The one that is
// made in its place has to be known like any other.
func TestAnEnvironmentThatReplacesAStaleOneIsKnown(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("echo")
	b.invoke(fn, `""`)
	await(t, "it rests", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].State == Idle })
	b.mu.Lock()
	b.pools[poolKey{fn.ID, fn.Revision}].idle[0].expires = time.Now()
	b.mu.Unlock()
	b.invoke(fn, `""`)
	if n := len(b.streams()); n != 1 {
		t.Errorf("%d environments are known, want 1", n)
	}
	b.Retire(fn.ID)
	await(t, "none is left", func() bool { return len(b.streams()) == 0 })
}
