// Command bootstrap is the article's function in Go, as a static program: what
// is left when the SDK takes little.
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type user struct {
	UID      string `json:"uid"`
	Username string `json:"username"`
	Email    string `json:"email"`
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err) // Lambda tells of it
	}
	db := dynamodb.NewFromConfig(cfg)
	lambda.Start(func(ctx context.Context, u user) (string, error) {
		text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("user"), Item: map[string]types.AttributeValue{
			"pk": text(u.UID), "username": text(u.Username), "email": text(u.Email),
		}})
		return fmt.Sprintf("Put user %s with email %s to DynamoDB.", u.Username, u.Email), err
	})
}
