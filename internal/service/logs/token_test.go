package logs

import (
	"math"
	"strings"
	"testing"

	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/awserr"
)

func TestPageTokensReadBack(t *testing.T) {
	for _, at := range []position{{}, {1, 2}, {start.UnixMilli(), 7}, {math.MaxInt64, math.MaxInt64}} {
		for _, forward := range []bool{true, false} {
			token := pageToken(forward, at)
			got, direction, err := parsePageToken(token)
			if got != at || direction != forward || err != nil {
				t.Errorf("%s = %v, %v, %v; want %v, %v", token, got, direction, err, at, forward)
			}
		}
	}
}

// Whatever a client hands back as a token, the answer is events or a refusal.
func FuzzTokens(f *testing.F) {
	f.Add(pageToken(true, position{1, 2}))
	f.Add(encodeToken(cursor{1, "s", 2}))
	f.Add(encodeToken(streamPosition{"a", 1}))
	f.Add(encodeToken("g"))
	f.Add("b/" + strings.Repeat("9", 56))
	f.Add("f/" + strings.Repeat("-1", 28))
	f.Fuzz(func(t *testing.T, token string) {
		x := newFixture(t)
		x.put(t, "a", 0, "1", "2")
		for _, err := range []error{
			second(x.GetLogEvents(t.Context(), x.call, &logsapi.GetLogEventsRequest{LogGroupName: new("g"), LogStreamName: "a", NextToken: &token})),
			second(x.FilterLogEvents(t.Context(), x.call, &logsapi.FilterLogEventsRequest{LogGroupName: new("g"), NextToken: &token})),
			second(x.DescribeLogStreams(t.Context(), x.call, &logsapi.DescribeLogStreamsRequest{LogGroupName: new("g"), NextToken: &token})),
			second(x.DescribeLogGroups(t.Context(), x.call, &logsapi.DescribeLogGroupsRequest{NextToken: &token})),
		} {
			if err != nil && awserr.Code(err) != "InvalidParameterException" {
				t.Errorf("%q: %v", token, err)
			}
		}
	})
}
