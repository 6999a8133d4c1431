package iam_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
)

// no refuses everything and remembers the first question.
type no struct{ action string }

func (n *no) Authorize(_ context.Context, _ *api.Call, action, _ string, _ ...api.Fact) error {
	if n.action == "" {
		n.action = action
	}
	return awserr.AccessDenied("no")
}

// TestEveryOperationAsksFirst runs each operation for a caller who may nothing.
func TestEveryOperationAsksFirst(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "x")
	w.createUser(t, "x")
	w.createGroup(t, "x")
	arn := w.createPolicy(t, "x", allowAll)
	built := 0
	for name, op := range w.API().Operations {
		if op.Do == nil {
			continue
		}
		built++
		in := op.In()
		fill(reflect.ValueOf(in).Elem(), arn)
		refuses := &no{}
		s := w.with(refuses)
		_, err := s.API().Operations[name].Do(t.Context(), root, in)
		if awserr.Code(err) != awserr.CodeAccessDenied || refuses.action != "iam:"+name {
			t.Errorf("%s asked for %q and answered %v", name, refuses.action, err)
		}
	}
	if built < 86 {
		t.Errorf("%d operations are built, want 86 or more", built)
	}
}

// fill gives an input names that exist.
func fill(in reflect.Value, policyARN string) {
	for i := range in.NumField() {
		value := "x"
		if strings.HasSuffix(in.Type().Field(i).Name, "PolicyArn") {
			value = policyARN
		}
		switch f := in.Field(i); {
		case f.Kind() == reflect.String:
			f.SetString(value)
		case f.Type() == reflect.TypeFor[*string]() && in.Type().Field(i).Name == "UserName":
			f.Set(reflect.ValueOf(&value))
		}
	}
}
