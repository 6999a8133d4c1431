package lambda

import (
	"strings"
	"testing"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/wire"
)

func TestParseNameTakesEveryForm(t *testing.T) {
	q := func(s string) *string { return &s }
	arn := "arn:aws:lambda:eu-central-1:111111111111:function:f"
	for _, tt := range []struct {
		text      string
		qualifier *string
		want      string
	}{
		{"f", nil, arn},
		{"function:f", nil, arn},
		{"111111111111:f", nil, arn},
		{"111111111111:function:f", nil, arn},
		{"222222222222:function:f", nil, "arn:aws:lambda:eu-central-1:222222222222:function:f"},
		{"eu-central-1:111111111111:function:f", nil, arn},
		{arn, nil, arn},
		{"arn:aws-cn:lambda:eu-central-1:111111111111:function:f", nil, arn},
		{"f:1", nil, arn + ":1"},
		{"function:f:$LATEST", nil, arn + ":$LATEST"},
		{arn + ":live", nil, arn + ":live"},
		{arn, q("live"), arn + ":live"},
		{arn + ":live", q("live"), arn + ":live"},
		{"f", q("$latest"), arn + ":$latest"},
		{"function", nil, "arn:aws:lambda:eu-central-1:111111111111:function:function"},
		{"function:function", nil, "arn:aws:lambda:eu-central-1:111111111111:function:function"},
		// An ARN that ends too early names a function called "function".
		{"arn:aws:lambda:eu-central-1:111111111111:function", nil, "arn:aws:lambda:eu-central-1:111111111111:function:function"},
		{"123456789012", nil, "arn:aws:lambda:eu-central-1:111111111111:function:123456789012"},
		{strings.Repeat("a", 65), nil, "arn:aws:lambda:eu-central-1:111111111111:function:" + strings.Repeat("a", 65)},
	} {
		n, err := parseName(call, tt.text, tt.qualifier)
		if err != nil || n.qualifiedARN() != tt.want {
			t.Errorf("parseName(%q) = %s, %v, want %s", tt.text, n.qualifiedARN(), err, tt.want)
		}
	}
}

func TestParseNameRefuses(t *testing.T) {
	_, err := parseName(call, "arn:aws:lambda:ap-southeast-1:111111111111:function:f", nil)
	refused(t, "another region", err, "ResourceNotFoundException", "Functions from 'ap-southeast-1' are not reachable in this region ('eu-central-1')")
	_, err = parseName(call, "arn:aws:lambda:eu-central-1:111111111111:function:f:$LATEST", new("1"))
	refused(t, "two qualifiers", err, "InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier.")
	_, err = parseName(call, "no such form", nil)
	refused(t, "no name", err, "ResourceNotFoundException", "Function not found: no such form")
}

// What AWS refuses by the model does not reach the service; the model has to
// say so.
func TestTheModelRefusesWhatIsNoName(t *testing.T) {
	for _, text := range []string{
		"*", "my-function!", "my-function:invalid!", "invalid-account:function:my-function", "invalid:function:name",
		"arn:aws:lambda::111111111111:function:my-function",
		"arn:aws:lambda:eu-central-1::function:my-function",
		"arn:aws:lambda:invalid-region:111111111111:function:my-function",
		"arn:aws:lambda:eu-central-1:123400000000@function:myfn",
		"arn:aws:ec2:eu-central-1:111111111111:instance:i-1234567890abcdef0",
		"arn:aws:lambda:eu-central-1:111111111111:function:my-function:1:2",
		"arn:aws:lambda:eu-central-1:111111111111:function:my-function:$LATES",
		"arn:aws:lambda:eu-central-1:111111111111:function:my-function:$latest",
		"function:my-function:$LATEST:extra",
	} {
		in := &lambdaapi.InvocationRequest{FunctionName: text}
		err := wire.Validate(&lambdaapi.Schema, lambdaapi.Schema.Operation("Invoke"), in, &wire.Presence{})
		if err == nil || !strings.Contains(err.Error(), "Value '"+text+"' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern") {
			t.Errorf("Invoke of %q: %v", text, err)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"f", "f:1", "function:f", "123456789012:function:f:live", "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST", "arn:aws:lambda:f", "a:b:c:d:e:f:g:h", ""} {
		f.Add(s)
	}
	caller := &api.Call{Account: "123456789012", Region: "us-east-1"}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseName(caller, text, nil)
		if err != nil {
			return
		}
		if n.function == "" || strings.Contains(n.function, ":") {
			t.Errorf("parseName(%q) = %+v", text, n)
		}
		again, err := parseName(caller, n.qualifiedARN(), nil)
		if err != nil || again != n {
			t.Errorf("parseName(%q) = %+v, and of its ARN %s %+v, %v", text, n, n.qualifiedARN(), again, err)
		}
	})
}
