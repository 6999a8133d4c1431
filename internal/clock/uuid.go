package clock

import "encoding/hex"

// UUID draws a UUID.
func UUID(c Clock) string {
	var b [16]byte
	_, _ = c.Read(b[:]) // never fails
	return UUIDOf(&b)
}

// UUIDOf writes random bytes as a UUID. It marks them as one of version 4, which
// costs six of their bits.
func UUIDOf(b *[16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[0:], b[:4])
	hex.Encode(text[9:], b[4:6])
	hex.Encode(text[14:], b[6:8])
	hex.Encode(text[19:], b[8:10])
	hex.Encode(text[24:], b[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
