package logs

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/storage/memkv"
)

func TestAProtectedGroupStays(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	protect := func(on bool) {
		t.Helper()
		f.must(t, "PutLogGroupDeletionProtection", second(f.PutLogGroupDeletionProtection(ctx, f.call,
			&logsapi.PutLogGroupDeletionProtectionRequest{LogGroupIdentifier: "g", DeletionProtectionEnabled: on})))
	}
	protect(true)
	for what, err := range map[string]error{
		"DeleteLogGroup":  second(f.DeleteLogGroup(ctx, f.call, &logsapi.DeleteLogGroupRequest{LogGroupName: "g"})),
		"DeleteLogStream": second(f.DeleteLogStream(ctx, f.call, &logsapi.DeleteLogStreamRequest{LogGroupName: "g", LogStreamName: "a"})),
	} {
		if awserr.Code(err) != "ValidationException" {
			t.Errorf("%s = %v", what, err)
		}
	}
	protect(false)
	f.must(t, "DeleteLogStream", second(f.DeleteLogStream(ctx, f.call, &logsapi.DeleteLogStreamRequest{LogGroupName: "g", LogStreamName: "a"})))
	f.must(t, "DeleteLogGroup", second(f.DeleteLogGroup(ctx, f.call, &logsapi.DeleteLogGroupRequest{LogGroupName: "g"})))
}

// refuser refuses everything and remembers what was asked.
type refuser struct{ asked []string }

func (r *refuser) Authorize(_ context.Context, _ *api.Call, action, resource string, _ ...api.Fact) error {
	r.asked = append(r.asked, action+" "+resource)
	return awserr.AccessDenied("no")
}

func TestEachOperationAsksForItsOwnAction(t *testing.T) {
	const group = " arn:aws:logs:us-east-1:111111111111:log-group:"
	r := &refuser{}
	s := New(Config{Store: memkv.New(), Authorizer: r, Clock: clock.NewFake(start, 1)})
	call := &api.Call{Account: "111111111111", Region: "us-east-1"}
	on := map[string]string{ // other than the group "g"
		"CreateLogStream": group + "g:log-stream:a", "DeleteLogStream": group + "g:log-stream:a", "GetLogEvents": group + "g:log-stream:a",
		"PutLogEvents": group + "g:log-stream:a", "DescribeLogGroups": group + "*:*",
	}
	for name, op := range s.API().Operations {
		if op.Do == nil {
			continue
		}
		r.asked = nil
		in := op.In()
		for i := range reflect.ValueOf(in).Elem().NumField() {
			field, f := reflect.TypeOf(in).Elem().Field(i).Name, reflect.ValueOf(in).Elem().Field(i)
			text := map[string]string{"LogGroupName": "g", "LogStreamName": "a", "ResourceArn": "g"}[field]
			if field == "LogGroupIdentifier" && f.Kind().String() == "string" {
				text = "g"
			}
			switch {
			case text == "":
			case f.Kind() == reflect.Pointer:
				f.Set(reflect.ValueOf(&text))
			default:
				f.SetString(text)
			}
		}
		_, err := op.Do(t.Context(), call, in)
		want := "logs:" + name + group + "g:*"
		if resource := on[name]; resource != "" {
			want = "logs:" + name + resource
		}
		if !errors.Is(err, &awserr.Error{Code: awserr.CodeAccessDenied}) || !slices.Equal(r.asked, []string{want}) {
			t.Errorf("%s = %v, asked %q, want %q", name, err, r.asked, want)
		}
	}
}
