package lambda

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

const streamARN = "arn:aws:dynamodb:eu-central-1:111111111111:table/t/stream/2026-03-01T12:00:00.000"

// mapF is a request that maps a stream to f.
func mapF(edit ...func(*lambdaapi.CreateEventSourceMappingRequest)) *lambdaapi.CreateEventSourceMappingRequest {
	in := &lambdaapi.CreateEventSourceMappingRequest{EventSourceArn: new(streamARN), FunctionName: "f", StartingPosition: "TRIM_HORIZON"}
	for _, e := range edit {
		e(in)
	}
	return in
}

// mapping returns a mapping as it is now.
func (h *harness) mapping(uuid string) *lambdaapi.EventSourceMappingConfiguration {
	h.t.Helper()
	return must(h.GetEventSourceMapping(h.t.Context(), call, &lambdaapi.GetEventSourceMappingRequest{UUID: uuid}))(h.t)
}

// awaitNoMapping waits until a mapping is Deleting no more, and pollers know.
func (h *harness) awaitNoMapping(uuid string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	changes := h.store.Watch(ctx, MappingsKey())
	for {
		m, err := h.GetEventSourceMapping(ctx, call, &lambdaapi.GetEventSourceMappingRequest{UUID: uuid})
		if err != nil {
			refused(h.t, "Get", err, "ResourceNotFoundException", "The resource you requested does not exist.")
			return
		}
		if *m.State != "Deleting" {
			h.t.Fatalf("the mapping is %s", *m.State)
		}
		if _, ok := <-changes; !ok {
			h.t.Fatal("the mapping stays")
		}
	}
}

// awaitMapping waits until a mapping has a state. It polls what is enabled.
func (h *harness) awaitMapping(uuid, state string) *lambdaapi.EventSourceMappingConfiguration {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	changes := h.store.Watch(ctx, mappingKey(account, region, uuid))
	for _, m := range must(h.Mappings(ctx))(h.t) {
		if err := h.NotePolled(ctx, m); err != nil {
			h.t.Fatal(err)
		}
	}
	for {
		m := h.mapping(uuid)
		if *m.State == state {
			return m
		}
		if _, ok := <-changes; !ok {
			h.t.Fatalf("the mapping is %s, not %s", *m.State, state)
		}
	}
}

func TestAMappingIsMadeWithAWSsDefaults(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	m := must(h.CreateEventSourceMapping(t.Context(), call, mapF(func(in *lambdaapi.CreateEventSourceMappingRequest) {
		in.FilterCriteria = &lambdaapi.FilterCriteria{}
	})))(t)
	if *m.State != "Creating" || *m.StateTransitionReason != "User action" || *m.BatchSize != 100 || *m.BisectBatchOnFunctionError ||
		m.DestinationConfig.OnFailure == nil || m.DestinationConfig.OnSuccess != nil || *m.EventSourceArn != streamARN || *m.FunctionArn != arnF ||
		m.FunctionResponseTypes == nil || *m.LastProcessingResult != "No records processed" || *m.MaximumBatchingWindowInSeconds != 0 ||
		*m.MaximumRecordAgeInSeconds != -1 || *m.MaximumRetryAttempts != -1 || *m.ParallelizationFactor != 1 || *m.TumblingWindowInSeconds != 0 ||
		m.StartingPosition != "TRIM_HORIZON" || m.FilterCriteria != nil || *m.EventSourceMappingArn != "arn:aws:lambda:eu-central-1:111111111111:event-source-mapping:"+*m.UUID {
		t.Errorf("Create = %+v", m)
	}
	h.awaitMapping(*m.UUID, "Enabled")

	_, err := h.CreateEventSourceMapping(t.Context(), call, mapF())
	refused(t, "a second one", err, "ResourceConflictException", `The event source arn (" `+streamARN+` ") and function (" f ") provided mapping already exists. Please update or delete the existing mapping with UUID `+*m.UUID)

	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f"}))(t)
	if got := h.awaitMapping(*m.UUID, "Enabled"); *got.FunctionArn != arnF {
		t.Errorf("without its function, the mapping is %+v", got)
	}
	gone := must(h.DeleteEventSourceMapping(t.Context(), call, &lambdaapi.DeleteEventSourceMappingRequest{UUID: *m.UUID}))(t)
	if *gone.State != "Deleting" || *gone.StateTransitionReason != "User action" {
		t.Errorf("Delete = %+v", gone)
	}
	h.awaitNoMapping(*m.UUID)
}

func TestAMappingThatIsChangingIsInUse(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	uuid := *must(h.CreateEventSourceMapping(t.Context(), call, mapF()))(t).UUID
	change := func(in lambdaapi.UpdateEventSourceMappingRequest) *lambdaapi.EventSourceMappingConfiguration {
		in.UUID = uuid
		return must(h.UpdateEventSourceMapping(t.Context(), call, &in))(t)
	}
	inUse := func(state string) {
		t.Helper()
		if got := h.mapping(uuid); *got.State != state {
			t.Errorf("it is %s, not %s", *got.State, state)
		}
		_, err := h.UpdateEventSourceMapping(t.Context(), call, &lambdaapi.UpdateEventSourceMappingRequest{UUID: uuid, BatchSize: new(int64(2))})
		refused(t, state+", Update", err, "ResourceInUseException", "Cannot update the event source mapping because it is in use.")
		_, err = h.DeleteEventSourceMapping(t.Context(), call, &lambdaapi.DeleteEventSourceMappingRequest{UUID: uuid})
		refused(t, state+", Delete", err, "ResourceInUseException", "Cannot delete the event source mapping because it is in use.")
	}
	inUse("Creating")
	h.awaitMapping(uuid, "Enabled")
	change(lambdaapi.UpdateEventSourceMappingRequest{BatchSize: new(int64(9))})
	inUse("Updating")
	h.awaitMapping(uuid, "Enabled")
	change(lambdaapi.UpdateEventSourceMappingRequest{Enabled: new(false)})
	h.awaitMapping(uuid, "Disabled")
	change(lambdaapi.UpdateEventSourceMappingRequest{Enabled: new(true)})
	inUse("Enabling")
	if got := h.awaitMapping(uuid, "Enabled"); *got.BatchSize != 9 {
		t.Errorf("a refused update has left %+v", got)
	}

	// What a server has not got around to, the next one does.
	for _, state := range []string{"Disabling", "Deleting"} {
		if err := h.noteMapping(t.Context(), account, region, uuid, func(m *mapping) bool {
			m.Enabled, m.State = false, state
			return true
		}); err != nil {
			t.Fatal(err)
		}
		inUse(state)
		_, err := h.CreateEventSourceMapping(t.Context(), call, mapF())
		if awserr.Code(err) != "ResourceConflictException" {
			t.Errorf("%s, a second one: %v", state, err)
		}
		h.restart()
		if state == "Disabling" {
			h.awaitMapping(uuid, "Disabled")
		}
	}
	h.awaitNoMapping(uuid)
	must(h.CreateEventSourceMapping(t.Context(), call, mapF()))(t)
}

func TestLatestIsTheFunctionItselfToAMapping(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	m := must(h.CreateEventSourceMapping(t.Context(), call, mapF(func(in *lambdaapi.CreateEventSourceMappingRequest) { in.FunctionName = "f:$LATEST" })))(t)
	if *m.FunctionArn != arnF {
		t.Errorf("it is of %s", *m.FunctionArn)
	}
	_, err := h.CreateEventSourceMapping(t.Context(), call, mapF())
	if awserr.Code(err) != "ResourceConflictException" {
		t.Errorf("a second one: %v", err)
	}
	list := must(h.ListEventSourceMappings(t.Context(), call, &lambdaapi.ListEventSourceMappingsRequest{FunctionName: new(arnF + ":$LATEST")}))(t)
	if len(list.EventSourceMappings) != 1 {
		t.Errorf("of $LATEST: %+v", list)
	}
}

func TestMappingsThatAreRefused(t *testing.T) {
	type request = lambdaapi.CreateEventSourceMappingRequest
	h := newHarness(t)
	h.create("f")
	h.sources[streamARN+"x"] = &awserr.Error{Code: "ResourceNotFoundException", Status: 400}
	for _, tt := range []struct {
		name          string
		edit          func(*request)
		code, message string
	}{
		{"no position", func(in *request) { in.StartingPosition = "" }, "InvalidParameterValueException",
			"1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."},
		{"a time", func(in *request) { in.StartingPosition = "AT_TIMESTAMP" }, "InvalidParameterValueException", "Unsupported starting position for arn type: " + streamARN},
		{"no source", func(in *request) { in.EventSourceArn = nil }, "InvalidParameterValueException", "Unrecognized event source."},
		{"a queue", func(in *request) { in.EventSourceArn = new("arn:aws:sqs:eu-central-1:111111111111:q") }, "NotImplemented", "cloudless does not implement event source mappings of the service sqs yet."},
		{"a stream that is not there", func(in *request) { in.EventSourceArn = new(streamARN + "x") }, "InvalidParameterValueException", "Stream not found: " + streamARN + "x"},
		{"a queue for a function that is not there", func(in *request) {
			in.FunctionName, in.EventSourceArn = "g", new("arn:aws:sqs:eu-central-1:111111111111:q")
		}, "InvalidParameterValueException", "Function does not exist"},
		{"a function that is not there", func(in *request) { in.FunctionName = "g" }, "InvalidParameterValueException", "Function does not exist"},
		{"a pattern that is text", func(in *request) {
			in.FilterCriteria = &lambdaapi.FilterCriteria{Filters: []lambdaapi.Filter{{Pattern: new("single-string")}}}
		}, "InvalidParameterValueException", "Invalid filter pattern definition."},
		{"no pattern", func(in *request) { in.FilterCriteria = &lambdaapi.FilterCriteria{Filters: []lambdaapi.Filter{{}}} },
			"InvalidParameterValueException", "Invalid filter pattern definition."},
		{"a record age that is too short", func(in *request) { in.MaximumRecordAgeInSeconds = new(int64(59)) }, "InvalidParameterValueException",
			"MaximumRecordAgeInSeconds must be -1 or at least 60."},
		{"too many filters", func(in *request) {
			in.FilterCriteria = &lambdaapi.FilterCriteria{Filters: slices.Repeat([]lambdaapi.Filter{{Pattern: new("{}")}}, 6)}
		}, "InvalidParameterValueException", "An event source mapping may have up to 5 filters."},
		{"a function as destination", func(in *request) { in.DestinationConfig = to("", arnD) }, "InvalidParameterValueException",
			"The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=" + arnD + ")) is invalid."},
		{"a destination that is none, as answers show it", func(in *request) {
			in.DestinationConfig = &lambdaapi.DestinationConfig{OnFailure: &lambdaapi.OnFailure{}}
		}, "InvalidParameterValueException", "The Destination field is required for an OnFailure configuration."},
		{"a queue as destination", func(in *request) { in.DestinationConfig = to("", "arn:aws:sqs:eu-central-1:111111111111:q") },
			"NotImplemented", "cloudless does not implement destinations of the service sqs yet."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := h.CreateEventSourceMapping(t.Context(), call, mapF(tt.edit))
			refused(t, "Create", err, tt.code, tt.message)
		})
	}
	h.authz.deny = map[string]bool{"dynamodb:GetShardIterator": true}
	_, err := h.CreateEventSourceMapping(t.Context(), call, mapF())
	refused(t, "a role that may not read", err, "InvalidParameterValueException", "Cannot access stream "+streamARN+
		". Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.")
	if n := h.count("mapping"); n != 0 {
		t.Errorf("%d are kept", n)
	}
}

func TestADestinationOfAMappingIsTakenAwayByAnEmptyName(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	const bucket = "arn:aws:s3:::failures"
	made := must(h.CreateEventSourceMapping(t.Context(), call, mapF(func(in *lambdaapi.CreateEventSourceMappingRequest) {
		in.DestinationConfig = &lambdaapi.DestinationConfig{OnFailure: &lambdaapi.OnFailure{Destination: new(bucket)}}
	})))(t)
	for _, tt := range []struct {
		name, code string
		to         *lambdaapi.OnFailure
		want       string
	}{
		{"a member without a name", "InvalidParameterValueException", &lambdaapi.OnFailure{}, bucket},
		{"no member", "", nil, bucket},
		{"an empty name", "", &lambdaapi.OnFailure{Destination: new("")}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.awaitMapping(*made.UUID, "Enabled")
			_, err := h.UpdateEventSourceMapping(t.Context(), call, &lambdaapi.UpdateEventSourceMappingRequest{UUID: *made.UUID,
				DestinationConfig: &lambdaapi.DestinationConfig{OnFailure: tt.to}})
			if awserr.Code(err) != tt.code {
				t.Errorf("Update: %v, want %q", err, tt.code)
			}
			got := h.mapping(*made.UUID)
			if to := valueOf(got.DestinationConfig.OnFailure.Destination); to != tt.want {
				t.Errorf("it reports to %q, want %q", to, tt.want)
			}
		})
	}
}

func TestPollersLearnOfMappings(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	changes := h.store.Watch(t.Context(), MappingsKey())
	await := func(what string) {
		t.Helper()
		select {
		case <-changes:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s wakes nobody", what)
		}
	}
	m := must(h.CreateEventSourceMapping(t.Context(), call, mapF(func(in *lambdaapi.CreateEventSourceMappingRequest) {
		in.BatchSize, in.MaximumBatchingWindowInSeconds = new(int64(7)), new(int64(3))
		in.FunctionResponseTypes = []string{"ReportBatchItemFailures"}
		in.FilterCriteria = &lambdaapi.FilterCriteria{Filters: []lambdaapi.Filter{{Pattern: new(`{"eventName":["INSERT"]}`)}}}
	})))(t)
	await("Create")
	all := must(h.Mappings(t.Context()))(t)
	if len(all) != 1 || !all[0].Enabled || all[0].BatchSize != 7 || all[0].BatchingWindow != 3*time.Second || !all[0].ReportBatchItemFailures || len(all[0].Filters) != 1 ||
		all[0].MaximumRecordAge >= 0 || all[0].MaximumRetryAttempts >= 0 || !all[0].Created.Equal(start) || all[0].ARN() != *m.EventSourceMappingArn {
		t.Errorf("Mappings = %+v", all)
	}
	before := all[0].Revision

	if err := h.NoteProcessing(t.Context(), all[0], "OK"); err != nil {
		t.Fatal(err)
	}
	if got := h.awaitMapping(*m.UUID, "Enabled"); *got.LastProcessingResult != "OK" {
		t.Errorf("the last result is %s", *got.LastProcessingResult)
	}

	up := must(h.UpdateEventSourceMapping(t.Context(), call, &lambdaapi.UpdateEventSourceMappingRequest{UUID: *m.UUID, BatchSize: new(int64(9))}))(t)
	await("Update")
	if *up.State != "Updating" || *up.BatchSize != 9 || *up.MaximumBatchingWindowInSeconds != 3 {
		t.Errorf("Update = %+v", up)
	}
	if all = must(h.Mappings(t.Context()))(t); all[0].Revision <= before || all[0].BatchSize != 9 {
		t.Errorf("after the update: %+v", all)
	}
	h.awaitMapping(*m.UUID, "Enabled")

	down := must(h.UpdateEventSourceMapping(t.Context(), call, &lambdaapi.UpdateEventSourceMappingRequest{UUID: *m.UUID, Enabled: new(false)}))(t)
	if *down.State != "Disabling" {
		t.Errorf("it is %s", *down.State)
	}
	if all = must(h.Mappings(t.Context()))(t); len(all) != 1 || all[0].Enabled {
		t.Errorf("disabled, it is to be polled: %+v", all)
	}
	h.awaitMapping(*m.UUID, "Disabled")
	again := must(h.UpdateEventSourceMapping(t.Context(), call, &lambdaapi.UpdateEventSourceMappingRequest{UUID: *m.UUID, Enabled: new(true)}))(t)
	if *again.State != "Enabling" {
		t.Errorf("it is %s", *again.State)
	}
}

func TestAMappingInvokesItsFunctionWithoutItsPolicy(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.CreateEventSourceMapping(t.Context(), call, mapF()))(t)
	h.authz.deny = map[string]bool{"lambda:InvokeFunction": true}
	m := must(h.Mappings(t.Context()))(t)[0]
	out, version, err := h.InvokeMapped(t.Context(), m, "r1", []byte(`{"Records":[]}`))
	if err != nil || version != "$LATEST" || string(out.Payload) != "1" {
		t.Errorf("InvokeMapped = %+v, %s, %v", out, version, err)
	}
	if got := <-h.sandboxes.calls; got.RequestID != "r1" || got.Invocation.ARN != arnF {
		t.Errorf("invoked %+v", got.Invocation)
	}
	if role := must(h.MappingCall(t.Context(), m))(t); role.Account != account || role.Region != region {
		t.Errorf("MappingCall = %+v", role)
	}
	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f"}))(t)
	if _, _, err := h.InvokeMapped(t.Context(), m, "r1", nil); awserr.Code(err) != "ResourceNotFoundException" {
		t.Errorf("without the function: %v", err)
	}
}

func TestListsOfMappings(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.create("g")
	var uuids []string
	for _, tt := range []struct{ function, source string }{{"f", streamARN}, {"g", streamARN}, {"f", strings.Replace(streamARN, "table/t", "table/u", 1)}} {
		m := must(h.CreateEventSourceMapping(t.Context(), call, mapF(func(in *lambdaapi.CreateEventSourceMappingRequest) {
			in.FunctionName, in.EventSourceArn = tt.function, &tt.source
		})))(t)
		uuids = append(uuids, *m.UUID)
	}
	list := func(in lambdaapi.ListEventSourceMappingsRequest) (got []string) {
		for {
			page := must(h.ListEventSourceMappings(t.Context(), call, &in))(t)
			for _, m := range page.EventSourceMappings {
				got = append(got, *m.UUID)
			}
			if in.Marker = page.NextMarker; in.Marker == nil {
				return got
			}
		}
	}
	sorted := slices.Sorted(slices.Values(uuids))
	if got := list(lambdaapi.ListEventSourceMappingsRequest{MaxItems: new(int64(1))}); !slices.Equal(got, sorted) {
		t.Errorf("all: %v, want %v", got, sorted)
	}
	if got := list(lambdaapi.ListEventSourceMappingsRequest{FunctionName: new("g")}); !slices.Equal(got, uuids[1:2]) {
		t.Errorf("of g: %v", got)
	}
	if got := list(lambdaapi.ListEventSourceMappingsRequest{EventSourceArn: new(streamARN), FunctionName: new("f")}); !slices.Equal(got, uuids[:1]) {
		t.Errorf("of the stream and f: %v", got)
	}
}

func TestMappingsHaveTags(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	m := must(h.CreateEventSourceMapping(t.Context(), call, mapF(func(in *lambdaapi.CreateEventSourceMappingRequest) { in.Tags = map[string]string{"a": "1"} })))(t)
	must(h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: *m.EventSourceMappingArn, Tags: map[string]string{"b": "2"}}))(t)
	must(h.UntagResource(t.Context(), call, &lambdaapi.UntagResourceRequest{Resource: *m.EventSourceMappingArn, TagKeys: []string{"a", "c"}}))(t)
	got := must(h.ListTags(t.Context(), call, &lambdaapi.ListTagsRequest{Resource: *m.EventSourceMappingArn}))(t)
	if len(got.Tags) != 1 || got.Tags["b"] != "2" {
		t.Errorf("tags %v", got.Tags)
	}
	none := "arn:aws:lambda:eu-central-1:111111111111:event-source-mapping:11111111-1111-4111-8111-111111111111"
	_, err := h.ListTags(t.Context(), call, &lambdaapi.ListTagsRequest{Resource: none})
	refused(t, "ListTags", err, "ResourceNotFoundException", "Event source mapping not found: "+none)
}
