package apigateway

import (
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

func (w *world) key(name string) *agw.ApiKey {
	w.t.Helper()
	return do(w, w.CreateApiKey, agw.CreateApiKeyRequest{Name: &name, Enabled: new(true)})
}

// What is shown, and what is refused, is recorded from AWS.
func TestAPIKeysFromCreateToDelete(t *testing.T) {
	w := newWorld(t)
	k := w.key("key")
	if len(*k.Value) != 40 || !*k.Enabled || k.StageKeys == nil || k.Tags != nil || *k.Name != "key" {
		t.Errorf("created: %s", asJSON(k))
	}
	if got := do(w, w.GetApiKey, agw.GetApiKeyRequest{ApiKey: *k.Id}); got.Value != nil || *got.Name != "key" {
		t.Errorf("without its value: %s", asJSON(got))
	}
	if got := do(w, w.GetApiKey, agw.GetApiKeyRequest{ApiKey: *k.Id, IncludeValue: new(true)}); *got.Value != *k.Value {
		t.Errorf("with its value: %s", asJSON(got))
	}
	update := func(patch ...agw.PatchOperation) agw.UpdateApiKeyRequest {
		return agw.UpdateApiKeyRequest{ApiKey: *k.Id, PatchOperations: patch}
	}
	got := do(w, w.UpdateApiKey, update(op("replace", "/enabled", "nonsense"), op("replace", "/customerId", "me")))
	if *got.Enabled || got.Tags == nil || got.Value != nil || *got.CustomerId != "me" {
		t.Errorf("updated: %s", asJSON(got))
	}
	refused(w, w.UpdateApiKey, update(op("replace", "/id", "x")), "BadRequestException",
		"Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]")
	refused(w, w.UpdateApiKey, update(op("replace", "/description", strings.Repeat("x", maxKeyDescription+1))), "BadRequestException", "Invalid API Key description specified.")
	arn := "arn:aws:apigateway:us-east-1::/apikeys/" + *k.Id
	do(w, w.TagResource, agw.TagResourceRequest{ResourceArn: arn, Tags: map[string]string{"a": "b"}})
	if tags := do(w, w.GetTags, agw.GetTagsRequest{ResourceArn: arn}).Tags; tags["a"] != "b" {
		t.Errorf("tags: %v", tags)
	}
	do(w, w.DeleteApiKey, agw.DeleteApiKeyRequest{ApiKey: *k.Id})
	refused(w, w.GetApiKey, agw.GetApiKeyRequest{ApiKey: *k.Id}, "NotFoundException", "Invalid API Key identifier specified")
	do(w, w.CreateApiKey, agw.CreateApiKeyRequest{Value: k.Value})
	refused(w, w.CreateApiKey, agw.CreateApiKeyRequest{Value: k.Value}, "ConflictException", "API Key already exists")
	refused(w, w.CreateApiKey, agw.CreateApiKeyRequest{Value: new("short")}, "BadRequestException", "API Key value should be at least 20 characters")
	refused(w, w.CreateApiKey, agw.CreateApiKeyRequest{Value: new(strings.Repeat("x", 129))}, "BadRequestException", "API Key value exceeds maximum size of 128 characters")
	refused(w, w.CreateApiKey, agw.CreateApiKeyRequest{Name: new(strings.Repeat("x", 1025))}, "BadRequestException", "Invalid API Key name, can be at most 1024 characters.")
	if k := do(w, w.CreateApiKey, agw.CreateApiKeyRequest{Name: new(""), Value: new("")}); k.Name != nil || len(*k.Value) != 40 || *k.Enabled {
		t.Errorf("of empty texts: %s", asJSON(k))
	}
}

func TestGetApiKeysAsksForTheBeginningOfNames(t *testing.T) {
	w := newWorld(t)
	w.key("TestKey")
	w.key("TestKey2")
	for query, want := range map[string]int{"": 2, "TestKey": 2, "TestKey2": 1, "testkey": 0, "Key": 0, "TestKey3": 0} {
		if got := do(w, w.GetApiKeys, agw.GetApiKeysRequest{NameQuery: &query}); len(got.Items) != want || got.Items == nil {
			t.Errorf("%q finds %s, want %d", query, asJSON(got.Items), want)
		}
	}
	first := do(w, w.GetApiKeys, agw.GetApiKeysRequest{Limit: new(int64(1))})
	second := do(w, w.GetApiKeys, agw.GetApiKeysRequest{Limit: new(int64(1)), Position: first.Position, IncludeValues: new(true)})
	if len(first.Items) != 1 || len(second.Items) != 1 || *first.Items[0].Id == *second.Items[0].Id || second.Position != nil || first.Items[0].Value != nil || second.Items[0].Value == nil {
		t.Errorf("pages: %s, %s", asJSON(first), asJSON(second))
	}
}

func TestImportApiKeys(t *testing.T) {
	w := newWorld(t)
	plan := *do(w, w.CreateUsagePlan, agw.CreateUsagePlanRequest{Name: "plan"}).Id
	file := "Enabled,NAME,key,other,UsagePlanIds\n" +
		"false,one,apikey1234abcdefghij0123456789,x," + plan + "\n" +
		"TRUE,two,apikey1234abcdefghij012345678a,,\"" + plan + ",nosuch\"\n" +
		"true,three,short,,\n"
	refused(w, w.ImportApiKeys, agw.ImportApiKeysRequest{Body: []byte(file), Format: "csv", FailOnWarnings: new(true)}, "BadRequestException", "Line 4: API Key value should be at least 20 characters")
	out := do(w, w.ImportApiKeys, agw.ImportApiKeysRequest{Body: []byte(file), Format: "csv"})
	if len(out.Ids) != 2 || len(out.Warnings) != 2 || out.Warnings[1] != "Line 3: Invalid Usage Plan ID specified" {
		t.Fatalf("imported: %s", asJSON(out))
	}
	if k := do(w, w.GetApiKey, agw.GetApiKeyRequest{ApiKey: out.Ids[0]}); *k.Enabled || *k.Name != "one" {
		t.Errorf("one: %s", asJSON(k))
	}
	if all := do(w, w.GetUsagePlanKeys, agw.GetUsagePlanKeysRequest{UsagePlanId: plan}); len(all.Items) != 2 {
		t.Errorf("in the plan: %s", asJSON(all))
	}
	again := do(w, w.ImportApiKeys, agw.ImportApiKeysRequest{Body: []byte("key,name\napikey1234abcdefghij0123456789,old\napikey1234abcdefghij0123456789,new\n"), Format: "csv"})
	if k := do(w, w.GetApiKey, agw.GetApiKeyRequest{ApiKey: out.Ids[0]}); len(again.Ids) != 1 || again.Ids[0] != out.Ids[0] || *k.Name != "new" || !*k.Enabled {
		t.Errorf("imported again: %s, %s", asJSON(again), asJSON(k))
	}
	refused(w, w.ImportApiKeys, agw.ImportApiKeysRequest{Body: []byte("name\nx\n"), Format: "csv"}, "BadRequestException", "Failed to parse API keys from the provided body: no column key")
}

func FuzzKeyFile(f *testing.F) {
	f.Add([]byte("Name,key,description,Enabled,usageplanIds\nMyFirstApiKey,apikey1234abcdefghij0123456789,An imported key,TRUE,c7y23b\n"))
	f.Add([]byte("key,name\n\"a,'b\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		lines, err := readKeyFile(body)
		if len(lines) > maxKeyLines || err != nil && lines != nil {
			t.Errorf("%d lines, %v", len(lines), err)
		}
	})
}
