package iam

import (
	"errors"
	"strings"
	"unicode/utf8"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
)

// check returns MalformedPolicyDocument for a text that is no policy document.
func (s *Service) check(document string, kind DocumentKind) error {
	err := s.documents.Check(document, kind)
	if err == nil {
		return nil
	}
	if refusal, ok := errors.AsType[*awserr.Error](err); ok {
		return refusal
	}
	return iamapi.MalformedPolicyDocumentException(err.Error())
}

// size counts the characters of a document that count towards quotas: all but
// white space.
func size(document string) int {
	return utf8.RuneCountInString(document) - strings.Count(document, " ") - strings.Count(document, "\n") -
		strings.Count(document, "\t") - strings.Count(document, "\r")
}

// escape percent-encodes a document by RFC 3986, the form in which IAM returns
// documents.
func escape(document string) string {
	var b strings.Builder
	b.Grow(len(document) * 3 / 2)
	for i := range len(document) {
		c := document[i]
		if isUnreserved(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

const upperHex = "0123456789ABCDEF"

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '_' || c == '.' || c == '~'
}
