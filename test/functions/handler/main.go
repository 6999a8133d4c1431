// Command handler is a function in Go, as users write them.
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type event struct {
	ID   string `json:"id"`
	Fail bool   `json:"fail"`
}

type answer struct {
	Name string `json:"name"`
	Left bool   `json:"left"`
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	client := dynamodb.NewFromConfig(cfg)
	lambda.Start(func(ctx context.Context, e event) (*answer, error) {
		fmt.Println("working on", e.ID)
		if e.Fail {
			return nil, errors.New("cannot do " + e.ID)
		}
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]types.AttributeValue{
			"id": &types.AttributeValueMemberS{Value: e.ID}, "value": &types.AttributeValueMemberS{Value: "by Go"},
		}})
		if err != nil {
			return nil, err
		}
		deadline, left := ctx.Deadline()
		lc, _ := lambdacontext.FromContext(ctx)
		return &answer{
			Name: lambdacontext.FunctionName,
			Left: left && !deadline.IsZero() && strings.HasSuffix(lc.InvokedFunctionArn, lambdacontext.FunctionName),
		}, nil
	})
}
