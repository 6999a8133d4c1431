package dynamodb

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// Every increment is conditional on what was read, so none is lost.
func TestConditionalWritesDoNotOverwriteEachOther(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	f.put(t, "music", item("pk", "a", "n", 0))
	const writers, each = 8, 25
	var conflicts atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < each; {
				now, err := f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: "music", Key: item("pk", "a")})
				if err != nil {
					t.Error(err)
					return
				}
				_, err = f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "music", Key: item("pk", "a"), UpdateExpression: new("SET n = n + :1"),
					ConditionExpression: new("n = :was"), ExpressionAttributeValues: item(":1", 1, ":was", now.Item["n"])})
				switch {
				case err == nil:
					done++
				case errors.Is(err, &awserr.Error{Code: "ConditionalCheckFailedException"}):
					conflicts.Add(1)
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	equal(t, "n", showValue(f.get(t, "music", item("pk", "a"))["n"]), fmt.Sprint(writers*each))
}

func TestNothingIsWrittenIntoATableThatIsBeingDeleted(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				_, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "music", Item: item("pk", fmt.Sprint(w, "-", i))})
				if awserr.Code(err) == "ResourceNotFoundException" {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	if _, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n := f.keys(t); n != 0 {
		t.Errorf("%d keys are left in the store, want none", n)
	}
}
