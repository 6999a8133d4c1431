package logs

import (
	"cloudless/internal/api"
	"cloudless/internal/storage/keys"
)

// The layout. A group and a stream draw an id when they are made, and what
// belongs to them lies under that id: a group that is made anew after its
// deletion begins empty, though the old events may still be on their way out.
//
//	"logs" "group"  account region name            → group
//	"logs" "stream" group-id name                  → stream
//	"logs" "event"  group-id stream-id time number → event; time in milliseconds
//	"logs" "doomed" group-id stream-id             → "", events to be dropped; "" for all streams
const root = "logs"

func groupKey(call *api.Call, name string) []byte {
	return keys.Encode(root, "group", call.Account, call.Region, name)
}

func groupsPrefix(call *api.Call) []byte {
	return keys.Encode(root, "group", call.Account, call.Region)
}

func allGroupsPrefix() []byte { return keys.Encode(root, "group") }

func streamKey(groupID, name string) []byte { return keys.Encode(root, "stream", groupID, name) }

func streamsPrefix(groupID string) []byte { return keys.Encode(root, "stream", groupID) }

func eventKey(groupID, streamID string, at, number int64) []byte {
	return keys.Encode(root, "event", groupID, streamID, at, number)
}

func eventsPrefix(groupID, streamID string) []byte {
	return keys.Encode(root, "event", groupID, streamID)
}

func eventsFrom(groupID, streamID string, at int64) []byte {
	return keys.Encode(root, "event", groupID, streamID, at)
}

func doomedKey(groupID, streamID string) []byte {
	return keys.Encode(root, "doomed", groupID, streamID)
}

func doomedPrefix() []byte { return keys.Encode(root, "doomed") }
