package dynamodb

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// presence is what is known of an index that comes and goes.
type presence int

const (
	absent presence = iota
	present
	uncertain
)

// changeIndexes adds the index late to both tables in the third cycle of
// writing, and deletes it again in the sixth.
func (g *generation) changeIndexes(ctx context.Context, t *testing.T, db *database) {
	if g.cycles != 3 && g.cycles != 6 {
		return
	}
	time.Sleep(rand.N(shortest))
	for side := range sides {
		create := g.late[side] == absent
		update := types.GlobalSecondaryIndexUpdate{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: &late.name}}
		due := absent
		if create {
			due = present
			update = types.GlobalSecondaryIndexUpdate{Create: &types.CreateGlobalSecondaryIndexAction{
				IndexName: &late.name, KeySchema: late.schema(), Projection: late.projected()}}
		}
		_, err := db.UpdateTable(ctx, &dynamodb.UpdateTableInput{
			TableName: db.table(side), AttributeDefinitions: definitions("pk", "sk", "v", "group", "mark"),
			GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{update},
		})
		if !g.ledger.settle(t, deed{what: "UpdateTable"}, err, false) {
			g.late[side] = uncertain
			return
		}
		g.late[side] = due
	}
}

// awaitLate returns the index late if the table has it, once it has all its
// entries.
func (g *generation) awaitLate(t *testing.T, db *database, side int) []index {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		out, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: db.table(side)})
		if err != nil {
			t.Fatal(err)
		}
		var found *types.GlobalSecondaryIndexDescription
		for _, x := range out.Table.GlobalSecondaryIndexes {
			if *x.IndexName == late.name {
				found = &x
			}
		}
		switch {
		case found == nil && g.late[side] == present:
			t.Fatalf("the index %s of %s is missing, which UpdateTable acknowledged", late.name, *db.table(side))
		case found == nil:
			g.late[side] = absent
			return nil
		case found.IndexStatus == types.IndexStatusActive && g.late[side] != absent && out.Table.TableStatus == types.TableStatusActive:
			g.late[side] = present
			return []index{late}
		}
	}
	t.Fatalf("the index %s of %s does not become active, or does not go away", late.name, *db.table(side))
	return nil
}
