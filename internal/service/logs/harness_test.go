package logs

import (
	"context"
	"testing"
	"time"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/clock"
	"cloudless/internal/storage/memkv"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// everyone may do everything.
type everyone struct{}

func (everyone) Authorize(context.Context, *api.Call, string, string, ...api.Fact) error { return nil }

type fixture struct {
	*Service
	clock *clock.Fake
	call  *api.Call
}

// newFixture has the group "g" with the streams "a" and "b".
func newFixture(t *testing.T) *fixture {
	t.Helper()
	store := memkv.New()
	t.Cleanup(func() { _ = store.Close() })
	f := &fixture{clock: clock.NewFake(start, 1), call: &api.Call{Account: "111111111111", Region: "us-east-1"}}
	f.Service = New(Config{Store: store, Authorizer: everyone{}, Clock: f.clock})
	f.must(t, "CreateLogGroup", second(f.CreateLogGroup(t.Context(), f.call, &logsapi.CreateLogGroupRequest{LogGroupName: "g"})))
	for _, name := range []string{"a", "b"} {
		f.must(t, "CreateLogStream", second(f.CreateLogStream(t.Context(), f.call, &logsapi.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: name})))
	}
	return f
}

func second[T any](_ T, err error) error { return err }

func (f *fixture) must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// put writes one event for each text, a second apart, from start on.
func (f *fixture) put(t *testing.T, stream string, offset time.Duration, texts ...string) {
	t.Helper()
	in := &logsapi.PutLogEventsRequest{LogGroupName: "g", LogStreamName: stream}
	for i, text := range texts {
		at := start.Add(offset + time.Duration(i)*time.Second)
		in.LogEvents = append(in.LogEvents, logsapi.InputLogEvent{Timestamp: at.UnixMilli(), Message: text})
	}
	f.must(t, "PutLogEvents", second(f.PutLogEvents(t.Context(), f.call, in)))
}

// texts follows the tokens of a search to its end.
func (f *fixture) texts(t *testing.T, in *logsapi.FilterLogEventsRequest) []string {
	t.Helper()
	var all []string
	for range 100 {
		out, err := f.FilterLogEvents(t.Context(), f.call, in)
		f.must(t, "FilterLogEvents", err)
		for _, e := range out.Events {
			all = append(all, *e.Message)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return all
		}
	}
	t.Fatal("the tokens do not end")
	return nil
}
