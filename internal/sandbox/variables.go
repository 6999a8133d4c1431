package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtime"
)

// caTarget is where environments find the authority's certificate.
const caTarget = "/etc/pki/cloudless/ca.pem"

// trustTargets are the files in which the systems of this world look for the
// certificates they trust. In a closed environment ours is the only one needed.
var trustTargets = []string{
	caTarget, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
}

// trustStoreTarget is where Java finds the same certificate: it reads stores of its
// own kind.
const trustStoreTarget = "/etc/pki/cloudless/ca.jks"

// variables returns the environment variables of a function's process: those of
// every function, those of its runtime, and the user's own, which have the last
// word. They are those that AWS's runtimes were recorded to have, and what leads to
// our endpoints.
func variables(e *environment, creds Credentials, isolated bool, runtimeVars []string) []string {
	fn, env := e.fn, e.box
	vars := map[string]string{
		"_HANDLER":                        fn.Handler,
		"AWS_REGION":                      fn.Region,
		"AWS_DEFAULT_REGION":              fn.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        fn.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     fn.Version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(fn.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  e.initialization(),
		"AWS_LAMBDA_LOG_GROUP_NAME":       fn.LogGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME":      e.stream,
		"AWS_LAMBDA_RUNTIME_API":          env.Address(driver.RuntimeAPI),
		"AWS_ENDPOINT_URL":                "http://" + env.Address(driver.Endpoint),
		"AWS_XRAY_CONTEXT_MISSING":        "LOG_ERROR",
		"AWS_XRAY_DAEMON_ADDRESS":         "127.0.0.1:2000",
		"_AWS_XRAY_DAEMON_ADDRESS":        "127.0.0.1",
		"_AWS_XRAY_DAEMON_PORT":           "2000",
		"_LAMBDA_TELEMETRY_LOG_FD":        "3",
		"LAMBDA_TASK_ROOT":                env.Path("/var/task"),
		"LAMBDA_RUNTIME_DIR":              env.Path("/var/runtime"),
		"LANG":                            "en_US.UTF-8",
		"TZ":                              ":UTC",
		"PATH":                            searchPath(env, "/var/lang/bin", "/usr/local/bin", "/usr/bin/", "/bin", "/opt/bin"),
		"LD_LIBRARY_PATH": searchPath(env, "/var/lang/lib", "/lib64", "/usr/lib64", "/var/runtime", "/var/runtime/lib",
			"/var/task", "/var/task/lib", "/opt/lib"),
		"NODE_EXTRA_CA_CERTS": env.Path(caTarget),
		"AWS_CA_BUNDLE":       env.Path(caTarget),
	}
	program := e.program.Runtime
	if program.Family != runtime.Provided {
		vars["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + fn.Runtime
	}
	if program.Wrapped() && program.Family != runtime.Java { // AWS starts these from a shell
		vars["PWD"], vars["SHLVL"] = env.Path(taskDir), "0"
	}
	if fn.LogFormat == formatJSON {
		vars["AWS_LAMBDA_LOG_FORMAT"], vars["AWS_LAMBDA_LOG_LEVEL"] = formatJSON, fn.ApplicationLogLevel
	}
	if isolated {
		// These replace what a program trusts. Without isolation it may reach the
		// world outside, which our authority does not vouch for.
		vars["SSL_CERT_FILE"] = caTarget
		vars["REQUESTS_CA_BUNDLE"] = caTarget
	} else {
		vars["TMPDIR"] = env.Path("/tmp")
	}
	if creds.AccessKeyID != "" {
		vars["AWS_ACCESS_KEY_ID"] = creds.AccessKeyID
		vars["AWS_SECRET_ACCESS_KEY"] = creds.SecretAccessKey
		vars["AWS_SESSION_TOKEN"] = creds.SessionToken
		if strings.HasPrefix(fn.Runtime, "java8") || fn.Runtime == "java11" { // as the SDK for Java 1 knows them
			vars["AWS_ACCESS_KEY"], vars["AWS_SECRET_KEY"] = creds.AccessKeyID, creds.SecretAccessKey
		}
	}
	for _, v := range runtimeVars {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	maps.Copy(vars, fn.Environment)

	list := make([]string, 0, len(vars))
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		list = append(list, name+"="+vars[name])
	}
	return list
}

func searchPath(env driver.Environment, dirs ...string) string {
	for i, d := range dirs {
		dirs[i] = env.Path(d)
	}
	return strings.Join(dirs, ":")
}

// place tells a runtime where its process runs.
func place(fn *Function, env driver.Environment, isolated bool) runtime.Place {
	at := runtime.Place{
		Path: env.Path, Handler: fn.Handler, MemoryMB: fn.MemoryMB, Socket: env.Address(driver.RuntimeUX),
		Variable: func(name string) string { return fn.Environment[name] },
	}
	if isolated {
		at.TrustStore = trustStoreTarget
	} else {
		at.HTTP, at.HTTPS = env.Address(driver.Endpoint), env.Address(driver.HTTPS)
	}
	return at
}
