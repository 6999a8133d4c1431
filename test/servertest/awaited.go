package servertest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/client"
)

// awaited are the operations of DynamoDB that are still to be built, and for
// which parts of the tests wait. Where the server has one already, its tests
// run. An operation that is not in the list has to be there.
var awaited = []string{
	"TransactWriteItems", "TransactGetItems",
	"UpdateTable",
	"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams",
	"UpdateTimeToLive", "DescribeTimeToLive",
	"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction",
	"CreateBackup", "DescribeBackup", "ListBackups", "DeleteBackup", "RestoreTableFromBackup",
	"UpdateContinuousBackups", "DescribeContinuousBackups", "RestoreTableToPointInTime",
	"DescribeLimits", "PutResourcePolicy",
}

// ofStreams are those of the API of DynamoDB Streams.
var ofStreams = []string{"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}

// Awaits returns those of the operations that the server at url has yet to
// learn. It fails the test for one that should be there.
func Awaits(t testing.TB, url string, operations ...string) (missing []string) {
	t.Helper()
	for _, operation := range operations {
		if implements(t, url, operation) {
			continue
		}
		if !slices.Contains(awaited, operation) {
			t.Fatalf("%s is not implemented", operation)
		}
		missing = append(missing, operation)
	}
	return missing
}

// implements asks for the operation without any of its parameters, which every
// one refuses, or answers without changing anything.
func implements(t testing.TB, url, operation string) bool {
	t.Helper()
	target := "DynamoDB_20120810." + operation
	if slices.Contains(ofStreams, operation) {
		target = "DynamoDBStreams_20120810." + operation
	}
	c := client.New(client.Server{URLs: []string{url}, Region: "us-east-1"}, client.WellKnownKey)
	err := c.CallJSON(t.Context(), "dynamodb", target, struct{}{}, new(any))
	refusal, ok := errors.AsType[*client.Error](err)
	if err != nil && !ok {
		t.Fatalf("%s: %v", operation, err)
	}
	return err == nil || !strings.HasSuffix(refusal.Code, "NotImplemented") && !strings.HasSuffix(refusal.Code, "UnknownOperationException")
}
