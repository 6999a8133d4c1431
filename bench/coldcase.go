package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// coldTable is the table into which the functions of the cold starts put.
const coldTable = "cold"

// coldCase is a kind of function whose cold start is measured.
type coldCase struct {
	program
	bare  []string // has the interpreter do nothing
	alone []string // has it load the same handler and call it once, in the directory of its file; nil: there is no interpreter
	env   []string // that it needs for this, beside the endpoint and keys
}

const coldNode = `
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const db = new DynamoDBClient({});
exports.handler = async () => {
  await db.send(new PutItemCommand({ TableName: '` + coldTable + `', Item: { pk: { S: '1' }, username: { S: 'me' } } }));
  return 'done';
};`

const coldPython = `
import boto3
db = boto3.client('dynamodb')
def handler(event, context):
    db.put_item(TableName='` + coldTable + `', Item={'pk': {'S': '1'}, 'username': {'S': 'me'}})
    return 'done'
`

// coldCases returns those that this machine can run. The interpreters are those
// that the server takes: Node of the runtime's pack, Python of the search path.
func coldCases(ctx context.Context, dir string) ([]coldCase, error) {
	packs, err := packsDir()
	if err != nil {
		return nil, err
	}
	nodes, _ := filepath.Glob(filepath.Join(packs, "nodejs22.x", "node_modules", "node-*", "bin", "node")) // the pattern is none of those that are wrong
	if len(nodes) == 0 {
		return nil, errors.New("there is no Node to compare with: run cloudless runtime install nodejs22.x")
	}
	python, packages, err := coldInterpreter(ctx, packs)
	if err != nil {
		return nil, err
	}
	bootstrap := filepath.Join(dir, "bootstrap")
	build := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w", "-o", bootstrap, "./bench/testdata/bootstrap")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the function in Go: %w\n%s", err, out)
	}
	static, err := os.ReadFile(bootstrap)
	if err != nil {
		return nil, err
	}
	return []coldCase{
		{
			program: program{name: "node", runtime: "nodejs22.x", file: "index.js", source: coldNode},

			bare:  []string{nodes[0], "-e", "0"},
			alone: []string{nodes[0], "-e", "require('./index.js').handler({}).then(console.log)"},
			env:   []string{"NODE_PATH=" + filepath.Join(packs, "nodejs22.x", "node_modules")},
		},
		{
			program: program{name: "python", runtime: "python3.12", file: "index.py", source: coldPython},

			bare:  []string{python, "-c", "pass"},
			alone: []string{python, "-c", "import index; print(index.handler({}, None))"},
			env:   []string{"PYTHONPATH=" + packages, "PYTHONDONTWRITEBYTECODE=1"},
		},
		{
			program: program{name: "go", runtime: "provided.al2023", file: "bootstrap", source: string(static)},

			bare: []string{nodes[0], "-e", "0"},
		},
	}, nil
}

// packsDir is where the server that is measured has its runtime packs.
func packsDir() (string, error) {
	if dir := os.Getenv("CLOUDLESS_RUNTIMES"); dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "cloudless", "runtimes"), err
}

// coldInterpreter returns the Python that runs functions, and the packages of its pack.
func coldInterpreter(ctx context.Context, packs string) (program, packages string, err error) {
	out, err := exec.CommandContext(ctx, "python3", "-c",
		`import sys; print(getattr(sys, "_base_executable", sys.executable)); print("%d.%d" % sys.version_info[:2])`).Output()
	if err != nil {
		return "", "", fmt.Errorf("find a Python to compare with: %w", err)
	}
	program, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return program, filepath.Join(packs, "python-"+version, "site-packages"), nil
}

// packed returns the function's package, of which no two are the same, so that
// nothing of it is unpacked before. Programs do not mind what comes after them.
func (c *coldCase) packed(number int) ([]byte, error) {
	p := c.program
	if path.Ext(p.file) == ".js" {
		p.source += "\n//"
	} else {
		p.source += "\n#"
	}
	p.source += strconv.Itoa(number)
	return p.archive()
}

// unpacked writes the file into a directory, where the bare interpreter finds it.
func (c *coldCase) unpacked(dir string) error {
	return os.WriteFile(filepath.Join(dir, c.file), []byte(c.source), 0o755)
}
