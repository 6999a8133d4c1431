package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtimeapi"
)

// localBox is an environment whose processes listen on this machine.
type localBox struct {
	driver.Environment
	address string
}

func (b localBox) Dial(ctx context.Context, _ int) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", b.address)
}

// line is what a function printed.
func line(text string) happening {
	return happening{at: time.Now(), kind: byFunction, platformEvent: platformEvent{record: text}}
}

func TestSubscribersThatDoNotKeepUpLoseEventsAndHearOfIt(t *testing.T) {
	arrived, proceed := make(chan []json.RawMessage), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var batch []json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
			t.Error(err)
		}
		arrived <- batch
		<-proceed
	}))
	defer server.Close()
	tel := newTelemetry(clock.System{}, localBox{address: server.Listener.Addr().String()})
	defer tel.close()
	tel.started()
	tel.subscribe(runtimeapi.Subscription{Extension: "x", Types: []string{"platform", "function"}, Method: "POST", Port: 1, Path: "/",
		MaxItems: 1000, MaxBytes: 256 << 10, Timeout: time.Millisecond})
	tel.publish(line("first"))
	if batch := <-arrived; len(batch) != 1 {
		t.Fatalf("first comes %q", batch)
	}
	if tel.freeze() {
		t.Error("the environment may freeze in the middle of a delivery")
	}
	long := line(strings.Repeat("x", 100<<10))
	for range 8 { // of which five fit into 512 KiB
		tel.publish(long)
	}
	proceed <- struct{}{}
	batch := <-arrived
	want := fmt.Sprintf(`"record":{"reason":"Consumer seems to have fallen behind as it has not acknowledged receipt of logs.","droppedRecords":3,"droppedBytes":%d}}`, 3*len(batch[0]))
	if len(batch) != 6 || !strings.HasSuffix(string(batch[5]), want) {
		t.Errorf("then come %d events, the last %.300s, want %s", len(batch), batch[len(batch)-1], want)
	}
	close(proceed)
}

func TestNothingIsSentWhileTheEnvironmentIsFrozen(t *testing.T) {
	arrived := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- struct{}{} }))
	defer server.Close()
	tel := newTelemetry(clock.System{}, localBox{address: server.Listener.Addr().String()})
	defer tel.close()
	tel.subscribe(runtimeapi.Subscription{Extension: "x", Types: []string{"function"}, Method: "POST", Port: 1, Path: "/",
		MaxItems: 1000, MaxBytes: 256 << 10, Timeout: time.Millisecond})
	if !tel.freeze() {
		t.Fatal("it cannot freeze, though nothing is sent")
	}
	tel.publish(line("first"))
	select {
	case <-arrived:
		t.Fatal("it is sent")
	case <-time.After(50 * time.Millisecond):
	}
	tel.thaw()
	<-arrived
}

// subscription2022 is one by the schema in which JSON is JSON.
var subscription2022 = runtimeapi.Subscription{Schema: "2022-12-13", Types: []string{"function"}}
