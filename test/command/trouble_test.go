//go:build linux

package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user without rights.
const nobody = 65534

// refused runs cmd, which must fail in one line that begins like this.
func refused(t *testing.T, cmd *exec.Cmd, begin string) {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if cmd.ProcessState == nil {
		t.Skipf("skipped: this machine does not let a test be somebody else: %v", err)
	}
	got := result{string(out), stderr.String(), cmd.ProcessState.ExitCode()}
	if got.code != 1 || got.stdout != "" || !strings.HasPrefix(got.stderr, begin) || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("got %+v, want 1 and a line that begins with %q", got, begin)
	}
}

func TestADataDirectoryThatIsAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{file, filepath.Join(file, "below")} {
		refused(t, command(t, nil, "start", "--data", data, "--listen", "127.0.0.1:0"),
			"cloudless: the data directory "+data+" is a file, or would lie below one: ")
	}
}

func TestADataDirectoryOfSomebodyElse(t *testing.T) {
	data := t.TempDir()
	if err := os.Chmod(data, 0o500); err != nil {
		t.Fatal(err)
	}
	asAnother := func(args ...string) *exec.Cmd {
		cmd := command(t, nil, append(args, "--data", data)...)
		if os.Getuid() == 0 { // who may write everywhere
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
		return cmd
	}
	refused(t, asAnother("start", "--listen", "127.0.0.1:0"), "cloudless: this user may not write to the data directory "+data+": ")
	if out, err := asAnother("doctor").CombinedOutput(); err != nil || !strings.Contains(string(out), "namespaces") {
		t.Errorf("doctor: %v\n%s", err, out)
	}
}

// TestADiskThatCannotTakeTheData mounts one where nobody else sees it.
func TestADiskThatCannotTakeTheData(t *testing.T) {
	for _, tt := range []struct{ name, options, want string }{
		{"full before the store is there", "size=4k", " is full: "},
		{"full after it", "size=16k", " is full: "},
		{"to be read only", "ro", " can only be read: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := t.TempDir()
			data := filepath.Join(disk, "data")
			cmd := command(t, nil)
			isolate(cmd, syscall.CLONE_NEWNS)
			cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `mount -t tmpfs -o "$1" tmpfs "$2" && exec "$3" start --data "$4" --listen 127.0.0.1:0`,
				"sh", tt.options, disk, binary, data}
			refused(t, cmd, "cloudless: the disk of the data directory "+data+tt.want)
		})
	}
}

func TestADamagedStore(t *testing.T) {
	data := t.TempDir()
	for range 2 { // the second start makes a table of what the first has logged
		start(t, data).stop()
	}
	tables, err := filepath.Glob(filepath.Join(data, "store", "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("tables: %v, %v", tables, err)
	}
	for _, table := range tables {
		text, err := os.ReadFile(table)
		if err == nil {
			for i := range text {
				text[i] ^= 0xff
			}
			err = os.WriteFile(table, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := command(t, nil, "start", "--data", data, "--listen", "127.0.0.1:0")
	out, _ := cmd.CombinedOutput()
	want := "cloudless: the store in the data directory " + data + " is damaged; go on with a copy of it, or with another directory: "
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), want) || strings.Contains(string(out), "stack trace") {
		t.Errorf("exit code %d, want 1 and %q and no stack of calls:\n%s", code, want, out)
	}
}

func TestDamagedFilesOfTheDataDirectory(t *testing.T) {
	for _, tt := range []struct{ file, text, want string }{
		{"root-key.json", "", "cloudless: the root key makes no sense; without its files, a start makes a new one: "},
		{"root-key.json", "{}", "cloudless: the root key makes no sense; without its files, a start makes a new one: "},
		{"authority/ca.pem", "", "cloudless: the certificate authority makes no sense; without its files, a start makes a new one: "},
		{"authority/ca-key.pem", "garbage", "cloudless: the certificate authority makes no sense; without its files, a start makes a new one: "},
	} {
		t.Run(tt.file+" with "+tt.text, func(t *testing.T) {
			data := t.TempDir()
			start(t, data).stop()
			file := filepath.Join(data, tt.file)
			if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			refused(t, command(t, nil, "start", "--data", data, "--listen", "127.0.0.1:0"), tt.want+file)
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			start(t, data).stop() // as was promised
		})
	}
}

func TestAServerThatToldNothingOfItself(t *testing.T) {
	for _, text := range []string{"", "{}"} {
		data := t.TempDir()
		file := filepath.Join(data, "server.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"status"}, {"env"}, {"logs", "f"}, {"run", "true"}} {
			refused(t, command(t, nil, append([]string{"--data", data}, args...)...), "cloudless: "+file+": ")
		}
		start(t, data).stop() // which tells anew
	}
}

func TestAnAddressThatIsNotOurs(t *testing.T) {
	const address = "192.0.2.1:4566" // kept for documentation
	refused(t, command(t, nil, "start", "--data", t.TempDir(), "--listen", address), "cloudless: "+address+" is no address of this machine\n")
}
