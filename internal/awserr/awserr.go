// Package awserr is how a service says no.
//
// An [Error] is one refusal in AWS's own terms: a code, an HTTP status and a
// message fit for strangers. What really happened rides along as the cause and
// reaches the log alone.
//
// Most errors are made by the constructors that the generator writes for each
// service's model. The few that belong to no model, because every AWS service
// answers them (common.go), are made here under their JSON spelling; each wire
// protocol spells them its own way.
//
// The package does not know which service is refusing, nor how an error is
// written on the wire.
package awserr

import (
	"errors"
	"fmt"
)

// Error is one refusal in AWS's own terms.
//
// Two errors with the same Code are the same kind of failure, so compare with
// errors.Is(err, &Error{Code: …}) and never by message.
type Error struct {
	Code    string // the shape's name in the model, such as "ResourceNotFoundException"
	Status  int    // the HTTP status that the model gives it
	Message string // for the caller: no paths, no keys, no Go types
	Detail  any    // further members that the model gives this error, or nil
	Cause   error  // for the log alone
}

// Error returns code, message and cause, for logs and tests.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is an [*Error] of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Because returns a copy of e that remembers cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// With returns a copy of e that carries the further members of its shape.
func (e *Error) With(detail any) *Error {
	c := *e
	c.Detail = detail
	return &c
}

// From finds the [*Error] in err. An error that has none becomes an
// InternalFailure that tells the caller nothing and keeps err as its cause.
func From(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return InternalFailure(err)
}

// Code returns the code of the [*Error] in err, or "" when err has none.
func Code(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
