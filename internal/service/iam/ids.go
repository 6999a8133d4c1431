package iam

import (
	"encoding/base32"
	"encoding/base64"
	"strconv"

	"cloudless/internal/clock"
)

// The prefixes tell kinds of ids apart, as AWS's do.
const (
	roleIDPrefix      = "AROA"
	userIDPrefix      = "AIDA"
	groupIDPrefix     = "AGPA"
	policyIDPrefix    = "ANPA"
	profileIDPrefix   = "AIPA"
	accessKeyIDPrefix = "AKIA"
)

// newID draws a unique id: the prefix and 17 characters of 5 bits.
func newID(c clock.Clock, prefix string) string {
	b := make([]byte, 11)
	c.Read(b)
	return prefix + base32.StdEncoding.EncodeToString(b)[:17]
}

// newAccessKeyID draws the id of an access key: the prefix and 80 bits. The
// number of the account lies in the bits after the first, as in AWS's own ids,
// so that whoever has a key's id can tell whose account it is of.
func newAccessKeyID(c clock.Clock, account string) string {
	b := make([]byte, 10)
	c.Read(b)
	number, err := strconv.ParseUint(account, 10, 40)
	if err == nil {
		v := 1<<47 | number<<7 | uint64(b[5]&0x7f)
		for i := range 6 {
			b[i] = byte(v >> (8 * (5 - i)))
		}
	}
	return accessKeyIDPrefix + base32.StdEncoding.EncodeToString(b)
}

// newSecret draws a secret access key: 40 characters of 6 bits.
func newSecret(c clock.Clock) string {
	b := make([]byte, 30)
	c.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}
