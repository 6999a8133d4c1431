package logs

import (
	"context"
	"fmt"
	"slices"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

// The limits of one page of events.
const (
	maxPageEvents = 10_000
	maxPageBytes  = 1 << 20
)

// GetLogEvents lists the events of one stream: the oldest first if
// startFromHead, or else the newest page. Its tokens never end: at the end of
// the stream the same token comes back, as on AWS. Unmask changes nothing:
// nothing is ever masked.
func (s *Service) GetLogEvents(ctx context.Context, call *api.Call, in *logsapi.GetLogEventsRequest) (*logsapi.GetLogEventsResponse, error) {
	name, err := groupName(call, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorizeStream(ctx, call, "GetLogEvents", name, in.LogStreamName); err != nil {
		return nil, err
	}
	sp, err := spanOfPage(in)
	if err != nil {
		return nil, err
	}
	limit := maxPageEvents
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	var page []event
	err = s.store.View(ctx, func(r kv.Reader) error {
		g, st, err := readGroupAndStream(r, call, name, in.LogStreamName)
		if err != nil {
			return err
		}
		page, err = readPage(r, g.ID, st, sp, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOut(page, sp), nil
}

// spanOfPage returns what part of the stream the request is about.
func spanOfPage(in *logsapi.GetLogEventsRequest) (span, error) {
	sp := spanOf(in.StartTime, in.EndTime)
	sp.reverse = in.StartFromHead == nil || !*in.StartFromHead
	if in.NextToken == nil {
		return sp, nil
	}
	at, forward, err := parsePageToken(*in.NextToken)
	if err != nil {
		return sp, err
	}
	if sp.reverse = !forward; forward {
		sp.from = at
	} else {
		sp.to = at
	}
	return sp, nil
}

// Page tokens are "f/" or "b/" and a position, in 56 digits as AWS's.
func pageToken(forward bool, at position) string {
	direction := "b"
	if forward {
		direction = "f"
	}
	return fmt.Sprintf("%s/%028d%028d", direction, at.atMs, at.number)
}

func parsePageToken(token string) (at position, forward bool, err error) {
	var direction byte
	if len(token) != 58 {
		return at, false, badToken()
	}
	if _, err := fmt.Sscanf(token, "%c/%28d%28d", &direction, &at.atMs, &at.number); err != nil || direction != 'f' && direction != 'b' {
		return at, false, badToken()
	}
	return at, direction == 'f', nil
}

func readPage(r kv.Reader, groupID string, st *stream, sp span, limit int) ([]event, error) {
	var page []event
	size := 0
	err := scan(r, groupID, st, sp, func(e event) bool {
		size += len(e.message) + eventOverhead
		if len(page) > 0 && size > maxPageBytes {
			return false
		}
		page = append(page, e)
		return len(page) < limit
	})
	if sp.reverse {
		slices.Reverse(page)
	}
	return page, err
}

// pageOut answers a page, with tokens for what lies before and behind it.
func pageOut(page []event, sp span) *logsapi.GetLogEventsResponse {
	before, behind := sp.from, sp.from
	if sp.reverse {
		before, behind = sp.to, sp.to
	}
	out := &logsapi.GetLogEventsResponse{Events: []logsapi.OutputLogEvent{}}
	for i, e := range page {
		if i == 0 {
			before = position{e.atMs, e.number}
		}
		behind = position{e.atMs, e.number + 1}
		out.Events = append(out.Events, logsapi.OutputLogEvent{
			Timestamp: new(e.atMs), IngestionTime: new(e.ingestedMs), Message: new(e.message)})
	}
	out.NextForwardToken = new(pageToken(true, behind))
	out.NextBackwardToken = new(pageToken(false, before))
	return out
}
