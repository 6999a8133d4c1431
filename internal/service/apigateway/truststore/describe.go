package truststore

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Description is a certificate as OpenSSL writes it, which is how AWS tells
// functions and templates of it.
type Description struct {
	PEM, Subject, Issuer, Serial, NotBefore, NotAfter string
}

// Describe describes a client's certificate.
func Describe(c *x509.Certificate) Description {
	return Description{
		PEM:     string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})),
		Subject: Name(c.RawSubject), Issuer: Name(c.RawIssuer), Serial: serial(c.SerialNumber),
		NotBefore: moment(c.NotBefore), NotAfter: moment(c.NotAfter),
	}
}

// serial writes what fits into 64 bits as a number, and more as bytes.
func serial(n *big.Int) string {
	if n.IsInt64() || n.IsUint64() {
		return n.String()
	}
	pairs := make([]string, 0, 20)
	for _, b := range n.Bytes() {
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(pairs, ":")
}

// moment writes a time such as "Aug  5 00:28:21 2120 GMT".
func moment(t time.Time) string { return t.UTC().Format("Jan _2 15:04:05 2006") + " GMT" }

// attributes are the short names of what names are made of.
var attributes = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
	"2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.42": "GN", "2.5.4.46": "dnQualifier",
	"0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
}

// Name writes a distinguished name in the order that the certificate has it,
// such as "C=US,O=Example,CN=client".
func Name(der []byte) string {
	var sets []asn1.RawValue
	if _, err := asn1.Unmarshal(der, &sets); err != nil {
		return ""
	}
	var parts []string
	for _, set := range sets {
		var pairs []struct {
			Type  asn1.ObjectIdentifier
			Value asn1.RawValue
		}
		if _, err := asn1.UnmarshalWithParams(set.FullBytes, &pairs, "set"); err != nil {
			return ""
		}
		var values []string
		for _, p := range pairs {
			name, known := attributes[p.Type.String()]
			if !known {
				name = p.Type.String()
			}
			values = append(values, name+"="+escaped(text(p.Value)))
		}
		parts = append(parts, strings.Join(values, "+"))
	}
	return strings.Join(parts, ",")
}

// text reads a value that is a string of any kind, or writes it as hexadecimal
// digits.
func text(v asn1.RawValue) string {
	var s string
	if _, err := asn1.Unmarshal(v.FullBytes, &s); err != nil {
		return fmt.Sprintf("#%x", v.FullBytes)
	}
	return s
}

// escaped marks what would be read as the end of a value.
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, `,`, `\,`, `+`, `\+`, `"`, `\"`, `<`, `\<`, `>`, `\>`, `;`, `\;`).Replace(s)
}
