package apigateway

import (
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

const (
	logRole = "arn:aws:iam::111111111111:role/logs"
	logARN  = "arn:aws:logs:us-east-1:111111111111:log-group:access"
)

// loggedAPI is an API whose account has a role for logs, with these settings
// of its stage.
func loggedAPI(w *world, patch ...agw.PatchOperation) (apiID string) {
	w.t.Helper()
	apiID, _ = guardedAPI(w, "NONE", "hello")
	do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", logRole)})
	do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: apiID, StageName: "prod", PatchOperations: patch})
	return apiID
}

func TestAccessLogsOfAStage(t *testing.T) {
	w := newWorld(t)
	id := loggedAPI(w, op("add", "/accessLogSettings/destinationArn", logARN+":*"),
		op("add", "/accessLogSettings/format", `{"id":"$context.requestId","m":"$context.httpMethod $context.resourcePath","s":$context.status,"l":$context.responseLength,"e":"$context.error.message","k":"$context.identity.apiKeyId","i":$context.integration.status}`+"\n"))
	w.call.Start = w.clock.Now()
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 200, "hello")
	wantAnswer(t, w.ask(id, "GET", "/prod/nosuch", ""), 403, `{"message":"Missing Authentication Token"}`)
	w.writeLogs(t.Context())
	want := logRole + ` access {"id":"` + w.call.RequestID + `","m":"GET /","s":200,"l":5,"e":"-","k":"-","i":-}
` + logRole + ` access {"id":"` + w.call.RequestID + `","m":"GET -","s":403,"l":42,"e":"Missing Authentication Token","k":"-","i":-}`
	if got := strings.Join(w.written.lines, "\n"); got != want {
		t.Errorf("lines:\n%s\nwant:\n%s", got, want)
	}
}

func TestExecutionLogsOfAStage(t *testing.T) {
	for _, tt := range []struct {
		name, level, trace string
		want               []string
	}{
		{"off", "OFF", "true", nil},
		{"errors, of a call without any", "ERROR", "true", nil},
		{"all that happens", "INFO", "false", []string{"Starting execution for request: ID", "HTTP Method: GET, Resource Path: /", "Successfully completed execution", "Method completed with status: 200"}},
		{"contents too", "INFO", "true", []string{"Starting execution for request: ID", "HTTP Method: GET, Resource Path: /", "Method request path: {}", "Method request query string: {a=b}",
			"Method request headers: {}", "Method request body before transformations: ", "Method response body after transformations: hello", "Method response headers: {Content-Type=application/json}",
			"Successfully completed execution", "Method completed with status: 200"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id := loggedAPI(w, op("replace", "/*/*/logging/loglevel", tt.level), op("replace", "/*/*/logging/dataTrace", tt.trace))
			w.ask(id, "GET", "/prod/?a=b", "").Body.Close()
			w.writeLogs(t.Context())
			var got []string
			for _, line := range w.written.lines {
				line = strings.ReplaceAll(line, w.call.RequestID, "ID")
				got = append(got, strings.TrimPrefix(line, logRole+" API-Gateway-Execution-Logs_"+id+"/prod (ID) "))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("lines:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestWhyACallFailedIsLogged(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", logRole)})
	do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: replace("/*/*/logging/loglevel", "ERROR")})
	wantAnswer(t, w.ask(id, "POST", "/prod/", "{}"), 500, `{"message": "Internal server error"}`)
	w.writeLogs(t.Context())
	if len(w.written.lines) != 1 || !strings.HasSuffix(w.written.lines[0], "Execution failed due to configuration error: nobody said what to answer") {
		t.Errorf("lines: %q", w.written.lines)
	}
}

// What stages show of their logs is recorded from AWS.
func TestAccessLogSettingsOfStages(t *testing.T) {
	w := newWorld(t)
	id := loggedAPI(w, op("add", "/accessLogSettings/destinationArn", logARN))
	update := func(patch ...agw.PatchOperation) agw.UpdateStageRequest {
		return agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: patch}
	}
	settings := func(o agw.PatchOperation) string {
		t.Helper()
		return asJSON(do(w, w.UpdateStage, update(o)).AccessLogSettings)
	}
	if got := settings(op("replace", "/accessLogSettings/destinationArn", logARN+"a")); got != `{"Format":null,"DestinationArn":"`+logARN+`a"}` {
		t.Errorf("replaced: %s", got)
	}
	if got := settings(op("add", "/accessLogSettings/format", "$context.requestId")); got != `{"Format":"$context.requestId","DestinationArn":"`+logARN+`a"}` {
		t.Errorf("with a format: %s", got)
	}
	if got := settings(op("remove", "/accessLogSettings", "")); got != `null` {
		t.Errorf("removed: %s", got)
	}
	refused(w, w.UpdateStage, update(op("add", "/accessLogSettings/format", "a\nb")), "BadRequestException", "Access Log format must be single line, new line character is allowed only at end of the format")
	refused(w, w.UpdateStage, update(op("add", "/accessLogSettings/destinationArn", "nonsense")), "BadRequestException", "Invalid ARN specified in the request")
	refused(w, w.UpdateStage, update(op("replace", "/*/*/logging/loglevel", "ALL")), "BadRequestException", "Invalid logging level specified: ALL. Valid options are OFF, ERROR, INFO")
}

func TestALogThatNobodyWritesIsBounded(t *testing.T) {
	var sink logSink
	for range maxPending + 5 {
		sink.add(logStream{group: "g"}, LogEvent{})
	}
	pending, lost := sink.take()
	if len(pending[logStream{group: "g"}]) != maxPending || lost != 5 {
		t.Errorf("%d lines, %d lost", len(pending[logStream{group: "g"}]), lost)
	}
}

func TestWhoSetsTheRoleForLogsHasToMayPassIt(t *testing.T) {
	w := newWorld(t)
	w.authz.deny = "iam:PassRole"
	refused(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", logRole)}, "AccessDeniedException", "no iam:PassRole")
	do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", "")})
}
