package logs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// event is one event of a stream.
type event struct {
	atMs       int64
	number     int64 // in its stream
	stream     *stream
	ingestedMs int64
	message    string
}

// id is the event's id among all of its group, ordered by time.
func (e *event) id() string {
	return fmt.Sprintf("%020d%018d%018s", e.atMs, e.number, idDigits(e.stream.ID))
}

// idDigits makes 18 decimal digits of a stream's id.
func idDigits(id string) string {
	var n uint64
	for _, c := range []byte(id) {
		n = n*31 + uint64(c)
	}
	return fmt.Sprintf("%018d", n%1e18)
}

const eventVersion = 1

func encodeEvent(ingestedMs int64, message string) []byte {
	value := binary.AppendVarint([]byte{eventVersion}, ingestedMs)
	return append(value, message...)
}

var errEvent = errors.New("log event is not readable")

func decodeEvent(key, value []byte, st *stream) (event, error) {
	elems, err := keys.Decode(key)
	if err != nil {
		return event{}, err
	}
	at, ok1 := elems[len(elems)-2].(int64)
	number, ok2 := elems[len(elems)-1].(int64)
	if !ok1 || !ok2 || len(value) == 0 || value[0] != eventVersion {
		return event{}, errEvent
	}
	ingested, n := binary.Varint(value[1:])
	if n <= 0 {
		return event{}, errEvent
	}
	return event{atMs: at, number: number, stream: st, ingestedMs: ingested, message: string(value[1+n:])}, nil
}

// span is a part of a stream's events: from one position up to another, which
// is not part of it.
type span struct {
	from, to position
	reverse  bool
}

// position lies before the event of that time and number.
type position struct{ atMs, number int64 }

func (p position) less(q position) bool {
	return p.atMs < q.atMs || p.atMs == q.atMs && p.number < q.number
}

// spanOf returns the part between two times, from first up to end.
func spanOf(startMs, endMs *int64) span {
	sp := span{to: position{atMs: math.MaxInt64}}
	if startMs != nil {
		sp.from.atMs = *startMs
	}
	if endMs != nil {
		sp.to.atMs = *endMs
	}
	return sp
}

// scan yields the events of a stream in the span until yield says stop.
func scan(r kv.Reader, groupID string, st *stream, sp span, yield func(event) bool) error {
	if !sp.from.less(sp.to) {
		return nil
	}
	rng := kv.Range{
		Start:   eventKey(groupID, st.ID, sp.from.atMs, sp.from.number),
		End:     eventKey(groupID, st.ID, sp.to.atMs, sp.to.number),
		Reverse: sp.reverse,
	}
	for p, err := range r.Scan(rng) {
		if err != nil {
			return err
		}
		e, err := decodeEvent(p.Key, p.Value, st)
		if err != nil {
			return err
		}
		if !yield(e) {
			return nil
		}
	}
	return nil
}

// readStreams returns the streams of a group whose names begin with prefix, in
// the order of their names.
func readStreams(r kv.Reader, groupID, prefix string) ([]*stream, error) {
	var all []*stream
	for p, err := range r.Scan(kv.Prefix(streamsPrefix(groupID))) {
		if err != nil {
			return nil, err
		}
		st, err := decodeStream(p.Value)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(st.Name, prefix) {
			all = append(all, st)
		}
	}
	return all, nil
}
