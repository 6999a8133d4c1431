package dynamodb

import (
	"fmt"
	"testing"
	"time"

	ddb "cloudless/internal/api/dynamodb"
)

func (f *fixture) switchTTL(t *testing.T, table, attribute string, on bool) error {
	t.Helper()
	_, err := f.UpdateTimeToLive(t.Context(), alice, &ddb.UpdateTimeToLiveInput{TableName: table, TimeToLiveSpecification: &ddb.TimeToLiveSpecification{AttributeName: attribute, Enabled: on}})
	return err
}

func (f *fixture) ttlStatus(t *testing.T, table string) string {
	t.Helper()
	out, err := f.DescribeTimeToLive(t.Context(), alice, &ddb.DescribeTimeToLiveInput{TableName: table})
	if err != nil {
		t.Fatal(err)
	}
	return out.TimeToLiveDescription.TimeToLiveStatus
}

func (f *fixture) expireNow(t *testing.T) {
	t.Helper()
	if err := f.expire(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestItemsGoWhenTheirTimeHasCome(t *testing.T) {
	f := newStreamFixture(t, "KEYS_ONLY", func(in *ddb.CreateTableInput) {
		in.AttributeDefinitions, in.KeySchema = tableOf("", "pk:S").AttributeDefinitions, keyOf("pk")
	})
	soon, later := epoch.Add(time.Minute).Unix(), epoch.Add(time.Hour).Unix()
	f.put(t, "music", item("pk", "before", "until", soon))
	if err := f.switchTTL(t, "music", "until", true); err != nil {
		t.Fatal(err)
	}
	equal(t, "the status at first", f.ttlStatus(t, "music"), "ENABLING")
	f.work(t)
	equal(t, "the status at last", f.ttlStatus(t, "music"), "ENABLED")
	f.put(t, "music", item("pk", "soon", "until", soon))
	f.put(t, "music", item("pk", "later", "until", later))
	f.put(t, "music", item("pk", "prolonged", "until", soon))
	f.put(t, "music", item("pk", "prolonged", "until", later))
	f.put(t, "music", item("pk", "text", "until", fmt.Sprint(soon)))
	f.put(t, "music", item("pk", "ancient", "until", 17))
	f.put(t, "music", item("pk", "fraction", "until", fmt.Sprint(soon, ".5")))
	f.put(t, "music", item("pk", "for ever"))

	f.expireNow(t)
	before := len(f.all(t))
	f.clock.Advance(2 * time.Minute)
	f.expireNow(t)
	out, err := f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: "music"})
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for _, it := range out.Items {
		left[*it["pk"].S] = true
	}
	for name, want := range map[string]bool{"before": false, "soon": false, "later": true, "prolonged": true, "text": true, "ancient": true, "for ever": true} {
		if left[name] != want {
			t.Errorf("item %q is there: %v, want %v", name, left[name], want)
		}
	}
	records := f.all(t)[before:]
	equal(t, "the records of it", showRecords(records), "REMOVE {pk=before} {} {}\nREMOVE {pk=soon} {} {}")
	equal(t, "who made them", *records[0].UserIdentity.Type+" "+*records[0].UserIdentity.PrincipalId, "Service dynamodb.amazonaws.com")
}

func TestTimeToLiveEndsWithoutATrace(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	for on := range 2 {
		if err := f.switchTTL(t, "music", "until", true); err != nil {
			t.Fatal(err)
		}
		for n := range 10 {
			f.put(t, "music", item("pk", fmt.Sprint(n), "until", epoch.Unix()+int64(on)))
		}
		if err := f.switchTTL(t, "music", "until", false); err != nil {
			t.Fatal(err)
		}
	}
	f.work(t)
	f.clock.Advance(time.Hour)
	f.expireNow(t)
	equal(t, "the status", f.ttlStatus(t, "music"), "DISABLED")
	equal(t, "keys in the store", f.keys(t), 11)
}

func TestManyItemsExpireAtOnce(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	if err := f.switchTTL(t, "music", "until", true); err != nil {
		t.Fatal(err)
	}
	for n := range 3*ttlBatch + 1 {
		f.put(t, "music", item("pk", fmt.Sprint(n), "until", epoch.Unix()))
	}
	f.work(t)
	f.clock.Advance(time.Minute)
	f.expireNow(t)
	equal(t, "keys in the store", f.keys(t), 2) // the definition and the note
}

func TestUpdateTimeToLiveRefuses(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	refused(t, "to disable what is off", f.switchTTL(t, "music", "until", false), "ValidationException: TimeToLive is already disabled")
	if err := f.switchTTL(t, "music", "until", true); err != nil {
		t.Fatal(err)
	}
	refused(t, "to enable what is on", f.switchTTL(t, "music", "until", true), "ValidationException: TimeToLive is already enabled")
	refused(t, "another attribute", f.switchTTL(t, "music", "other", true), "ValidationException: TimeToLive is active on a different AttributeName: current AttributeName is until")
	refused(t, "another table", f.switchTTL(t, "none", "other", true), "ResourceNotFoundException: Requested resource not found: Table: none not found")
}
