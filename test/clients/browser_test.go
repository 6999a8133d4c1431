package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"cloudless/test/servertest"
)

// call is one fetch of a page, and what the page is to see of it.
type call struct {
	name string
	URL  string
	Init map[string]any
	want []any // kind of the answer, status, body, and two headers; or the exception
}

// site serves the page of testdata at any host, and takes what it has seen.
type site struct {
	calls []call
	seen  chan [][]any
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		http.ServeFile(w, r, "testdata/page.html")
	case "/calls":
		_ = json.NewEncoder(w).Encode(s.calls)
	case "/seen":
		var seen [][]any
		if err := json.NewDecoder(r.Body).Decode(&seen); err == nil {
			s.seen <- seen
		}
	default:
		http.NotFound(w, r)
	}
}

// browse opens an address in a browser of its own, until the page has handed in
// what it saw.
func browse(t *testing.T, address string, done <-chan [][]any) [][]any {
	t.Helper()
	dir, err := os.MkdirTemp("", "browser-") // whose name is short enough for the sockets that a browser makes in it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, servertest.Program(t, "chromium", "chromium-browser", "google-chrome"), "--headless", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--no-sandbox", // which root cannot have; the pages are the test's own
		"--user-data-dir="+filepath.Join(dir, "data"), address)
	cmd.Env = append(os.Environ(), "HOME="+dir, "TMPDIR="+dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var seen [][]any
	select {
	case seen = <-done:
	case <-ctx.Done():
	}
	cancel()
	_ = cmd.Wait() // it was told to stop
	if seen == nil {
		t.Fatalf("the page has not handed in what it saw:\n%s", out.String())
	}
	return seen
}

func TestPagesOfAnotherOriginInABrowser(t *testing.T) {
	s := &site{seen: make(chan [][]any, 1)}
	pages := httptest.NewServer(s)
	defer pages.Close()
	address, err := url.Parse(pages.URL)
	if err != nil {
		t.Fatal(err)
	}
	shop, stranger := "http://shop.localhost:"+address.Port(), "http://stranger.localhost:"+address.Port()
	p := deploy(t, shop)
	p.put("1", "Tom", "cat")

	refused := []any{"TypeError: Failed to fetch"}
	answer := func(status int, body string, header any) []any { return []any{"cors", status, body, header, nil} }
	json := map[string]string{"Content-Type": "application/json"}
	const cat = `{"name": "new", "kind": "cat"}`

	for _, origin := range []struct {
		name, page string
		calls      []call
		items      int
	}{
		{"which the API names", shop, []call{
			{"a simple request", p.url + "/pets/1", nil, answer(200, "{\"id\": \"1\", \"name\": \"Tom\", \"kind\": \"cat\"}\n", "here")},
			{"a request that the preflight allows", p.url + "/pets/1", map[string]any{"headers": map[string]string{"X-Api-Key": "k"}}, answer(200, "{\"id\": \"1\", \"name\": \"Tom\", \"kind\": \"cat\"}\n", "here")},
			{"a header that the preflight does not allow", p.url + "/pets/1", map[string]any{"headers": map[string]string{"X-Other": "k"}}, refused},
			{"a method that the preflight does not allow", p.url + "/pets/1", map[string]any{"method": "PATCH"}, refused},
			{"an answer of the gateway itself", p.url + "/pets/1", map[string]any{"method": "DELETE"}, answer(403, `{"message":"Forbidden"}`, nil)},
			{"a body that does not fit the model", p.url + "/pets", map[string]any{"method": "POST", "headers": json, "body": `{"name": "new"}`}, answer(400, `{"message":"Invalid request body"}`, nil)},
			{"a resource without OPTIONS", p.url + "/closed", map[string]any{"headers": json}, refused},
			{"an answer without headers for it", p.url + "/closed", nil, refused},
			{"the same, for a page that does not want to see it", p.url + "/closed", map[string]any{"mode": "no-cors"}, []any{"opaque", 0, "", nil, nil}},
			{"a stage that is not there", "http://" + p.host + "/none/pets", nil, refused},
		}, 1},
		{"which it does not name", stranger, []call{
			{"a simple request", p.url + "/pets/1", nil, refused},
			{"a request with a preflight", p.url + "/pets", map[string]any{"method": "POST", "headers": json, "body": cat}, refused},
			{"an answer of the gateway itself", p.url + "/pets/1", map[string]any{"method": "DELETE"}, refused},
		}, 1},
		{"which writes", shop, []call{
			{"with a preflight", p.url + "/pets", map[string]any{"method": "POST", "headers": json, "body": cat}, answer(201, "", "here")},
		}, 2},
	} {
		t.Run("of an origin "+origin.name, func(t *testing.T) {
			s.calls = origin.calls
			for i, seen := range browse(t, origin.page, s.seen) {
				c := origin.calls[i]
				if len(seen) == 5 && seen[1] == 201.0 {
					seen[2] = "" // its id
				}
				if got, want := asJSON(t, seen), asJSON(t, c.want); got != want {
					t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
				}
			}
			if got := p.count(); got != origin.items {
				t.Errorf("there are %d pets, want %d", got, origin.items)
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
