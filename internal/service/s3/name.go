package s3

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"cloudless/internal/awserr"
)

const maxKeyBytes = 1024

// validBucketName reports whether a bucket may have this name.
func validBucketName(name string) bool {
	if len(name) < 3 || len(name) > 63 || strings.Contains(name, "..") {
		return false
	}
	for _, c := range []byte(name) {
		if !isLetterOrDigit(c) && c != '-' && c != '.' {
			return false
		}
	}
	if !isLetterOrDigit(name[0]) || !isLetterOrDigit(name[len(name)-1]) {
		return false
	}
	if ip, err := netip.ParseAddr(name); err == nil && ip.Is4() {
		return false
	}
	return !reservedName(name)
}

func isLetterOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// reservedName reports whether S3 keeps names of this form for itself.
func reservedName(name string) bool {
	for _, prefix := range []string{"xn--", "sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, suffix := range []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// checkKey refuses what cannot be the key of an object. Slashes and dots have
// no meaning in a key.
func checkKey(key string) error {
	if len(key) > maxKeyBytes {
		return refuse(http.StatusBadRequest, "KeyTooLongError", "Your key is too long").
			With(&lengthDetail{strconv.Itoa(len(key)), strconv.Itoa(maxKeyBytes)})
	}
	if key == "" || !utf8.ValidString(key) {
		return invalidURI(key)
	}
	return nil
}

func invalidURI(uri string) *awserr.Error {
	return refuse(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI.").With(&struct{ URI string }{uri})
}
