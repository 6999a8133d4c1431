package logs

import (
	"context"
	"fmt"
	"time"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

// The limits of one PutLogEvents, as its API reference lists them.
const (
	maxBatchBytes  = 1 << 20 // of messages, and 26 bytes for each event
	eventOverhead  = 26
	maxBatchSpan   = 24 * time.Hour
	maxEventAge    = 14 * 24 * time.Hour
	maxEventFuture = 2 * time.Hour
)

// PutLogEvents appends events to a stream. Events that are too old or too new
// are left out, and the answer says which; the others are durable. The
// sequence token and the entity are not looked at: AWS ignores the former since
// 2023, and the latter serves Application Signals, which is not here.
func (s *Service) PutLogEvents(ctx context.Context, call *api.Call, in *logsapi.PutLogEventsRequest) (*logsapi.PutLogEventsResponse, error) {
	if err := s.authorizeStream(ctx, call, "PutLogEvents", in.LogGroupName, in.LogStreamName); err != nil {
		return nil, err
	}
	if err := checkBatch(in.LogEvents); err != nil {
		return nil, err
	}
	g, err := s.group(ctx, call, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	now := s.nowMs()
	kept, rejected := accept(in.LogEvents, g, now)
	key := streamKey(g.ID, in.LogStreamName)
	claims := kv.Claims{Write: [][]byte{key}, Read: [][]byte{groupKey(call, in.LogGroupName)}}
	var out *logsapi.PutLogEventsResponse
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if err := stillThere(tx, call, g); err != nil {
			return err
		}
		st, err := readStream(tx, g.ID, in.LogStreamName)
		if err != nil {
			return err
		}
		st.append(tx, g.ID, kept, now)
		out = &logsapi.PutLogEventsResponse{NextSequenceToken: new(sequenceToken(st)), RejectedLogEventsInfo: rejected}
		return writeJSON(tx, key, st)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// append writes events behind those that the stream has.
func (st *stream) append(tx kv.Tx, groupID string, events []logsapi.InputLogEvent, nowMs int64) {
	for _, e := range events {
		tx.Set(eventKey(groupID, st.ID, e.Timestamp, st.Events), encodeEvent(nowMs, e.Message))
		if st.Events == 0 || e.Timestamp < st.FirstMs {
			st.FirstMs = e.Timestamp
		}
		st.LastMs = max(st.LastMs, e.Timestamp)
		st.Events++
		st.StoredBytes += int64(len(e.Message) + eventOverhead)
		st.IngestedMs = nowMs
	}
}

func checkBatch(events []logsapi.InputLogEvent) error {
	size := 0
	for i, e := range events {
		size += len(e.Message) + eventOverhead
		if i > 0 && e.Timestamp < events[i-1].Timestamp {
			return logsapi.InvalidParameterException("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	if size > maxBatchBytes {
		return logsapi.InvalidParameterException(fmt.Sprintf("Upload too large: %d bytes exceeds limit of %d", size, maxBatchBytes))
	}
	if n := len(events); n > 0 && events[n-1].Timestamp-events[0].Timestamp > maxBatchSpan.Milliseconds() {
		return logsapi.InvalidParameterException("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	return nil
}

// accept parts the events that may be written from those that are too old, or
// too new, or would be dropped by the group's retention.
func accept(events []logsapi.InputLogEvent, g *group, nowMs int64) ([]logsapi.InputLogEvent, *logsapi.RejectedLogEventsInfo) {
	oldest := nowMs - maxEventAge.Milliseconds()
	expired := int64(0)
	if g.RetentionDays > 0 {
		expired = nowMs - g.RetentionDays*(24*time.Hour).Milliseconds()
	}
	newest := nowMs + maxEventFuture.Milliseconds()
	var rejected logsapi.RejectedLogEventsInfo
	first, end := 0, len(events)
	for i, e := range events {
		switch {
		case e.Timestamp < expired && expired > oldest:
			first, rejected.ExpiredLogEventEndIndex = i+1, new(int64(i+1))
		case e.Timestamp < oldest:
			first, rejected.TooOldLogEventEndIndex = i+1, new(int64(i+1))
		case e.Timestamp > newest && end == len(events):
			end, rejected.TooNewLogEventStartIndex = i, new(int64(i))
		}
	}
	if rejected == (logsapi.RejectedLogEventsInfo{}) {
		return events, nil
	}
	return events[first:max(first, end)], &rejected
}
