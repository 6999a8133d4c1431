package wire_test

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"cloudless/internal/api/apigateway"
	"cloudless/internal/api/dynamodb"
	"cloudless/internal/api/iam"
	"cloudless/internal/api/lambda"
	"cloudless/internal/api/logs"
	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/awsjson"
)

const (
	atPatch = "Value 'wrong' at 'updateRestApiInput.patchOperations."
	ops     = ".member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]"
)

// The messages are AWS's own, as it was recorded answering.
func TestValidateSaysWhatAWSSays(t *testing.T) {
	patch := func(op string) apigateway.PatchOperation { return apigateway.PatchOperation{Op: op} }
	for _, tt := range []struct {
		service   *wire.Service
		operation string
		in        any
		want      string // what the message begins with
	}{
		{&lambda.Schema, "GetFunction", &lambda.GetFunctionRequest{FunctionName: "f", Qualifier: new("$LATES?")},
			"1 validation error detected: Value '$LATES?' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: "},
		{&lambda.Schema, "CreateAlias", &lambda.CreateAliasRequest{FunctionName: "f", FunctionVersion: "1", Name: "2024"},
			"1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"},
		{&lambda.Schema, "CreateAlias", &lambda.CreateAliasRequest{FunctionName: "f", FunctionVersion: "1", Name: "a",
			RoutingConfig: &lambda.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 2}}},
			"1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"},
		{&lambda.Schema, "CreateAlias", &lambda.CreateAliasRequest{FunctionName: "f", FunctionVersion: "1", Name: "a",
			RoutingConfig: &lambda.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"$LATEST": 0.5}}},
			"1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]"},
		{&lambda.Schema, "PutProvisionedConcurrencyConfig", &lambda.PutProvisionedConcurrencyConfigRequest{FunctionName: "f", Qualifier: "q"},
			"1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{&lambda.Schema, "CreateFunctionUrlConfig", &lambda.CreateFunctionUrlConfigRequest{FunctionName: "f", AuthType: "NONE", InvokeMode: "UNKNOWN"},
			"1 validation error detected: Value 'UNKNOWN' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]"},
		{&lambda.Schema, "PutFunctionRecursionConfig", &lambda.PutFunctionRecursionConfigRequest{FunctionName: "f", RecursiveLoop: "InvalidValue"},
			"1 validation error detected: Value 'InvalidValue' at 'recursiveLoop' failed to satisfy constraint: Member must satisfy enum value set: [Terminate, Allow]"},
		{&lambda.Schema, "CreateFunction", &lambda.CreateFunctionRequest{FunctionName: "f", Code: &lambda.FunctionCode{}, Role: "r1"},
			"1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"},
		{&lambda.Schema, "CreateFunction", &lambda.CreateFunctionRequest{FunctionName: "f", Code: &lambda.FunctionCode{}, Role: "arn:aws:iam::000000000000:role/r",
			SnapStart: &lambda.SnapStart{ApplyOn: "invalidOption"}},
			"1 validation error detected: Value 'invalidOption' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]"},
		{&lambda.Schema, "CreateFunction", &lambda.CreateFunctionRequest{FunctionName: "f", Code: &lambda.FunctionCode{}, Role: "arn:aws:iam::000000000000:role/r",
			Timeout: new(int64(901))},
			"1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"},
		{&lambda.Schema, "GetFunction", &lambda.GetFunctionRequest{FunctionName: "my-function!"},
			`1 validation error detected: Value 'my-function!' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`},
		{&lambda.Schema, "CreateFunction", &lambda.CreateFunctionRequest{FunctionName: "*", Code: &lambda.FunctionCode{}, Role: "arn:aws:iam::000000000000:role/r"},
			`1 validation error detected: Value '*' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`},
		{&lambda.Schema, "CreateFunction", &lambda.CreateFunctionRequest{FunctionName: "f", Code: &lambda.FunctionCode{}, Role: "arn:aws:iam::000000000000:role/r", Architectures: []string{"X86_64"}},
			"1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"},
		{&lambda.Schema, "PublishLayerVersion", &lambda.PublishLayerVersionRequest{LayerName: "l", Content: &lambda.LayerVersionContentInput{}, CompatibleArchitectures: []string{"invalidarch"}},
			"1 validation error detected: Value '[invalidarch]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64]]"},
		{&lambda.Schema, "ListTags", &lambda.ListTagsRequest{Resource: "arn:aws:something"},
			`1 validation error detected: Value 'arn:aws:something' at 'resource' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)`},
		{&lambda.Schema, "TagResource", &lambda.TagResourceRequest{Resource: "arn:aws:lambda:us-east-1:000000000000:function:f", Tags: map[string]string{strings.Repeat("a", 129): ""}},
			"1 validation error detected: Value '{" + strings.Repeat("a", 129) + "=}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, " +
				`Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$]`},
		{&lambda.Schema, "UntagResource", &lambda.UntagResourceRequest{Resource: "arn:aws:lambda:us-east-1:000000000000:function:f"},
			"1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"},
		{&apigateway.Schema, "UpdateRestApi", &apigateway.UpdateRestApiRequest{RestApiId: "a", PatchOperations: []apigateway.PatchOperation{patch("wrong"), patch("add"), patch("wrong")}},
			"2 validation errors detected: " + atPatch + "1" + ops + "; " + atPatch + "3" + ops},
		{&apigateway.Schema, "CreateRestApi", &apigateway.CreateRestApiRequest{Name: "a", EndpointConfiguration: &apigateway.EndpointConfiguration{Types: []string{"wrong"}}},
			"1 validation error detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]"},
		{&apigateway.Schema, "CreateRestApi", &apigateway.CreateRestApiRequest{Name: "a", EndpointConfiguration: &apigateway.EndpointConfiguration{IpAddressType: "wrong"}},
			"1 validation error detected: Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]"},
		{&apigateway.Schema, "UpdateMethodResponse", &apigateway.UpdateMethodResponseRequest{RestApiId: "a", ResourceId: "r", HttpMethod: "GET", StatusCode: "wrong"},
			"1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d"},
		{&apigateway.Schema, "UpdateMethodResponse", &apigateway.UpdateMethodResponseRequest{RestApiId: "a", ResourceId: "r", HttpMethod: "GET", StatusCode: "wrong",
			PatchOperations: []apigateway.PatchOperation{patch("wrong_op")}},
			"2 validation errors detected: Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]; Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d"},
		{&apigateway.Schema, "CreateDocumentationPart", &apigateway.CreateDocumentationPartRequest{RestApiId: "a", Properties: "{}", Location: &apigateway.DocumentationPartLocation{Type: "INVALID"}},
			"1 validation error detected: Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]"},
		{&logs.Schema, "FilterLogEvents", &logs.FilterLogEventsRequest{LogGroupName: new("g"), Limit: new(int64(10001))},
			"1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000"},
		{&logs.Schema, "CreateLogGroup", &logs.CreateLogGroupRequest{LogGroupName: strings.Repeat("g", 513)},
			"Invalid LogGroup or LogStream, both must have length less than or equal to 512."},
		{&logs.Schema, "PutDeliveryDestination", &logs.PutDeliveryDestinationRequest{Name: "d", OutputFormat: "foobar"},
			"1 validation error detected: Value 'foobar' at 'outputFormat' failed to satisfy constraint: Member must satisfy enum value set: [w3c, raw, json, plain, parquet]"},
		{&iam.Schema, "DeleteServiceSpecificCredential", &iam.DeleteServiceSpecificCredentialRequest{ServiceSpecificCredentialId: "invalid-credential-id"},
			"1 validation error detected: Value at 'serviceSpecificCredentialId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w]+"},
		{&iam.Schema, "GetRole", &iam.GetRoleRequest{RoleName: "a b"},
			"The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{&dynamodb.Schema, "Query", &dynamodb.QueryInput{TableName: "music", Limit: new(int64(0))},
			"1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{&dynamodb.Schema, "Scan", &dynamodb.ScanInput{TableName: "music", Limit: new(int64(0))},
			"1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{&dynamodb.Schema, "BatchGetItem", &dynamodb.BatchGetItemInput{RequestItems: map[string]dynamodb.KeysAndAttributes{
			"music": {Keys: make([]map[string]dynamodb.AttributeValue, 101)}}},
			"1 validation error detected: Value at 'RequestItems.music.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100"},
		{&dynamodb.Schema, "BatchWriteItem", &dynamodb.BatchWriteItemInput{RequestItems: map[string][]dynamodb.WriteRequest{"music": {}}},
			"1 validation error detected: Value '{music=[]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"},
		{&dynamodb.Schema, "BatchWriteItem", &dynamodb.BatchWriteItemInput{RequestItems: map[string][]dynamodb.WriteRequest{"music": make([]dynamodb.WriteRequest, 26)}},
			"1 validation error detected: Value '{music=[WriteRequest(putRequest=null, deleteRequest=null), "},
		{&dynamodb.Schema, "BatchWriteItem", &dynamodb.BatchWriteItemInput{RequestItems: map[string][]dynamodb.WriteRequest{"music": {{PutRequest: &dynamodb.PutRequest{}}}}},
			"1 validation error detected: Value null at 'requestItems.music.member.1.member.putRequest.item' failed to satisfy constraint: Member must not be null"},
	} {
		err := wire.Validate(tt.service, tt.service.Operation(tt.operation), tt.in, &wire.Presence{})
		e := awserr.From(err)
		code := cmp.Or(tt.service.Operation(tt.operation).InvalidInput, awserr.CodeValidation)
		if err == nil || e.Code != code || e.Status != 400 || !strings.HasPrefix(e.Message, tt.want) {
			t.Errorf("Validate(%s %+v)\n got %v\nwant %s", tt.operation, tt.in, err, tt.want)
		}
	}
}

// A request of millions of wrong values is refused in little time, with an
// answer that is smaller than itself.
func TestARefusalIsSmall(t *testing.T) {
	for name, in := range map[string]*logs.PutLogEventsRequest{
		"many wrong values": {LogGroupName: "g", LogStreamName: "s", LogEvents: make([]logs.InputLogEvent, 5000)},
		"a long list":       {LogGroupName: "g", LogStreamName: "s", LogEvents: slices.Repeat([]logs.InputLogEvent{{Message: "m\u00e9"}}, 20_000)},
		"a long text":       {LogGroupName: strings.Repeat("\u00e9", 1<<20), LogStreamName: "s", LogEvents: []logs.InputLogEvent{{Message: "m"}}},
	} {
		err := wire.Validate(&logs.Schema, logs.Schema.Operation("PutLogEvents"), in, &wire.Presence{})
		message := awserr.From(err).Message
		if err == nil || len(message) > 20_000 || !utf8.ValidString(message) {
			t.Errorf("%s: %d bytes, %.200s", name, len(message), message)
		}
	}
}

func TestWhatIsSaidOfAMissingMember(t *testing.T) {
	for _, tt := range []struct {
		service       *wire.Service
		operation     string
		in            any
		code, message string
	}{
		{&dynamodb.Schema, "CreateTable", &dynamodb.CreateTableInput{},
			"ValidationException", "The parameter 'TableName' is required but was not present in the request"},
		{&logs.Schema, "CreateLogGroup", &logs.CreateLogGroupRequest{},
			"InvalidParameterException", "1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null"},
	} {
		r := &wire.Request{Service: tt.service, Operation: tt.service.Operation(tt.operation),
			Request: httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("{}"))}
		if e := awserr.From(new(awsjson.Codec).Decode(r, tt.in)); e.Code != tt.code || e.Message != tt.message {
			t.Errorf("%s: %v, want %s: %s", tt.operation, e, tt.code, tt.message)
		}
	}
}

// A schema of one operation, whose input has all kinds of constraints.
type (
	order struct {
		Name   string // required
		Lines  []line
		Labels map[string]string
		Colour string
		Secret *string
		Amount int64 // required
		Photo  []byte
		Rate   *float64
	}
	line struct {
		Article string // required
		Price   *float64
		Colour  string
		Secret  *string
		More    []line
		At      *time.Time
	}
)

var orders = wire.Service{
	Operations: []wire.Operation{{Name: "PutOrder", Input: 0}},
	Shapes: []wire.Shape{
		{Name: "Order", Kind: wire.Structure, Checked: true, Members: []wire.Member{
			{Name: "Name", Shape: 2, Required: true}, {Name: "Lines", Shape: 3}, {Name: "Labels", Shape: 4}, {Name: "Colour", Shape: 5},
			{Name: "Secret", Shape: 6}, {Name: "Amount", Shape: 7, Required: true}, {Name: "Photo", Shape: 8}, {Name: "Rate", Shape: 9}}},
		{Name: "Line", Kind: wire.Structure, Checked: true, Members: []wire.Member{
			{Name: "Article", Shape: 2, Required: true}, {Name: "Price", Shape: 9}, {Name: "Colour", Shape: 5},
			{Name: "Secret", Shape: 6}, {Name: "More", Shape: 3}, {Name: "At", Shape: 10}}},
		{Name: "Name", Kind: wire.String, Checked: true, HasMin: true, Min: 2, HasMax: true, Max: 4, Pattern: "[a-z\u00e9]+"},
		{Name: "Lines", Kind: wire.List, Checked: true, Element: 1, HasMax: true, Max: 1},
		{Name: "Labels", Kind: wire.Map, Checked: true, Key: 2, Element: 2},
		{Name: "Colour", Kind: wire.Enum, Checked: true, Enum: []string{"red", "blue"}},
		{Name: "Secret", Kind: wire.String, Checked: true, HasMin: true, Min: 9, Sensitive: true},
		{Name: "Amount", Kind: wire.Integer, Checked: true, HasMin: true, Min: 1},
		{Name: "Photo", Kind: wire.Blob, Checked: true, HasMax: true, Max: 2},
		{Name: "Rate", Kind: wire.Double, Checked: true, HasMax: true, Max: 1},
		{Name: "At", Kind: wire.Timestamp},
	},
}

func TestValidateFindsEverything(t *testing.T) {
	const prefix, failed = "Value ", " failed to satisfy constraint: "
	for _, tt := range []struct {
		name string
		in   order
		want string // of the violations, joined
	}{
		{"nothing", order{Name: "abc", Amount: 1}, ""},
		{"a length is one of characters and not of bytes", order{Name: "éééé", Amount: 1}, ""},
		{"a pattern must match from end to end", order{Name: "ab9", Amount: 1}, "'ab9' at 'name'" + failed + "Member must satisfy regular expression pattern: [a-z\u00e9]+"},
		{"a text that breaks two rules, of which the pattern is first", order{Name: "AAAAA", Amount: 1},
			"'AAAAA' at 'name'" + failed + "Member must satisfy regular expression pattern: [a-z\u00e9]+; " + prefix +
				"'AAAAA' at 'name'" + failed + "Member must have length less than or equal to 4"},
		{"a number", order{Name: "abc"}, "'0' at 'amount'" + failed + "Member must have value greater than or equal to 1"},
		{"a fraction", order{Name: "abc", Amount: 1, Rate: new(1.5)}, "'1.5' at 'rate'" + failed + "Member must have value less than or equal to 1.0"},
		{"a sensitive text is not repeated", order{Name: "abc", Amount: 1, Secret: new("hush")}, "at 'secret'" + failed + "Member must have length greater than or equal to 9"},
		{"bytes", order{Name: "abc", Amount: 1, Photo: []byte("123")}, "'java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]' at 'photo'" + failed + "Member must have length less than or equal to 2"},
		{"a list, whose sensitive parts are not repeated", order{Name: "abc", Amount: 1, Lines: []line{
			{Article: "abc", Price: new(1.0), Secret: new("hushhushhush"), More: []line{}}, {Article: "abc", Colour: "red", At: new(time.Unix(0, 0).UTC())}}},
			"'[Line(article=abc, price=1.0, colour=null, secret=***Sensitive Data Redacted***, more=[], at=null), " +
				"Line(article=abc, price=null, colour=red, secret=null, more=null, at=Thu Jan  1 00:00:00 UTC 1970)]' at 'lines'" + failed + "Member must have length less than or equal to 1"},
		{"what lies deep", order{Name: "abc", Amount: 1, Lines: []line{{Article: "abc", More: []line{{Article: "a"}}}}},
			"'a' at 'lines.1.member.more.1.member.article'" + failed + "Member must have length greater than or equal to 2"},
		{"a key", order{Name: "abc", Amount: 1, Labels: map[string]string{"A": "abc"}},
			"'{A=abc}' at 'labels'" + failed + "Map keys must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 2, Member must satisfy regular expression pattern: [a-z\u00e9]+]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := wire.Validate(&orders, &orders.Operations[0], &tt.in, &wire.Presence{})
			got := ""
			if err != nil {
				_, got, _ = strings.Cut(awserr.From(err).Message, "detected: "+prefix)
			}
			if got != tt.want {
				t.Errorf("Validate(%+v)\n got %s\nwant %s", tt.in, got, tt.want)
			}
		})
	}
}

func TestValidateBelievesWhatTheRequestShowed(t *testing.T) {
	var given wire.Presence
	path := wire.Path{}
	given.Absent(path.Member("Name"))
	given.Absent(path.Member("Amount"))
	given.Blank(path.Member("Colour"))
	err := wire.Validate(&orders, &orders.Operations[0], &order{}, &given)
	want := "3 validation errors detected: " +
		"Value null at 'name' failed to satisfy constraint: Member must not be null; " +
		"Value '' at 'colour' failed to satisfy constraint: Member must satisfy enum value set: [red, blue]; " +
		"Value null at 'amount' failed to satisfy constraint: Member must not be null"
	if got := awserr.From(err).Message; got != want {
		t.Errorf("Validate\n got %s\nwant %s", got, want)
	}
}

func TestValidateTellsTenViolationsAtMost(t *testing.T) {
	var given wire.Presence
	in := order{Name: "abc", Amount: 1}
	for i := range 2000 {
		in.Lines = append(in.Lines, line{})
		given.Absent(wire.Path{}.Member("Lines").Index(i).Member("Article"))
	}
	message := awserr.From(wire.Validate(&orders, &orders.Operations[0], &in, &given)).Message
	if !strings.HasPrefix(message, "10 validation errors detected: ") {
		t.Errorf("Validate = %.80s", message)
	}
}

func TestValidateGivesUpOnPatternsThatTakeTooLong(t *testing.T) {
	s := wire.Service{
		Operations: []wire.Operation{{Name: "Put"}},
		Shapes: []wire.Shape{
			{Kind: wire.Structure, Checked: true, Members: []wire.Member{{Name: "Text", Shape: 1, Required: true}}},
			{Kind: wire.String, Checked: true, Pattern: "(a*)*b"},
		},
	}
	in := struct{ Text string }{strings.Repeat("a", 1<<12)}
	if err := wire.Validate(&s, &s.Operations[0], &in, &wire.Presence{}); err == nil {
		t.Error("a text that could not be matched in time was accepted")
	}
}
