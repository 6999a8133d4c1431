package s3

import (
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
)

// maxMetadataBytes is how much user metadata an object may have, names and
// values together.
const maxMetadataBytes = 2 << 10

// parseMetadata reads the values of x-amz-meta headers. A value may be written
// as an encoded word of RFC 2047.
func parseMetadata(headers map[string]string) (map[string]string, error) {
	if len(headers) == 0 {
		return nil, nil
	}
	var (
		metadata = map[string]string{}
		words    mime.WordDecoder
		size     int
	)
	for name, text := range headers {
		size += len(name) + len(text)
		if value, err := words.DecodeHeader(text); err == nil {
			text = value
		}
		metadata[strings.ToLower(name)] = strings.ToValidUTF8(text, "\uFFFD")
	}
	if size > maxMetadataBytes {
		return nil, metadataTooLarge(size)
	}
	return metadata, nil
}

// showMetadata writes metadata as headers have it: what is not printable ASCII
// becomes an encoded word.
func showMetadata(metadata map[string]string) map[string]string {
	shown := make(map[string]string, len(metadata))
	for name, value := range metadata {
		shown[name] = encodeWord(value)
	}
	return shown
}

// encodeWord writes a text as one encoded word, if it has to be encoded: with
// readable letters if most of it are those, and else in base64. Unlike those
// of package mime the word is not cut, however long it is; nor does S3 cut it.
func encodeWord(text string) string {
	plain, other := 0, 0
	for _, r := range text {
		if r < ' ' && r != '\t' || r >= 0x7f {
			other++
		} else {
			plain++
		}
	}
	switch {
	case other == 0:
		return text
	case plain <= other:
		return "=?UTF-8?B?" + base64.StdEncoding.EncodeToString([]byte(text)) + "?="
	}
	var b strings.Builder
	b.WriteString("=?UTF-8?Q?")
	for _, c := range []byte(text) {
		switch {
		case c == ' ':
			b.WriteByte('_')
		case c < ' ' || c >= 0x7f || c == '=' || c == '?' || c == '_':
			fmt.Fprintf(&b, "=%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteString("?=")
	return b.String()
}

// isHeaderText reports whether a text can be the value of a header.
func isHeaderText(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if r > 0xff || r < ' ' && r != '\t' || r == 0x7f {
			return false
		}
	}
	return true
}
