package openapi

import (
	"errors"
	"testing"
)

// FuzzRead checks that no document makes the reader panic or go on for ever,
// and that what was read can be written, and what was written be read.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"shop.json", "shop.yaml", "written.2.yaml", "written.3.json"} {
		f.Add(file(f, name), true, name == "shop.yaml")
	}
	f.Add([]byte("swagger: '2.0'\na: &a {b: 1}\nc: {<<: *a}\npaths: {/x: {get: {}}}"), false, true)
	f.Fuzz(func(t *testing.T, doc []byte, version3, inYAML bool) {
		if len(doc) > 1<<16 {
			return
		}
		api, _, err := Read(doc, Options{APIID: "a1", BasePath: "prepend"})
		if err != nil {
			if _, ok := errors.AsType[Problem](err); !ok {
				t.Errorf("Read = %v, which is not for the caller", err)
			}
			return
		}
		written, err := Write(api, Form{Version3: version3, YAML: inYAML, Host: "h", Stage: "s", With: Extensions{All: true, Documentation: true}})
		if err != nil {
			t.Fatalf("Write: %v", err)
		}
		if _, _, err := Read(written, Options{APIID: "a1"}); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, written)
		}
	})
}
