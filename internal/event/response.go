package event

import (
	"bytes"
	"encoding/json"
)

// verdict is what the answer of a function means for its batch.
type verdict struct {
	ok     bool            // all is done
	done   int             // so many records of the batch are done
	report bool            // the function told which record is the first that is not
	state  json.RawMessage // of the window from now on
}

// judge reads a function's answer to a batch of these records. reports says
// that it may tell of failures, windowed that it must return a state.
//
// A batch succeeds where there is no failure in the answer, or no answer at
// all. It fails as a whole if the function failed, or if the answer cannot be
// trusted: it names what is no record of the batch. So AWS documents it.
func judge(r Result, entries []*entry, reports, windowed bool) verdict {
	if r.FunctionError != "" {
		return verdict{}
	}
	v := verdict{ok: true, done: len(entries)}
	if !reports && !windowed {
		return v
	}
	answer, ok := readAnswer(r.Payload)
	if !ok {
		return verdict{}
	}
	if windowed {
		if v.state = answer.State; v.state == nil {
			return verdict{}
		}
	}
	if !reports || len(answer.BatchItemFailures) == 0 {
		return v
	}
	places := make(map[string]int, len(entries))
	for i, e := range entries {
		places[e.SequenceNumber] = i
	}
	for _, item := range answer.BatchItemFailures {
		place, ok := places[item.identifier()]
		if !ok {
			return verdict{}
		}
		v.done = min(v.done, place)
	}
	v.ok, v.report = false, true
	return v
}

// answer is a function's response to a batch.
type answer struct {
	BatchItemFailures []itemFailure   `json:"batchItemFailures"`
	State             json.RawMessage `json:"state"`
}

type itemFailure struct {
	ItemIdentifier json.RawMessage `json:"itemIdentifier"`
}

// identifier returns the sequence number that is named, or "". A number is
// taken as its digits.
func (f itemFailure) identifier() string {
	var text string
	if json.Unmarshal(f.ItemIdentifier, &text) == nil {
		return text
	}
	return string(bytes.TrimSpace(f.ItemIdentifier))
}

// readAnswer reads a response, of which null and the empty string say nothing.
func readAnswer(payload []byte) (a answer, ok bool) {
	payload = bytes.TrimSpace(payload)
	if len(payload) == 0 || string(payload) == "null" || string(payload) == `""` {
		return a, true
	}
	// encoding/json takes names in any case; these are matched exactly.
	var members map[string]json.RawMessage
	if json.Unmarshal(payload, &members) != nil {
		return a, false
	}
	a.State = members["state"]
	failures := members["batchItemFailures"]
	if failures == nil {
		return a, true
	}
	var items []map[string]json.RawMessage
	if json.Unmarshal(failures, &items) != nil {
		return a, false
	}
	for _, item := range items {
		a.BatchItemFailures = append(a.BatchItemFailures, itemFailure{item["itemIdentifier"]})
	}
	return a, true
}
