package authority

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
)

// storePassword protects nothing: Java knows it, and what is in the store is public.
const storePassword = "changeit"

// JavaStore makes of certificates in PEM a key store in which Java looks for what it
// trusts, of the oldest form, which every Java reads. It is an error if there is no
// certificate.
func JavaStore(certificates []byte) ([]byte, error) {
	ks := keystore.New()
	for n := 0; ; n++ {
		block, rest := pem.Decode(certificates)
		if block == nil && n == 0 {
			return nil, errors.New("make a key store: there is no certificate in PEM")
		}
		if block == nil {
			break
		}
		certificates = rest
		if block.Type != "CERTIFICATE" {
			continue // OpenSSL's own kind has more in it than Java reads
		}
		entry := keystore.TrustedCertificateEntry{
			CreationTime: time.Unix(0, 0),
			Certificate:  keystore.Certificate{Type: "X.509", Content: block.Bytes},
		}
		if err := ks.SetTrustedCertificateEntry(fmt.Sprintf("cloudless-%d", n), entry); err != nil {
			return nil, fmt.Errorf("make a key store: %w", err)
		}
	}
	var buf bytes.Buffer
	if err := ks.Store(&buf, []byte(storePassword)); err != nil {
		return nil, fmt.Errorf("make a key store: %w", err)
	}
	return buf.Bytes(), nil
}
