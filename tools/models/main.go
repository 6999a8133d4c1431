// Command models takes AWS's API models out of a botocore wheel, strips their
// documentation, and writes them to models/, one file a service.
//
//	go run ./tools/models -wheel botocore-1.43.11-py3-none-any.whl
package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// services are the models that cloudless serves: botocore's folder and version.
var services = map[string]string{
	"apigateway":      "2015-07-09",
	"dynamodb":        "2012-08-10",
	"dynamodbstreams": "2012-08-10",
	"iam":             "2010-05-08",
	"lambda":          "2015-03-31",
	"logs":            "2014-03-28",
	"s3":              "2006-03-01",
	"sts":             "2011-06-15",
}

func main() {
	wheel := flag.String("wheel", "", "botocore's wheel")
	dir := flag.String("out", "models", "where the models go")
	flag.Parse()
	if err := run(*wheel, *dir); err != nil {
		log.Fatal(err)
	}
}

func run(wheel, dir string) error {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer archive.Close()
	for name, version := range services {
		model, err := read(&archive.Reader, name, version)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var stripped bytes.Buffer
		if err := strip(jsontext.NewEncoder(&stripped, jsontext.WithIndent(" ")), jsontext.NewDecoder(bytes.NewReader(model))); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".json"), stripped.Bytes(), 0o644); err != nil {
			return err
		}
	}
	version := strings.Split(filepath.Base(wheel), "-")[1]
	return os.WriteFile(filepath.Join(dir, "VERSION"), []byte("botocore "+version+"\n"), 0o644)
}

func read(archive *zip.Reader, name, version string) ([]byte, error) {
	f, err := archive.Open("botocore/data/" + name + "/" + version + "/service-2.json.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(unzipped)
}

// dropped are members that people read, or that only clients need. Shapes may
// have a member called "documentation" too (API Gateway's do), which is an
// object and stays.
var dropped = map[string]string{
	"documentation": "string", "documentationUrl": "string", "deprecatedMessage": "string",
	"clientContextParams": "any", "staticContextParams": "any", "operationContextParams": "any", "contextParam": "any", "examples": "any",
}

// strip copies one JSON value without what is dropped, and leaves all else in
// its order: AWS's messages follow it.
func strip(to *jsontext.Encoder, from *jsontext.Decoder) error {
	kind := from.PeekKind()
	if kind != '{' && kind != '[' {
		value, err := from.ReadValue()
		if err != nil {
			return err
		}
		return to.WriteValue(value)
	}
	if err := copyToken(to, from); err != nil {
		return err
	}
	for from.PeekKind() != '}' && from.PeekKind() != ']' {
		if kind == '{' {
			name, err := from.ReadToken()
			if err != nil {
				return err
			}
			text := name.String()
			if what := dropped[text]; what == "any" || what == "string" && from.PeekKind() == '"' {
				if err := from.SkipValue(); err != nil {
					return err
				}
				continue
			}
			if err := to.WriteToken(jsontext.String(text)); err != nil {
				return err
			}
		}
		if err := strip(to, from); err != nil {
			return err
		}
	}
	return copyToken(to, from)
}

func copyToken(to *jsontext.Encoder, from *jsontext.Decoder) error {
	token, err := from.ReadToken()
	if err != nil {
		return err
	}
	return to.WriteToken(token)
}
