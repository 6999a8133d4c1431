package sandbox

import (
	"encoding/binary"
	"time"
)

// A runtime that wants its messages kept whole writes each as a frame: four
// bytes of type, four of length, and, in types that say so, eight with the time
// in microseconds. Lambda's own runtimes do so on the descriptor that
// _LAMBDA_TELEMETRY_LOG_FD names.
const (
	frameMagic     = 0xa55a0000
	frameMagicMask = 0xffff0000
	frameHasTime   = 0x2 // set in every type but the first
)

// frames cuts a stream of bytes into messages. What is not a frame is told apart
// at the first wrong byte; from then on the stream is taken for plain text.
type frames struct {
	emit  func(at time.Time, message []byte) // at is zero where the frame has no time
	plain func([]byte)                       // plain text

	head   []byte    // the beginning of a frame, until it is whole
	at     time.Time // of the frame whose body comes
	body   []byte
	left   int // bytes of the body still to come
	broken bool
}

// write takes the next bytes.
func (f *frames) write(data []byte) {
	for len(data) > 0 {
		switch {
		case f.broken:
			f.plain(data)
			return
		case f.left > 0:
			data = f.takeBody(data)
		default:
			data = f.takeHead(data)
		}
	}
}

func (f *frames) takeBody(data []byte) (rest []byte) {
	n := min(f.left, len(data), maxMessageBytes-len(f.body))
	f.body = append(f.body, data[:n]...)
	f.left -= n
	if f.left == 0 || len(f.body) == maxMessageBytes {
		f.emit(f.at, f.body)
		f.body = f.body[:0]
	}
	return data[n:]
}

func (f *frames) takeHead(data []byte) (rest []byte) {
	size := 8
	if len(f.head) >= 4 {
		if size = headSize(f.head); size == 0 {
			f.broken = true
			f.plain(f.head)
			return data
		}
	} else {
		size = 4 // the type first: it says how much there is
	}
	n := min(size-len(f.head), len(data))
	f.head = append(f.head, data[:n]...)
	if len(f.head) < 8 || len(f.head) < headSize(f.head) {
		return data[n:]
	}
	f.left = int(binary.BigEndian.Uint32(f.head[4:]))
	f.at = time.Time{}
	if len(f.head) == 16 {
		if us := binary.BigEndian.Uint64(f.head[8:]); us < 1<<62 {
			f.at = time.UnixMicro(int64(us)).UTC()
		}
	}
	f.head = f.head[:0]
	return data[n:]
}

// headSize returns how long a head with this type is, or 0 if it is none.
func headSize(head []byte) int {
	kind := binary.BigEndian.Uint32(head)
	switch {
	case kind&frameMagicMask != frameMagic:
		return 0
	case kind&frameHasTime != 0:
		return 16
	}
	return 8
}
