package clients

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"cloudless/test/servertest"
)

// The generator warns of what it does not understand in a document, and that
// fails the test. Nothing needs to tidy up what it writes.
const generator = "package_name_override: pets_client\npost_hooks: []\n"

func TestAClientGeneratedFromTheExport(t *testing.T) {
	generate, python := servertest.Tool(t, "python", "bin", "openapi-python-client"), servertest.Tool(t, "python", "bin", "python")
	p := deploy(t, "*")
	p.put("1", "Rex", "dog")
	const want = `{"name": "Anne \"the cat\" Müller", "dogs": [{"id": "1", "name": "Rex", "kind": "dog"}], "cats": true, ` +
		`"refused": [400, "{\"message\":\"Invalid request body\"}"], "missing": "there is no such pet"}`
	for _, accepts := range []string{"application/json", "application/yaml"} {
		t.Run(accepts, func(t *testing.T) {
			export, err := apigateway.NewFromConfig(p.cfg).GetExport(t.Context(), &apigateway.GetExportInput{
				RestApiId: &p.id, StageName: aws.String("prod"), ExportType: aws.String("oas30"), Accepts: &accepts})
			p.must(err)
			dir := t.TempDir()
			document, config := filepath.Join(dir, "pets."+filepath.Base(accepts)), filepath.Join(dir, "config.yaml")
			p.must(os.WriteFile(document, export.Body, 0o600))
			p.must(os.WriteFile(config, []byte(generator), 0o600))
			out, err := exec.CommandContext(t.Context(), generate, "generate", "--path", document, "--config", config,
				"--meta", "none", "--output-path", filepath.Join(dir, "pets_client"), "--fail-on-warning").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, out, export.Body)
			}

			// Python does not resolve the API's host, so it takes the path.
			var stderr bytes.Buffer
			cmd := exec.CommandContext(t.Context(), python, "testdata/client.py", p.server+"/_aws/execute-api/"+p.id+"/prod")
			cmd.Env = append(os.Environ(), "PYTHONPATH="+dir, "PYTHONDONTWRITEBYTECODE=1")
			cmd.Stderr = &stderr
			got, err := cmd.Output()
			if err != nil || string(got) != want {
				t.Errorf("%v %s\n got %s\nwant %s", err, stderr.String(), got, want)
			}
		})
	}
}
