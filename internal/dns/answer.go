package dns

import "golang.org/x/net/dns/dnsmessage"

// ttlSeconds is short, so that nothing remembers our answers for long.
const ttlSeconds = 5

// Answer returns the answer to one message, or nil where none is due: to what
// is no question at all.
func (s *Server) Answer(message []byte) []byte {
	var p dnsmessage.Parser
	head, err := p.Start(message)
	if err != nil || head.Response {
		return nil
	}
	answer := dnsmessage.Header{
		ID:                 head.ID,
		Response:           true,
		OpCode:             head.OpCode,
		Authoritative:      true,
		RecursionDesired:   head.RecursionDesired,
		RecursionAvailable: true, // or resolvers ask elsewhere
	}
	question, err := p.Question()
	switch {
	case err != nil:
		answer.RCode = dnsmessage.RCodeFormatError
		return build(answer, nil, nil)
	case head.OpCode != 0 || question.Class != dnsmessage.ClassINET:
		answer.RCode = dnsmessage.RCodeNotImplemented
		return build(answer, &question, nil)
	case !isEndpoint(question.Name.String()):
		answer.RCode = dnsmessage.RCodeNameError
		return build(answer, &question, nil)
	case question.Type == dnsmessage.TypeA || question.Type == dnsmessage.TypeALL:
		return build(answer, &question, &dnsmessage.AResource{A: s.addr.As4()})
	default:
		// The name exists, and has nothing of this type: an empty success. It is
		// what makes resolvers that ask for IPv6 first be content with IPv4.
		return build(answer, &question, nil)
	}
}

func build(head dnsmessage.Header, question *dnsmessage.Question, a *dnsmessage.AResource) []byte {
	b := dnsmessage.NewBuilder(nil, head)
	b.EnableCompression()
	if question != nil {
		if b.StartQuestions() != nil || b.Question(*question) != nil {
			return nil
		}
	}
	if a != nil {
		rh := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: ttlSeconds}
		if b.StartAnswers() != nil || b.AResource(rh, *a) != nil {
			return nil
		}
	}
	message, err := b.Finish()
	if err != nil {
		return nil
	}
	return message
}
