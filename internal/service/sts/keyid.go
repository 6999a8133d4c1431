package sts

import (
	"encoding/base32"
	"fmt"
	"strconv"

	"cloudless/internal/clock"
)

// sessionKeyPrefix begins the ids of temporary keys.
const sessionKeyPrefix = "ASIA"

// The id of an access key is four letters and 80 bits in base 32. The first bit
// is set; the 40 after it are the account's number; the rest is drawn.
const (
	keyIDBytes    = 10
	keyIDChars    = 20
	accountShift  = 7
	accountMask   = 1<<40 - 1
	accountMarker = 1 << 47
)

// newKeyID draws the id of a temporary key of an account.
func newKeyID(c clock.Clock, account string) (string, error) {
	number, err := strconv.ParseUint(account, 10, 40)
	if err != nil {
		return "", fmt.Errorf("account %q is no number: %w", account, err)
	}
	b := make([]byte, keyIDBytes)
	c.Read(b)
	v := accountMarker | number<<accountShift | uint64(b[5]&(1<<accountShift-1))
	for i := range 6 {
		b[i] = byte(v >> (8 * (5 - i)))
	}
	return sessionKeyPrefix + base32.StdEncoding.EncodeToString(b), nil
}

// accountOf returns the account that the id of an access key tells.
func accountOf(keyID string) (account string, ok bool) {
	if len(keyID) != keyIDChars {
		return "", false
	}
	b, err := base32.StdEncoding.DecodeString(keyID[len(sessionKeyPrefix):])
	if err != nil {
		return "", false
	}
	var v uint64
	for _, c := range b[:6] {
		v = v<<8 | uint64(c)
	}
	number := v >> accountShift & accountMask
	if v&accountMarker == 0 || number > 999_999_999_999 {
		return "", false
	}
	return fmt.Sprintf("%012d", number), true
}
