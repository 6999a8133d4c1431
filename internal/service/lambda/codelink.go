package lambda

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cloudless/internal/storage/blob"
	"cloudless/internal/storage/kv"
)

// CodePath begins the paths of the addresses where packages can be fetched.
// What they are called below is the business of [Service.ServeCode].
const CodePath = "/_cloudless/lambda/code/"

// codeTime is how long an address holds.
const codeTime = 10 * time.Minute

// openLinkKey returns the key that signs addresses. It is drawn at the first
// start, so that addresses outlive the server that gave them.
func (s *Service) openLinkKey(ctx context.Context) (key []byte, err error) {
	drawn := make([]byte, 32)
	_, _ = s.clock.Read(drawn) // a clock.Clock never fails to
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{linkKeyKey()}}, func(tx kv.Tx) error {
		var err error
		if key, err = tx.Get(linkKeyKey()); !errors.Is(err, kv.ErrNotFound) {
			return err
		}
		key = drawn
		tx.Set(linkKeyKey(), append([]byte(nil), drawn...))
		return nil
	})
	return key, err
}

// codeLocation returns an address where the package can be fetched for ten
// minutes by whoever knows it.
func (s *Service) codeLocation(baseURL string, c code) string {
	file := strings.TrimPrefix(c.Blob, codePrefix)
	expires := strconv.FormatInt(s.clock.Now().Add(codeTime).Unix(), 10)
	return baseURL + CodePath + file + "?" + url.Values{"Expires": {expires}, "Signature": {s.signCode(file, expires)}}.Encode()
}

func (s *Service) signCode(file, expires string) string {
	mac := hmac.New(sha256.New, s.linkKey)
	_, _ = io.WriteString(mac, file+"\n"+expires) // a hash never fails to
	return hex.EncodeToString(mac.Sum(nil))
}

// ServeCode answers requests to the addresses that GetFunction gives: with the
// package, or with an error as S3 words it, where AWS's addresses lead.
func (s *Service) ServeCode(w http.ResponseWriter, r *http.Request) {
	file := strings.TrimPrefix(r.URL.Path, CodePath)
	query := r.URL.Query()
	expires := query.Get("Expires")
	seconds, err := strconv.ParseInt(expires, 10, 64)
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		refuseCode(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
		return
	case err != nil || !hmac.Equal([]byte(query.Get("Signature")), []byte(s.signCode(file, expires))):
		refuseCode(w, http.StatusForbidden, "SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
		return
	case s.clock.Now().After(time.Unix(seconds, 0)):
		refuseCode(w, http.StatusForbidden, "AccessDenied", "Request has expired")
		return
	}
	b, err := s.blobs.Open(r.Context(), codePrefix+file)
	switch {
	case errors.Is(err, blob.ErrNotFound):
		refuseCode(w, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
		return
	case err != nil:
		s.log.Error("package not served", "package", file, "err", err)
		refuseCode(w, http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
		return
	}
	defer b.Close()
	w.Header().Set("Content-Type", "application/zip")
	http.ServeContent(w, r, "", time.Time{}, b)
}

func refuseCode(w http.ResponseWriter, status int, code, message string) {
	text, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: code, Message: message})
	if err != nil {
		panic(err) // it is a struct of strings
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte(xml.Header), text...)) // a client that went away needs no answer
}
