package main

// overlay is what a model does not tell and the wire needs.
type overlay struct {
	// Roots are the names of root elements, by output shape. S3's API
	// reference shows them in the response syntax of each operation.
	Roots map[string]string

	// Unwrapped are operations whose only member is the root element itself.
	Unwrapped []string

	// BareErrors says that an error's root is <Error>, as S3's is.
	BareErrors bool

	// PrefixedPaths: see wire.Service. Seen in recorded answers of API Gateway.
	PrefixedPaths bool

	// HiddenValues: see wire.Service. Seen in answers of IAM since 2024.
	HiddenValues bool

	// Milliseconds: see wire.Service. Seen in answers of S3.
	Milliseconds bool

	// Bottomless are lists and maps whose emptiness the service itself refuses,
	// with words of its own.
	Bottomless []string

	// Least and Most bound numbers and lengths that the model leaves without a
	// lower or an upper bound.
	Least, Most map[string]float64

	// Terse and Missing: see wire.Member. By structure and member, as in
	// "QueryInput.Limit".
	Terse   []string
	Missing map[string]string

	// PatternWords and TooLong: see wire.Words. By pattern and by shape.
	PatternWords map[string]string
	TooLong      map[string]string

	// InvalidInput: see wire.Operation. It holds for the operations whose
	// errors do not list ValidationException alone of the two.
	InvalidInput string

	// Patterns are those of shapes whose model has another one than the refusals
	// of the service.
	Patterns map[string]string

	// Optional are members that the model calls required and the service leaves
	// out, by structure and member.
	Optional []string

	// Headers are headers that requests and answers have beside those of the
	// model: by structure, members and the names of their headers.
	Headers map[string]map[string]string

	// Filled: see wire.Shape. Lists by name.
	Filled []string

	// OpenEnums are enumerations whose values the service itself checks, with
	// words of its own.
	OpenEnums []string

	// Hot are the operations that get a codec of their own: those that are
	// called so often that what a call costs besides its work matters.
	Hot []string

	// InternalError is the service's own code for a failure of its own.
	InternalError string
}

// lambdaFunction begins the pattern of a function's name.
const lambdaFunction = `(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?`

// lambdaTag is the pattern of a tag's text.
const lambdaTag = `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`

var overlays = map[string]overlay{
	"apigateway": {PrefixedPaths: true},
	"dynamodb": {
		InternalError: "InternalServerError",
		Hot: []string{
			"BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction",
			"GetItem", "PutItem", "Query", "Scan", "TransactGetItems", "TransactWriteItems", "UpdateItem",
		},
		// Seen in answers of 2026, while AWS was changing from one way of
		// validating to another, operation by operation.
		Bottomless: []string{"BatchGetRequestMap", "BatchWriteItemRequestMap"},
		Terse:      []string{"QueryInput.Limit", "KeysAndAttributes.Keys"},
		Missing:    map[string]string{"CreateTableInput.TableName": "The parameter 'TableName' is required but was not present in the request"},
	},
	"dynamodbstreams": {InternalError: "InternalServerError"},
	"iam": {
		InternalError: "ServiceFailure",
		HiddenValues:  true,
		PatternWords: map[string]string{
			`[\w+=,.@-]+`: "The specified value for %s is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
		},
	},
	"lambda": {
		InternalError: "ServiceException",
		OpenEnums:     []string{"Runtime"},
		// Of a function that has none there is nothing to tell.
		Optional: []string{"GetFunctionCodeSigningConfigResponse.CodeSigningConfigArn", "GetFunctionCodeSigningConfigResponse.FunctionName"},
		// Seconds, and characters. Seen in answers of AWS, and in its documentation.
		Least:  map[string]float64{"TagKey": 1, "TagValue": 0},
		Most:   map[string]float64{"Timeout": 900, "TagKey": 128, "TagValue": 256},
		Filled: []string{"ArchitecturesList"}, // seen in an answer of 2024
		// As AWS documents them in examples of the operations.
		Headers: map[string]map[string]string{
			"InvocationRequest":                {"TraceId": "X-Amzn-Trace-Id"},
			"InvocationResponse":               {"TraceId": "X-Amzn-Trace-Id", "RemappedContentLength": "X-Amzn-Remapped-Content-Length"},
			"InvokeWithResponseStreamRequest":  {"TraceId": "X-Amzn-Trace-Id"},
			"InvokeWithResponseStreamResponse": {"TraceId": "X-Amzn-Trace-Id"},
		},
		// Seen in answers of AWS since November 2025.
		Patterns: map[string]string{
			"FunctionName":           lambdaFunction + `([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`,
			"NamespacedFunctionName": lambdaFunction + `([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
			"TaggableResource": `arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:` +
				`(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}` +
				`|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)`,
			"TagKey":   lambdaTag, // taken from that of values
			"TagValue": lambdaTag, // seen in refusals of 2018 and 2020
		},
	},
	"logs": {
		InternalError: "ServiceUnavailableException",
		InvalidInput:  "InvalidParameterException",
		TooLong: map[string]string{
			"LogGroupName":  "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
			"LogStreamName": "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
		},
	},
	"s3": {
		BareErrors:    true,
		Milliseconds:  true,
		InternalError: "InternalError",
		Unwrapped:     []string{"GetBucketLocation"},
		Roots: map[string]string{
			"CompleteMultipartUploadOutput":          "CompleteMultipartUploadResult",
			"CreateMultipartUploadOutput":            "InitiateMultipartUploadResult",
			"DeleteObjectsOutput":                    "DeleteResult",
			"GetBucketAccelerateConfigurationOutput": "AccelerateConfiguration",
			"GetBucketAclOutput":                     "AccessControlPolicy",
			"GetBucketCorsOutput":                    "CORSConfiguration",
			"GetBucketLifecycleConfigurationOutput":  "LifecycleConfiguration",
			"GetBucketLocationOutput":                "LocationConstraint",
			"GetBucketLoggingOutput":                 "BucketLoggingStatus",
			"GetBucketRequestPaymentOutput":          "RequestPaymentConfiguration",
			"GetBucketTaggingOutput":                 "Tagging",
			"GetBucketVersioningOutput":              "VersioningConfiguration",
			"GetBucketWebsiteOutput":                 "WebsiteConfiguration",
			"GetObjectAclOutput":                     "AccessControlPolicy",
			"GetObjectAttributesOutput":              "GetObjectAttributesResponse",
			"GetObjectTaggingOutput":                 "Tagging",
			"ListBucketsOutput":                      "ListAllMyBucketsResult",
			"ListMultipartUploadsOutput":             "ListMultipartUploadsResult",
			"ListObjectVersionsOutput":               "ListVersionsResult",
			"ListObjectsOutput":                      "ListBucketResult",
			"ListObjectsV2Output":                    "ListBucketResult",
			"ListPartsOutput":                        "ListPartsResult",
		},
	},
}
