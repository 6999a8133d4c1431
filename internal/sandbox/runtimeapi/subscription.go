package runtimeapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The Telemetry API, version 2022-07-01, and the Logs API, version 2020-08-15, as
// extensions see them: they subscribe, and what they subscribed to is sent to them.
const (
	telemetryPath   = "/2022-07-01/telemetry"
	logsPath        = "/2020-08-15/logs"
	maxSubscription = 64 << 10 // bytes of a request
	reservedPort    = 9001     // ours
)

// Subscription is what an extension wants to be sent, and how.
type Subscription struct {
	Extension string
	Logs      bool // by the Logs API, and in its words
	Schema    string
	Types     []string // "platform", "function", "extension"

	TCP    bool   // lines of JSON to a port; otherwise arrays by HTTP
	Method string // of HTTP
	Port   int
	Path   string // of HTTP, with the query

	// What is gathered before it is sent.
	MaxItems int
	MaxBytes int
	Timeout  time.Duration
}

// schemas are the versions of what is sent. Without one, the Logs API takes its
// first.
var (
	telemetrySchemas = []string{"2022-07-01", "2022-12-13", "2025-01-29"}
	logsSchemas      = []string{"2020-08-15", "2021-03-18"}
	streamTypes      = []string{"platform", "function", "extension"}
)

// OnSubscribe says who takes subscriptions. Until then there are none.
func (s *Server) OnSubscribe(take func(Subscription)) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	s.state.subscribe = take
}

// subscription answers requests to subscribe by one of the two APIs.
func (s *Server) subscription(logs bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSubscription))
		if err != nil {
			refuseExtension(w, invalidSubscription(logs, "the request is too large"))
			return
		}
		sub, problems := readSubscription(body, logs)
		if err := s.state.subscribed(r.Header.Get(identifier), sub, problems); err != nil {
			refuseExtension(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `"OK"`)
	}
}

func invalidSubscription(logs bool, problems ...string) error {
	prefix := ""
	if logs {
		prefix = "Logs."
	}
	return &refusal{http.StatusBadRequest, prefix + "ValidationError", strings.Join(problems, "; ")}
}

// subscribed hands a subscription on, if whoever asks may have it.
func (s *state) subscribed(id string, sub Subscription, problems []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.extensionLocked(id)
	if err != nil {
		return err
	}
	api := "Telemetry"
	if sub.Logs {
		api = "Logs"
	}
	switch {
	case s.isReady || s.subscribe == nil:
		return &refusal{http.StatusForbidden, api + ".SubscriptionClosed", api + " API subscription is closed already"}
	case x.subscribedTo != "" && x.subscribedTo != api:
		problems = append(problems, "the extension has subscribed by the "+x.subscribedTo+" API already")
	}
	if len(problems) > 0 {
		return invalidSubscription(sub.Logs, problems...)
	}
	x.subscribedTo, sub.Extension = api, x.Name
	s.subscribe(sub)
	return nil
}

// request is a subscription as it is written.
type request struct {
	SchemaVersion string   `json:"schemaVersion"`
	Types         []string `json:"types"`
	Destination   *struct {
		Protocol string `json:"protocol"`
		URI      string `json:"URI"`
		Port     int    `json:"port"`
		Method   string `json:"method"`
	} `json:"destination"`
	Buffering struct {
		MaxItems  *int `json:"maxItems"`
		MaxBytes  *int `json:"maxBytes"`
		TimeoutMs *int `json:"timeoutMs"`
	} `json:"buffering"`
}

// readSubscription reads a request, or tells all that is wrong with it.
func readSubscription(body []byte, logs bool) (sub Subscription, problems []string) {
	sub = Subscription{Logs: logs, Method: http.MethodPost}
	var r request
	if err := json.Unmarshal(body, &r); err != nil {
		return sub, []string{err.Error()}
	}
	schemas := telemetrySchemas
	if logs {
		schemas = logsSchemas
		if r.SchemaVersion == "" {
			r.SchemaVersion = schemas[0]
		}
	}
	if sub.Schema = r.SchemaVersion; !slices.Contains(schemas, sub.Schema) {
		problems = append(problems, "schemaVersion should be one of "+strings.Join(schemas, ", "))
	}
	problems = append(problems, sub.destine(&r)...)
	if sub.Types = r.Types; len(sub.Types) == 0 {
		problems = append(problems, "types should not be empty")
	}
	for _, t := range sub.Types {
		if !slices.Contains(streamTypes, t) {
			problems = append(problems, "types should be of "+strings.Join(streamTypes, ", "))
			break
		}
	}
	var timeoutMs int
	for _, b := range []struct {
		name                   string
		given                  *int
		into                   *int
		otherwise, least, most int
	}{
		{"maxItems", r.Buffering.MaxItems, &sub.MaxItems, 10_000, 1000, 10_000},
		{"maxBytes", r.Buffering.MaxBytes, &sub.MaxBytes, 256 << 10, 256 << 10, 1 << 20},
		{"timeoutMs", r.Buffering.TimeoutMs, &timeoutMs, 1000, 25, 30_000},
	} {
		if *b.into = b.otherwise; b.given == nil {
			continue
		}
		if *b.into = *b.given; *b.given < b.least || *b.given > b.most {
			problems = append(problems, b.name+" should be between "+strconv.Itoa(b.least)+" and "+strconv.Itoa(b.most))
		}
	}
	sub.Timeout = time.Duration(timeoutMs) * time.Millisecond
	return sub, problems
}

// destine reads where to.
func (s *Subscription) destine(r *request) (problems []string) {
	d := r.Destination
	if d == nil {
		return []string{"destination is not provided"}
	}
	switch d.Protocol {
	case "HTTP":
	case "TCP":
		s.TCP = true
	default:
		return []string{"protocol should be one of HTTP, TCP"}
	}
	if s.Logs && !s.TCP && d.Method != "" {
		if s.Method = d.Method; d.Method != http.MethodPost && d.Method != http.MethodPut {
			problems = append(problems, "method should be one of POST, PUT")
		}
	}
	if s.TCP && d.URI == "" {
		s.Port = d.Port
	} else if err := s.address(d.URI); err != nil {
		return append(problems, err.Error())
	}
	if s.Port < 1 || s.Port > 65535 {
		return append(problems, "URI port is not provided")
	}
	if s.Port == reservedPort {
		problems = append(problems, "port 9001 is reserved")
	}
	return problems
}

// sandboxHosts are the names under which an environment knows itself.
var sandboxHosts = []string{"sandbox.localdomain", "sandbox", "localhost", "127.0.0.1"}

// address reads a URI such as http://sandbox.localdomain:8080/path.
func (s *Subscription) address(text string) error {
	u, err := url.Parse(text)
	if err != nil || text == "" {
		return errors.New("URI is not valid")
	}
	if u.Scheme != "http" && (!s.TCP || u.Scheme != "tcp") {
		return errors.New("URI scheme is not supported")
	}
	if !slices.Contains(sandboxHosts, u.Hostname()) {
		return errors.New("URI host should be sandbox.localdomain")
	}
	s.Path = u.RequestURI()
	s.Port, _ = strconv.Atoi(u.Port()) // 0 is told as such
	return nil
}
