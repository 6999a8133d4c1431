package event

import (
	"bytes"
	"encoding/json"
	"time"
)

// maxPayloadBytes is the most that Lambda takes as an event.
const maxPayloadBytes = 6291556

// maxRecords is how many bytes of records an event has room for.
func (sh *shard) maxRecords() int64 {
	room := int64(maxPayloadBytes - 1024)
	if w := sh.cursor.Window; w != nil {
		room -= int64(len(w.State))
	}
	return room
}

// windowPart is what an event of a tumbling window has beside the records.
type windowPart struct {
	Window struct {
		Start string `json:"start"`
		End   string `json:"end"`
	} `json:"window"`
	State          json.RawMessage `json:"state"`
	ShardID        string          `json:"shardId"`
	EventSourceARN string          `json:"eventSourceARN"`
	IsFinal        bool            `json:"isFinalInvokeForWindow"`
	IsEarly        bool            `json:"isWindowTerminatedEarly"`
}

// payload writes the event for a function.
func (b *batch) payload(entries []*entry, early bool) []byte {
	var out bytes.Buffer
	out.WriteString(`{"Records":[`)
	for i, e := range entries {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(e.JSON)
	}
	out.WriteByte(']')
	if b.window != nil {
		part := windowPart{State: b.window.State, ShardID: b.id, EventSourceARN: b.m.EventSourceARN, IsFinal: b.final || early, IsEarly: early}
		part.Window.Start = b.window.Start.Format(time.RFC3339)
		part.Window.End = b.window.Start.Add(b.m.TumblingWindow).Format(time.RFC3339)
		text, err := json.Marshal(part)
		if err != nil {
			panic(err) // the state was parsed when it came
		}
		out.WriteByte(',')
		out.Write(text[1 : len(text)-1])
	}
	out.WriteByte('}')
	return out.Bytes()
}
