package client

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"cloudless/internal/dns"
)

// Var is one variable of an environment; a nil Value means that it must not
// be set.
type Var struct {
	Name  string
	Value *string
}

// Environment returns what points AWS's clients at the server, and what must
// not lead them elsewhere: away from env, the environment that they would have.
func Environment(s Server, key Key, env []string) []Var {
	vars := pointing(s, key, env)
	if strings.HasPrefix(s.URLs[0], "https:") {
		vars = append(vars, Var{"AWS_CA_BUNDLE", &s.CAFile}, Var{"NODE_EXTRA_CA_CERTS", &s.CAFile})
	} else {
		vars = append(vars, Var{"AWS_CA_BUNDLE", nil})
	}
	return append(vars, pastProxies(env, hosts(s)...)...)
}

// Rerouted returns the environment of a command for which AWS's own names lead to
// the server, and whose programs are to trust what is in the file bundle.
func Rerouted(s Server, key Key, bundle string, env []string) []Var {
	vars := pointing(s, key, env)
	for _, name := range []string{"AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"} {
		vars = append(vars, Var{name, &bundle})
	}
	return append(vars, pastProxies(env, append(hosts(s), dns.Domains()...)...)...)
}

// pointing returns the endpoint, the keys and the region, and takes away what
// would go before them.
func pointing(s Server, key Key, env []string) []Var {
	vars := []Var{
		{"AWS_ENDPOINT_URL", new(s.URLs[0])},
		{"AWS_ACCESS_KEY_ID", new(key.ID)},
		{"AWS_SECRET_ACCESS_KEY", new(key.Secret)},
		{"AWS_DEFAULT_REGION", new(s.Region)},
		{"AWS_REGION", new(s.Region)},
	}
	for _, name := range foreign {
		vars = append(vars, Var{name, nil})
	}
	for _, pair := range env { // an endpoint of one service goes before that of all
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_ENDPOINT_URL_") {
			vars = append(vars, Var{name, nil})
		}
	}
	return vars
}

// hosts are the names that a server on this machine has.
func hosts(s Server) []string {
	u, err := url.Parse(s.URLs[0])
	if err != nil {
		return nil
	}
	return []string{u.Hostname(), "localhost", ".localhost"}
}

// foreign are the variables by which the clients would use other keys, or
// another endpoint.
var foreign = []string{
	"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", // of keys that these are not
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
}

// pastProxies keeps the clients from asking a proxy for servers that are on this
// machine, if env has one.
func pastProxies(env []string, names ...string) []Var {
	proxied, except := false, ""
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		switch strings.ToLower(name) {
		case "http_proxy", "https_proxy", "all_proxy":
			proxied = proxied || value != ""
		case "no_proxy":
			except = max(except, value) // of two spellings, the one that says something
		}
	}
	if !proxied {
		return nil
	}
	for _, name := range names {
		if !slices.Contains(strings.Split(except, ","), name) {
			except = strings.TrimPrefix(except+","+name, ",")
		}
	}
	return []Var{{"NO_PROXY", &except}, {"no_proxy", &except}}
}

// Apply returns the environment env with vars set or removed.
func Apply(env []string, vars []Var) []string {
	var out []string
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if !slices.ContainsFunc(vars, func(v Var) bool { return v.Name == name }) {
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
