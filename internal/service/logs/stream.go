package logs

import (
	"encoding/json"
	"fmt"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

// stream is a log stream as the store keeps it. It is the guard of its
// events: whoever writes events claims it.
type stream struct {
	Version     int    `json:"v"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	CreatedMs   int64  `json:"created"`
	Events      int64  `json:"events"` // how many have ever been written; the next one's number
	FirstMs     int64  `json:"first,omitempty"`
	LastMs      int64  `json:"last,omitempty"`
	IngestedMs  int64  `json:"ingested,omitempty"`
	StoredBytes int64  `json:"bytes,omitempty"`
}

func (st *stream) describe(call *api.Call, group string) logsapi.LogStream {
	out := logsapi.LogStream{
		Arn:           new(groupARN(call, group) + ":log-stream:" + st.Name),
		LogStreamName: new(st.Name),
		CreationTime:  new(st.CreatedMs),
		StoredBytes:   new(int64(0)), // AWS has answered 0 for streams since 2019
	}
	if st.Events > 0 {
		out.FirstEventTimestamp = new(st.FirstMs)
		out.LastEventTimestamp = new(st.LastMs)
		out.LastIngestionTime = new(st.IngestedMs)
		out.UploadSequenceToken = new(sequenceToken(st))
	}
	return out
}

func streamNotFound() error {
	return logsapi.ResourceNotFoundException("The specified log stream does not exist.")
}

func readStream(r kv.Reader, groupID, name string) (*stream, error) {
	value, err := r.Get(streamKey(groupID, name))
	if isNotFound(err) {
		return nil, streamNotFound()
	}
	if err != nil {
		return nil, err
	}
	return decodeStream(value)
}

func decodeStream(value []byte) (*stream, error) {
	st := &stream{}
	if err := json.Unmarshal(value, st); err != nil {
		return nil, fmt.Errorf("log stream: %w", err)
	}
	return st, nil
}

// readGroupAndStream reads both, or says which one is missing.
func readGroupAndStream(r kv.Reader, call *api.Call, groupName, streamName string) (*group, *stream, error) {
	g, err := readGroup(r, call, groupName)
	if err != nil {
		return nil, nil, err
	}
	st, err := readStream(r, g.ID, streamName)
	return g, st, err
}

// sequenceToken is what old clients hand back with the next events. It is no
// longer looked at, as on AWS.
func sequenceToken(st *stream) string { return fmt.Sprintf("%056d", st.Events) }
