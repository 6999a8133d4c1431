package logs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/storage/memkv"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// guard allows everything but the actions in it.
type guard map[string]bool

func (g guard) Authorize(_ context.Context, _ *api.Call, action, _ string, _ ...api.Fact) error {
	if g[action] {
		return awserr.AccessDenied("no")
	}
	return nil
}

type fixture struct {
	*Service
	clock *clock.Fake
	call  *api.Call
}

// newFixture has the group "g" with the streams "a" and "b".
func newFixture(t *testing.T, forbidden ...string) *fixture {
	t.Helper()
	store := memkv.New()
	t.Cleanup(func() { _ = store.Close() })
	g := guard{}
	f := &fixture{clock: clock.NewFake(start, 1), call: &api.Call{Account: "111111111111", Region: "us-east-1"}}
	f.Service = New(Config{Store: store, Authorizer: g, Clock: f.clock})
	f.must(t, "CreateLogGroup", second(f.CreateLogGroup(t.Context(), f.call, &logsapi.CreateLogGroupRequest{LogGroupName: "g"})))
	for _, name := range []string{"a", "b"} {
		f.must(t, "CreateLogStream", second(f.CreateLogStream(t.Context(), f.call, &logsapi.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: name})))
	}
	for _, action := range forbidden {
		g[action] = true
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

func TestRefusals(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	at := start.UnixMilli()
	events := func(times ...int64) []logsapi.InputLogEvent {
		var all []logsapi.InputLogEvent
		for _, at := range times {
			all = append(all, logsapi.InputLogEvent{Timestamp: at, Message: "m"})
		}
		return all
	}
	for _, tt := range []struct {
		name          string
		err           error
		code, message string
	}{
		{"a second group of the name", second(f.CreateLogGroup(ctx, f.call, &logsapi.CreateLogGroupRequest{LogGroupName: "g"})),
			"ResourceAlreadyExistsException", "The specified log group already exists"},
		{"a second stream of the name", second(f.CreateLogStream(ctx, f.call, &logsapi.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: "a"})),
			"ResourceAlreadyExistsException", "The specified log stream already exists"},
		{"events for an unknown group", second(f.PutLogEvents(ctx, f.call, &logsapi.PutLogEventsRequest{LogGroupName: "x", LogStreamName: "a", LogEvents: events(at)})),
			"ResourceNotFoundException", "The specified log group does not exist."},
		{"events for an unknown stream", second(f.PutLogEvents(ctx, f.call, &logsapi.PutLogEventsRequest{LogGroupName: "g", LogStreamName: "x", LogEvents: events(at)})),
			"ResourceNotFoundException", "The specified log stream does not exist."},
		{"events in the wrong order", second(f.PutLogEvents(ctx, f.call, &logsapi.PutLogEventsRequest{LogGroupName: "g", LogStreamName: "a", LogEvents: events(at, at-1)})),
			"InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order."},
		{"a token that is none", second(f.GetLogEvents(ctx, f.call, &logsapi.GetLogEventsRequest{LogGroupName: new("g"), LogStreamName: "a", NextToken: new("x")})),
			"InvalidParameterException", "The specified nextToken is invalid."},
		{"a retention that AWS does not have", second(f.PutRetentionPolicy(ctx, f.call, &logsapi.PutRetentionPolicyRequest{LogGroupName: "g", RetentionInDays: 2})),
			"InvalidParameterException", ""},
		{"a pattern that is none", second(f.FilterLogEvents(ctx, f.call, &logsapi.FilterLogEventsRequest{LogGroupName: new("g"), FilterPattern: new("{ x")})),
			"InvalidParameterException", "Invalid filter pattern"},
		{"a pattern with a term that needs quotes", second(f.FilterLogEvents(ctx, f.call, &logsapi.FilterLogEventsRequest{LogGroupName: new("g"), FilterPattern: new("a-b")})),
			"InvalidParameterException", "Invalid filter pattern: Invalid character(s) in term 'a-b'"},
		{"the events of an unknown stream", second(f.GetLogEvents(ctx, f.call, &logsapi.GetLogEventsRequest{LogGroupName: new("g"), LogStreamName: "x"})),
			"ResourceNotFoundException", "The specified log stream does not exist."},
	} {
		e := awserr.From(tt.err)
		if tt.err == nil || e.Code != tt.code || tt.message != "" && e.Message != tt.message {
			t.Errorf("%s: %v, want %s %q", tt.name, tt.err, tt.code, tt.message)
		}
	}
}

func TestEventsTooOldOrTooNewAreLeftOutAndNamed(t *testing.T) {
	f := newFixture(t)
	in := &logsapi.PutLogEventsRequest{LogGroupName: "g", LogStreamName: "a", LogEvents: []logsapi.InputLogEvent{
		{Timestamp: start.Add(-15 * 24 * time.Hour).UnixMilli(), Message: "old"},
	}}
	out, err := f.PutLogEvents(t.Context(), f.call, in)
	f.must(t, "PutLogEvents", err)
	if r := out.RejectedLogEventsInfo; r == nil || r.TooOldLogEventEndIndex == nil || *r.TooOldLogEventEndIndex != 1 {
		t.Errorf("rejected = %+v, want the first event as too old", out.RejectedLogEventsInfo)
	}
	in.LogEvents = []logsapi.InputLogEvent{
		{Timestamp: start.UnixMilli(), Message: "now"},
		{Timestamp: start.Add(3 * time.Hour).UnixMilli(), Message: "new"},
	}
	out, err = f.PutLogEvents(t.Context(), f.call, in)
	f.must(t, "PutLogEvents", err)
	if r := out.RejectedLogEventsInfo; r == nil || r.TooNewLogEventStartIndex == nil || *r.TooNewLogEventStartIndex != 1 {
		t.Errorf("rejected = %+v, want the second event as too new", out.RejectedLogEventsInfo)
	}
	if got := f.texts(t, &logsapi.FilterLogEventsRequest{LogGroupName: new("g")}); !slices.Equal(got, []string{"now"}) {
		t.Errorf("kept %q", got)
	}
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

func TestFilterMergesStreamsInOrderOfTime(t *testing.T) {
	f := newFixture(t)
	f.put(t, "a", 0, "1", "2", "3", "4")
	f.put(t, "b", 500*time.Millisecond, "1b", "2b", "3b", "4b")
	want := []string{"1", "1b", "2", "2b", "3", "3b", "4", "4b"}
	for limit := int64(1); limit <= 9; limit++ {
		if got := f.texts(t, &logsapi.FilterLogEventsRequest{LogGroupName: new("g"), Limit: new(limit)}); !slices.Equal(got, want) {
			t.Errorf("limit %d: %q, want %q", limit, got, want)
		}
	}
	from, to := start.Add(time.Second).UnixMilli(), start.Add(2*time.Second).UnixMilli()
	in := &logsapi.FilterLogEventsRequest{LogGroupName: new("g"), StartTime: &from, EndTime: &to}
	if got := f.texts(t, in); !slices.Equal(got, []string{"2", "2b", "3"}) {
		t.Errorf("from 1 s to 2 s: %q", got)
	}
	if got := f.texts(t, &logsapi.FilterLogEventsRequest{LogGroupName: new("g"), FilterPattern: new(`?"4b" ?1`), LogStreamNamePrefix: new("b")}); !slices.Equal(got, []string{"1b", "4b"}) {
		t.Errorf("pattern: %q", got)
	}
}

func TestGetLogEventsPagesBothWays(t *testing.T) {
	f := newFixture(t)
	var texts []string
	for i := range 7 {
		texts = append(texts, fmt.Sprint(i))
	}
	f.put(t, "a", 0, texts...)
	in := &logsapi.GetLogEventsRequest{LogGroupName: new("g"), LogStreamName: "a", Limit: new(int64(3)), StartFromHead: new(true)}
	var pages []string
	for range 4 {
		out, err := f.GetLogEvents(t.Context(), f.call, in)
		f.must(t, "GetLogEvents", err)
		pages = append(pages, messages(out))
		in.NextToken = out.NextForwardToken
	}
	if got := strings.Join(pages, "|"); got != "012|345|6|" {
		t.Errorf("forwards: %s", got)
	}
	in = &logsapi.GetLogEventsRequest{LogGroupName: new("g"), LogStreamName: "a", Limit: new(int64(3))}
	pages = nil
	for range 4 {
		out, err := f.GetLogEvents(t.Context(), f.call, in)
		f.must(t, "GetLogEvents", err)
		pages = append(pages, messages(out))
		in.NextToken = out.NextBackwardToken
	}
	if got := strings.Join(pages, "|"); got != "456|123|0|" {
		t.Errorf("backwards: %s", got)
	}
}

func messages(out *logsapi.GetLogEventsResponse) string {
	var b strings.Builder
	for _, e := range out.Events {
		b.WriteString(*e.Message)
	}
	return b.String()
}

func TestAGroupMadeAnewIsEmpty(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.put(t, "a", 0, "old")
	f.must(t, "DeleteLogGroup", second(f.DeleteLogGroup(ctx, f.call, &logsapi.DeleteLogGroupRequest{LogGroupName: "g"})))
	f.must(t, "CreateLogGroup", second(f.CreateLogGroup(ctx, f.call, &logsapi.CreateLogGroupRequest{LogGroupName: "g"})))
	f.must(t, "CreateLogStream", second(f.CreateLogStream(ctx, f.call, &logsapi.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: "a"})))
	if got := f.texts(t, &logsapi.FilterLogEventsRequest{LogGroupName: new("g")}); len(got) != 0 {
		t.Errorf("the new group has %q", got)
	}
}

func TestSweepDropsWhatRetentionEnds(t *testing.T) {
	f := newFixture(t)
	f.put(t, "a", -20*time.Hour, "old")
	f.put(t, "a", 0, "young")
	f.must(t, "PutRetentionPolicy", second(f.PutRetentionPolicy(t.Context(), f.call, &logsapi.PutRetentionPolicyRequest{LogGroupName: "g", RetentionInDays: 1})))
	f.clock.Advance(5 * time.Hour)
	f.must(t, "Sweep", f.Sweep(t.Context()))
	if got := f.texts(t, &logsapi.FilterLogEventsRequest{LogGroupName: new("g")}); !slices.Equal(got, []string{"young"}) {
		t.Errorf("left %q", got)
	}
}

func TestDescribeLogGroupsPages(t *testing.T) {
	f := newFixture(t)
	for i := range 5 {
		f.must(t, "CreateLogGroup", second(f.CreateLogGroup(t.Context(), f.call, &logsapi.CreateLogGroupRequest{LogGroupName: fmt.Sprintf("n%d", i)})))
	}
	in := &logsapi.DescribeLogGroupsRequest{LogGroupNamePrefix: new("n"), Limit: new(int64(2))}
	var pages []string
	for {
		out, err := f.DescribeLogGroups(t.Context(), f.call, in)
		f.must(t, "DescribeLogGroups", err)
		var names []string
		for _, g := range out.LogGroups {
			names = append(names, *g.LogGroupName)
		}
		pages = append(pages, strings.Join(names, ","))
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if got := strings.Join(pages, "|"); got != "n0,n1|n2,n3|n4" {
		t.Errorf("pages %s", got)
	}
}

func TestWhoMayNotIsRefused(t *testing.T) {
	f := newFixture(t, "logs:PutLogEvents", "logs:FilterLogEvents")
	denied := &awserr.Error{Code: awserr.CodeAccessDenied}
	_, err := f.PutLogEvents(t.Context(), f.call, &logsapi.PutLogEventsRequest{LogGroupName: "g", LogStreamName: "a"})
	if !errors.Is(err, denied) {
		t.Errorf("PutLogEvents = %v", err)
	}
	_, err = f.FilterLogEvents(t.Context(), f.call, &logsapi.FilterLogEventsRequest{LogGroupName: new("g")})
	if !errors.Is(err, denied) {
		t.Errorf("FilterLogEvents = %v", err)
	}
}
