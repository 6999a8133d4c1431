package lambda

import (
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

// What AWS answered to these, one after the other, was recorded, but for the last.
func TestLoggingIsConfigured(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, given lambdaapi.LoggingConfig
		want          lambdaapi.LoggingConfig
	}{
		{"the format", lambdaapi.LoggingConfig{LogFormat: "Text"}, lambdaapi.LoggingConfig{LogFormat: "JSON"},
			lambdaapi.LoggingConfig{LogFormat: "JSON", ApplicationLogLevel: "INFO", SystemLogLevel: "INFO"}},
		{"the format and a level", lambdaapi.LoggingConfig{LogFormat: "Text"}, lambdaapi.LoggingConfig{LogFormat: "JSON", ApplicationLogLevel: "DEBUG"},
			lambdaapi.LoggingConfig{LogFormat: "JSON", ApplicationLogLevel: "DEBUG", SystemLogLevel: "INFO"}},
		{"the group", lambdaapi.LoggingConfig{LogFormat: "JSON", ApplicationLogLevel: "INFO", SystemLogLevel: "WARN"}, lambdaapi.LoggingConfig{LogGroup: new("g")},
			lambdaapi.LoggingConfig{LogFormat: "JSON", ApplicationLogLevel: "INFO", SystemLogLevel: "WARN", LogGroup: new("g")}},
		{"the format back", lambdaapi.LoggingConfig{LogFormat: "JSON", ApplicationLogLevel: "DEBUG"}, lambdaapi.LoggingConfig{LogFormat: "Text"},
			lambdaapi.LoggingConfig{LogFormat: "Text"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			h.create("f", func(in *lambdaapi.CreateFunctionRequest) { in.LoggingConfig = &tt.before })
			must(h.UpdateFunctionConfiguration(t.Context(), call, &lambdaapi.UpdateFunctionConfigurationRequest{FunctionName: "f", LoggingConfig: &tt.given}))(t)
			h.awaitSettled("f")
			got := must(h.GetFunctionConfiguration(t.Context(), call, &lambdaapi.GetFunctionConfigurationRequest{FunctionName: "f"}))(t).LoggingConfig
			if tt.want.LogGroup == nil {
				tt.want.LogGroup = new("/aws/lambda/f")
			}
			if got.LogFormat != tt.want.LogFormat || got.ApplicationLogLevel != tt.want.ApplicationLogLevel || got.SystemLogLevel != tt.want.SystemLogLevel || *got.LogGroup != *tt.want.LogGroup {
				t.Errorf("LoggingConfig = %+v, want %+v", got, tt.want)
			}
			e := h.environment(h.peek("f"))
			if e.LogFormat != tt.want.LogFormat || e.ApplicationLogLevel != tt.want.ApplicationLogLevel || e.SystemLogLevel != tt.want.SystemLogLevel || e.LogGroup != *tt.want.LogGroup {
				t.Errorf("environment = %+v", e)
			}
		})
	}
}

func TestLogLevelsAreRefusedWithoutJSON(t *testing.T) {
	h := newHarness(t)
	in := creation("f")
	in.LoggingConfig = &lambdaapi.LoggingConfig{SystemLogLevel: "DEBUG"}
	_, err := h.CreateFunction(t.Context(), call, in)
	refused(t, "CreateFunction", err, "InvalidParameterValueException",
		`LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "Json" and try again.`)
}

func TestDeadLettersAreRefusedByName(t *testing.T) {
	h := newHarness(t)
	in := creation("f")
	in.DeadLetterConfig = &lambdaapi.DeadLetterConfig{TargetArn: new("arn:aws:sqs:eu-central-1:111111111111:dead")}
	_, err := h.CreateFunction(t.Context(), call, in)
	refused(t, "CreateFunction", err, "NotImplemented", "cloudless does not implement the DeadLetterConfig parameter of functions yet.")
	in.DeadLetterConfig.TargetArn = new("") // as one takes it away
	must(h.CreateFunction(t.Context(), call, in))(t)
	h.awaitSettled("f")
	must(h.UpdateFunctionConfiguration(t.Context(), call, &lambdaapi.UpdateFunctionConfigurationRequest{FunctionName: "f", DeadLetterConfig: in.DeadLetterConfig}))(t)
}
