// Package eventstream writes answers that are streams of events, as AWS frames
// them: application/vnd.amazon.eventstream.
//
//   - message.go: one message, its headers and checksums;
//   - encoder.go: the events of a model as messages, each sent when it is there.
//
// How an event's members become bytes is the protocol's matter: a codec hands that in.
// The package reads nothing that clients send: no operation of ours takes a stream.
package eventstream

import (
	"encoding/binary"
	"hash/crc32"
)

const (
	// preludeBytes are the lengths of message and headers and their checksum,
	// overheadBytes all that is neither header nor payload.
	preludeBytes  = 12
	overheadBytes = preludeBytes + 4

	// maxPayloadBytes bounds one message. AWS's SDKs take up to 24 MB with the
	// headers, older ones 16 MB.
	maxPayloadBytes = 16 << 20

	// typeString is the mark of a header whose value is a text.
	typeString = 7
)

// header is one header of a message. Names and values are short: up to 255 and
// 65,535 bytes.
type header struct{ name, value string }

// appendMessage appends a message to dst:
//
//	length of all, length of the headers, CRC-32 of these two
//	headers: length of the name, name, type, length of the value, value
//	payload
//	CRC-32 of all before it
//
// Numbers are big-endian; lengths and checksums have four bytes, those of a header's
// value two, of its name one.
func appendMessage(dst []byte, headers []header, payload []byte) []byte {
	begin := len(dst)
	headerBytes := 0
	for _, h := range headers {
		headerBytes += 1 + len(h.name) + 1 + 2 + len(h.value)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(overheadBytes+headerBytes+len(payload)))
	dst = binary.BigEndian.AppendUint32(dst, uint32(headerBytes))
	dst = binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[begin:]))
	for _, h := range headers {
		dst = append(dst, byte(len(h.name)))
		dst = append(dst, h.name...)
		dst = append(dst, typeString)
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(h.value)))
		dst = append(dst, h.value...)
	}
	dst = append(dst, payload...)
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[begin:]))
}
