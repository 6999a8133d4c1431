package apigateway

import (
	"encoding/base64"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// raw is bytes that are no text, and encoded what they are in base64.
const raw = "\x1f\x8b\x08\x00\xff\xceK"

var encoded = base64.StdEncoding.EncodeToString([]byte(raw))

// What becomes of answers is recorded from AWS: of those with conversions from
// its guide.
func TestWhatClientsGetOfAnswers(t *testing.T) {
	d := &deployed{binaryMediaTypes: []string{"image/png"}}
	none := &deployed{}
	const png, text = "image/png", "text/plain"
	const broken = "\x1f\uFFFD\x08\x00\uFFFD\uFFFDK"
	for _, tt := range []struct {
		name                     string
		d                        *deployed
		body, kind, accept, with string
		want                     string
	}{
		{"text, to an API without binary types", none, "a text", png, png, "", "a text"},
		{"bytes, to an API without binary types", none, raw, png, png, "", broken},
		{"binary, accepted", d, raw, png, png, "", raw},
		{"binary, not accepted", d, raw, png, text, "", encoded},
		{"text of binary type, not accepted", d, encoded, png, text, "", base64.StdEncoding.EncodeToString([]byte(encoded))},
		{"text, wanted as binary", d, encoded, text, png, "", raw},
		{"text, wanted as text", d, encoded, text, text, "", encoded},
		{"bytes of text type, wanted as text", d, raw, text, text, "", broken},
		{"binary, to text", d, raw, png, png, toText, encoded},
		{"binary, to binary", d, raw, png, text, toBinary, raw},
		{"text, to text", d, encoded, text, png, toText, encoded},
		{"text, to binary", d, encoded, text, text, toBinary, raw},
		{"a JSON string, to binary", none, `"` + encoded + `"`, text, text, toBinary, raw},
		{"what is no base64, to binary", d, "a text!", text, text, toBinary, "refused"},
	} {
		got, err := tt.d.convertAnswer([]byte(tt.body), tt.kind, tt.accept, tt.with, nil)
		if err != nil {
			got = []byte("refused")
		}
		if string(got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhatIntegrationsGetOfBodies(t *testing.T) {
	d := &deployed{binaryMediaTypes: []string{"image/png"}}
	const png, text = "image/png", "text/plain"
	wrap := func(body []byte) ([]byte, error) { return []byte("<" + string(body) + ">"), nil }
	unwrap := func(body []byte) ([]byte, error) { return body[1 : len(body)-1], nil }
	for _, tt := range []struct {
		name             string
		body, kind, with string
		render           func([]byte) ([]byte, error)
		want             string
	}{
		{"text", "a text", text, "", nil, "a text"},
		{"text, to text", "a text", text, toText, wrap, "<a text>"},
		{"text, to binary", encoded, text, toBinary, nil, raw},
		{"text, to binary behind a template", "<" + encoded + ">", text, toBinary, unwrap, raw},
		{"binary", raw, png, "", nil, raw},
		{"binary, to binary", encoded, png, toBinary, nil, encoded},
		{"binary, to text", raw, png, toText, wrap, "<" + encoded + ">"},
		{"binary, for a template", raw, png, "", wrap, "refused"},
		{"what is no base64, to binary", "a text!", text, toBinary, nil, "refused"},
	} {
		got, err := d.convertRequest([]byte(tt.body), tt.kind, tt.with, tt.render)
		if err != nil {
			got = []byte("refused")
		}
		if string(got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestBinaryBodiesReachServicesAndComeBack(t *testing.T) {
	w := newWorld(t)
	id, resourceID := serviceAPI(w, agw.PutIntegrationRequest{IntegrationHttpMethod: new("PUT"), Uri: new("arn:aws:apigateway:us-east-1:s3:path/{bucket}/{key}"), ContentHandling: toBinary})
	w.aws.answers(200, raw, "Content-Type: image/png")
	wantAnswer(t, w.ask(id, "PUT", "/prod/b/k", encoded, "Content-Type: text/plain", "Accept: image/png"), 200, "\x1f\uFFFD\x08\x00\uFFFD\uFFFDK")
	if w.aws.body != raw {
		t.Errorf("sent %q", w.aws.body)
	}
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: []agw.PatchOperation{op("add", "/binaryMediaTypes/image~1png", "")}})
	w.deploy(id, "prod")
	wantAnswer(t, w.ask(id, "PUT", "/prod/b/k", encoded, "Content-Type: image/png", "Accept: image/png, */*"), 200, raw)
	if w.aws.body != encoded {
		t.Errorf("sent %q", w.aws.body)
	}
	refused(w, w.UpdateIntegration, agw.UpdateIntegrationRequest{RestApiId: id, ResourceId: resourceID, HttpMethod: "ANY", PatchOperations: replace("/contentHandling", "x")},
		"BadRequestException", "Invalid content handling specified. Valid options are CONVERT_TO_BINARY, CONVERT_TO_TEXT")
}
