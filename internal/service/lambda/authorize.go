package lambda

import (
	"context"
	"slices"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// authorize asks whether the caller may act on what is named, with its tags.
func (s *Service) authorize(ctx context.Context, call *api.Call, action string, n name, facts ...api.Fact) error {
	tags, err := s.tagsOf(ctx, n)
	if err != nil {
		return err
	}
	return s.ask(ctx, call, action, n, slices.Concat(facts, tags)...)
}

// ask does so for who has all facts already.
func (s *Service) ask(ctx context.Context, call *api.Call, action string, n name, facts ...api.Fact) error {
	return s.authz.Authorize(ctx, call, "lambda:"+action, n.qualifiedARN(), facts...)
}

// mutable returns the name of a function that is there and that the caller may
// change. Published versions never change.
func (s *Service) mutable(ctx context.Context, call *api.Call, action, function string, facts ...api.Fact) (name, error) {
	n, err := s.wholeFunction(ctx, call, action, function, facts...)
	if err == nil {
		_, err = s.read(ctx, n)
	}
	return n, err
}

// wholeFunction returns the name of a function that the caller may do something
// with, be it there or not, and refuses versions and aliases.
func (s *Service) wholeFunction(ctx context.Context, call *api.Call, action, function string, facts ...api.Fact) (name, error) {
	n, err := parseName(call, function, nil)
	if err != nil {
		return n, err
	}
	if err := s.authorize(ctx, call, action, n.unqualified(), facts...); err != nil {
		return n, err
	}
	if n.qualifier != "" && n.qualifier != latest {
		return n, functionsOnly()
	}
	return n.unqualified(), nil
}

func functionsOnly() error {
	return lambdaapi.InvalidParameterValueException("This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.")
}
