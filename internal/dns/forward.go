package dns

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"cloudless/internal/clock"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	// patience is how long one name server is waited for, which is what the C
	// library gives the first of them.
	patience = 5 * time.Second
	// maxForwarded bounds the questions that wait for others at a time, of datagrams.
	maxForwarded = 64
)

// NewForwarder returns a server that sends AWS's names to addr, an IPv4 address,
// and asks others, one after another, for the rest.
func NewForwarder(addr netip.Addr, others []netip.AddrPort, c clock.Clock) *Server {
	return &Server{addr: addr, clock: c, others: others}
}

// isElsewhere reports whether an answer is that the name is not AWS's, and there
// is somebody who may know better.
func (s *Server) isElsewhere(answer []byte) bool {
	const codeByte, codeBits = 3, 0xf
	return len(s.others) > 0 && len(answer) > codeByte && dnsmessage.RCode(answer[codeByte]&codeBits) == dnsmessage.RCodeNameError
}

// forward returns what another name server answers, over "udp" or "tcp": nil if
// none does.
func (s *Server) forward(network string, question []byte) []byte {
	for _, other := range s.others {
		if answer, err := ask(network, other, question); err == nil {
			return answer
		}
	}
	return nil
}

// ask asks one name server. The deadline is the socket's, which knows no other clock
// than the system's.
func ask(network string, server netip.AddrPort, question []byte) (answer []byte, err error) {
	c, err := net.DialTimeout(network, server.String(), patience)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if network == "tcp" {
		if err := writeStream(c, question); err != nil {
			return nil, err
		}
		answer, err = readStream(c)
	} else {
		if _, err := c.Write(question); err != nil {
			return nil, err
		}
		answer = make([]byte, maxStream)
		var n int
		n, err = c.Read(answer)
		answer = answer[:n]
	}
	if err == nil && (len(answer) < 2 || answer[0] != question[0] || answer[1] != question[1]) {
		err = errors.New("an answer to another question")
	}
	return answer, err
}
