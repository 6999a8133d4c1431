package crash

import (
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudless/test/servertest"
)

// clients are the SDK's, for one server.
type clients struct {
	url        string
	dynamodb   *dynamodb.Client
	s3         *s3.Client
	logs       *cloudwatchlogs.Client
	iam        *iam.Client
	lambda     *lambda.Client
	apigateway *apigateway.Client
}

func connect(srv *servertest.Process) clients {
	cfg := srv.SDK()
	return clients{
		url:        srv.URLs[0],
		dynamodb:   dynamodb.NewFromConfig(cfg),
		s3:         s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }),
		logs:       cloudwatchlogs.NewFromConfig(cfg),
		iam:        iam.NewFromConfig(cfg),
		lambda:     lambda.NewFromConfig(cfg),
		apigateway: apigateway.NewFromConfig(cfg),
	}
}
