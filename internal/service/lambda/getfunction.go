package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// GetFunction returns a function's configuration, tags and reservation, and an
// address where its package can be fetched for ten minutes. Who may not list tags
// is told that in their place.
func (s *Service) GetFunction(ctx context.Context, call *api.Call, in *lambdaapi.GetFunctionRequest) (*lambdaapi.GetFunctionResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "GetFunction", n); err != nil {
		return nil, err
	}
	var f, whole *function
	err = s.store.View(ctx, func(r kv.Reader) error {
		if f, err = readFunction(r, n); err != nil {
			return err
		}
		whole, err = readFunction(r, n.unqualified())
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &lambdaapi.GetFunctionResponse{
		Configuration: f.configuration(n.qualifiedARN()),
		Code:          &lambdaapi.FunctionCodeLocation{RepositoryType: new("S3"), Location: new(s.codeLocation(call.BaseURL, f.Code))},
	}
	switch denied := s.authorize(ctx, call, "ListTags", n.unqualified()); {
	case isOurs(denied):
		return nil, denied
	case denied != nil:
		e := awserr.From(denied)
		out.TagsError = &lambdaapi.TagsError{ErrorCode: e.Code, Message: e.Message}
	default:
		out.Tags = whole.Tags
	}
	if whole.Reserved != nil {
		out.Concurrency = &lambdaapi.Concurrency{ReservedConcurrentExecutions: whole.Reserved}
	}
	return out, nil
}
