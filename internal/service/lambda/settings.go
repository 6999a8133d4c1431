package lambda

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
)

// settings is the configuration of a function, with its defaults filled in.
type settings struct {
	Runtime       string            `json:"runtime"`
	Handler       string            `json:"handler"`
	Role          string            `json:"role"`
	Description   string            `json:"description"`
	TimeoutS      int64             `json:"timeout"` // seconds
	MemoryMB      int64             `json:"memory"`
	TmpMB         int64             `json:"tmp"`
	Variables     map[string]string `json:"variables,omitzero"` // nil if never given
	Architectures []string          `json:"architectures"`
	TracingMode   string            `json:"tracing"`
	LogFormat     string            `json:"logFormat"` // "Text" or "JSON"
	LogGroup      string            `json:"logGroup"`

	// The least levels of what is logged; "" where the format is Text.
	ApplicationLogLevel string `json:"applicationLogLevel,omitempty"`
	SystemLogLevel      string `json:"systemLogLevel,omitempty"`
}

// The defaults, as CreateFunction's reference has them.
const (
	defaultTimeoutS = 3
	defaultMemoryMB = 128
	defaultTmpMB    = 512
	defaultLogLevel = "INFO" // of both levels, where the format is JSON
)

// maxMemoryMB is the quota of functions; the model lets those of capacity
// providers have more.
const maxMemoryMB = 10_240

func settingsOf(in *lambdaapi.CreateFunctionRequest, function string) (settings, error) {
	st := settings{
		Runtime: in.Runtime, Role: in.Role, Architectures: in.Architectures,
		TimeoutS: defaultTimeoutS, MemoryMB: defaultMemoryMB, TmpMB: defaultTmpMB,
		TracingMode: "PassThrough", LogFormat: "Text", LogGroup: "/aws/lambda/" + function,
	}
	if len(st.Architectures) == 0 {
		st.Architectures = []string{"x86_64"}
	}
	if in.Handler == nil || in.Runtime == "" {
		return st, lambdaapi.InvalidParameterValueException("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	err := st.apply(&lambdaapi.UpdateFunctionConfigurationRequest{
		Description: in.Description, Environment: in.Environment, EphemeralStorage: in.EphemeralStorage,
		Handler: in.Handler, LoggingConfig: in.LoggingConfig, MemorySize: in.MemorySize, Runtime: in.Runtime,
		Role: &in.Role, Timeout: in.Timeout, TracingConfig: in.TracingConfig,
	})
	return st, err
}

// apply changes what the request gives and leaves the rest as it is.
func (st *settings) apply(in *lambdaapi.UpdateFunctionConfigurationRequest) error {
	if in.Runtime != "" {
		st.Runtime = in.Runtime
	}
	set(&st.Handler, in.Handler)
	set(&st.Role, in.Role)
	set(&st.Description, in.Description)
	set(&st.TimeoutS, in.Timeout)
	set(&st.MemoryMB, in.MemorySize)
	if st.MemoryMB > maxMemoryMB {
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf(
			"'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to %d", maxMemoryMB))
	}
	if in.EphemeralStorage != nil {
		st.TmpMB = in.EphemeralStorage.Size
	}
	if in.TracingConfig != nil && in.TracingConfig.Mode != "" {
		st.TracingMode = in.TracingConfig.Mode
	}
	if err := st.applyLogging(in.LoggingConfig); err != nil {
		return err
	}
	if in.Environment == nil {
		return nil
	}
	st.Variables = in.Environment.Variables
	if st.Variables == nil {
		st.Variables = map[string]string{}
	}
	return checkVariables(st.Variables)
}

// set changes a setting if the request gives it.
func set[T any](setting, given *T) {
	if given != nil {
		*setting = *given
	}
}

func (st *settings) applyLogging(in *lambdaapi.LoggingConfig) error {
	if in == nil {
		return nil
	}
	set(&st.LogGroup, in.LogGroup)
	if in.LogFormat != "" {
		st.LogFormat = in.LogFormat
	}
	if st.LogFormat != "JSON" {
		if in.ApplicationLogLevel != "" || in.SystemLogLevel != "" {
			return lambdaapi.InvalidParameterValueException(`LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "Json" and try again.`)
		}
		st.ApplicationLogLevel, st.SystemLogLevel = "", ""
		return nil
	}
	st.ApplicationLogLevel = cmp.Or(in.ApplicationLogLevel, st.ApplicationLogLevel, defaultLogLevel)
	st.SystemLogLevel = cmp.Or(in.SystemLogLevel, st.SystemLogLevel, defaultLogLevel)
	return nil
}

// maxVariablesBytes bounds the environment as it is measured: as JSON.
const maxVariablesBytes = 4 << 10

// reserved are the variables that Lambda sets itself.
var reserved = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
	"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}

// checkVariables refuses names that are Lambda's own, and too much of it all.
func checkVariables(variables map[string]string) error {
	var taken []string
	for name := range variables {
		if slices.Contains(reserved, name) {
			taken = append(taken, name)
		}
	}
	if len(taken) > 0 {
		slices.Sort(taken)
		return lambdaapi.InvalidParameterValueException("Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: " + strings.Join(taken, ", "))
	}
	text := variablesJSON(variables)
	if len(text) > maxVariablesBytes {
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: %s", text))
	}
	return nil
}

// describe returns the settings as the API shows them.
func (st *settings) describe(region string) *lambdaapi.FunctionConfiguration {
	out := &lambdaapi.FunctionConfiguration{
		Runtime: st.Runtime, Handler: new(st.Handler), Role: new(st.Role), Description: new(st.Description),
		Timeout: new(st.TimeoutS), MemorySize: new(st.MemoryMB),
		EphemeralStorage:     &lambdaapi.EphemeralStorage{Size: st.TmpMB},
		Architectures:        st.Architectures,
		TracingConfig:        &lambdaapi.TracingConfigResponse{Mode: st.TracingMode},
		LoggingConfig:        &lambdaapi.LoggingConfig{LogFormat: st.LogFormat, LogGroup: new(st.LogGroup), ApplicationLogLevel: st.ApplicationLogLevel, SystemLogLevel: st.SystemLogLevel},
		SnapStart:            &lambdaapi.SnapStartResponse{ApplyOn: "None", OptimizationStatus: "Off"},
		RuntimeVersionConfig: &lambdaapi.RuntimeVersionConfig{RuntimeVersionArn: new("arn:aws:lambda:" + region + "::runtime:" + st.Runtime)},
	}
	if st.Variables != nil {
		out.Environment = &lambdaapi.EnvironmentResponse{Variables: st.Variables}
	}
	return out
}

// plainJSON writes strings as AWS does: what is special to HTML is left as it is.
func plainJSON(v any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // it is given strings, and structs and maps of them
	}
	return strings.TrimSuffix(text.String(), "\n")
}
