package app

import (
	"context"
	"time"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/awserr"
	"cloudless/internal/sandbox"
	"cloudless/internal/service/logs"
	"cloudless/internal/service/sts"
)

// functionLogs is CloudWatch Logs as the sandboxes see it: its operation
// table, called as the function's role. A role that may not write logs has
// none, as on AWS.
type functionLogs struct {
	logs *api.Service
	keys func(context.Context, *sandbox.Function) (api.Key, error)
}

// roleKeys returns how to find the principal of a function's role.
func roleKeys(service *sts.Service) func(context.Context, *sandbox.Function) (api.Key, error) {
	return func(ctx context.Context, fn *sandbox.Function) (api.Key, error) {
		c, err := fn.Credentials(ctx)
		if err != nil {
			return api.Key{}, err
		}
		return service.Key(ctx, c.AccessKeyID, c.SessionToken)
	}
}

// Append implements sandbox.Logs.
func (l functionLogs) Append(ctx context.Context, fn *sandbox.Function, stream string, events []sandbox.LogEvent) error {
	key, err := l.keys(ctx, fn)
	if err != nil {
		return err
	}
	call := &api.Call{Account: fn.Account, Region: fn.Region, Principal: key.Principal, Service: "lambda.amazonaws.com"}
	in := &logsapi.PutLogEventsRequest{LogGroupName: fn.LogGroup, LogStreamName: stream}
	for _, e := range events {
		in.LogEvents = append(in.LogEvents, logsapi.InputLogEvent{Timestamp: e.Timestamp.UnixMilli(), Message: e.Message})
	}
	return l.put(ctx, call, in)
}

// put writes events, and makes the group and the stream if they are missing.
func (l functionLogs) put(ctx context.Context, call *api.Call, in *logsapi.PutLogEventsRequest) error {
	err := l.do(ctx, call, "PutLogEvents", in)
	if awserr.Code(err) != "ResourceNotFoundException" {
		return err
	}
	for _, step := range []struct {
		operation string
		in        any
	}{
		{"CreateLogGroup", &logsapi.CreateLogGroupRequest{LogGroupName: in.LogGroupName}},
		{"CreateLogStream", &logsapi.CreateLogStreamRequest{LogGroupName: in.LogGroupName, LogStreamName: in.LogStreamName}},
	} {
		if err := l.do(ctx, call, step.operation, step.in); err != nil && awserr.Code(err) != "ResourceAlreadyExistsException" {
			return err
		}
	}
	return l.do(ctx, call, "PutLogEvents", in)
}

func (l functionLogs) do(ctx context.Context, call *api.Call, operation string, in any) error {
	_, err := l.logs.Operations[operation].Do(ctx, call, in)
	return err
}

// sweepTime is how often logs are swept of what their retention ends.
const sweepTime = time.Hour

// sweepLogs sweeps at the start and from time to time, until ctx ends.
func sweepLogs(ctx context.Context, cfg Config, service *logs.Service) error {
	for {
		if err := service.Sweep(ctx); err != nil && ctx.Err() == nil {
			cfg.Log.Error("logs not swept", "err", err)
		}
		select {
		case <-cfg.Clock.After(sweepTime):
		case <-ctx.Done():
			return nil
		}
	}
}
