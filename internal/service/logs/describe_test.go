package logs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/awserr"
)

func (f *fixture) groups(t *testing.T, in *logsapi.DescribeLogGroupsRequest) []logsapi.LogGroup {
	t.Helper()
	out, err := f.DescribeLogGroups(t.Context(), f.call, in)
	f.must(t, "DescribeLogGroups", err)
	return out.LogGroups
}

func (f *fixture) storedBytes(t *testing.T, name string) int64 {
	t.Helper()
	return *f.groups(t, &logsapi.DescribeLogGroupsRequest{LogGroupNamePrefix: &name})[0].StoredBytes
}

func (f *fixture) streamsOf(t *testing.T, name string) []logsapi.LogStream {
	t.Helper()
	out, err := f.DescribeLogStreams(t.Context(), f.call, &logsapi.DescribeLogStreamsRequest{LogGroupName: &name})
	f.must(t, "DescribeLogStreams", err)
	return out.LogStreams
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

// The members are those of recorded answers.
func TestAGroupIsDescribedAsAWSDoes(t *testing.T) {
	f := newFixture(t)
	const arn = "arn:aws:logs:us-east-1:111111111111:log-group:g"
	g := f.groups(t, &logsapi.DescribeLogGroupsRequest{LogGroupNamePrefix: new("g")})[0]
	if *g.Arn != arn+":*" || *g.LogGroupArn != arn || g.LogGroupClass != "STANDARD" || *g.CreationTime != start.UnixMilli() ||
		*g.MetricFilterCount != 0 || *g.StoredBytes != 0 || *g.DeletionProtectionEnabled || g.RetentionInDays != nil {
		t.Errorf("by prefix: %+v", g)
	}
	g = f.groups(t, &logsapi.DescribeLogGroupsRequest{LogGroupNamePattern: new("G")})[0]
	if g.StoredBytes != nil || g.DeletionProtectionEnabled != nil || *g.Arn != arn+":*" {
		t.Errorf("by pattern: %+v", g)
	}
	f.must(t, "PutRetentionPolicy", second(f.PutRetentionPolicy(t.Context(), f.call, &logsapi.PutRetentionPolicyRequest{LogGroupName: "g", RetentionInDays: 7})))
	if g := f.groups(t, &logsapi.DescribeLogGroupsRequest{})[0]; *g.RetentionInDays != 7 {
		t.Errorf("retention %v", g.RetentionInDays)
	}
	f.must(t, "DeleteRetentionPolicy", second(f.DeleteRetentionPolicy(t.Context(), f.call, &logsapi.DeleteRetentionPolicyRequest{LogGroupName: "g"})))
	if g := f.groups(t, &logsapi.DescribeLogGroupsRequest{})[0]; g.RetentionInDays != nil {
		t.Errorf("retention %v after its end", *g.RetentionInDays)
	}
}

func TestGroupsAreFoundByIdentifier(t *testing.T) {
	f := newFixture(t)
	f.must(t, "CreateLogGroup", second(f.CreateLogGroup(t.Context(), f.call, &logsapi.CreateLogGroupRequest{LogGroupName: "h"})))
	for identifier, want := range map[string]int{
		"h": 1,
		"arn:aws:logs:us-east-1:111111111111:log-group:h":   1,
		"arn:aws:logs:us-east-1:111111111111:log-group:h:*": 1,
		"arn:aws:logs:eu-west-1:111111111111:log-group:h":   0,
		"arn:aws:logs:us-east-1:222222222222:log-group:h":   0,
		"i": 0,
	} {
		if got := f.groups(t, &logsapi.DescribeLogGroupsRequest{LogGroupIdentifiers: []string{identifier}}); len(got) != want {
			t.Errorf("%s: %d groups, want %d", identifier, len(got), want)
		}
		_, err := f.FilterLogEvents(t.Context(), f.call, &logsapi.FilterLogEventsRequest{LogGroupIdentifier: new(identifier)})
		if found := awserr.Code(err) != "ResourceNotFoundException"; found != (want == 1) {
			t.Errorf("FilterLogEvents of %s: %v", identifier, err)
		}
	}
}

func TestStreamsArePagedInEveryOrder(t *testing.T) {
	f := newFixture(t)
	for i, name := range []string{"c", "d", "e"} {
		f.must(t, "CreateLogStream", second(f.CreateLogStream(t.Context(), f.call, &logsapi.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: name})))
		f.put(t, name, -time.Duration(i)*time.Minute, "x")
	}
	for _, tt := range []struct {
		in   logsapi.DescribeLogStreamsRequest
		want string
	}{
		{logsapi.DescribeLogStreamsRequest{}, "abcde"},
		{logsapi.DescribeLogStreamsRequest{Descending: new(true)}, "edcba"},
		{logsapi.DescribeLogStreamsRequest{OrderBy: "LastEventTime"}, "abedc"},
		{logsapi.DescribeLogStreamsRequest{OrderBy: "LastEventTime", Descending: new(true)}, "cdeba"},
		{logsapi.DescribeLogStreamsRequest{LogStreamNamePrefix: new("c")}, "c"},
	} {
		for limit := range int64(6) {
			in := tt.in
			in.LogGroupName, in.Limit = new("g"), new(limit+1)
			var got strings.Builder
			for range 10 {
				out, err := f.DescribeLogStreams(t.Context(), f.call, &in)
				f.must(t, "DescribeLogStreams", err)
				for _, st := range out.LogStreams {
					got.WriteString(*st.LogStreamName)
				}
				if in.NextToken = out.NextToken; in.NextToken == nil {
					break
				}
			}
			if got.String() != tt.want {
				t.Errorf("%+v, pages of %d: %s, want %s", tt.in, limit+1, got.String(), tt.want)
			}
		}
	}
}

func TestAListingOfStreamsGoesOnBehindOneThatIsGone(t *testing.T) {
	f := newFixture(t)
	in := &logsapi.DescribeLogStreamsRequest{LogGroupName: new("g"), Limit: new(int64(1))}
	out, err := f.DescribeLogStreams(t.Context(), f.call, in)
	f.must(t, "DescribeLogStreams", err)
	f.must(t, "DeleteLogStream", second(f.DeleteLogStream(t.Context(), f.call, &logsapi.DeleteLogStreamRequest{LogGroupName: "g", LogStreamName: "a"})))
	in.NextToken = out.NextToken
	out, err = f.DescribeLogStreams(t.Context(), f.call, in)
	f.must(t, "DescribeLogStreams", err)
	if len(out.LogStreams) != 1 || *out.LogStreams[0].LogStreamName != "b" || out.NextToken != nil {
		t.Errorf("the second page: %+v", out)
	}
}
