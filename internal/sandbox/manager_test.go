//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudless/internal/clock"
)

func TestEnvironmentsAreUsedAgain(t *testing.T) {
	b := newIsolatedBench(t)
	first := b.invoke(behaviour("pid"), `""`)
	await(t, "it rests", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].State == Idle })
	second := b.invoke(behaviour("pid"), `""`)
	if string(first.Payload) != string(second.Payload) || first.LogStream != second.LogStream {
		t.Errorf("pids %s and %s, streams %s and %s: want one environment", first.Payload, second.Payload, first.LogStream, second.LogStream)
	}
	if first.InitDuration == 0 || second.InitDuration != 0 {
		t.Errorf("init durations %v and %v, want one with the first event alone", first.InitDuration, second.InitDuration)
	}
	if envs := b.Status().Environments; len(envs) != 1 || envs[0].Invocations != 2 || envs[0].Runs != "bootstrap" || envs[0].PID == 0 {
		t.Errorf("status = %+v", envs)
	}
}

func TestFunctionsDoNotShareEnvironments(t *testing.T) {
	b := newIsolatedBench(t)
	streams := map[string]bool{}
	for _, change := range []func(*Function){
		func(*Function) {},
		func(f *Function) { f.ID = "another" },
		func(f *Function) { f.Revision = "another" },
	} {
		fn := behaviour("echo")
		change(&fn)
		streams[b.invoke(fn, `""`).LogStream] = true
	}
	if len(streams) != 3 {
		t.Errorf("%d environments, want 3", len(streams))
	}
}

func TestEventsAtOneTimeGetEnvironmentsOfTheirOwn(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("sleep")
	fn.MaxEnvironments = 3
	var wg sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	streams := map[string]bool{}
	for range 5 {
		wg.Go(func() {
			r, err := b.Invoke(t.Context(), fn, event(`"700ms"`))
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, ErrTooManyEnvironments) {
				refused++
			} else if err != nil {
				t.Error(err)
			}
			streams[r.LogStream] = true
		})
	}
	wg.Wait()
	delete(streams, "")
	if len(streams) != 3 || refused != 2 {
		t.Errorf("%d environments and %d refusals, want 3 and 2", len(streams), refused)
	}
}

func TestRoomIsMadeByEndingWhatWaits(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) { c.MaxEnvironments = 1 })
	for _, id := range []string{"a", "b", "a"} {
		fn := behaviour("echo")
		fn.ID = id
		b.invoke(fn, `""`)
		await(t, "it waits", func() bool { return b.Status().Environments[0].State == Idle })
	}
	busy := behaviour("sleep")
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = b.Invoke(t.Context(), busy, event(`"1s"`))
	}()
	await(t, "the sleeper is at work", func() bool {
		envs := b.Status().Environments
		return len(envs) == 1 && envs[0].State == Busy
	})
	if _, err := b.Invoke(t.Context(), behaviour("echo"), event(`""`)); !errors.Is(err, ErrNoCapacity) {
		t.Errorf("Invoke = %v, want ErrNoCapacity", err)
	}
	<-done
}

func TestIdleEnvironmentsAreFrozenAndThenEnd(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) {
		c.FreezeAfter = 10 * time.Millisecond
		c.IdleTime = 400 * time.Millisecond
	})
	b.invoke(behaviour("pid"), `""`)
	pid := strconv.Itoa(b.Status().Environments[0].PID)
	await(t, "it is frozen", func() bool {
		envs := b.Status().Environments
		return len(envs) == 1 && envs[0].Frozen
	})
	if again := b.invoke(behaviour("pid"), `""`); again.FunctionError != "" {
		t.Errorf("a frozen environment answered %s", again.Payload)
	}
	if envs := b.Status().Environments; len(envs) != 1 || strconv.Itoa(envs[0].PID) != pid || envs[0].Invocations != 2 {
		t.Errorf("status = %+v, want the same environment, thawed", envs)
	}
	await(t, "no environment is left", func() bool { return len(b.Status().Environments) == 0 })
	await(t, "no process is left", func() bool { return !alive(pid) })
}

func TestRetireEndsWhatWaitsAndWhatWorksAfterItsAnswer(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("sleep")
	b.invoke(fn, `"1ms"`)
	answered := make(chan Result)
	go func() {
		r, err := b.Invoke(t.Context(), fn, event(`"300ms"`))
		if err != nil {
			t.Error(err)
		}
		answered <- r
	}()
	await(t, "it is at work", func() bool { return b.Status().Environments[0].State == Busy })
	pid := strconv.Itoa(b.Status().Environments[0].PID)
	b.Retire(fn.ID)
	if r := <-answered; string(r.Payload) != `"300ms"` {
		t.Errorf("the event under way was answered %q %s", r.FunctionError, r.Payload)
	}
	await(t, "its environment has ended", func() bool { return !alive(pid) })
	if r := b.invoke(fn, `"1ms"`); r.InitDuration == 0 {
		t.Error("a retired environment was used again")
	}
}

func TestAnEnvironmentThatDiesWhileItWaitsIsForgotten(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("die later")
	b.invoke(fn, `""`)
	await(t, "it has died", func() bool { return len(b.Status().Environments) == 0 })
	if r := b.invoke(fn, `""`); r.FunctionError != "" || r.InitDuration != 0 {
		t.Errorf("result = %q %s, init in %v, want it to be part of the invocation", r.FunctionError, r.Payload, r.InitDuration)
	}
}

func TestTimeoutEndsTheEnvironment(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("sleep")
	fn.Timeout = 200 * time.Millisecond
	r := b.invoke(fn, `"1h"`)
	if r.ErrorType != "Sandbox.Timedout" || r.Duration < 200*time.Millisecond {
		t.Errorf("result = %s after %v", r.Payload, r.Duration)
	}
	fn.Timeout = 10 * time.Second
	if r := b.invoke(fn, `"1ms"`); r.FunctionError != "" || r.InitDuration != 0 {
		t.Errorf("the next event was answered %q %s, want a new environment's answer", r.FunctionError, r.Payload)
	}
}

func TestFunctionsThatLoadSlowlyGetASecondChance(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) { c.InitTimeout = 50 * time.Millisecond })
	fn := behaviour("load slowly")
	fn.Environment = map[string]string{"LOAD": "300ms"}
	if r := b.invoke(fn, `"x"`); string(r.Payload) != `"x"` || r.InitDuration != 0 || r.Duration < 300*time.Millisecond {
		t.Errorf("result = %q %s", r.FunctionError, r.Payload)
	}
	b.Retire(fn.ID)
	fn.Timeout = 200 * time.Millisecond
	if r := b.invoke(fn, `"x"`); r.ErrorType != "Sandbox.Timedout" {
		t.Errorf("result = %q %s, want a timeout", r.FunctionError, r.Payload)
	}
}

// TestFunctionsThatFailToLoadAreLoadedAgain has one that fails the first time only. What
// AWS logs of that is one stream, with a report of the start that failed.
func TestFunctionsThatFailToLoadAreLoadedAgain(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `
		if (process.env.AWS_ACCESS_KEY_ID === 'ASIA1') throw new Error('not yet');
		console.log('loaded');
		exports.handler = async (event, context) => context.getRemainingTimeInMillis() < 10000;`)
	given := 0
	fn.Credentials = func(context.Context) (Credentials, error) {
		given++
		return Credentials{AccessKeyID: "ASIA" + strconv.Itoa(given)}, nil
	}
	r := b.invoke(fn, `{}`)
	if string(r.Payload) != `true` || r.InitDuration != 0 || !strings.Contains(string(r.LogTail), "\tloaded\nSTART ") {
		t.Errorf("result = %q %s, init in %v\n%s", r.FunctionError, r.Payload, r.InitDuration, r.LogTail)
	}
	want := `^INIT_START .*\n.*\tUncaught Exception .*not yet.*\n` +
		`INIT_REPORT Init Duration: .* ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown\n.*\tloaded\nSTART .*\nEND .*\nREPORT .*Max Memory Used: \d+ MB\t\n$`
	if text := b.text(); !regexp.MustCompile(want).MatchString(text) {
		t.Errorf("log = %s", text)
	}
}

func TestCredentialsNearTheirEndEndTheEnvironment(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("environment")
	given := 0
	life := time.Hour
	fn.Credentials = func(context.Context) (Credentials, error) {
		given++
		return Credentials{AccessKeyID: "ASIA" + strconv.Itoa(given), Expires: time.Now().Add(life)}, nil
	}
	for range 2 {
		if r := b.invoke(fn, `""`); !strings.Contains(string(r.Payload), "ASIA1") {
			t.Errorf("environment = %s, want the first keys", r.Payload)
		}
	}
	b.Retire(fn.ID)
	life = credentialsMargin // too short for another event, from the start
	b.invoke(fn, `""`)
	if r := b.invoke(fn, `""`); !strings.Contains(string(r.Payload), "ASIA3") {
		t.Errorf("environment = %s, want fresh keys for the second event", r.Payload)
	}
}

func TestInvokeSaysWhyAFunctionCannotBeReached(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name   string
		change func(*Function)
		want   string
	}{
		{"unknown runtime", func(f *Function) { f.Runtime = "cobol" }, `no runtime has the identifier "cobol"`},
		{"code that cannot be fetched", func(f *Function) {
			f.Code = Code{SHA256: "x", Open: func(context.Context) (Package, error) { return nil, broken }}
		}, "broken"},
		{"code that is no zip file", func(f *Function) { f.Code = codeOf([]byte("hello")) }, "not a valid zip file"},
		{"credentials that are not given", func(f *Function) {
			f.Credentials = func(context.Context) (Credentials, error) { return Credentials{}, broken }
		}, "broken"},
		{"layers that are too large", func(f *Function) {
			huge := bytes.Repeat([]byte{0}, maxUnzippedBytes/2)
			f.Layers = []Code{codeOf(zipOf("a", string(huge))), codeOf(zipOf("b", string(huge), "c", "x"))}
		}, "more than 262144000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			fn := behaviour("echo")
			tt.change(&fn)
			if _, err := b.Invoke(t.Context(), fn, event(`""`)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Invoke = %v, want %q", err, tt.want)
			}
			if n := len(b.Status().Environments); n != 0 || b.live != 0 || len(b.pools) != 0 {
				t.Errorf("%d environments, %d places and %d pools are left", n, b.live, len(b.pools))
			}
		})
	}
}

func TestFunctionThatHasNoProgramFails(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entries []entry
		want    string
	}{
		{"no bootstrap", []entry{{"readme", 0o644, "hello"}}, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"},
		{"bootstrap that may not be run", []entry{{"bootstrap", 0o644, "#!/bin/sh"}}, "fork/exec /var/task/bootstrap: permission denied"},
		{"bootstrap that is no program", []entry{{"bootstrap", 0o755, "hello"}}, "fork/exec /var/task/bootstrap: exec format error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			fn := behaviour("echo")
			fn.Code = Code{SHA256: tt.name, Open: func(context.Context) (Package, error) { return zipEntries(t, tt.entries...), nil }}
			r := b.invoke(fn, `""`)
			want := fmt.Sprintf(`{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: %s Error: %s"}`, requestID, tt.want)
			if string(r.Payload) != want || r.FunctionError != "Unhandled" {
				t.Errorf("result = %q %s, want %s", r.FunctionError, r.Payload, want)
			}
		})
	}
}

// TestMissingProgramOfGoIsToldAsGoTellsIt has the words of the oldest runtime of Go.
func TestMissingProgramOfGoIsToldAsGoTellsIt(t *testing.T) {
	b := newIsolatedBench(t)
	r := b.invoke(function("go1.x", "bin/main", zipOf("readme", "hello")), `{}`)
	want := `{"errorType":"PathError","errorMessage":"fork/exec /var/task/bin/main: no such file or directory"}`
	if string(r.Payload) != want || r.FunctionError != "Unhandled" {
		t.Errorf("result = %q %s, want %s", r.FunctionError, r.Payload, want)
	}
	if log := "fork/exec /var/task/bin/main: no such file or directory: PathError\nnull\n"; !strings.Contains(string(r.LogTail), log) {
		t.Errorf("log = %s, want %s", r.LogTail, log)
	}
}

// TestEventThatWaitedInAForgottenPoolJoinsThePresentOne has an event wait for an
// environment that should be ready at any moment, and ends instead.
func TestEventThatWaitedInAForgottenPoolJoinsThePresentOne(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("echo")
	b.invoke(fn, `"x"`)
	await(t, "the environment rests", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].State == Idle })
	e, p, _, err := b.takeNow(&fn)
	if e == nil || err != nil {
		t.Fatalf("takeNow = %v, %v", e, err)
	}
	b.answered(e)
	taken := make(chan *pool)
	go func() {
		_, p, err := b.take(&fn)
		if err != nil {
			t.Error(err)
		}
		taken <- p
	}()
	await(t, "it waits", func() bool { b.mu.Lock(); defer b.mu.Unlock(); return len(p.waiters) == 1 })
	b.give(&call{e: e}, false)
	p = <-taken
	b.mu.Lock()
	known := b.pools[p.key] == p
	b.mu.Unlock()
	if !known {
		t.Error("the event has a place in a pool that nobody knows")
	}
	b.leave(p)
}

func TestCallerThatGoesAwayDoesNotStopTheFunction(t *testing.T) {
	b := newIsolatedBench(t)
	for i, name := range []string{"in a new environment", "in one that has waited"} {
		ctx, cancel := context.WithCancel(t.Context())
		inv := event(`"300ms"`)
		over := make(chan struct{})
		inv.Over = func() { close(over) }
		done := make(chan error)
		go func() {
			_, err := b.Invoke(ctx, behaviour("sleep"), inv)
			done <- err
		}()
		await(t, name+" it is at work", func() bool {
			e := b.Status().Environments
			return len(e) == 1 && e[0].State == Busy && e[0].Invocations == int64(i+1)
		})
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Invoke = %v", name, err)
		}
		select {
		case <-over:
			t.Errorf("%s: it is over before the function has ended", name)
		default:
		}
		<-over
		await(t, name+" the function has ended well", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].State == Idle })
	}
}

func TestCloseCutsWhatDoesNotEnd(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("sleep")
	fn.Timeout = time.Minute
	answered := make(chan Result)
	go func() {
		r, err := b.Invoke(t.Context(), fn, event(`"1m"`))
		if err != nil {
			t.Error(err)
		}
		answered <- r
	}()
	await(t, "it is at work", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].State == Busy })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Errorf("Close = %v", err)
	}
	if r := <-answered; r.ErrorType != "Runtime.ExitError" {
		t.Errorf("result = %s", r.Payload)
	}
	if _, err := b.Invoke(t.Context(), fn, event(`"1m"`)); !errors.Is(err, ErrClosed) {
		t.Errorf("Invoke after Close = %v", err)
	}
}

// TestProcessesWithoutIsolation runs the same functions where there are no
// namespaces.
func TestProcessesWithoutIsolation(t *testing.T) {
	b := newBench(t, withProcesses(t), func(c *Config) { c.FreezeAfter = 5 * time.Millisecond })
	if s := b.Status(); s.Isolated || s.Driver != "processes" {
		t.Errorf("status = %+v", s)
	}
	fn := behaviour("echo")
	fn.Runtime = "provided.al2023"
	for range 2 {
		if r := b.invoke(fn, `"x"`); string(r.Payload) != `"x"` || r.MemoryUsedMB == 0 {
			t.Errorf("result = %q %s, %d MB used", r.FunctionError, r.Payload, r.MemoryUsedMB)
		}
		await(t, "it is frozen", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].Frozen })
	}
	slow := behaviour("sleep")
	slow.Timeout = 100 * time.Millisecond
	if r := b.invoke(slow, `"1h"`); r.ErrorType != "Sandbox.Timedout" {
		t.Errorf("result = %s", r.Payload)
	}
	if r := b.invoke(behaviour("exit leaving children"), `"left-by-the-process-driver"`); !strings.Contains(string(r.Payload), "exit status 9") {
		t.Errorf("result = %s", r.Payload)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := processesWith(t, "left-by-the-process-driver"); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func TestLogStreamsAreNamedAsOnAWS(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 3, 4, 23, 0, 0, 0, time.UTC), 1)
	name := newStreamName(c, &Function{Name: "f", Version: "$LATEST", LogGroup: "/aws/lambda/f"})
	if !strings.HasPrefix(name, "2026/03/04/[$LATEST]") || len(name) != len("2026/03/04/[$LATEST]")+32 {
		t.Errorf("stream = %s", name)
	}
}

// await waits until something is so that happens in its own time.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// TestPreparedCodeIsThereForTheFirstEvent counts who fetches a package.
func TestPreparedCodeIsThereForTheFirstEvent(t *testing.T) {
	b := newBench(t)
	fn := behaviour("echo")
	whole, opened := fn.Code, 0
	fn.Code = Code{SHA256: "new", Open: func(ctx context.Context) (Package, error) {
		opened++
		return whole.Open(ctx)
	}}
	if err := b.Prepare(t.Context(), fn); err != nil || opened != 1 {
		t.Fatalf("Prepare = %v, and fetched the code %d times", err, opened)
	}
	if r := b.invoke(fn, `"a"`); string(r.Payload) != `"a"` || opened != 1 {
		t.Errorf("result = %s, after the code was fetched %d times", r.Payload, opened)
	}
	fn.Runtime = "nodejs0.1"
	if err := b.Prepare(t.Context(), fn); err == nil {
		t.Error("Prepare knows a runtime that never was")
	}
}
