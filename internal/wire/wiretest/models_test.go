package wiretest_test

import (
	"reflect"
	"testing"

	"cloudless/internal/api/apigateway"
	"cloudless/internal/api/dynamodb"
	"cloudless/internal/api/iam"
	"cloudless/internal/api/lambda"
	"cloudless/internal/api/logs"
	"cloudless/internal/api/s3"
	"cloudless/internal/api/sts"
	"cloudless/internal/wire"
	"cloudless/internal/wire/wiretest"
)

func TestEveryShapeOfTheModelsRoundTrips(t *testing.T) {
	for _, tt := range []struct {
		schema   *wire.Service
		handlers any
	}{
		{&apigateway.Schema, apigateway.Handlers{}},
		{&dynamodb.Schema, dynamodb.Handlers{}},
		{&iam.Schema, iam.Handlers{}},
		{&lambda.Schema, lambda.Handlers{}},
		{&logs.Schema, logs.Handlers{}},
		{&s3.Schema, s3.Handlers{}},
		{&sts.Schema, sts.Handlers{}},
	} {
		t.Run(tt.schema.Name, func(t *testing.T) {
			wiretest.RoundTrips(t, codecs[tt.schema.Protocol], tt.schema, reflect.TypeOf(tt.handlers))
		})
	}
}
