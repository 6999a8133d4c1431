package app

import (
	"context"

	"cloudless/internal/service/apigateway"
	"cloudless/internal/service/lambda"
)

// invoker is Lambda as API Gateway sees it.
type invoker struct{ lambda *lambda.Service }

// Invoke implements apigateway.Invoker.
func (i invoker) Invoke(ctx context.Context, functionARN string, from apigateway.Source, payload []byte) (apigateway.Answer, error) {
	out, err := i.lambda.InvokeFor(ctx, lambda.Source{
		Service: "apigateway.amazonaws.com", ARN: from.SourceARN, Account: from.Account, RequestID: from.RequestID,
	}, functionARN, payload)
	if err != nil {
		return apigateway.Answer{}, err
	}
	return apigateway.Answer{Payload: out.Payload, FunctionError: out.FunctionError}, nil
}
