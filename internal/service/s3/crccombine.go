package s3

import (
	"encoding/binary"
	"hash/crc32"
)

// combineCRC returns the CRC of two pieces of data, one after the other, from
// the CRCs of both and the length of the second, in bytes. So a multipart
// object has its checksum without being read again.
func combineCRC(a algorithm, first, second []byte, secondLen int64) []byte {
	r := ring{width: 32}
	switch a {
	case algorithmCRC32:
		r.polynomial = crc32.IEEE
	case algorithmCRC32C:
		r.polynomial = crc32.Castagnoli
	default:
		r = ring{width: 64, polynomial: polynomialCRC64NVME}
	}
	sum := r.multiply(r.shift(secondLen), readBigEndian(first)) ^ readBigEndian(second)
	out := binary.BigEndian.AppendUint64(nil, sum)
	return out[8-r.width/8:]
}

func readBigEndian(b []byte) uint64 {
	var v uint64
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// ring is the polynomials over GF(2), modulo the CRC's own. A polynomial of a
// degree below width is a number with the coefficient of x⁰ in the highest of
// width bits, which is the reversed form that the CRCs have as well.
type ring struct {
	width      uint
	polynomial uint64
}

// one is x⁰.
func (r ring) one() uint64 { return 1 << (r.width - 1) }

// timesX multiplies by x.
func (r ring) timesX(a uint64) uint64 {
	if a&1 != 0 {
		return a>>1 ^ r.polynomial
	}
	return a >> 1
}

// multiply returns a·b.
func (r ring) multiply(a, b uint64) uint64 {
	var product uint64
	for bit := r.one(); bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		b = r.timesX(b)
	}
	return product
}

// shift returns x to the power of 8·n: what following a piece of data by n
// bytes multiplies its CRC by.
func (r ring) shift(n int64) uint64 {
	power := r.one()
	for range 8 {
		power = r.timesX(power)
	}
	result := r.one()
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			result = r.multiply(result, power)
		}
		power = r.multiply(power, power)
	}
	return result
}
