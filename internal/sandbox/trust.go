package sandbox

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
)

// trust is where the authority's certificate lies, in the forms in which programs
// read what they trust.
type trust struct {
	pem   string
	store string // for Java
}

// storePassword protects nothing: Java knows it, and what is in the store is public.
const storePassword = "changeit"

// writeTrust writes a certificate into dir.
func writeTrust(dir string, certificate []byte) (trust, error) {
	t := trust{pem: filepath.Join(dir, "ca.pem"), store: filepath.Join(dir, "ca.jks")}
	store, err := javaStore(certificate)
	if err != nil {
		return t, err
	}
	return t, errors.Join(writeReadable(t.pem, certificate), writeReadable(t.store, store))
}

// writeReadable writes a file that everyone may read, whatever the user's mask says.
func writeReadable(name string, data []byte) error {
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return err
	}
	return os.Chmod(name, 0o644)
}

// javaStore makes a key store of Java's oldest form, which all of them read.
func javaStore(certificate []byte) ([]byte, error) {
	block, _ := pem.Decode(certificate)
	if block == nil {
		return nil, errors.New("the authority's certificate is no PEM")
	}
	ks := keystore.New()
	entry := keystore.TrustedCertificateEntry{
		CreationTime: time.Unix(0, 0),
		Certificate:  keystore.Certificate{Type: "X.509", Content: block.Bytes},
	}
	if err := ks.SetTrustedCertificateEntry("cloudless", entry); err != nil {
		return nil, fmt.Errorf("make a key store: %w", err)
	}
	var buf bytes.Buffer
	if err := ks.Store(&buf, []byte(storePassword)); err != nil {
		return nil, fmt.Errorf("make a key store: %w", err)
	}
	return buf.Bytes(), nil
}
