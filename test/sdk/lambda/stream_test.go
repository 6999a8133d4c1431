package lambda

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const streaming = `exports.handler = awslambda.streamifyResponse(async (event, out) => {
	if (event.fail === 'before') throw new TypeError('broken');
	await new Promise((done) => out.write('one ', done));
	if (event.fail === 'half') throw new TypeError('broken');
	out.write(event.text || 'two'); out.end();
});`

// stream invokes a function and returns its answer whole, and how it ended.
func (s teller) stream(in *lambda.InvokeWithResponseStreamInput) (string, types.InvokeWithResponseStreamCompleteEvent) {
	s.t.Helper()
	out, err := s.InvokeWithResponseStream(s.t.Context(), in)
	if err != nil {
		s.t.Fatal(err)
	}
	if out.StatusCode != 200 || aws.ToString(out.ExecutedVersion) != "$LATEST" || aws.ToString(out.ResponseStreamContentType) != "application/vnd.amazon.eventstream" {
		s.t.Errorf("head = %+v", out)
	}
	var text strings.Builder
	var end types.InvokeWithResponseStreamCompleteEvent
	for e := range out.GetStream().Events() {
		switch e := e.(type) {
		case *types.InvokeWithResponseStreamResponseEventMemberPayloadChunk:
			text.Write(e.Value.Payload)
		case *types.InvokeWithResponseStreamResponseEventMemberInvokeComplete:
			end = e.Value
		}
	}
	if err := out.GetStream().Err(); err != nil {
		s.t.Error(err)
	}
	return text.String(), end
}

func TestAnswersAreStreamed(t *testing.T) {
	s := newTeller(t)
	s.create("streams", streaming)
	s.create("answers", `exports.handler = async () => ({whole: true});`)
	large := strings.Repeat("x", 1<<20)
	for _, tt := range []struct {
		name, function, payload string
		text, code, details     string
	}{
		{"in pieces", "streams", `{}`, "one two", "", ""},
		{"that are large", "streams", `{"text":"` + large + `"}`, "one " + large, "", ""},
		{"until they fail", "streams", `{"fail":"half"}`, "one ", "Unhandled", `"errorType":"TypeError"`},
		{"unless they fail at once", "streams", `{"fail":"before"}`, "", "Unhandled", `"errorType":"TypeError"`},
		{"of functions that do not stream", "answers", `{}`, `{"whole":true}`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, end := s.stream(&lambda.InvokeWithResponseStreamInput{FunctionName: &tt.function, Payload: []byte(tt.payload), LogType: types.LogTypeTail})
			if text != tt.text || aws.ToString(end.ErrorCode) != tt.code || !strings.Contains(aws.ToString(end.ErrorDetails), tt.details) {
				t.Errorf("stream = %.100q (%d bytes), %q %q", text, len(text), aws.ToString(end.ErrorCode), aws.ToString(end.ErrorDetails))
			}
			if log, err := base64.StdEncoding.DecodeString(aws.ToString(end.LogResult)); err != nil || !strings.Contains(string(log), "REPORT RequestId: ") {
				t.Errorf("log = %q, %v", log, err)
			}
		})
	}
	_, err := s.InvokeWithResponseStream(t.Context(), &lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("nosuch")})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok {
		t.Errorf("of an unknown function: %v", err)
	}
	s.python("python/stream.py")
}
