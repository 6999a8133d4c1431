package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

var testServer = newServer("http://127.0.0.1:1", "id", "secret")

type attribute struct{ S string }

// TestItemsHaveTheirSize counts names and values as DynamoDB does.
func TestItemsHaveTheirSize(t *testing.T) {
	for _, d := range []dataset{{table: "t"}, {table: "t", sorted: true}} {
		for _, i := range []int{0, 42, 4_999_999} {
			var item map[string]attribute
			if err := json.Unmarshal([]byte(d.item(i, 7)), &item); err != nil {
				t.Fatal(err)
			}
			n := 0
			for name, v := range item {
				n += len(name) + len(v.S)
			}
			if n != itemBytes {
				t.Errorf("item(%d) of %+v has %d bytes, want %d: %v", i, d, n, itemBytes, item)
			}
		}
	}
}

func TestAValueDependsOnItemAndVersion(t *testing.T) {
	d := dataset{table: "t"}
	if again := (dataset{table: "t"}); d.value(1, 1) != again.value(1, 1) {
		t.Error("the same item and version have two values")
	}
	if d.value(1, 1) == d.value(1, 2) || d.value(1, 1) == d.value(2, 1) {
		t.Error("another version or item has the same value")
	}
}

// TestEveryPutChangesItsItem sends the requests of two rounds in their order,
// each twice over, as a load does that comes to the end of them.
func TestEveryPutChangesItsItem(t *testing.T) {
	d := dataset{table: "t", count: 5}
	puts := d.puts()
	last := map[string]string{}
	for range 2 {
		requests, err := puts(t.Context(), testServer, 41)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range append(requests, requests...) {
			var body struct {
				TableName string
				Item      map[string]attribute
			}
			if err := json.Unmarshal(r.body, &body); err != nil {
				t.Fatal(err)
			}
			key, value := body.Item["pk"].S, body.Item["value"].S
			if body.TableName != "t" || last[key] == value {
				t.Errorf("%s of %s is put again as it is", key, body.TableName)
			}
			last[key] = value
		}
	}
	if len(last) != d.count {
		t.Errorf("%d items were put, want all %d", len(last), d.count)
	}
}

func TestReadsAskForItemsOfTheTable(t *testing.T) {
	d := dataset{table: "t", sorted: true, count: 3}
	gets, err := d.gets(t.Context(), testServer, 50)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := d.queries(t.Context(), testServer, 50)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for _, r := range append(gets, queries...) {
		if !strings.Contains(string(r.body), `"`+r.want+`"`) {
			t.Errorf("request %s wants %s in its answer", r.body, r.want)
		}
		asked[r.want]++
	}
	if len(asked) != d.count {
		t.Errorf("the requests are for %v, want all of %d items", asked, d.count)
	}
}

// TestBatchesHaveEachItemOnce goes through a table whose last batch is short.
func TestBatchesHaveEachItemOnce(t *testing.T) {
	d := dataset{table: "t", count: 2*batchItems + 3}
	seen := map[string]bool{}
	for first := 0; first < d.count; first += batchItems {
		var body struct {
			RequestItems map[string][]struct {
				PutRequest struct{ Item map[string]attribute }
			}
		}
		if err := json.Unmarshal([]byte(d.batch(first)), &body); err != nil {
			t.Fatal(err)
		}
		for _, r := range body.RequestItems["t"] {
			seen[r.PutRequest.Item["pk"].S] = true
		}
	}
	if len(seen) != d.count {
		t.Errorf("%d items in the batches, want %d", len(seen), d.count)
	}
}

// TestARequestIsTheSameFromEitherClient reads what goes over the wire.
func TestARequestIsTheSameFromEitherClient(t *testing.T) {
	r, err := testServer.dynamodb(t.Context(), "GetItem", `{"TableName":"t"}`)
	if err != nil {
		t.Fatal(err)
	}
	lean, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.append(nil, "X-More: 1\r\n"))))
	if err != nil {
		t.Fatal(err)
	}
	other, err := r.http(t.Context(), testServer.url, "X-More: 1\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if lean.Method != other.Method || lean.URL.Path != other.URL.Path || lean.Host != other.Host || lean.ContentLength != other.ContentLength {
		t.Errorf("lean: %s %s %s %d, http: %s %s %s %d", lean.Method, lean.URL.Path, lean.Host, lean.ContentLength,
			other.Method, other.URL.Path, other.Host, other.ContentLength)
	}
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Target", "Content-Type", "X-More"} {
		if lean.Header.Get(name) == "" || lean.Header.Get(name) != other.Header.Get(name) {
			t.Errorf("%s is %q and %q", name, lean.Header.Get(name), other.Header.Get(name))
		}
	}
	if target := lean.Header.Get("X-Amz-Target"); target != "DynamoDB_20120810.GetItem" {
		t.Errorf("X-Amz-Target is %q", target)
	}
}

// TestTheEngineWritesWhatCloudlessWrites pins the sizes that DESIGN.md of the
// service leads to.
func TestTheEngineWritesWhatCloudlessWrites(t *testing.T) {
	if n := len(engineKey(12345)); n != engineKeyBytes {
		t.Errorf("a key has %d bytes, want %d", n, engineKeyBytes)
	}
	// Version, size, and for each attribute the lengths and tags around it:
	// two bytes for the short one, three for the long one, whose length needs
	// two, and one each for the lengths of the names.
	if n := 4 + itemBytes + (1 + 2) + (1 + 3); n != engineValueBytes {
		t.Errorf("an item has %d bytes, and the engine writes %d", n, engineValueBytes)
	}
}
