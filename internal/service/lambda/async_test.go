package lambda

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// event invokes f as an Event.
func (h *harness) event(function, requestID, payload string) {
	h.t.Helper()
	caller := *call
	caller.RequestID = requestID
	out, err := h.Invoke(h.t.Context(), &caller, &lambdaapi.InvocationRequest{FunctionName: function, InvocationType: "Event", Payload: []byte(payload)})
	if err != nil {
		h.t.Fatal(err)
	}
	if *out.StatusCode != 202 || out.Payload != nil || out.ExecutedVersion != nil {
		h.t.Fatalf("Invoke = %+v", out)
	}
}

func TestAnEventRunsOnce(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.event("f:$LATEST", "r1", `{"a":1}`)
	got := <-h.sandboxes.calls
	if got.RequestID != "r1" || string(got.Payload) != `{"a":1}` || got.Invocation.ARN != "arn:aws:lambda:eu-central-1:111111111111:function:f:$LATEST" {
		t.Errorf("invoked with %+v", got.Invocation)
	}
	h.awaitEmpty()
	if n := len(h.sandboxes.calls); n != 0 {
		t.Errorf("invoked %d times more", n)
	}
}

func TestAFailedEventIsTriedThreeTimes(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.sandboxes.answer(Outcome{FunctionError: "Unhandled"}, nil)
	h.event("f", "r1", "1")
	<-h.sandboxes.calls
	h.advance(time.Minute)
	if again := <-h.sandboxes.calls; again.RequestID != "r1" {
		t.Errorf("the second time it is %s", again.RequestID)
	}
	h.advance(2 * time.Minute)
	<-h.sandboxes.calls
	h.awaitEmpty()
	if passed := h.clock.Now().Sub(start); passed != 3*time.Minute {
		t.Errorf("after %v", passed)
	}
}

func TestAnEventThatCannotRunIsTriedForSixHours(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.sandboxes.answer(Outcome{}, ErrNoCapacity)
	h.event("f", "r1", "1")
	tries := 1
	for wait := time.Second; ; wait = min(2*wait, 5*time.Minute) {
		<-h.sandboxes.calls
		if h.clock.Now().Add(wait).Sub(start) > 6*time.Hour {
			break
		}
		h.advance(wait)
		tries++
	}
	h.awaitEmpty()
	// 1+2+…+256 s make 511 s in 9 waits; then every 300 s up to 21,600 s.
	if want := 1 + 9 + (21600-511)/300; tries != want {
		t.Errorf("tried %d times, want %d", tries, want)
	}
}

// Refusals do not count as attempts, and a failure begins the waiting anew.
func TestDelays(t *testing.T) {
	for _, tt := range []struct {
		failed, refused int
		want            time.Duration
	}{
		{1, 0, time.Minute}, {2, 0, 2 * time.Minute}, {0, 1, time.Second}, {0, 2, 2 * time.Second}, {2, 3, 4 * time.Second},
		{0, 9, 256 * time.Second}, {0, 10, 5 * time.Minute}, {0, 1000, 5 * time.Minute},
	} {
		if got := (&attempts{Failed: tt.failed, Refused: tt.refused}).delay(); got != tt.want {
			t.Errorf("after %d failures and %d refusals: %v, want %v", tt.failed, tt.refused, got, tt.want)
		}
	}
}

func TestARestartResumesEventsWhereTheyWere(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.sandboxes.answer(Outcome{FunctionError: "Unhandled"}, nil)
	h.event("f", "r1", "1")
	<-h.sandboxes.calls
	h.advance(time.Minute)
	<-h.sandboxes.calls
	h.awaitWait(2 * time.Minute)
	h.restart()
	h.advance(2 * time.Minute)
	<-h.sandboxes.calls
	h.awaitEmpty() // that was the third
}

func TestAnEventUnderWayAtTheEndIsTriedAgain(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.sandboxes.set(func() {
		h.sandboxes.invoke = func(ctx context.Context, _ Environment, _ Invocation) (Outcome, error) {
			<-ctx.Done()
			return Outcome{}, ctx.Err()
		}
	})
	h.event("f", "r1", "1")
	<-h.sandboxes.calls
	h.Close()
	if h.count("event") != 1 || h.count("queue") != 1 {
		t.Fatal("the event is gone")
	}
	h.sandboxes.answer(Outcome{}, nil)
	h.open()
	if again := <-h.sandboxes.calls; again.RequestID != "r1" {
		t.Errorf("resumed %s", again.RequestID)
	}
	h.awaitEmpty()
}

func TestEventsOfADeletedFunctionAreDropped(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.sandboxes.answer(Outcome{FunctionError: "Unhandled"}, nil)
	h.event("f", "r1", "1")
	<-h.sandboxes.calls
	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f"}))(t)
	h.create("f") // another one, which does not get it
	h.advance(time.Minute)
	h.awaitEmpty()
	if n := len(h.sandboxes.calls); n != 0 {
		t.Errorf("invoked %d times more", n)
	}
}

func TestAsManyEventsRunAsMay(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	release := make(chan struct{})
	h.sandboxes.set(func() {
		h.sandboxes.invoke = func(context.Context, Environment, Invocation) (Outcome, error) { <-release; return Outcome{}, nil }
	})
	const most = eventsAtOnce / 2 // of one function
	for i := range most + 10 {
		h.event("f", fmt.Sprintf("r%d", i), "1")
	}
	for range most {
		<-h.sandboxes.calls
	}
	if n := len(h.sandboxes.calls); n != 0 {
		t.Errorf("%d more run", n)
	}
	for range 10 {
		release <- struct{}{}
		<-h.sandboxes.calls
	}
	close(release)
	h.awaitEmpty()
}

func TestAFloodOfOneFunctionHoldsUpNoOther(t *testing.T) {
	h := newHarness(t)
	for _, name := range []string{"flooded", "a", "b"} {
		h.create(name)
	}
	release := make(chan struct{})
	h.sandboxes.set(func() {
		h.sandboxes.invoke = func(context.Context, Environment, Invocation) (Outcome, error) { <-release; return Outcome{}, nil }
	})
	for i := range eventsAtOnce + 10 {
		h.event("flooded", fmt.Sprintf("r%d", i), "1")
	}
	for range eventsAtOnce / 2 {
		<-h.sandboxes.calls
	}
	for i, name := range []string{"b", "a"} { // before and after it in the order of their keys
		h.event(name, fmt.Sprintf("late%d", i), "1")
		if got := <-h.sandboxes.calls; got.FunctionName != name {
			t.Errorf("%s runs, want %s", got.FunctionName, name)
		}
	}
	close(release)
	h.awaitEmpty()
}

func TestAFunctionMayHaveAsManyPlacesAsItLeavesFree(t *testing.T) {
	w := newWork()
	fill := func(function string) (n int) {
		for w.mayStart(name{function: function}) {
			w.add(&attempts{Function: function, ID: fmt.Sprint(n)})
			n++
		}
		return n
	}
	for i, want := range []int{eventsAtOnce / 2, eventsAtOnce / 4, eventsAtOnce / 8} {
		if n := fill(fmt.Sprint(i)); n != want {
			t.Errorf("function %d has %d places, want %d", i, n, want)
		}
	}
	for id := range eventsAtOnce / 2 { // the first has done its work
		w.remove(&attempts{Function: "0", ID: fmt.Sprint(id)})
	}
	if more := fill("1"); more == 0 {
		t.Error("places that have become free are nobody's")
	}
	if len(w.of) != 2 || len(w.running) > eventsAtOnce {
		t.Errorf("%d functions have %d places", len(w.of), len(w.running))
	}
}

func TestFunctionsHaveTheirTurnsWherePlacesAreFew(t *testing.T) {
	h := newHarness(t)
	w := newWork()
	for i := range eventsAtOnce - 1 { // one place is free
		w.add(&attempts{Function: "busy", ID: fmt.Sprint(i)})
	}
	h.Close()
	put := func(tx kv.Tx, function string, i int) error {
		a := &attempts{FormatVersion: 1, Account: "1", Region: "r", Function: function, ID: fmt.Sprint(i), due: start}
		return writeRecord(tx, a.key(), a)
	}
	err := h.store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
		for i := range 2 {
			for _, function := range []string{"a", "b", "c"} {
				if err := put(tx, function, i); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for range 6 {
		err := h.store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
			due, _, err := w.pick(tx, start)
			for _, a := range due { // which end at once
				order = append(order, a.Function+a.ID)
				w.remove(a)
				tx.Delete(a.key())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(order); got != "[a0 b0 c0 a1 b1 c1]" {
		t.Errorf("order %s", got)
	}
}

func TestEventsOfTheOldQueueAreMoved(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.Close()
	const n = movedAtOnce + 3
	err := h.store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
		for i := range n + 1 {
			e := &event{FormatVersion: 1, ID: fmt.Sprint("r", i), Account: account, Region: call.Region, Function: "f",
				FunctionID: h.peek("f").ID, Payload: []byte("1"), Accepted: start}
			a := e.first()
			a.Function = ""
			if err := writeRecord(tx, keys.Encode(root, "due", start, account, call.Region, e.ID), a); err != nil {
				return err
			}
			if i == n {
				continue // which has no event any more
			}
			if err := writeRecord(tx, e.key(), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.open()
	for range n {
		<-h.sandboxes.calls
	}
	h.awaitEmpty()
	if left := h.count("due"); left != 0 {
		t.Errorf("%d are left in the old queue", left)
	}
}

func TestAnEventIsNotAcceptedForWhatIsNotThere(t *testing.T) {
	h := newHarness(t)
	_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "doesnotexist", InvocationType: "Event"})
	refused(t, "Invoke", err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:doesnotexist:$LATEST")
	if n := h.count("event"); n != 0 {
		t.Errorf("%d events are queued", n)
	}
}

func TestAnUnknownErrorOfTheSandboxesIsTriedAgain(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.sandboxes.answer(Outcome{}, errors.New("no namespaces left"))
	h.event("f", "r1", "1")
	<-h.sandboxes.calls
	h.sandboxes.answer(Outcome{}, nil)
	h.advance(time.Second)
	<-h.sandboxes.calls
	h.awaitEmpty()
}
