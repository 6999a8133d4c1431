package dynamodb

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/storage/memkv"
)

type av = ddb.AttributeValue

func str(s string) av { return av{S: new(s)} }

func num(n any) av { return av{N: new(fmt.Sprint(n))} }

func bin(b ...byte) av { return av{B: append([]byte{}, b...)} }

func set(s ...string) av { return av{SS: s} }

func list(v ...av) av { return av{L: append([]av{}, v...)} }

func doc(kv ...any) av { return av{M: item(kv...)} }

func item(kv ...any) map[string]av {
	m := map[string]av{}
	for i := 0; i < len(kv); i += 2 {
		switch v := kv[i+1].(type) {
		case av:
			m[kv[i].(string)] = v
		case string:
			m[kv[i].(string)] = str(v)
		default:
			m[kv[i].(string)] = num(v)
		}
	}
	return m
}

var alice = &api.Call{Account: "000000000000", Region: "us-east-1", Principal: api.Root("000000000000"), RequestID: "r1", BaseURL: "http://127.0.0.1:4566"}

// asked is one question to the authorizer.
type asked struct {
	action, resource string
	facts            []api.Fact
}

// judge allows everything but what it denies, and remembers.
type judge struct {
	deny  string
	asked []asked
}

func (j *judge) Authorize(_ context.Context, _ *api.Call, action, resource string, facts ...api.Fact) error {
	if j.deny == action {
		return awserr.AccessDenied("not authorized to perform: " + action)
	}
	if j.asked != nil {
		j.asked = append(j.asked, asked{action, resource, facts})
	}
	return nil
}

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

type fixture struct {
	*Service
	store *memkv.Store
	clock *clock.Fake
	judge *judge
}

func newFixture(t testing.TB, change ...func(*Config)) *fixture {
	t.Helper()
	f := &fixture{store: memkv.New(), clock: clock.NewFake(epoch, 1), judge: &judge{}}
	t.Cleanup(func() { f.store.Close() })
	c := Config{Store: f.store, Authorizer: f.judge, Clock: f.clock}
	for _, ch := range change {
		ch(&c)
	}
	f.Service = New(c)
	return f
}

// tableOf makes the input of CreateTable: attributes such as "pk:S", of which
// the first is the hash key and the second, if there is one, the range key.
func tableOf(name string, attributes ...string) *ddb.CreateTableInput {
	in := &ddb.CreateTableInput{TableName: name, BillingMode: payPerRequest}
	for i, a := range attributes {
		attribute, kind, _ := strings.Cut(a, ":")
		in.AttributeDefinitions = append(in.AttributeDefinitions, ddb.AttributeDefinition{AttributeName: attribute, AttributeType: kind})
		if i < 2 {
			in.KeySchema = append(in.KeySchema, ddb.KeySchemaElement{AttributeName: attribute, KeyType: []string{"HASH", "RANGE"}[i]})
		}
	}
	return in
}

// keyOf makes a key schema: "a b | c" has hash attributes a and b, and range c.
func keyOf(text string) []ddb.KeySchemaElement {
	hash, ranges, _ := strings.Cut(text, "|")
	var key []ddb.KeySchemaElement
	for name := range strings.FieldsSeq(hash) {
		key = append(key, ddb.KeySchemaElement{AttributeName: name, KeyType: "HASH"})
	}
	for name := range strings.FieldsSeq(ranges) {
		key = append(key, ddb.KeySchemaElement{AttributeName: name, KeyType: "RANGE"})
	}
	return key
}

func global(name, key, projection string, include ...string) ddb.GlobalSecondaryIndex {
	return ddb.GlobalSecondaryIndex{IndexName: name, KeySchema: keyOf(key), Projection: &ddb.Projection{ProjectionType: projection, NonKeyAttributes: include}}
}

func local(name, key, projection string, include ...string) ddb.LocalSecondaryIndex {
	return ddb.LocalSecondaryIndex{IndexName: name, KeySchema: keyOf(key), Projection: &ddb.Projection{ProjectionType: projection, NonKeyAttributes: include}}
}

func (f *fixture) create(t testing.TB, in *ddb.CreateTableInput) *ddb.TableDescription {
	t.Helper()
	out, err := f.CreateTable(t.Context(), alice, in)
	if err != nil {
		t.Fatalf("CreateTable(%s) = %v", in.TableName, err)
	}
	return out.TableDescription
}

func (f *fixture) put(t testing.TB, table string, it map[string]av) {
	t.Helper()
	if _, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: table, Item: it}); err != nil {
		t.Fatalf("PutItem(%s, %s) = %v", table, show(it), err)
	}
}

func (f *fixture) get(t testing.TB, table string, key map[string]av) map[string]av {
	t.Helper()
	out, err := f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: table, Key: key})
	if err != nil {
		t.Fatalf("GetItem(%s, %s) = %v", table, show(key), err)
	}
	return out.Item
}

// show writes an item shortly, in the order of the names.
func show(it map[string]av) string {
	var parts []string
	for name, v := range it {
		parts = append(parts, name+"="+showValue(v))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func showValue(v av) string {
	switch {
	case v.S != nil:
		return *v.S
	case v.N != nil:
		return *v.N
	case v.M != nil:
		return "{" + show(v.M) + "}"
	case v.L != nil:
		var parts []string
		for _, e := range v.L {
			parts = append(parts, showValue(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case v.B != nil:
		return fmt.Sprintf("%x", v.B)
	case v.SS != nil:
		return fmt.Sprint(v.SS)
	}
	return "?"
}

func showAll(items []map[string]av) string {
	var parts []string
	for _, it := range items {
		parts = append(parts, show(it))
	}
	return strings.Join(parts, "; ")
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %v\nwant %v", what, got, want)
	}
}

// refused checks code and message of an error: "Code: message".
func refused(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s was not refused, want %s", what, want)
		return
	}
	if e := awserr.From(err); e.Code+": "+e.Message != want {
		t.Errorf("%s:\ngot  %s: %s (%v)\nwant %s", what, e.Code, e.Message, e.Cause, want)
	}
}
