package runtime

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
)

func TestRequiredOfSDK(t *testing.T) {
	const ec2 = `const { EC2Client } = require("@aws-sdk/client-ec2");`
	for _, tt := range []struct {
		name string
		task map[string]string
		opt  map[string]string
		want string
	}{
		{"require", map[string]string{"index.js": ec2}, nil, "@aws-sdk/client-ec2"},
		{"import and import()", map[string]string{"a.mjs": "import {\n a } from '@aws-sdk/client-rds';import'@aws-sdk/lib-x';\nawait import( `@smithy/util-stream` )"}, nil,
			"@aws-sdk/client-rds @aws-sdk/lib-x @smithy/util-stream"},
		{"import() with a comment for a bundler", map[string]string{"a.mjs": `import(/* webpackChunkName: "x" */ "@aws-sdk/client-rds")`}, nil, "@aws-sdk/client-rds"},
		{"a comment and nothing before it", map[string]string{"a.mjs": `x = [/* import( */ "@aws-sdk/client-rds"]; y = */ "@aws-sdk/client-rds"`}, nil, ""},
		{"a file within a package", map[string]string{"a.cjs": `require("@aws-sdk/util-format-url/dist-cjs/index.js")`}, nil, "@aws-sdk/util-format-url"},
		{"what a bundler makes of it", map[string]string{"a.js": `var s=__toESM(__require("@aws-sdk/client-ec2"));`}, nil, "@aws-sdk/client-ec2"},
		{"a library that leans on the runtime", map[string]string{"node_modules/tool/lib/a.js": ec2}, nil, "@aws-sdk/client-ec2"},
		{"what the package brings", map[string]string{"src/a.js": ec2, "node_modules/@aws-sdk/client-ec2/package.json": "{}"}, nil, ""},
		{"what another part of the package brings", map[string]string{"a.js": ec2, "b/node_modules/@aws-sdk/client-ec2/package.json": "{}"}, nil, "@aws-sdk/client-ec2"},
		{"what a layer brings", map[string]string{"a.js": ec2}, map[string]string{"nodejs/node_modules/@aws-sdk/client-ec2/index.js": ""}, ""},
		{"what a layer brings for one version", map[string]string{"a.js": ec2}, map[string]string{"nodejs/node22/node_modules/@aws-sdk/client-ec2/index.js": ""}, ""},
		{"what a layer brings for another version", map[string]string{"a.js": ec2}, map[string]string{"nodejs/node20/node_modules/@aws-sdk/client-ec2/index.js": ""}, "@aws-sdk/client-ec2"},
		{"what a layer requires", nil, map[string]string{"nodejs/node_modules/x/a.js": ec2}, "@aws-sdk/client-ec2"},
		{"the SDK's own requires", map[string]string{"node_modules/@aws-sdk/client-s3/a.js": ec2, "node_modules/@smithy/core/a.js": ec2}, nil, ""},
		{"a package's description in a bundle", map[string]string{"a.js": `p={name:"@aws-sdk/client-ec2",dependencies:{"@aws-sdk/core":"3"},x:["@aws-sdk/types"]}`}, nil, ""},
		{"what is no JavaScript", map[string]string{"README.md": ec2, "a.ts": ec2, "a.json": ec2}, nil, ""},
		{"names that no package of the SDK can have", map[string]string{"a.js": `
			require("@aws-sdk/../../etc"); require("@aws-sdk/A"); require("@aws-sdk/a--b"); require("@aws-sdk/-a"); require("@aws-sdk/a-");
			require("@aws-sdk/a b"); require("@aws-sdk/a@1"); require("@aws-sdk/"); require("@aws-sdkx/a"); require("@other/a");
			require("@aws-sdk/` + strings.Repeat("a", maxSDKName+1) + `"); require("@aws-sdk/client-` + "`)"}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, _ := Lookup("nodejs22.x")
			got, err := requiredOfSDK(t.Context(), r, mapFS(tt.task), mapFS(tt.opt))
			if err != nil || strings.Join(got, " ") != tt.want {
				t.Errorf("requiredOfSDK = %q, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func mapFS(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestAFunctionHasUsLookForSoManyPackagesAndNoMore(t *testing.T) {
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "require('@aws-sdk/client-%d');", i)
	}
	r, _ := Lookup("nodejs22.x")
	got, err := requiredOfSDK(t.Context(), r, mapFS(map[string]string{"a.js": text.String()}), nil)
	if err != nil || len(got) != maxRequired {
		t.Errorf("requiredOfSDK = %d names, %v; want %d", len(got), err, maxRequired)
	}
}

// TestScanRequiresWhereTheBufferEnds has a require at each place around the end of
// what is read at a time.
func TestScanRequiresWhereTheBufferEnds(t *testing.T) {
	const text = `require("@aws-sdk/client-ec2")`
	for before := requiresBuffer - 2*requiresOverlap; before < requiresBuffer+10; before += 7 {
		r := io.MultiReader(strings.NewReader(strings.Repeat(" ", before)), strings.NewReader(text), strings.NewReader(strings.Repeat("\n", 1000)))
		if got := scanned(t, r, requiresBuffer); !slices.Equal(got, []string{"@aws-sdk/client-ec2"}) {
			t.Fatalf("after %d bytes: %q", before, got)
		}
	}
}

// scanned is what is found through a buffer of some size, each name once, sorted.
func scanned(t *testing.T, r io.Reader, buffer int) []string {
	t.Helper()
	var names []string
	if err := scanRequires(r, make([]byte, buffer), func(name string) { names = append(names, name) }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func FuzzScanRequires(f *testing.F) {
	for _, text := range []string{
		`const { A } = require("@aws-sdk/client-a");`, "import x from '@smithy/b/c'", "import(`@aws-sdk/d`)", "@aws-sdk/", `("@smithy/a-"`,
		strings.Repeat(" ", 300) + `import("@aws-sdk/e")` + strings.Repeat("\n", 600) + `from /* f */ '@smithy/g'`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		names := scanned(t, bytes.NewReader(text), requiresBuffer)
		for _, name := range names {
			if !isSDKName(name) {
				t.Errorf("%q is no name", name)
			}
			if !bytes.Contains(text, []byte(name)) {
				t.Errorf("%q is not in the text", name)
			}
		}
		if again := scanned(t, iotest.OneByteReader(bytes.NewReader(text)), requiresOverlap+1); !slices.Equal(again, names) {
			t.Errorf("byte by byte %q, at once %q", again, names)
		}
	})
}

func BenchmarkRequiredOfSDK(b *testing.B) {
	dir := os.Getenv("CLOUDLESS_TEST_TOOLS")
	if dir == "" {
		b.Skip("no packages to look through: source scripts/env.sh")
	}
	r, _ := Lookup("nodejs22.x")
	for b.Loop() {
		if _, err := requiredOfSDK(b.Context(), r, os.DirFS(filepath.Join(dir, "packages")), nil); err != nil {
			b.Fatal(err)
		}
	}
}
