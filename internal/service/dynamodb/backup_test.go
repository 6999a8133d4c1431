package dynamodb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	ddb "cloudless/internal/api/dynamodb"
)

// contents returns all items of a table, by key, in short.
func (f *fixture) contents(t *testing.T, table string) map[string]string {
	t.Helper()
	found := map[string]string{}
	var start map[string]av
	for {
		out, err := f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: table, ExclusiveStartKey: start})
		if err != nil {
			t.Fatalf("Scan(%s) = %v", table, err)
		}
		for _, it := range out.Items {
			found[showValue(it["pk"])+"/"+showValue(it["sk"])] = show(it)
		}
		if start = out.LastEvaluatedKey; start == nil {
			return found
		}
	}
}

// churn makes some changes at random.
func (f *fixture) churn(t *testing.T, rng *rand.Rand, table string, n int) {
	t.Helper()
	for range n {
		key := item("pk", fmt.Sprint(rng.IntN(6)), "sk", rng.IntN(20))
		if rng.IntN(3) == 0 {
			if _, err := f.DeleteItem(t.Context(), alice, &ddb.DeleteItemInput{TableName: table, Key: key}); err != nil {
				t.Fatal(err)
			}
			continue
		}
		key["g"], key["v"] = str(fmt.Sprint("g", rng.IntN(3))), num(rng.IntN(1000))
		f.put(t, table, key)
	}
}

// indexed is a table "music" with a global index.
func indexed(t *testing.T) *fixture {
	f := newFixture(t)
	in := tableOf("music", "pk:S", "sk:N", "g:S")
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byG", "g", "KEYS_ONLY")}
	f.create(t, in)
	return f
}

func (f *fixture) switchRecoveryOf(t *testing.T, table string, on bool) {
	t.Helper()
	_, err := f.UpdateContinuousBackups(t.Context(), alice, &ddb.UpdateContinuousBackupsInput{TableName: table,
		PointInTimeRecoverySpecification: &ddb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: on}})
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) backup(t *testing.T, table string) string {
	t.Helper()
	out, err := f.CreateBackup(t.Context(), alice, &ddb.CreateBackupInput{TableName: table, BackupName: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	return out.BackupDetails.BackupArn
}

func TestATableCanBeRestoredToEveryMoment(t *testing.T) {
	f := indexed(t)
	rng := rand.New(rand.NewPCG(1, 2))
	f.churn(t, rng, "music", 100)
	f.clock.Advance(time.Minute)
	f.switchRecoveryOf(t, "music", true)
	type moment struct {
		at   time.Time
		want map[string]string
	}
	var moments []moment
	for range 8 {
		f.clock.Advance(time.Minute)
		moments = append(moments, moment{f.clock.Now(), f.contents(t, "music")})
		f.clock.Advance(time.Minute)
		f.churn(t, rng, "music", 60)
	}
	for i, m := range moments {
		name := fmt.Sprint("restored", i)
		out, err := f.RestoreTableToPointInTime(t.Context(), alice, &ddb.RestoreTableToPointInTimeInput{SourceTableName: new("music"), TargetTableName: name, RestoreDateTime: &m.at})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "its status at first", out.TableDescription.TableStatus, "CREATING")
		f.churn(t, rng, "music", 10)
		f.work(t)
		equal(t, name, f.contents(t, name), m.want)
		f.checkIndexes(t, name)
		summary := f.describeTable(t, name).RestoreSummary
		equal(t, "RestoreSummary", fmt.Sprint(*summary.SourceTableArn, summary.RestoreDateTime, summary.RestoreInProgress), fmt.Sprint(musicARN, m.at, false))
	}
	before := f.contents(t, "music")
	_, err := f.RestoreTableToPointInTime(t.Context(), alice, &ddb.RestoreTableToPointInTimeInput{SourceTableArn: new(musicARN), TargetTableName: "latest", UseLatestRestorableTime: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	f.work(t)
	equal(t, "the table restored to its latest moment", f.contents(t, "latest"), before)
}

func TestABackupIsTheTableAtOneMoment(t *testing.T) {
	f := indexed(t)
	rng := rand.New(rand.NewPCG(3, 4))
	f.churn(t, rng, "music", 2*copyItems)
	want := f.contents(t, "music")
	arn := f.backup(t, "music")
	f.churn(t, rng, "music", 100)
	f.work(t)
	out, err := f.DescribeBackup(t.Context(), alice, &ddb.DescribeBackupInput{BackupArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	d := out.BackupDescription
	equal(t, "status, name and items", fmt.Sprint(d.BackupDetails.BackupStatus, d.BackupDetails.BackupName, *d.SourceTableDetails.ItemCount), fmt.Sprint("AVAILABLE", "mine", len(want)))

	if _, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"}); err != nil {
		t.Fatal(err)
	}
	_, err = f.RestoreTableFromBackup(t.Context(), alice, &ddb.RestoreTableFromBackupInput{BackupArn: arn, TargetTableName: "again"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: "again", Key: item("pk", "a", "sk", 1)})
	refused(t, "a read while it is restored", err, "ResourceNotFoundException: Requested resource not found")
	_, err = f.DeleteBackup(t.Context(), alice, &ddb.DeleteBackupInput{BackupArn: arn})
	refused(t, "DeleteBackup meanwhile", err, "BackupInUseException: Backup is in use: "+arn)
	f.work(t)
	equal(t, "the restored table", f.contents(t, "again"), want)
	f.checkIndexes(t, "again")

	if _, err := f.DeleteBackup(t.Context(), alice, &ddb.DeleteBackupInput{BackupArn: arn}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "again"}); err != nil {
		t.Fatal(err)
	}
	f.work(t)
	equal(t, "keys that are left in the store", f.keys(t), 0)
}

// Each transaction moves an amount from one item to another, so the sum is the
// same at every moment; a backup that mixed moments would show another.
func TestABackupTearsNoTransaction(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("accounts", "pk:S"))
	const accounts, sum = 50, 5000
	for n := range accounts {
		f.put(t, "accounts", item("pk", fmt.Sprint(n), "amount", sum/accounts))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 9))
			for ctx.Err() == nil {
				from, to := rng.IntN(accounts), rng.IntN(accounts)
				_, _ = f.TransactWriteItems(ctx, alice, &ddb.TransactWriteItemsInput{TransactItems: []transactWrite{
					txUpdate("accounts", item("pk", fmt.Sprint(from)), "ADD amount :n", item(":n", -1)),
					txUpdate("accounts", item("pk", fmt.Sprint(to)), "ADD amount :n", item(":n", 1))}})
			}
		})
	}
	var arns []string
	for range 5 {
		arns = append(arns, f.backup(t, "accounts"))
		f.work(t)
	}
	cancel()
	writers.Wait()
	for i, arn := range arns {
		name := fmt.Sprint("restored", i)
		if _, err := f.RestoreTableFromBackup(t.Context(), alice, &ddb.RestoreTableFromBackupInput{BackupArn: arn, TargetTableName: name}); err != nil {
			t.Fatal(err)
		}
		f.work(t)
		out, err := f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: name})
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, it := range out.Items {
			var n int
			fmt.Sscan(*it["amount"].N, &n)
			got += n
		}
		equal(t, "the sum of backup "+fmt.Sprint(i), got, sum)
	}
}

func TestACopyGoesOnWhereItWas(t *testing.T) {
	f := indexed(t)
	for n := range 3 * copyItems {
		f.put(t, "music", item("pk", "a", "sk", n))
	}
	arn := f.backup(t, "music")
	jobs, err := f.jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.step(t.Context(), jobs[0]); err != nil {
		t.Fatal(err)
	}
	again := &fixture{store: f.store, clock: f.clock, judge: f.judge, Service: New(Config{Store: f.store, Authorizer: f.judge, Clock: f.clock})}
	again.work(t)
	out, err := again.DescribeBackup(t.Context(), alice, &ddb.DescribeBackupInput{BackupArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "items of the backup", *out.BackupDescription.SourceTableDetails.ItemCount, int64(3*copyItems))
}

func TestHistoryIsForgottenWhenItIsNotNeeded(t *testing.T) {
	f := indexed(t)
	rng := rand.New(rand.NewPCG(5, 6))
	f.switchRecoveryOf(t, "music", true)
	f.churn(t, rng, "music", 300)
	f.clock.Advance(20 * 24 * time.Hour)
	f.churn(t, rng, "music", 300)
	f.clock.Advance(time.Second)
	middle, want := f.clock.Now(), f.contents(t, "music")
	f.clock.Advance(20 * 24 * time.Hour)
	f.churn(t, rng, "music", 100)
	all := f.keys(t)
	if err := f.forgetHistory(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := f.keys(t); left >= all-200 {
		t.Errorf("of %d keys %d are left", all, left)
	}
	_, err := f.RestoreTableToPointInTime(t.Context(), alice, &ddb.RestoreTableToPointInTimeInput{SourceTableName: new("music"), TargetTableName: "middle", RestoreDateTime: &middle})
	if err != nil {
		t.Fatal(err)
	}
	f.work(t)
	equal(t, "a moment that is remembered", f.contents(t, "middle"), want)
	_, err = f.RestoreTableToPointInTime(t.Context(), alice, &ddb.RestoreTableToPointInTimeInput{SourceTableName: new("music"), TargetTableName: "old", RestoreDateTime: new(epoch)})
	refused(t, "a moment that is forgotten", err, "InvalidRestoreTimeException: An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and LatestRestorableDateTime.")

	f.switchRecoveryOf(t, "music", false)
	f.work(t)
	tab, err := f.lookupNow(t.Context(), ref{alice.Account, alice.Region, "music"})
	if err != nil {
		t.Fatal(err)
	}
	if tab.history != nil {
		t.Error("a history is kept that nobody needs")
	}
	if _, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "middle"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "keys in the store", f.keys(t), 1+2*len(f.contents(t, "music")))
}

func TestRestoresTakeOverrides(t *testing.T) {
	f := indexed(t)
	f.put(t, "music", item("pk", "a", "sk", 1, "g", "x"))
	arn := f.backup(t, "music")
	f.work(t)
	out, err := f.RestoreTableFromBackup(t.Context(), alice, &ddb.RestoreTableFromBackupInput{BackupArn: arn, TargetTableName: "other",
		BillingModeOverride: provisioned, ProvisionedThroughputOverride: &ddb.ProvisionedThroughput{ReadCapacityUnits: 2, WriteCapacityUnits: 3},
		GlobalSecondaryIndexOverride: []ddb.GlobalSecondaryIndex{}})
	if err != nil {
		t.Fatal(err)
	}
	d := out.TableDescription
	equal(t, "units, indexes and attributes", fmt.Sprint(*d.ProvisionedThroughput.ReadCapacityUnits, len(d.GlobalSecondaryIndexes), len(d.AttributeDefinitions)), "2 0 2")
}

func TestBackupsRefuse(t *testing.T) {
	f := indexed(t)
	const none = "arn:aws:dynamodb:us-east-1:000000000000:table/music/backup/01489602797149-73d8d5bc"
	_, err := f.CreateBackup(t.Context(), alice, &ddb.CreateBackupInput{TableName: "none", BackupName: "mine"})
	refused(t, "a backup of no table", err, "TableNotFoundException: Table not found: none")
	_, err = f.DescribeBackup(t.Context(), alice, &ddb.DescribeBackupInput{BackupArn: none})
	refused(t, "a backup that is not there", err, "BackupNotFoundException: Backup not found: "+none)
	_, err = f.RestoreTableToPointInTime(t.Context(), alice, &ddb.RestoreTableToPointInTimeInput{SourceTableName: new("music"), TargetTableName: "other", UseLatestRestorableTime: new(true)})
	refused(t, "a table without recovery", err, "PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'music'")
	arn := f.backup(t, "music")
	_, err = f.RestoreTableFromBackup(t.Context(), alice, &ddb.RestoreTableFromBackupInput{BackupArn: arn, TargetTableName: "other"})
	refused(t, "a backup that is being made", err, "BackupInUseException: Backup is being created: "+arn)
	_, err = f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"})
	refused(t, "to delete the table meanwhile", err, "ResourceInUseException: Attempt to change a resource which is still in use: Table is being backed up, restored or exported: music")
	f.work(t)
	_, err = f.RestoreTableFromBackup(t.Context(), alice, &ddb.RestoreTableFromBackupInput{BackupArn: arn, TargetTableName: "music"})
	refused(t, "a name that is taken", err, "TableAlreadyExistsException: Table already exists: music")
}

func TestListBackupsPages(t *testing.T) {
	f := indexed(t)
	f.create(t, tableOf("alpha", "pk:S"))
	for range 3 {
		f.backup(t, "music")
		f.clock.Advance(time.Second)
	}
	f.backup(t, "alpha")
	count := func(in ddb.ListBackupsInput) (n int) {
		for {
			out, err := f.ListBackups(t.Context(), alice, &in)
			if err != nil {
				t.Fatal(err)
			}
			n += len(out.BackupSummaries)
			if in.ExclusiveStartBackupArn = out.LastEvaluatedBackupArn; in.ExclusiveStartBackupArn == nil {
				return n
			}
		}
	}
	equal(t, "all, two a page", count(ddb.ListBackupsInput{Limit: new(int64(2))}), 4)
	equal(t, "those of a table", count(ddb.ListBackupsInput{TableName: new("music")}), 3)
	equal(t, "those since the second", count(ddb.ListBackupsInput{TimeRangeLowerBound: new(epoch.Add(time.Second))}), 3)
	equal(t, "those of AWS's own", count(ddb.ListBackupsInput{BackupType: "SYSTEM"}), 0)
}
