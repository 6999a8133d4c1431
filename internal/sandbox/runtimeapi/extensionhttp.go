package runtimeapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// The Extensions API, version 2020-01-01, as extensions see it.
const (
	extensionBase   = "/2020-01-01/extension"
	identifier      = "Lambda-Extension-Identifier"
	maxRegistration = 64 << 10 // bytes of a body: a list of two words
)

func (s *Server) extensionRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+extensionBase+"/register", s.register)
	mux.HandleFunc("GET "+extensionBase+"/event/next", s.extensionNext)
	mux.HandleFunc("POST "+extensionBase+"/init/error", s.extensionError("Extension.InitError"))
	mux.HandleFunc("POST "+extensionBase+"/exit/error", s.extensionError("Extension.ExitError"))
	mux.HandleFunc("PUT "+telemetryPath, s.subscription(false))
	mux.HandleFunc("PUT "+logsPath, s.subscription(true))
}

func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	name := r.Header.Get("Lambda-Extension-Name")
	if name == "" {
		refuseExtension(w, &refusal{403, "Extension.InvalidExtensionName", "Empty extension name"})
		return
	}
	var asked struct {
		Events []string `json:"events"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRegistration))
	if err == nil {
		err = json.Unmarshal(body, &asked)
	}
	if err != nil {
		refuseExtension(w, &refusal{400, "InvalidRequestFormat", err.Error()})
		return
	}
	x, err := s.state.register(name, asked.Events)
	if err != nil {
		refuseExtension(w, err)
		return
	}
	fn := s.state.functionInfo()
	told := map[string]string{"functionName": fn.Name, "functionVersion": fn.Version, "handler": fn.Handler}
	if r.Header.Get("Lambda-Extension-Accept-Feature") == "accountId" {
		told["accountId"] = fn.Account
	}
	w.Header().Set(identifier, x.id)
	write(w, http.StatusOK, told)
}

func (s *state) functionInfo() FunctionInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.function
}

func (s *Server) extensionNext(w http.ResponseWriter, r *http.Request) {
	e, err := s.state.nextFor(r.Context(), r.Header.Get(identifier))
	if err != nil {
		refuseExtension(w, err)
		return
	}
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Lambda-Extension-Event-Identifier", newID())
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // an extension that went away is noticed by its owner
}

// extensionError takes an extension's word that it cannot go on.
func (s *Server) extensionError(errorType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		said := r.Header.Get("Lambda-Extension-Function-Error-Type")
		if said == "" {
			refuseExtension(w, &refusal{403, "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found"})
			return
		}
		if err := s.state.failExtension(r.Header.Get(identifier), Breakage{errorType, said}); err != nil {
			refuseExtension(w, err)
			return
		}
		write(w, http.StatusAccepted, map[string]string{"status": "OK"})
	}
}

func refuseExtension(w http.ResponseWriter, err error) {
	if r, ok := errors.AsType[*refusal](err); ok {
		write(w, r.status, map[string]string{"errorType": r.errorType, "errorMessage": r.message})
	}
	// What is left is an extension that went away while it waited: nobody to tell.
}
