package logs

import (
	"context"
	"errors"
	"slices"
	"strings"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/service/logs/pattern"
	"cloudless/internal/storage/kv"
)

// FilterLogEvents lists the events of a group, or of some of its streams, that
// match a pattern, in order of time over all streams.
func (s *Service) FilterLogEvents(ctx context.Context, call *api.Call, in *logsapi.FilterLogEventsRequest) (*logsapi.FilterLogEventsResponse, error) {
	name, err := groupName(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorizeGroup(ctx, call, "FilterLogEvents", name); err != nil {
		return nil, err
	}
	if len(in.LogStreamNames) > 0 && in.LogStreamNamePrefix != nil {
		return nil, logsapi.InvalidParameterException("LogStreamNamePrefix and LogStreamNames are mutually exclusive parameters.")
	}
	f := filter{limit: maxPageEvents}
	if in.FilterPattern != nil {
		if f.pattern, err = pattern.Parse(*in.FilterPattern); err != nil {
			return nil, logsapi.InvalidParameterException(err.Error())
		}
	}
	if in.Limit != nil {
		f.limit = int(*in.Limit)
	}
	if f.after, err = cursorOf(in.NextToken); err != nil {
		return nil, err
	}
	var out *logsapi.FilterLogEventsResponse
	err = s.store.View(ctx, func(r kv.Reader) error {
		g, err := readGroup(r, call, name)
		if err != nil {
			return err
		}
		streams, err := searched(r, g.ID, in)
		if err != nil {
			return err
		}
		out, err = f.run(ctx, r, g.ID, streams, spanOf(in.StartTime, inclusive(in.EndTime)))
		return err
	})
	return out, err
}

// inclusive moves an end behind the events of that very millisecond, which
// FilterLogEvents includes and GetLogEvents does not.
func inclusive(end *int64) *int64 {
	if end == nil {
		return nil
	}
	return new(*end + 1)
}

// searched returns the streams that the request is about.
func searched(r kv.Reader, groupID string, in *logsapi.FilterLogEventsRequest) ([]*stream, error) {
	if len(in.LogStreamNames) == 0 {
		prefix := ""
		if in.LogStreamNamePrefix != nil {
			prefix = *in.LogStreamNamePrefix
		}
		return readStreams(r, groupID, prefix)
	}
	var streams []*stream
	for _, name := range in.LogStreamNames {
		st, err := readStream(r, groupID, name)
		if err != nil {
			return nil, err
		}
		streams = append(streams, st)
	}
	return streams, nil
}

// cursor is how far a search has come: behind the event of that time, stream
// and number.
type cursor struct {
	AtMs   int64  `json:"t"`
	Stream string `json:"s"`
	Number int64  `json:"n"`
}

func cursorOf(token *string) (*cursor, error) {
	if token == nil {
		return nil, nil
	}
	c := &cursor{}
	return c, decodeToken(*token, c)
}

// less orders events over all streams.
func less(a, b *event) int {
	if c := a.atMs - b.atMs; c != 0 {
		return int(max(-1, min(1, c)))
	}
	if c := strings.Compare(a.stream.ID, b.stream.ID); c != 0 {
		return c
	}
	return int(max(-1, min(1, a.number-b.number)))
}

func (c *cursor) before(e *event) bool {
	return less(&event{atMs: c.AtMs, stream: &stream{ID: c.Stream}, number: c.Number}, e) < 0
}

// filter is one page of a search.
type filter struct {
	pattern pattern.Pattern
	limit   int
	after   *cursor
}

// run collects from each stream the first matches behind the cursor and merges
// them. No stream can give more than limit events to the page, so none is read
// further.
func (f *filter) run(ctx context.Context, r kv.Reader, groupID string, streams []*stream, sp span) (*logsapi.FilterLogEventsResponse, error) {
	if f.after != nil {
		sp.from = position{atMs: max(sp.from.atMs, f.after.AtMs)}
	}
	var found []event
	for _, st := range streams {
		if st.Events == 0 || st.LastMs < sp.from.atMs || st.FirstMs >= sp.to.atMs {
			continue
		}
		matches, err := f.search(ctx, r, groupID, st, sp)
		if err != nil {
			return nil, err
		}
		found = append(found, matches...)
		slices.SortFunc(found, func(a, b event) int { return less(&a, &b) })
		if len(found) > f.limit {
			found = found[:f.limit]
			sp.to = position{atMs: found[f.limit-1].atMs + 1} // nothing later can be on this page
		}
	}
	return f.answer(found), nil
}

func (f *filter) search(ctx context.Context, r kv.Reader, groupID string, st *stream, sp span) ([]event, error) {
	var matches []event
	err := scan(r, groupID, st, sp, func(e event) bool {
		if (f.after == nil || f.after.before(&e)) && f.pattern.Match(e.message) {
			matches = append(matches, e)
		}
		return len(matches) < f.limit && ctx.Err() == nil
	})
	return matches, errors.Join(err, ctx.Err())
}

func (f *filter) answer(found []event) *logsapi.FilterLogEventsResponse {
	out := &logsapi.FilterLogEventsResponse{Events: []logsapi.FilteredLogEvent{}, SearchedLogStreams: []logsapi.SearchedLogStream{}}
	for _, e := range found {
		out.Events = append(out.Events, logsapi.FilteredLogEvent{
			EventId: new(e.id()), Timestamp: new(e.atMs), IngestionTime: new(e.ingestedMs),
			LogStreamName: new(e.stream.Name), Message: new(e.message)})
	}
	if n := len(found); n > 0 && n == f.limit {
		last := found[n-1]
		out.NextToken = new(encodeToken(cursor{last.atMs, last.stream.ID, last.number}))
	}
	return out
}
