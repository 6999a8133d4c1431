//go:build linux

package command

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sys/unix"

	"cloudless/internal/identity/sigv4"
	"cloudless/test/servertest"
)

// isolate lets cmd run in namespaces of its own, as root there.
func isolate(cmd *exec.Cmd, flags uintptr) {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | flags,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
}

func TestAFullDiskEndsTheServer(t *testing.T) {
	data := t.TempDir()
	cmd := command(t, nil)
	isolate(cmd, syscall.CLONE_NEWNS)
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `mount -t tmpfs -o size=16m tmpfs "$1" && exec "$2" start --data "$1" --listen 127.0.0.1:0`,
		"sh", data, binary}
	s := await(t, cmd, data)
	db := dynamodb.NewFromConfig(servertest.SDK("us-east-1", s.url, "test", "test"))
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: new("table"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("k"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("k"), KeyType: types.KeyTypeHash}}})
	for i := 0; err == nil && i < 1000; i++ {
		content := make([]byte, 300_000) // of zeros, but a log has no use for that
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("table"), Item: map[string]types.AttributeValue{
			"k": &types.AttributeValueMemberS{Value: strconv.Itoa(i)}, "v": &types.AttributeValueMemberB{Value: content}}})
	}
	if err == nil {
		t.Fatal("300 MB fit on a disk of 16")
	}
	if code := s.wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	last := "cloudless: the disk of the data directory " + data + " is full; what was acknowledged is on it, and a start with more room will find it: "
	if !strings.Contains(s.stderr.String(), last) {
		t.Errorf("stderr does not say %q:\n%s", last, s.stderr.String())
	}
}

// outside is an address that is not the loopback's, kept for documentation.
const outside = "192.0.2.1"

// TestTheWellKnownKeyIsRefusedFromOutside runs itself again where there is no
// network but what it makes.
func TestTheWellKnownKeyIsRefusedFromOutside(t *testing.T) {
	if os.Getenv("CLOUDLESS_TEST_ISOLATED") != "" {
		if err := setUp("lo", "127.0.0.1"); err != nil {
			t.Fatal(err)
		}
		if err := setUp("lo:1", outside); err != nil {
			t.Fatal(err)
		}
		tryFromOutside(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "CLOUDLESS_TEST_ISOLATED=1", "CLOUDLESS_TEST_BINARY="+binary)
	isolate(cmd, syscall.CLONE_NEWNET)
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("skipped: this machine has no namespaces for everybody: %v", err)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}

// setUp gives a network interface an address and raises it.
func setUp(name, address string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if err := ifr.SetInet4Addr(net.ParseIP(address).To4()); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFADDR, ifr); err != nil {
		return os.NewSyscallError("SIOCSIFADDR", err)
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING | unix.IFF_LOOPBACK)
	return os.NewSyscallError("SIOCSIFFLAGS", unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr))
}

func tryFromOutside(t *testing.T) {
	s := start(t, filepath.Join(t.TempDir(), "data"), "--listen", "0.0.0.0:0")
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.url, "http://"))
	var root struct{ AccessKeyId, SecretAccessKey string }
	s.readJSON("root-key.json", &root)
	for _, tt := range []struct {
		name, host, id, secret string
		status                 int
	}{
		{"the well-known key on the loopback", "127.0.0.1", "test", "test", http.StatusOK},
		{"the well-known key elsewhere", outside, "test", "test", http.StatusForbidden},
		{"the root key elsewhere", outside, root.AccessKeyId, root.SecretAccessKey, http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodGet, "http://"+net.JoinHostPort(tt.host, port)+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			sigv4.Sign(r, sigv4.Credentials{AccessKeyID: tt.id, SecretAccessKey: tt.secret},
				sigv4.Scope{Region: "us-east-1", Service: "s3"}, sigv4.UnsignedPayload, time.Now())
			resp, err := direct.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := resp.Body.Close(); err != nil || resp.StatusCode != tt.status {
				t.Errorf("got %s, want %d", resp.Status, tt.status)
			}
		})
	}
	s.stop()
}
