package transfer

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

// sink takes what an export writes, and forgets it.
type sink struct{ io.Writer }

func (sink) Commit() (string, error) { return "", nil }
func (sink) Abort()                  {}

// order is an item as an application has them, of about 200 bytes.
func order(b *testing.B, n int) attr.Item {
	return item(b, map[string]av{"pk": str(fmt.Sprint("ORDER#", n)), "sk": num(fmt.Sprint(n)), "status": str("SHIPPED"), "total": num("149.50"),
		"tags": {SS: []string{"gift", "express"}}, "address": {M: map[string]av{"street": str("12 Long Street"), "city": str("Zürich")}},
		"lines": {L: []av{{M: map[string]av{"sku": str("X-1"), "n": num("2")}}, {M: map[string]av{"sku": str("X-2"), "n": num("1")}}}}})
}

func BenchmarkExport(b *testing.B) {
	it := order(b, 1)
	for _, format := range []string{DynamoDBJSON, Ion} {
		b.Run(format, func(b *testing.B) {
			x, err := Begin(config(format), func(string) (Object, error) { return sink{io.Discard}, nil })
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(it.Size()))
			for b.Loop() {
				if err := x.Item(it); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkImport(b *testing.B) {
	const items = 1000
	var json, ion, csv []byte
	csv = append(csv, "pk,sk,status,total,street,city\n"...)
	for n := range items {
		it := order(b, n)
		json, ion = appendJSONItem(json, it), appendIonItem(ion, it)
		csv = fmt.Appendf(csv, "ORDER#%d,%d,SHIPPED,149.50,\"12 Long Street\",Zürich\n", n, n)
	}
	for _, bb := range []struct {
		name   string
		in     Input
		object []byte
	}{
		{"DYNAMODB_JSON", Input{Format: DynamoDBJSON}, json},
		{"DYNAMODB_JSON, GZIP", Input{Format: DynamoDBJSON, Compression: "GZIP"}, gzipped(b, json)},
		{"DYNAMODB_JSON, ZSTD", Input{Format: DynamoDBJSON, Compression: "ZSTD"}, zstded(b, json)},
		{"ION", Input{Format: Ion}, ion},
		{"CSV", Input{Format: CSV, Types: map[string]attr.Kind{"sk": attr.Number}}, csv},
	} {
		b.Run(strings.ReplaceAll(bb.name, ", ", "+"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range NewReader(bb.in, bytes.NewReader(bb.object)).Items() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != items {
					b.Fatalf("%d items", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/items, "ns/item")
		})
	}
}
