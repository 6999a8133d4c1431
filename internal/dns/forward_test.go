package dns

import (
	"net"
	"net/netip"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"cloudless/internal/clock"
)

// listen gives serve sockets of both kinds on one port until the test ends.
func listen(t *testing.T, s *Server) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pc, err := net.ListenPacket("udp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 2)
	go func() { ended <- s.Serve(l) }()
	go func() { ended <- s.ServePacket(pc) }()
	t.Cleanup(func() {
		l.Close()
		pc.Close()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func TestAForwarderAsksOthersForOtherNames(t *testing.T) {
	ours, theirs := netip.MustParseAddr("127.0.0.9"), netip.MustParseAddr("192.0.2.1")
	// The machine's name server knows AWS's names too, otherwise, and no others.
	machine := listen(t, New(theirs, clock.System{}))
	nobody := netip.MustParseAddrPort("127.0.0.1:1")
	forwarder := listen(t, NewForwarder(ours, []netip.AddrPort{nobody, machine}, clock.System{}))
	for _, network := range []string{"udp", "tcp"} {
		for _, tt := range []struct {
			name string
			want dnsmessage.RCode
			addr netip.Addr
		}{
			{"s3.amazonaws.com.", dnsmessage.RCodeSuccess, ours},
			{"example.com.", dnsmessage.RCodeNameError, netip.Addr{}}, // in the words of the machine's
		} {
			t.Run(network+" "+tt.name, func(t *testing.T) {
				b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: 7, RecursionDesired: true})
				if err := b.StartQuestions(); err != nil {
					t.Fatal(err)
				}
				if err := b.Question(dnsmessage.Question{Name: dnsmessage.MustNewName(tt.name), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}); err != nil {
					t.Fatal(err)
				}
				question, err := b.Finish()
				if err != nil {
					t.Fatal(err)
				}
				text, err := ask(network, forwarder, question)
				if err != nil {
					t.Fatal(err)
				}
				var m dnsmessage.Message
				if err := m.Unpack(text); err != nil || m.RCode != tt.want {
					t.Fatalf("%v, %v", m.RCode, err)
				}
				for _, a := range m.Answers {
					if got := netip.AddrFrom4(a.Body.(*dnsmessage.AResource).A); got != tt.addr {
						t.Errorf("got %v, want %v", got, tt.addr)
					}
				}
				if (len(m.Answers) == 1) != tt.addr.IsValid() {
					t.Errorf("%d answers", len(m.Answers))
				}
			})
		}
	}
}
