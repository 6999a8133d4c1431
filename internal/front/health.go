package front

import (
	"encoding/json"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"

	"cloudless/internal/identity/sigv4"
	"cloudless/internal/wire"
)

const healthPath = "/_cloudless/health"

// serveHealth tells that the server is ready, as JSON, and more to those who may
// be root here without a secret: paths and names are not for functions, nor for
// other machines.
func (f *Front) serveHealth(w http.ResponseWriter, r *http.Request, v *visit) {
	var status any = map[string]string{"status": "ready"}
	if f.admitsWellKnown(r, v) {
		status = f.cfg.Status()
	}
	body, err := json.Marshal(status)
	if err != nil {
		http.Error(w, "health: "+err.Error(), http.StatusInternalServerError)
		return
	}
	_ = wire.Answer(w, http.StatusOK, "application/json", append(body, '\n')) // a client that went away needs no answer
}

// isPing tells a GET of DynamoDB's endpoint, which has no API there: whoever
// checks that the endpoint can be reached asks for it.
func isPing(r *http.Request, s *service, sig *sigv4.Signature) bool {
	return s.Schema.Name == "dynamodb" && r.Method == http.MethodGet && sig == nil
}

// servePing answers as DynamoDB does, with the blank at the end.
func (f *Front) servePing(w http.ResponseWriter, r *http.Request, v *visit) {
	region := f.cfg.Region
	if name, ok := cutDomain(hostname(r.Host)); ok && strings.HasPrefix(name, "dynamodb.") {
		region = strings.TrimPrefix(name, "dynamodb.")
	}
	body := []byte("healthy: dynamodb." + region + ".amazonaws.com ")
	w.Header().Set("X-Amzn-RequestId", v.id)
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	_ = wire.Answer(w, http.StatusOK, "text/plain", body) // a client that went away needs no answer
}
