package logs

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

// group is a log group as the store keeps it.
type group struct {
	Version       int               `json:"v"`
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	CreatedMs     int64             `json:"created"`
	RetentionDays int64             `json:"retention,omitempty"` // 0: for ever
	Class         string            `json:"class"`
	Protected     bool              `json:"protected,omitempty"` // from deletion
	Tags          map[string]string `json:"tags,omitempty"`
}

func groupARN(call *api.Call, name string) string { return call.ARN("logs", "log-group:"+name) }

// describe returns the group as the API shows it, with the size of its events.
func (g *group) describe(call *api.Call, bytes int64) logsapi.LogGroup {
	arn := groupARN(call, g.Name)
	out := logsapi.LogGroup{
		Arn:                       new(arn + ":*"),
		LogGroupArn:               new(arn),
		LogGroupName:              new(g.Name),
		LogGroupClass:             g.Class,
		CreationTime:              new(g.CreatedMs),
		MetricFilterCount:         new(int64(0)),
		StoredBytes:               new(bytes),
		DeletionProtectionEnabled: new(g.Protected),
	}
	if g.RetentionDays > 0 {
		out.RetentionInDays = new(g.RetentionDays)
	}
	return out
}

func groupNotFound() error {
	return logsapi.ResourceNotFoundException("The specified log group does not exist.")
}

func readGroup(r kv.Reader, call *api.Call, name string) (*group, error) {
	return readGroupAt(r, groupKey(call, name))
}

func readGroupAt(r kv.Reader, key []byte) (*group, error) {
	value, err := r.Get(key)
	if isNotFound(err) {
		return nil, groupNotFound()
	}
	if err != nil {
		return nil, err
	}
	g := &group{}
	if err := json.Unmarshal(value, g); err != nil {
		return nil, fmt.Errorf("log group: %w", err)
	}
	return g, nil
}

func writeJSON(tx kv.Tx, key []byte, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tx.Set(key, value)
	return nil
}

// changeGroup reads a group, lets change alter it, and writes it back.
func (s *Service) changeGroup(ctx context.Context, call *api.Call, name string, change func(*group) error) error {
	key := groupKey(call, name)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		g, err := readGroupAt(tx, key)
		if err != nil {
			return err
		}
		if err := change(g); err != nil {
			return err
		}
		return writeJSON(tx, key, g)
	})
}

// newID draws the id of a group or stream.
func (s *Service) newID() string {
	var b [12]byte
	_, _ = s.clock.Read(b[:]) // a clock.Clock never fails to
	return hex.EncodeToString(b[:])
}

// groupName returns the group that one of two members names: by name, or by
// name or ARN.
func groupName(call *api.Call, name, identifier *string) (string, error) {
	switch {
	case name != nil && identifier != nil:
		return "", logsapi.InvalidParameterException("LogGroup name and LogGroup Identifier are mutually exclusive parameters.")
	case name != nil:
		return *name, nil
	case identifier != nil:
		return nameOf(call, *identifier)
	}
	return "", logsapi.InvalidParameterException("Expected at least one of logGroupName or logGroupIdentifier.")
}

// nameOf returns the name of the group that is identified by its name or ARN.
// Groups of other accounts and regions are none of the call's.
func nameOf(call *api.Call, identifier string) (string, error) {
	if !strings.HasPrefix(identifier, "arn:") {
		return identifier, nil
	}
	name, ok := strings.CutPrefix(identifier, groupARN(call, ""))
	if !ok {
		return "", groupNotFound()
	}
	return strings.TrimSuffix(name, ":*"), nil
}

// unprotected refuses a deletion in a group that is protected from it.
func (g *group) unprotected() error {
	if g.Protected {
		return logsapi.ValidationException("The specified log group has deletion protection enabled. Disable deletion protection before deleting it or what is in it.")
	}
	return nil
}
