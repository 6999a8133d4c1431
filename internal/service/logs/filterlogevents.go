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
// match a pattern, in order of time over all streams, whether Interleaved asks
// for it or not: AWS has done so since 2019. Unmask changes nothing: nothing is
// ever masked.
func (s *Service) FilterLogEvents(ctx context.Context, call *api.Call, in *logsapi.FilterLogEventsRequest) (*logsapi.FilterLogEventsResponse, error) {
	name, err := groupName(call, in.LogGroupName, in.LogGroupIdentifier)
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
// them. No stream can give more than a whole page, so none is read further.
func (f *filter) run(ctx context.Context, r kv.Reader, groupID string, streams []*stream, sp span) (*logsapi.FilterLogEventsResponse, error) {
	if f.after != nil {
		sp.from = position{atMs: max(sp.from.atMs, f.after.AtMs)}
	}
	var found []event
	full := false
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
		if n := f.page(found); n > 0 {
			full = true
			clear(found[n:])
			found = found[:n]
			sp.to = position{atMs: found[n-1].atMs + 1} // nothing later can be on this page
		}
	}
	return f.answer(found, full), nil
}

// page returns how many of the events fill a page, or 0 if they do not.
func (f *filter) page(events []event) int {
	size := 0
	for i, e := range events {
		if size += len(e.message) + eventOverhead; size > maxPageBytes && i > 0 {
			return i
		}
		if i+1 == f.limit {
			return f.limit
		}
	}
	return 0
}

// search returns matches of one stream: all, or at least as many as fill a
// page.
func (f *filter) search(ctx context.Context, r kv.Reader, groupID string, st *stream, sp span) ([]event, error) {
	var matches []event
	size := 0
	err := scan(r, groupID, st, sp, func(e event) bool {
		if (f.after == nil || f.after.before(&e)) && f.pattern.Match(e.message) {
			matches = append(matches, e)
			size += len(e.message) + eventOverhead
		}
		return len(matches) < f.limit && size <= maxPageBytes && ctx.Err() == nil
	})
	return matches, errors.Join(err, ctx.Err())
}

func (f *filter) answer(found []event, full bool) *logsapi.FilterLogEventsResponse {
	out := &logsapi.FilterLogEventsResponse{Events: []logsapi.FilteredLogEvent{}, SearchedLogStreams: []logsapi.SearchedLogStream{}}
	for _, e := range found {
		out.Events = append(out.Events, logsapi.FilteredLogEvent{
			EventId: new(e.id()), Timestamp: new(e.atMs), IngestionTime: new(e.ingestedMs),
			LogStreamName: new(e.stream.Name), Message: new(e.message)})
	}
	if full {
		last := found[len(found)-1]
		out.NextToken = new(encodeToken(cursor{last.atMs, last.stream.ID, last.number}))
	}
	return out
}
