package sts

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"cloudless/internal/clock"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// session is what a token holds. The names of its members are short because
// the token is part of every request.
type session struct {
	Secret  string `json:"s"`
	Issued  int64  `json:"i"` // Unix seconds
	Expires int64  `json:"x"` // Unix seconds

	Type    string `json:"t"` // as api.PrincipalType
	Account string `json:"a"`
	ARN     string `json:"n"`
	ID      string `json:"d"`
	RoleARN string `json:"r,omitempty"`

	SourceFunctionARN string `json:"f,omitempty"`

	Policy     string   `json:"p,omitempty"` // a document
	PolicyARNs []string `json:"m,omitempty"` // of managed policies
}

// A token is base64 of:
//
//	1 byte   the version of this form, 1
//	4 bytes  the number of the sealing key
//	12 bytes the nonce
//	         the session in JSON, sealed by AES-256-GCM; with it is
//	         authenticated the id of the access key, so that no token opens
//	         with the id of another
const (
	tokenForm  = 1
	headBytes  = 1 + 4
	nonceBytes = 12
)

// errToken is returned for a token that is not of our making.
var errToken = errors.New("sts: no such session")

// seal makes the token of a session.
func (s *sealers) seal(ctx context.Context, keyID string, of *session) (string, error) {
	text, err := json.Marshal(of)
	if err != nil {
		return "", err
	}
	sealer, err := s.current(ctx)
	if err != nil {
		return "", err
	}
	b := make([]byte, headBytes+nonceBytes, headBytes+nonceBytes+len(text)+16)
	b[0] = tokenForm
	binary.BigEndian.PutUint32(b[1:], currentSealingKey)
	s.clock.Read(b[headBytes:])
	b = sealer.Seal(b, b[headBytes:], text, []byte(keyID))
	return base64.StdEncoding.EncodeToString(b), nil
}

// open returns the session of a token, or errToken. The session is shared.
//
// A token says what it says for ever, so what was opened once is kept: a client
// sends it with each request.
func (s *sealers) open(ctx context.Context, keyID, token string) (*session, error) {
	at := opened{keyID, token}
	s.mu.RLock()
	is := s.sessions[at]
	s.mu.RUnlock()
	if is != nil {
		return is, nil
	}
	is, err := s.unseal(ctx, keyID, token)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sessions) >= maxOpened || s.sessions == nil {
		s.sessions = make(map[opened]*session)
	}
	s.sessions[opened{strings.Clone(keyID), token}] = is // the id is a part of a header
	return is, nil
}

// opened is a token that was opened with the id of its key.
type opened struct{ keyID, token string }

// maxOpened bounds the sessions that are kept, each with a token of about a
// kilobyte, and of several where it has policies of its own.
const maxOpened = 1024

func (s *sealers) unseal(ctx context.Context, keyID, token string) (*session, error) {
	b, err := base64.StdEncoding.DecodeString(token)
	if err != nil || len(b) < headBytes+nonceBytes || b[0] != tokenForm {
		return nil, errToken
	}
	sealer, err := s.get(ctx, binary.BigEndian.Uint32(b[1:]))
	if err != nil {
		return nil, err
	}
	text, err := sealer.Open(nil, b[headBytes:headBytes+nonceBytes], b[headBytes+nonceBytes:], []byte(keyID))
	if err != nil {
		return nil, errToken
	}
	out := new(session)
	if err := json.Unmarshal(text, out); err != nil {
		return nil, fmt.Errorf("read a session that we sealed: %w", err)
	}
	return out, nil
}

// sealers keeps the sealing keys that were used. They lie in the store as
//
//	("sts", "sealing-key", number)  32 bytes
//
// and never change. There is one by now; tokens carry its number so that there
// can be more. Nonces are drawn, which is safe for 2³² tokens of one key.
type sealers struct {
	store kv.Store
	clock clock.Clock

	mu       sync.RWMutex
	known    map[uint32]cipher.AEAD // guarded by mu, as all below
	sessions map[opened]*session
}

const (
	currentSealingKey = 1
	sealingKeyBytes   = 32
)

func sealingKeyKey(number uint32) []byte {
	return keys.Encode("sts", "sealing-key", uint64(number))
}

// current returns the sealer for new tokens, and draws its key if no token was
// ever sealed.
func (s *sealers) current(ctx context.Context) (cipher.AEAD, error) {
	sealer, err := s.get(ctx, currentSealingKey)
	if !errors.Is(err, errToken) {
		return sealer, err
	}
	drawn := make([]byte, sealingKeyBytes)
	s.clock.Read(drawn)
	at := sealingKeyKey(currentSealingKey)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{at}}, func(tx kv.Tx) error {
		_, err := tx.Get(at)
		if errors.Is(err, kv.ErrNotFound) {
			tx.Set(at, append([]byte(nil), drawn...))
			return nil
		}
		return err // nil if somebody else was faster
	})
	if err != nil {
		return nil, fmt.Errorf("store a sealing key: %w", err)
	}
	return s.get(ctx, currentSealingKey)
}

// get returns the sealer of a number, or errToken if there is none.
func (s *sealers) get(ctx context.Context, number uint32) (cipher.AEAD, error) {
	s.mu.RLock()
	sealer := s.known[number]
	s.mu.RUnlock()
	if sealer != nil {
		return sealer, nil
	}
	var key []byte
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		key, err = r.Get(sealingKeyKey(number))
		return err
	})
	if errors.Is(err, kv.ErrNotFound) {
		return nil, errToken
	}
	if err != nil {
		return nil, fmt.Errorf("read sealing key %d: %w", number, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if sealer, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = make(map[uint32]cipher.AEAD)
	}
	s.known[number] = sealer
	return sealer, nil
}
