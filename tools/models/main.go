// Command models takes AWS's API models out of a botocore wheel, strips their
// documentation, and writes them to models/, one file a service.
//
//	go run ./tools/models -wheel botocore-1.43.11-py3-none-any.whl
package main

import (
	"archive/zip"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
)

// services are the models that cloudless serves: botocore's folder and version.
var services = map[string]string{
	"apigateway": "2015-07-09",
	"dynamodb":   "2012-08-10",
	"iam":        "2010-05-08",
	"lambda":     "2015-03-31",
	"logs":       "2014-03-28",
	"s3":         "2006-03-01",
	"sts":        "2011-06-15",
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
		strip(model)
		text, err := json.MarshalIndent(model, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".json"), append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	version := strings.Split(filepath.Base(wheel), "-")[1]
	return os.WriteFile(filepath.Join(dir, "VERSION"), []byte("botocore "+version+"\n"), 0o644)
}

func read(archive *zip.Reader, name, version string) (map[string]any, error) {
	f, err := archive.Open("botocore/data/" + name + "/" + version + "/service-2.json.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, err
	}
	var model map[string]any
	return model, json.Unmarshal(text, &model)
}

// strip drops what people read and what only clients need. Members may be
// called "documentation" too (API Gateway has such), so only strings go.
func strip(node any) {
	switch n := node.(type) {
	case map[string]any:
		for k, v := range n {
			_, text := v.(string)
			switch {
			case k == "documentation" && text, k == "documentationUrl" && text, k == "deprecatedMessage" && text,
				k == "clientContextParams", k == "staticContextParams", k == "operationContextParams", k == "contextParam", k == "examples":
				delete(n, k)
			default:
				strip(v)
			}
		}
	case []any:
		for _, v := range n {
			strip(v)
		}
	}
}
