package logs

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

// DescribeLogStreams lists the streams of a group by name, or by the time of
// their latest event.
func (s *Service) DescribeLogStreams(ctx context.Context, call *api.Call, in *logsapi.DescribeLogStreamsRequest) (*logsapi.DescribeLogStreamsResponse, error) {
	name, err := groupName(call, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorizeGroup(ctx, call, "DescribeLogStreams", name); err != nil {
		return nil, err
	}
	byTime := in.OrderBy == "LastEventTime"
	prefix := ""
	if in.LogStreamNamePrefix != nil {
		if prefix = *in.LogStreamNamePrefix; byTime {
			return nil, logsapi.InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.")
		}
	}
	var streams []*stream
	err = s.store.View(ctx, func(r kv.Reader) error {
		g, err := readGroup(r, call, name)
		if err != nil {
			return err
		}
		streams, err = readStreams(r, g.ID, prefix)
		return err
	})
	if err != nil {
		return nil, err
	}
	order := streamOrder(byTime, in.Descending != nil && *in.Descending)
	slices.SortFunc(streams, order)
	return pageOfStreams(call, name, streams, order, in)
}

func streamOrder(byTime, descending bool) func(a, b *stream) int {
	return func(a, b *stream) int {
		c := strings.Compare(a.Name, b.Name)
		if byTime {
			c = cmp.Or(cmp.Compare(a.LastMs, b.LastMs), c)
		}
		if descending {
			return -c
		}
		return c
	}
}

// streamPosition is how far a listing of streams has come: behind the stream
// of that name and time, which may be gone by now.
type streamPosition struct {
	Name   string `json:"n"`
	LastMs int64  `json:"t"`
}

// pageOfStreams answers the part of the list, which is in the given order,
// behind the stream that the token names.
func pageOfStreams(call *api.Call, group string, streams []*stream, order func(a, b *stream) int, in *logsapi.DescribeLogStreamsRequest) (*logsapi.DescribeLogStreamsResponse, error) {
	if in.NextToken != nil {
		var after streamPosition
		if err := decodeToken(*in.NextToken, &after); err != nil {
			return nil, err
		}
		last := &stream{Name: after.Name, LastMs: after.LastMs}
		i := slices.IndexFunc(streams, func(st *stream) bool { return order(last, st) < 0 })
		if i < 0 {
			i = len(streams)
		}
		streams = streams[i:]
	}
	limit := defaultPage
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &logsapi.DescribeLogStreamsResponse{LogStreams: []logsapi.LogStream{}}
	if len(streams) > limit {
		streams = streams[:limit]
		out.NextToken = new(encodeToken(streamPosition{streams[limit-1].Name, streams[limit-1].LastMs}))
	}
	for _, st := range streams {
		out.LogStreams = append(out.LogStreams, st.describe(call, group))
	}
	return out, nil
}
