package app

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"

	"cloudless/internal/client"
	"cloudless/internal/clock"
)

// Config says what server to start. The zero value listens on
// 127.0.0.1:4566 and keeps nothing.
type Config struct {
	DataDir     string       // ":memory:", the default, keeps nothing
	RuntimesDir string       // of runtime packs; by default a folder of the data directory
	Listen      []string     // addresses; "127.0.0.1:4566" by default
	TLS         bool         // serve HTTPS alone, by a local authority; plain HTTP too by default
	Account     string       // "000000000000" by default
	Region      string       // "us-east-1" by default
	Origins     []string     // see front.Config
	CacheBytes  int64        // of the store's cache of what it has read; 64 MiB by default
	Unthrottled bool         // DynamoDB's tables may give more than what is provisioned, and APIs be called faster than AWS lets an account
	Spares      int          // environments that wait for functions: see sandbox.Config.MaxSpares
	UserPools   string       // URL below which Cognito's user pools are; AWS's own by default
	Version     string       // what the server says of itself
	Log         *slog.Logger // slog.Default() by default
	Clock       clock.Clock  // clock.System by default
}

// Check refuses a configuration with which no server can start.
func (cfg Config) Check() error {
	if cfg.Account != "" && !isAccount(cfg.Account) {
		return fmt.Errorf("account %q is not a number of 12 digits", cfg.Account)
	}
	if cfg.Region != "" && !isRegion(cfg.Region) {
		return fmt.Errorf("region %q is not the name of one, such as us-east-1", cfg.Region)
	}
	if cfg.CacheBytes < 0 {
		return fmt.Errorf("a cache of %d bytes cannot be", cfg.CacheBytes)
	}
	if u, err := url.Parse(cfg.UserPools); cfg.UserPools != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("%q is not the URL of user pools, such as http://127.0.0.1:9229", cfg.UserPools)
	}
	for _, origin := range cfg.Origins {
		// A page's is compared to the letter, so any other would allow nothing.
		if u, err := url.Parse(origin); err != nil || u.Host == "" || origin != u.Scheme+"://"+strings.ToLower(u.Host) {
			return fmt.Errorf("%q is not the origin of pages, such as https://app.example.test", origin)
		}
	}
	for _, address := range cfg.Listen {
		// The resolver takes nothing at all for every address of the machine.
		if _, err := net.ResolveTCPAddr("tcp", address); err != nil || address == "" {
			return fmt.Errorf("%q is not an address to listen on, such as 127.0.0.1:4566 or [::1]:4566", address)
		}
	}
	return nil
}

func (cfg Config) withDefaults() Config {
	if cfg.DataDir == "" {
		cfg.DataDir = client.Memory
	}
	if len(cfg.Listen) == 0 {
		cfg.Listen = []string{"127.0.0.1:4566"}
	}
	if cfg.Account == "" {
		cfg.Account = "000000000000"
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	if cfg.CacheBytes == 0 {
		cfg.CacheBytes = 64 << 20
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	return cfg
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// isRegion tells a name that can stand in an ARN and in a host: parts of lower
// case letters and digits, joined by dashes, the last of which is a number.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	for _, part := range parts {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return len(parts) > 1 && strings.Trim(parts[len(parts)-1], "0123456789") == ""
}
