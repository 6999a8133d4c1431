package api

import (
	"context"
	"fmt"

	"cloudless/internal/wire"
)

// Operation is one entry of a service's table: an operation of its model and
// the function that does it.
type Operation struct {
	Schema *wire.Operation
	In     func() any // makes an empty input, to be decoded into

	// Do runs the operation on an input that In made, and returns a pointer to
	// the output. It is nil where the operation is not implemented yet.
	Do func(ctx context.Context, call *Call, in any) (any, error)
}

// Service is the table of one AWS service.
type Service struct {
	Schema     *wire.Service
	Operations map[string]Operation // by name, every operation of the model

	// MaxBodyBytes bounds the body of a request that is not a stream. 0 means
	// 16 MiB.
	MaxBodyBytes int64
}

// Op makes the table's entry from a typed function, which may be nil.
func Op[In, Out any](schema *wire.Operation, do func(context.Context, *Call, *In) (*Out, error)) Operation {
	op := Operation{Schema: schema, In: func() any { return new(In) }}
	if do == nil {
		return op
	}
	op.Do = func(ctx context.Context, call *Call, in any) (any, error) {
		typed, ok := in.(*In)
		if !ok {
			return nil, fmt.Errorf("operation %s wants %T, got %T", schema.Name, typed, in)
		}
		out, err := do(ctx, call, typed)
		if err != nil {
			return nil, err
		}
		return out, nil
	}
	return op
}
