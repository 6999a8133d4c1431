package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"

	"cloudless/internal/api"
	"cloudless/internal/client"
	"cloudless/internal/service/iam"
	"cloudless/internal/service/sts"
)

// keyring finds access keys: the root key itself, those of users with IAM,
// those of sessions with STS.
type keyring struct {
	root api.Key
	iam  *iam.Service
	sts  *sts.Service
}

// Key implements front.Keys.
func (k keyring) Key(ctx context.Context, id, sessionToken string) (api.Key, error) {
	switch {
	case id == k.root.ID:
		return k.root, nil
	case sessionToken != "":
		return k.sts.Key(ctx, id, sessionToken)
	}
	return k.iam.Key(ctx, id)
}

// rootKey returns the root key of the installation, and makes it at the first
// start. One that keeps nothing has a new one each time.
func (a *App) rootKey(cfg Config) (client.Key, error) {
	if cfg.DataDir == client.Memory {
		return newRootKey(), nil
	}
	key, err := client.ReadKey(cfg.DataDir)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, explainContent("the root key", err)
	}
	key = newRootKey()
	return key, client.WriteKey(cfg.DataDir, key)
}

// newRootKey draws a key in the form of AWS's.
func newRootKey() client.Key {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b := make([]byte, 16+30)
	_, _ = rand.Read(b) // never fails
	id := []byte("AKIA")
	for _, c := range b[:16] {
		id = append(id, alphabet[int(c)%len(alphabet)])
	}
	return client.Key{ID: string(id), Secret: base64.StdEncoding.EncodeToString(b[16:])}
}
