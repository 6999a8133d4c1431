package lambda

import (
	"context"
	"fmt"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// bucketARN begins the ARN of a bucket.
const bucketARN = "arn:aws:s3:::"

// delivery is an object that an event brings to a bucket.
type delivery struct {
	Bucket string `json:"bucket,omitempty"` // "" of events for functions
	Key    string `json:"key,omitempty"`
}

// checkBucket refuses a bucket that cannot be the destination: one that is not
// there, or that the function's role may not list or write, which AWS asks for.
func (s *Service) checkBucket(ctx context.Context, n name, destination string) error {
	if s.buckets == nil {
		return awserr.Unsupported("destinations of the service s3")
	}
	call, err := s.asRole(ctx, n)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return nil // there is no such function, which the caller finds out
	}
	if err != nil {
		return err
	}
	switch err := s.buckets.Check(ctx, call, strings.TrimPrefix(destination, bucketARN)); {
	case isOurs(err):
		return err
	case awserr.From(err).Status == 404:
		return lambdaapi.InvalidParameterValueException("The destination ARN " + destination + " is invalid.").Because(err)
	case err == nil:
		err = s.authz.Authorize(ctx, call, "s3:PutObject", destination+"/*")
		if err == nil || isOurs(err) {
			return err
		}
	}
	return lambdaapi.InvalidParameterValueException("The function's execution role does not have permissions to call PutObject on " + destination).Because(err)
}

// deliverToBucket makes the event that brings a record to a bucket. It is one of
// the function that the record tells of, and waits in its queue.
func (s *Service) deliverToBucket(e *event, destination string, record []byte) *event {
	next := s.newEvent(e.name(), Invocation{RequestID: s.newID(), Payload: record, TraceID: e.TraceID})
	next.FunctionID = e.FunctionID
	next.delivery = delivery{
		Bucket: strings.TrimPrefix(destination, bucketARN),
		Key:    fmt.Sprintf("aws/lambda/async/%s/%s-%s", e.Function, next.Accepted.UTC().Format("2006/01/02/2006-01-02T15.04.05"), s.newID()),
	}
	return next
}

// bring brings it there, as the role of the function. To do so twice makes one
// object.
func (s *Service) bring(ctx context.Context, e *event) attempt {
	call, err := s.asRole(ctx, e.name())
	if err == nil {
		err = s.buckets.Put(ctx, call, e.Bucket, e.Key, e.Payload)
	}
	return attempt{err: err}
}
