package api_test

import (
	"testing"

	"cloudless/internal/api/apigateway"
	"cloudless/internal/api/dynamodb"
	"cloudless/internal/api/iam"
	"cloudless/internal/api/lambda"
	"cloudless/internal/api/logs"
	"cloudless/internal/api/s3"
	"cloudless/internal/api/sts"
	"cloudless/internal/wire"
)

var schemas = []*wire.Service{&apigateway.Schema, &dynamodb.Schema, &iam.Schema, &lambda.Schema, &logs.Schema, &s3.Schema, &sts.Schema}

func TestEveryPatternOfTheModelsCompiles(t *testing.T) {
	for _, s := range schemas {
		for _, shape := range s.Shapes {
			if _, err := wire.CompilePattern(shape.Pattern); err != nil {
				t.Errorf("%s.%s: %v", s.Name, shape.Name, err)
			}
		}
	}
}

func TestAnOperationNobodyBuiltIsInTheTableWithoutAFunction(t *testing.T) {
	table := dynamodb.Handlers{}.Service()
	op, ok := table.Operations["PutItem"]
	if !ok || op.Do != nil || op.Schema.Name != "PutItem" {
		t.Errorf("PutItem = %+v, %v", op, ok)
	}
	if len(table.Operations) != len(table.Schema.Operations) {
		t.Errorf("table has %d operations, model %d", len(table.Operations), len(table.Schema.Operations))
	}
}
