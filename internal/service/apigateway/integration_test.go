package apigateway

import (
	"context"
	"testing"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

func TestPutIntegrationFillsInAWSsDefaults(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", AuthorizationType: "NONE"})
	i := do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: "AWS",
		IntegrationHttpMethod: new("POST"), Uri: new(lambdaURI)})
	if i.CacheKeyParameters == nil || *i.CacheNamespace != root || *i.PassthroughBehavior != "WHEN_NO_MATCH" || *i.TimeoutInMillis != 29000 ||
		*i.HttpMethod != "POST" || *i.Uri != lambdaURI || i.ConnectionType != "" {
		t.Errorf("integration = %s", asJSON(i))
	}
}

func TestPutIntegrationRefuses(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", AuthorizationType: "NONE"})
	const onlyLambda = "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
	for _, tt := range []struct {
		name, kind, method, uri, code, message string
	}{
		{"AWS without a method", "AWS", "", lambdaURI, "BadRequestException", "Enumeration value for HttpMethod must be non-empty"},
		{"HTTP without a method", "HTTP", "", "http://example.com", "BadRequestException", "Enumeration value for HttpMethod must be non-empty"},
		{"HTTP to nowhere", "HTTP", "POST", "non-valid-uri", "BadRequestException", "Invalid HTTP endpoint specified for URI"},
		{"HTTP_PROXY to an ARN", "HTTP_PROXY", "POST", lambdaURI, "BadRequestException", "Invalid HTTP endpoint specified for URI"},
		{"AWS to what is no ARN", "AWS", "POST", "http://example.com", "BadRequestException", "Invalid ARN specified in the request"},
		{"AWS to the ARN of a function", "AWS_PROXY", "POST", functionARN, "BadRequestException", "AWS ARN for integration must contain path or action"},
		{"AWS to neither path nor action", "AWS", "POST", "arn:aws:apigateway:us-east-1:lambda:test/functions", "BadRequestException", "AWS ARN for integration must contain path or action"},
		{"AWS_PROXY to S3", "AWS_PROXY", "POST", "arn:aws:apigateway:us-east-1:s3:path/b/k", "BadRequestException", onlyLambda},
		{"AWS_PROXY to what is no function", "AWS_PROXY", "POST", "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/bad/invocations", "BadRequestException", onlyLambda},
		{"AWS to S3, in nobody's name", "AWS", "POST", "arn:aws:apigateway:us-east-1:s3:path/b/k", "BadRequestException", "Role ARN must be specified for AWS integrations"},
		{"AWS to an action of S3", "AWS", "POST", "arn:aws:apigateway:us-east-1:s3:action/ListBuckets", "NotImplemented",
			"cloudless does not implement the actions of the AWS service s3 as integrations, other than by their paths, yet."},
		{"AWS to what is not here", "AWS", "POST", "arn:aws:apigateway:us-east-1:kinesis:action/PutRecord", "NotImplemented", "cloudless does not implement the AWS service kinesis as an integration yet."},
	} {
		t.Run(tt.name, func(*testing.T) {
			in := agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: tt.kind, Uri: &tt.uri}
			if tt.method != "" {
				in.IntegrationHttpMethod = &tt.method
			}
			refused(w, w.PutIntegration, in, tt.code, tt.message)
		})
	}
	refused(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: "HTTP", Uri: new("http://example.com"),
		IntegrationHttpMethod: new("POST"), Credentials: new("arn:aws:iam::111111111111:role/r")},
		"NotImplemented", "cloudless does not implement the credentials parameter of an integration yet.")
	w.authz.deny = "iam:PassRole"
	refused(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: "AWS", Uri: new(lambdaURI),
		IntegrationHttpMethod: new("POST"), Credentials: new("arn:aws:iam::111111111111:role/r")}, "AccessDeniedException", "no iam:PassRole")
}

func TestGetIntegrationSaysWhatIsMissing(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET", AuthorizationType: "NONE"})
	for _, tt := range []struct{ api, resource, method, message string }{
		{"nosuch", root, "GET", "Invalid Resource identifier specified"},
		{id, "nosuch", "GET", "Invalid Resource identifier specified"},
		{id, root, "POST", "Invalid Method identifier specified"},
		{id, root, "GET", "Invalid Integration identifier specified"},
	} {
		refused(w, w.GetIntegration, agw.GetIntegrationRequest{RestApiId: tt.api, ResourceId: tt.resource, HttpMethod: tt.method}, "NotFoundException", tt.message)
	}
}

func TestIntegrationResponsesSayWhatIsMissing(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	for _, tt := range []struct{ api, resource, method, status, message string }{
		{"nosuch", root, "POST", "200", "Invalid Resource identifier specified"},
		{id, "nosuch", "POST", "200", "Invalid Resource identifier specified"},
		{id, root, "GET", "200", "Invalid Integration identifier specified"},
		{id, root, "POST", "201", "Invalid Response status code specified"},
	} {
		refused(w, w.DeleteIntegrationResponse, agw.DeleteIntegrationResponseRequest{RestApiId: tt.api, ResourceId: tt.resource, HttpMethod: tt.method, StatusCode: tt.status},
			"NotFoundException", tt.message)
	}
	refused(w, w.PutIntegrationResponse, agw.PutIntegrationResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "418"},
		"NotFoundException", "Invalid Response status code specified")
	refused(w, w.GetIntegrationResponse, agw.GetIntegrationResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "418"},
		"NotFoundException", "Invalid Response status code specified")
	refused(w, w.UpdateMethodResponse, agw.UpdateMethodResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "201"},
		"NotFoundException", "Invalid Response status code specified")
	patch := func(o agw.PatchOperation) agw.UpdateMethodResponseRequest {
		return agw.UpdateMethodResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "200", PatchOperations: []agw.PatchOperation{o}}
	}
	refused(w, w.UpdateMethodResponse, patch(op("add", "/wrong/method.response.header.my-header", "true")),
		"BadRequestException", "Invalid patch path /wrong/method.response.header.my-header")
	refused(w, w.UpdateMethodResponse, patch(op("remove", "/responseParameters/method.response.header.my-header", "")),
		"NotFoundException", "Invalid parameter name specified")
	refused(w, w.UpdateMethodResponse, patch(op("replace", "/responseModels/application~1xml", "Empty")),
		"NotFoundException", "Content-Type specified was not found")
}

// The answers of a function that raises, chosen by patterns: as recorded, the
// body stays what the function said.
func TestSelectionPatternsChooseByTheErrorMessage(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	for status, pattern := range map[string]string{"400": ".*four hundred.*", "500": `.*five\shundred.+`} {
		do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: status})
		w.respondWith(id, root, "POST", agw.PutIntegrationResponseRequest{StatusCode: status, SelectionPattern: &pattern})
	}
	w.deploy(id, "prod")
	for _, tt := range []struct {
		name, message string
		status        int
	}{
		{"the first", "Error: Raising four hundred from within the Lambda function", 400},
		{"the second", "Error: Raising five hundred from within the Lambda function", 500},
		{"a part is not enough", "five hundred", 200},
		{"a dot is no line break", "four hundred\nand more", 200},
		{"none", "something else", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			failure := asJSON(map[string]string{"errorMessage": tt.message, "errorType": "Exception"})
			w.invoker.fails(failure)
			wantAnswer(t, w.ask(id, "POST", "/prod", "{}"), tt.status, failure)
		})
	}
	w.invoker.says(`{"errorMessage": "four hundred"}`)
	wantAnswer(t, w.ask(id, "POST", "/prod", "{}"), 200, `{"errorMessage": "four hundred"}`)
}

func TestAnAnswerWithoutAResponseIsAnInternalServerError(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	do(w, w.UpdateIntegrationResponse, agw.UpdateIntegrationResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "200",
		PatchOperations: replace("/selectionPattern", "never")})
	w.deploy(id, "prod")
	w.invoker.says(`"ok"`)
	wantAnswer(t, w.ask(id, "POST", "/prod", "{}"), 500, `{"message": "Internal server error"}`)
}

func TestJavasOwnPatternsAreRefusedByName(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	refused(w, w.UpdateIntegrationResponse, agw.UpdateIntegrationResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "200",
		PatchOperations: replace("/selectionPattern", "(?!2).*")}, "NotImplemented", "cloudless does not implement the selection pattern (?!2).* with Java's own constructs yet.")
	refused(w, w.UpdateIntegrationResponse, agw.UpdateIntegrationResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "200",
		PatchOperations: replace("/selectionPattern", "(")}, "BadRequestException", "Invalid selection pattern specified: (")
}

func TestAFunctionCannotReadABodyThatIsNoJSON(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	const message = "Could not parse request body into json: Could not parse payload into json: Unexpected character"
	w.invoker.answer = func(context.Context, []byte) (Answer, error) {
		return Answer{}, &awserr.Error{Code: "InvalidRequestContentException", Status: 400, Message: message}
	}
	wantAnswer(t, w.ask(id, "POST", "/prod", "{nope"), 400, `{"message": "`+message+`"}`)
}

func TestAFunctionSeesAnEmptyObjectWhenNothingWasSent(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	w.invoker.says(`"ok"`)
	w.ask(id, "POST", "/prod", "")
	if w.invoker.payload != "{}" {
		t.Errorf("payload = %q", w.invoker.payload)
	}
}

func TestNobodyWaitsForAnEvent(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", AuthorizationType: "NONE", RequestParameters: map[string]bool{"method.request.header.InvocationType": false}})
	const mapped = "integration.request.header.X-Amz-Invocation-Type"
	put := func(kind, expression string) agw.PutIntegrationRequest {
		return agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: kind, Uri: new(lambdaURI), IntegrationHttpMethod: new("POST"), RequestParameters: map[string]string{mapped: expression}}
	}
	refused(w, w.PutIntegration, put("AWS_PROXY", "'Event'"), "NotImplemented",
		"cloudless does not implement the mapping of integration.request.header.X-Amz-Invocation-Type of an integration of type AWS_PROXY yet.")
	do(w, w.PutIntegration, put("AWS", "method.request.header.InvocationType"))
	do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "200"})
	w.respondWith(id, root, "POST", agw.PutIntegrationResponseRequest{StatusCode: "200"})
	w.deploy(id, "prod")
	w.invoker.says(``)
	for _, tt := range []struct {
		kind   string
		later  bool
		status int
	}{{"Event", true, 200}, {"RequestResponse", false, 200}, {"Other", false, 500}} {
		w.invoker.source = Source{}
		if answer := w.ask(id, "POST", "/prod/", "{}", "InvocationType: "+tt.kind); answer.StatusCode != tt.status || w.invoker.source.Later != tt.later {
			t.Errorf("%s: %d, later %v", tt.kind, answer.StatusCode, w.invoker.source.Later)
		}
	}
}
