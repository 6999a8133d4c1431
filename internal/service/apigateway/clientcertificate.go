package apigateway

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	agw "cloudless/internal/api/apigateway"
)

// clientCertificate is a certificate by which backends may know the gateway.
// Nobody is shown its key.
type clientCertificate struct {
	Form        int
	Certificate agw.ClientCertificate
	PrivateKey  []byte // PKCS #8
}

var clientCertificates = kind[clientCertificate]{
	name:   "clientcertificates",
	refuse: func() error { return agw.NotFoundException("Invalid Client Certificate identifier specified") },
	tags:   func(c *clientCertificate) *map[string]string { return &c.Certificate.Tags },
}

const (
	clientCertificateIDLength = 6
	clientCertificateLife     = 365 * 24 * time.Hour
	clientCertificateBits     = 2048
)

// newClientCertificate makes a key and a certificate that it signs itself, as
// AWS's are.
func newClientCertificate(now time.Time) (*clientCertificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, clientCertificateBits)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, fmt.Errorf("draw a serial number: %w", err)
	}
	name := pkix.Name{Country: []string{"US"}, Province: []string{"Washington"}, Locality: []string{"Seattle"},
		Organization: []string{"Amazon.com"}, CommonName: "ApiGateway"}
	until := now.Add(clientCertificateLife)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: name, Issuer: name, NotBefore: now, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode a key: %w", err)
	}
	return &clientCertificate{Form: form, PrivateKey: private, Certificate: agw.ClientCertificate{
		CreatedDate: new(now), ExpirationDate: new(until.Truncate(time.Second)),
		PemEncodedCertificate: new(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
	}}, nil
}
