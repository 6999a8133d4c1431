// Command bootstrap is the function whose cold start is measured beside those
// of runtimes: a program that needs nothing but itself.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() {
	lambda.Start(func() (string, error) { return "done", nil })
}
