package lambda

import (
	"context"
	"encoding/json"
	"fmt"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// The defaults of mappings of streams, as AWS's answers have them.
const (
	defaultBatchSize = 100
	unlimited        = -1
)

// checkMapping refuses a mapping whose parts are not there or do not fit: its
// source and function, filters and destination, and what the function's role
// may do with the source.
func (s *Service) checkMapping(ctx context.Context, call *api.Call, m *mapping) error {
	if err := m.checkNumbers(); err != nil {
		return err
	}
	if err := s.checkFilters(m.Filters); err != nil {
		return err
	}
	n, err := parseName(call, m.Function, nil)
	if err != nil {
		return err
	}
	if err := s.checkMapped(ctx, n); err != nil {
		return err
	}
	return s.checkSource(ctx, n, m.Source)
}

// checkMapped refuses a function that is not there.
func (s *Service) checkMapped(ctx context.Context, n name) error {
	err := s.store.View(ctx, func(r kv.Reader) error { _, err := readHolder(r, n); return err })
	if awserr.Code(err) == "ResourceNotFoundException" {
		return lambdaapi.InvalidParameterValueException("Function does not exist").Because(err)
	}
	return err
}

// What AWS documents of mappings beside the bounds of its model. How it words the
// refusals is not known.
const (
	minRecordAgeS = 60 // unless there is no limit
	maxFilters    = 5
)

// checkNumbers refuses what the model lets pass and AWS does not.
func (m *mapping) checkNumbers() error {
	switch {
	case m.RecordAgeS != unlimited && m.RecordAgeS < minRecordAgeS:
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf("MaximumRecordAgeInSeconds must be %d or at least %d.", unlimited, minRecordAgeS))
	case len(m.Filters) > maxFilters:
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf("An event source mapping may have up to %d filters.", maxFilters))
	}
	return nil
}

// checkSource refuses a source that is not there or that the function's role
// may not read.
func (s *Service) checkSource(ctx context.Context, n name, source string) error {
	call, err := s.mayPoll(ctx, n, source)
	switch {
	case isOurs(err):
		return err
	case err != nil:
		return lambdaapi.InvalidParameterValueException("Cannot access stream " + source + ". Please ensure the role can perform the " +
			"GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.").Because(err)
	}
	err = s.sources.Check(ctx, call, source)
	if err == nil || isOurs(err) {
		return err
	}
	return lambdaapi.InvalidParameterValueException("Stream not found: " + source).Because(err)
}

// mayPoll returns a call of the role of a function, if that may read a stream.
func (s *Service) mayPoll(ctx context.Context, n name, source string) (*api.Call, error) {
	call, err := s.asRole(ctx, n)
	if err != nil {
		return nil, err
	}
	for _, action := range []string{"GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"} {
		if err := s.authz.Authorize(ctx, call, "dynamodb:"+action, source); err != nil {
			return nil, err
		}
	}
	return call, nil
}

// isOurs tells the failures of the server from the refusals of others.
func isOurs(err error) bool { return err != nil && awserr.From(err).Status >= 500 }

// checkFilters refuses patterns that are none.
func (s *Service) checkFilters(patterns []string) error {
	for _, pattern := range patterns {
		var object map[string]any
		err := json.Unmarshal([]byte(pattern), &object)
		if err == nil && object == nil {
			err = fmt.Errorf("a pattern is an object")
		}
		if err == nil && s.filters != nil {
			err = s.filters.Check(pattern)
		}
		if err != nil {
			return lambdaapi.InvalidParameterValueException("Invalid filter pattern definition.").Because(err)
		}
	}
	return nil
}

// checkStart refuses a source of a kind that is not here, and a position that
// its kind does not have.
func checkStart(in *lambdaapi.CreateEventSourceMappingRequest) error {
	if in.EventSourceArn == nil {
		if in.SelfManagedEventSource != nil {
			return awserr.Unsupported("self-managed event sources")
		}
		return lambdaapi.InvalidParameterValueException("Unrecognized event source.")
	}
	source := *in.EventSourceArn
	switch kind := serviceOf(source); kind {
	case "dynamodb":
	case "sqs", "kinesis", "kafka", "mq", "rds":
		return awserr.Unsupported("event source mappings of the service " + kind)
	default:
		return lambdaapi.InvalidParameterValueException("Unrecognized event source.")
	}
	switch {
	case in.StartingPosition == "":
		return lambdaapi.InvalidParameterValueException("1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.")
	case in.StartingPosition == "AT_TIMESTAMP" || in.StartingPositionTimestamp != nil:
		return lambdaapi.InvalidParameterValueException("Unsupported starting position for arn type: " + source)
	}
	return nil
}

// refuseUnbuiltMapping refuses, by name, what a mapping cannot have.
func refuseUnbuiltMapping(in *lambdaapi.CreateEventSourceMappingRequest) error {
	for _, option := range []struct {
		name  string
		given bool
	}{
		{"AmazonManagedKafkaEventSourceConfig", in.AmazonManagedKafkaEventSourceConfig != nil},
		{"DocumentDBEventSourceConfig", in.DocumentDBEventSourceConfig != nil},
		{"KMSKeyArn", in.KMSKeyArn != nil && *in.KMSKeyArn != ""},
		{"LoggingConfig", in.LoggingConfig != nil},
		{"MetricsConfig", in.MetricsConfig != nil && len(in.MetricsConfig.Metrics) > 0},
		{"ProvisionedPollerConfig", in.ProvisionedPollerConfig != nil},
		{"Queues", len(in.Queues) > 0},
		{"ScalingConfig", in.ScalingConfig != nil},
		{"SelfManagedKafkaEventSourceConfig", in.SelfManagedKafkaEventSourceConfig != nil},
		{"SourceAccessConfigurations", len(in.SourceAccessConfigurations) > 0},
		{"Topics", len(in.Topics) > 0},
	} {
		if option.given {
			return awserr.Unsupported("the " + option.name + " parameter of event source mappings")
		}
	}
	return checkMappingDestination(in.DestinationConfig)
}

// checkMappingDestination refuses destinations that AWS refuses, functions
// among them, and those of services that are not here. An empty name is none; a
// member without a name, as answers have it, is not a way to ask for that.
func checkMappingDestination(in *lambdaapi.DestinationConfig) error {
	if in == nil {
		return nil
	}
	if in.OnSuccess != nil && in.OnSuccess.Destination != nil {
		return lambdaapi.InvalidParameterValueException("Unsupported DestinationConfig parameter for given event source mapping type.")
	}
	if in.OnFailure == nil {
		return nil
	}
	if in.OnFailure.Destination == nil {
		return lambdaapi.InvalidParameterValueException("The Destination field is required for an OnFailure configuration.")
	}
	destination := *in.OnFailure.Destination
	switch kind := serviceOf(destination); kind {
	case "", "s3":
		return nil
	case "sqs", "sns":
		return awserr.Unsupported("destinations of the service " + kind)
	}
	return lambdaapi.InvalidParameterValueException(fmt.Sprintf("The provided destination config DestinationConfig(onSuccess=null, onFailure=%s) is invalid.",
		shown("OnFailure", destination)))
}
