package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"
)

// model is one file of models/: AWS's description of one service.
type model struct {
	Metadata   metadata
	Operations map[string]*operation
	Shapes     map[string]*shape
}

type metadata struct {
	APIVersion   string `json:"apiVersion"`
	JSONVersion  string `json:"jsonVersion"`
	Protocol     string
	ServiceID    string `json:"serviceId"`
	SigningName  string `json:"signingName"`
	TargetPrefix string `json:"targetPrefix"`
	XMLNamespace string `json:"xmlNamespace"`
}

type operation struct {
	Name string
	HTTP struct {
		Method       string
		RequestURI   string `json:"requestUri"`
		ResponseCode int    `json:"responseCode"`
	}
	Input, Output   *ref
	Errors          []ref
	Deprecated      bool
	AuthType        string `json:"authtype"`
	UnsignedPayload bool   `json:"unsignedPayload"`
}

// ref is a use of a shape: by a member, an operation, a list or a map.
type ref struct {
	Shape           string
	Location        string
	LocationName    string `json:"locationName"`
	ResultWrapper   string `json:"resultWrapper"`
	TimestampFormat string `json:"timestampFormat"`
	XMLNamespace    xmlNamespace
	XMLAttribute    bool `json:"xmlAttribute"`
	Flattened       bool
	Streaming       bool
	EventPayload    bool `json:"eventpayload"`
}

type xmlNamespace struct{ Prefix, URI string }

// UnmarshalJSON takes the two forms in which models write a namespace.
func (n *xmlNamespace) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &n.URI) == nil {
		return nil
	}
	var long struct{ Prefix, URI string }
	if err := json.Unmarshal(text, &long); err != nil {
		return err
	}
	n.Prefix, n.URI = long.Prefix, long.URI
	return nil
}

type shape struct {
	Type            string
	Members         members
	Required        []string
	Payload         string
	Member          *ref // of a list
	Key, Value      *ref // of a map
	Flattened       bool
	LocationName    string `json:"locationName"`
	XMLNamespace    xmlNamespace
	Min, Max        *float64
	Pattern         string
	Enum            []string
	Sensitive       bool
	Streaming       bool
	EventStream     bool   `json:"eventstream"`
	TimestampFormat string `json:"timestampFormat"`
	Exception       bool
	Fault           bool
	Error           *struct {
		Code           string
		HTTPStatusCode int `json:"httpStatusCode"`
	}
}

func readModel(path string) (*model, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m := &model{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.dropReplaced()
	m.completeOperations()
	m.markStreams()
	m.markEventPayloads()
	return m, nil
}

// dropReplaced drops deprecated operations whose successors have the same
// method and path: only one of the two can be reached. S3 has four.
func (m *model) dropReplaced() {
	if !strings.HasPrefix(m.Metadata.Protocol, "rest-") {
		return
	}
	for name, old := range m.Operations {
		for _, op := range m.Operations {
			if old.Deprecated && !op.Deprecated && op.HTTP == old.HTTP {
				delete(m.Operations, name)
			}
		}
	}
}

// completeOperations gives each operation an input and an output of its own
// where the model has none, so that every handler looks alike.
func (m *model) completeOperations() {
	for name, op := range m.Operations {
		if op.Input == nil {
			op.Input = &ref{Shape: name + "Input"}
			m.Shapes[name+"Input"] = &shape{Type: "structure"}
		}
		if op.Output == nil {
			op.Output = &ref{Shape: name + "Output"}
			m.Shapes[name+"Output"] = &shape{Type: "structure"}
		}
	}
}

// markStreams carries the streaming mark from a member to its shape: S3 sets
// it on the use, Lambda on the shape.
func (m *model) markStreams() {
	for _, s := range m.Shapes {
		for _, member := range s.Members.byName {
			if member.Streaming && m.Shapes[member.Shape].Type == "blob" {
				m.Shapes[member.Shape].Streaming = true
			}
		}
	}
}

// markEventPayloads makes the member that is the payload of an event what it
// is of an answer: models say the one of the member, the other of the structure.
func (m *model) markEventPayloads() {
	for _, s := range m.Shapes {
		for name, member := range s.Members.byName {
			if member.EventPayload {
				s.Payload = name
			}
		}
	}
}

// isError tells the structures that operations answer instead of an output.
func (s *shape) isError() bool { return s.Exception || s.Error != nil }

// kind returns the name of the wire.Kind constant.
func (s *shape) kind() string {
	switch s.Type {
	case "structure":
		if s.EventStream {
			return "EventStream"
		}
		return "Structure"
	case "list":
		return "List"
	case "map":
		return "Map"
	case "string", "character":
		if len(s.Enum) > 0 {
			return "Enum"
		}
		return "String"
	case "blob":
		if s.Streaming {
			return "Stream"
		}
		return "Blob"
	case "boolean":
		return "Boolean"
	case "integer":
		return "Integer"
	case "long":
		return "Long"
	case "float":
		return "Float"
	case "double":
		return "Double"
	case "timestamp":
		return "Timestamp"
	}
	panic("unknown type " + s.Type)
}

// memberNames returns the members that get a field, in their order. The
// message of an error is no field: awserr.Error has it.
func (s *shape) memberNames() []string {
	var names []string
	for _, name := range s.Members.names {
		if !s.isError() || !isMessage(name) {
			names = append(names, name)
		}
	}
	return names
}

func isMessage(member string) bool { return member == "message" || member == "Message" }

// messageMember returns how an error's model spells its message.
func (s *shape) messageMember() string {
	for name, r := range s.Members.byName {
		if isMessage(name) {
			if r.LocationName != "" {
				return r.LocationName
			}
			return name
		}
	}
	return "message"
}

// goName writes a name of the model as an exported Go identifier, letter for
// letter but for the first and for what Go does not allow.
func goName(name string) string {
	var out []rune
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, r)
		}
	}
	out[0] = unicode.ToUpper(out[0])
	return string(out)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
