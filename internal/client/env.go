package client

import (
	"fmt"
	"strconv"
	"strings"
)

// Var is one variable of an environment; a nil Value means that it must not
// be set.
type Var struct {
	Name  string
	Value *string
}

// Environment returns what points AWS's clients at the server, and what must
// not lead them elsewhere.
func Environment(s Server, key Key) []Var {
	vars := []Var{
		{"AWS_ENDPOINT_URL", new(s.URLs[0])},
		{"AWS_ACCESS_KEY_ID", new(key.ID)},
		{"AWS_SECRET_ACCESS_KEY", new(key.Secret)},
		{"AWS_DEFAULT_REGION", new(s.Region)},
		{"AWS_REGION", new(s.Region)},
		{"AWS_SESSION_TOKEN", nil},
		{"AWS_PROFILE", nil},
		{"AWS_DEFAULT_PROFILE", nil},
	}
	if s.CAFile != "" {
		vars = append(vars, Var{"AWS_CA_BUNDLE", new(s.CAFile)}, Var{"NODE_EXTRA_CA_CERTS", new(s.CAFile)})
	}
	return vars
}

// Apply returns the environment env with vars set or removed.
func Apply(env []string, vars []Var) []string {
	var out []string
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if !names(vars, name) {
			out = append(out, pair)
		}
	}
	for _, v := range vars {
		if v.Value != nil {
			out = append(out, v.Name+"="+*v.Value)
		}
	}
	return out
}

func names(vars []Var, name string) bool {
	for _, v := range vars {
		if v.Name == name {
			return true
		}
	}
	return false
}

// Shell writes vars as commands of a POSIX shell.
func Shell(vars []Var) string {
	var b strings.Builder
	for _, v := range vars {
		if v.Value == nil {
			fmt.Fprintf(&b, "unset %s\n", v.Name)
		} else {
			fmt.Fprintf(&b, "export %s='%s'\n", v.Name, strings.ReplaceAll(*v.Value, "'", `'\''`))
		}
	}
	return b.String()
}

// CLIHonoursEndpointURL tells from the output of "aws --version" whether that
// AWS CLI reads AWS_ENDPOINT_URL: since 1.29 and 2.13. Debian 12 has 2.9.
func CLIHonoursEndpointURL(version string) bool {
	number, ok := strings.CutPrefix(version, "aws-cli/")
	if !ok {
		return true // not the AWS CLI: nothing is known against it
	}
	parts := strings.SplitN(number, ".", 3)
	if len(parts) < 3 {
		return true
	}
	major, _ := strconv.Atoi(parts[0])
	minor, _ := strconv.Atoi(parts[1])
	switch major {
	case 1:
		return minor >= 29
	case 2:
		return minor >= 13
	}
	return major > 2
}
