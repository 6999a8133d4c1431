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

	// OpenEnums are enumerations whose values the service itself checks, with
	// words of its own.
	OpenEnums []string

	// InternalError is the service's own code for a failure of its own.
	InternalError string
}

var overlays = map[string]overlay{
	"apigateway": {PrefixedPaths: true},
	"dynamodb":   {InternalError: "InternalServerError"},
	"iam":        {InternalError: "ServiceFailure", HiddenValues: true},
	"lambda":     {InternalError: "ServiceException", OpenEnums: []string{"Runtime"}},
	"logs":       {InternalError: "ServiceUnavailableException"},
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
