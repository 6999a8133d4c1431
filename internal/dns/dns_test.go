package dns

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"cloudless/internal/clock"
)

func TestNamesOfEndpointsLeadToTheAddress(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		r := resolver(t, network)
		for _, tt := range []struct {
			name string
			want string // "" where the name does not exist
		}{
			{"dynamodb.us-east-1.amazonaws.com", "127.0.0.1"},
			{"a.bucket.s3.eu-central-1.amazonaws.com", "127.0.0.1"},
			{"S3.AmazonAWS.com", "127.0.0.1"},
			{"dynamodb.cn-north-1.amazonaws.com.cn", "127.0.0.1"},
			{"lambda.us-east-1.api.aws", "127.0.0.1"},
			{"abc.lambda-url.us-east-1.on.aws", "127.0.0.1"},
			{"amazonaws.com", ""},
			{"example.com", ""},
			{"amazonaws.com.example.com", ""},
			{"evilamazonaws.com", ""},
			{"localhost.localdomain", ""},
		} {
			t.Run(network+" "+tt.name, func(t *testing.T) {
				got, err := r.LookupHost(t.Context(), tt.name+".")
				if tt.want == "" {
					if dnsErr, ok := errors.AsType[*net.DNSError](err); !ok || !dnsErr.IsNotFound {
						t.Errorf("LookupHost = %v, %v; want not found", got, err)
					}
					return
				}
				if err != nil || len(got) != 1 || got[0] != tt.want {
					t.Errorf("LookupHost = %v, %v; want [%s]", got, err, tt.want)
				}
			})
		}
	}
}

// resolver returns a resolver that asks a server of ours over one network.
func resolver(t *testing.T, network string) *net.Resolver {
	t.Helper()
	s := New(netip.MustParseAddr("127.0.0.1"), clock.System{})
	var addr string
	done := make(chan error, 1)
	switch network {
	case "udp":
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr = pc.LocalAddr().String()
		go func() { done <- s.ServePacket(pc) }()
		t.Cleanup(func() { pc.Close(); wait(t, done) })
	case "tcp":
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr = l.Addr().String()
		go func() { done <- s.Serve(l) }()
		t.Cleanup(func() { l.Close(); wait(t, done) })
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, addr)
	}}
}

func wait(t *testing.T, done <-chan error) {
	t.Helper()
	if err := <-done; err != nil {
		t.Errorf("the server ended with %v, want nil after its socket closed", err)
	}
}

func TestAnswerCodes(t *testing.T) {
	ask := func(name string, typ dnsmessage.Type, class dnsmessage.Class, op dnsmessage.OpCode) []byte {
		b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: 7, OpCode: op})
		_ = b.StartQuestions()
		_ = b.Question(dnsmessage.Question{Name: dnsmessage.MustNewName(name), Type: typ, Class: class})
		m, _ := b.Finish()
		return m
	}
	s := New(netip.MustParseAddr("127.0.0.1"), clock.System{})
	for _, tt := range []struct {
		name    string
		message []byte
		rcode   dnsmessage.RCode
		answers int
	}{
		{"IPv6 of an endpoint is empty, not missing", ask("s3.amazonaws.com.", dnsmessage.TypeAAAA, dnsmessage.ClassINET, 0), dnsmessage.RCodeSuccess, 0},
		{"text of an endpoint", ask("s3.amazonaws.com.", dnsmessage.TypeTXT, dnsmessage.ClassINET, 0), dnsmessage.RCodeSuccess, 0},
		{"any of an endpoint", ask("s3.amazonaws.com.", dnsmessage.TypeALL, dnsmessage.ClassINET, 0), dnsmessage.RCodeSuccess, 1},
		{"another class", ask("s3.amazonaws.com.", dnsmessage.TypeA, dnsmessage.ClassCHAOS, 0), dnsmessage.RCodeNotImplemented, 0},
		{"an update", ask("s3.amazonaws.com.", dnsmessage.TypeA, dnsmessage.ClassINET, 5), dnsmessage.RCodeNotImplemented, 0},
		{"no question", []byte{0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, dnsmessage.RCodeFormatError, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m dnsmessage.Message
			if err := m.Unpack(s.Answer(tt.message)); err != nil {
				t.Fatal(err)
			}
			if m.ID != 7 || m.RCode != tt.rcode || len(m.Answers) != tt.answers {
				t.Errorf("Answer = id %d, %v, %d answers; want id 7, %v, %d", m.ID, m.RCode, len(m.Answers), tt.rcode, tt.answers)
			}
		})
	}
}

func TestAnswerSaysNothingToWhatIsNoQuestion(t *testing.T) {
	s := New(netip.MustParseAddr("127.0.0.1"), clock.System{})
	for _, m := range [][]byte{nil, {1, 2, 3}, {0, 7, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0}} {
		if got := s.Answer(m); got != nil {
			t.Errorf("Answer(%x) = %x, want silence", m, got)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte{0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 's', '3', 9, 'a', 'm', 'a', 'z', 'o', 'n', 'a', 'w', 's', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1})
	f.Add([]byte{0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1})
	s := New(netip.MustParseAddr("127.0.0.1"), clock.System{})
	f.Fuzz(func(t *testing.T, message []byte) {
		answer := s.Answer(message)
		if answer == nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(answer); err != nil {
			t.Fatalf("Answer(%x) = %x, which does not parse: %v", message, answer, err)
		}
		if !m.Response || len(answer) > maxDatagram {
			t.Errorf("Answer(%x) = %x: not a response that fits a datagram", message, answer)
		}
	})
}
