package lambda

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	lambdaapi "cloudless/internal/api/lambda"
)

// location returns the address of the package of f.
func (h *harness) location() string {
	h.t.Helper()
	return *must(h.GetFunction(h.t.Context(), call, &lambdaapi.GetFunctionRequest{FunctionName: "f"}))(h.t).Code.Location
}

func (h *harness) fetch(method, url string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeCode(w, httptest.NewRequest(method, url, nil))
	return w
}

func TestGetFunctionGivesAnAddressOfThePackage(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	url := h.location()
	if !strings.HasPrefix(url, "http://127.0.0.1:4566/_cloudless/lambda/code/") {
		t.Errorf("address %s", url)
	}
	want := creation("f").Code.ZipFile
	h.restart() // the address outlives the server
	h.clock.Advance(10 * time.Minute)
	w := h.fetch("GET", url)
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), want) || w.Header().Get("Content-Type") != "application/zip" {
		t.Errorf("GET = %d, %d bytes of %s", w.Code, w.Body.Len(), w.Header().Get("Content-Type"))
	}
	if w := h.fetch("HEAD", url); w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("HEAD = %d, %d bytes", w.Code, w.Body.Len())
	}
	h.clock.Advance(time.Second)
	if w := h.fetch("GET", url); w.Code != 403 || !strings.Contains(w.Body.String(), "<Code>AccessDenied</Code><Message>Request has expired</Message>") {
		t.Errorf("after ten minutes GET = %d %s", w.Code, w.Body)
	}
}

func TestServeCodeRefuses(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	url := h.location()
	other := strings.TrimPrefix(h.peek("f").Code.Blob, codePrefix)
	for _, tt := range []struct {
		name, method, url string
		status            int
		code              string
	}{
		{"another method", "PUT", url, http.StatusMethodNotAllowed, "MethodNotAllowed"},
		{"another package", "GET", strings.Replace(url, other, "0"+other[1:], 1), 403, "SignatureDoesNotMatch"},
		{"a path that leads elsewhere", "GET", strings.Replace(url, other, "../"+other, 1), 403, "SignatureDoesNotMatch"},
		{"a later end", "GET", strings.Replace(url, "Expires=", "Expires=1", 1), 403, "SignatureDoesNotMatch"},
		{"no end", "GET", strings.Replace(url, "Expires=", "E=", 1), 403, "SignatureDoesNotMatch"},
		{"no signature", "GET", url[:strings.Index(url, "&Signature")], 403, "SignatureDoesNotMatch"},
	} {
		w := h.fetch(tt.method, tt.url)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), "<Error><Code>"+tt.code+"</Code>") {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
	}
	if err := h.blobs.Delete(t.Context(), h.peek("f").Code.Blob); err != nil {
		t.Fatal(err)
	}
	if w := h.fetch("GET", url); w.Code != 404 || !strings.Contains(w.Body.String(), "<Code>NoSuchKey</Code>") {
		t.Errorf("a package that is gone: %d %s", w.Code, w.Body)
	}
}
