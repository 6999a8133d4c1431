package logs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/awserr"
)

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

// A page holds no more than 1 MB, so that an answer is never too large to be
// made.
func TestAPageOfASearchIsBoundedInBytes(t *testing.T) {
	f := newFixture(t)
	const each = maxPageBytes / 3
	for i := range 4 {
		f.put(t, "a", time.Duration(2*i)*time.Second, strings.Repeat(fmt.Sprint(2*i), each))
		f.put(t, "b", time.Duration(2*i+1)*time.Second, strings.Repeat(fmt.Sprint(2*i+1), each))
	}
	in := &logsapi.FilterLogEventsRequest{LogGroupName: new("g")}
	var pages []string
	for {
		out, err := f.FilterLogEvents(t.Context(), f.call, in)
		f.must(t, "FilterLogEvents", err)
		page := ""
		for _, e := range out.Events {
			page += (*e.Message)[:1]
		}
		pages = append(pages, page)
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if got := strings.Join(pages, "|"); got != "01|23|45|67" && got != "01|23|45|67|" {
		t.Errorf("pages %s", got)
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
