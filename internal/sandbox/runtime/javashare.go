package runtime

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A JVM that has an archive of classes maps them instead of reading, parsing and verifying
// them. Java brings such an archive of its own most common classes. A further one
// goes on top of it: of what it takes to run AWS's client until a function has answered.

const (
	// sharesFrom is the first Java that makes such archives of what a program has loaded.
	sharesFrom = 13
	// movesFrom is the first Java that takes an archive whose class path has moved. Older
	// ones want to find the files where they were when the archive was made.
	movesFrom = 19

	// shareTimeout bounds the making of an archive, and endTimeout how much of that a
	// JVM takes to write it.
	shareTimeout = 90 * time.Second
	endTimeout   = 30 * time.Second

	// shareMB is the memory of the function with which an archive is made. It fits others.
	shareMB = 512
)

// ownSharing are words of the options with which a function arranges the sharing of classes
// itself.
var ownSharing = []string{"SharedArchive", "ArchiveClasses", "-Xshare", "-XX:AOT", "cds", "java.system.class.loader"}

// javaOptions are the variables in which a JVM looks for options.
var javaOptions = []string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"}

// archiveName is the name of the archive for a Java, in the pack. It changes with what the
// archive depends on. It is empty if there can be none.
func (j jdk) archiveName() string {
	modules, err := os.Stat(filepath.Join(j.home, "lib", "modules"))
	if err != nil || j.feature < sharesFrom {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d", j.home, j.version, modules.Size(), modules.ModTime().UnixNano()))
	return fmt.Sprintf("classes-%d-%s.jsa", j.feature, hex.EncodeToString(sum[:6]))
}

// shared returns the name of the archive for a Java in a pack, or "" if there is none.
func (p Pack) shared(j jdk) string {
	name := j.archiveName()
	if name == "" {
		return ""
	}
	if info, err := os.Stat(filepath.Join(p.Dir, name)); err != nil || info.Size() == 0 {
		return ""
	}
	return name
}

// shareOptions have the JVM use an archive of the pack, and be quiet if it does not
// fit, unless the function has ideas of its own.
func (j jdk) shareOptions(at Place, archive string) []string {
	if archive == "" {
		return nil
	}
	if at.Variable != nil {
		for _, name := range javaOptions {
			options := at.Variable(name)
			if slices.ContainsFunc(ownSharing, func(word string) bool { return strings.Contains(options, word) }) {
				return nil
			}
		}
	}
	return []string{"-XX:SharedArchiveFile=" + at.Path("/var/runtime/"+archive), j.quietSharing()}
}

func (j jdk) quietSharing() string {
	if j.feature >= 25 {
		return "-Xlog:cds*=off,aot*=off"
	}
	return "-Xlog:cds*=off"
}

// taken are directories of environments below which nothing of another meaning may appear,
// since something is shown there or the function writes there.
var taken = []string{
	"/bin/", "/dev/", "/etc/", "/lib/", "/lib32/", "/lib64/", "/libx32/", "/node_modules/", "/opt/", "/proc/", "/run/", "/sbin/", "/sys/", "/tmp/", "/usr/",
	"/var/lang/", "/var/node_modules/", "/var/run/", "/var/runtime/", "/var/task/", "/var/tmp/",
}

// libraries is where the pack of Java has its libraries, by the name that the machine has
// for it.
func (p Pack) libraries() (string, error) {
	lib, err := filepath.EvalSymlinks(filepath.Join(p.Dir, "lib"))
	if err != nil {
		return "", err
	}
	return filepath.Abs(lib)
}

// shareFiles is what a Java needs to see to use the archive of a pack, beside the pack.
func (p Pack) shareFiles(j jdk) []File {
	if p.shared(j) == "" {
		return nil
	}
	lib, err := p.libraries()
	if err != nil {
		return nil // the archive will not fit
	}
	return linkLibraries(j, lib)
}

// linkLibraries makes the libraries appear under the name that they had when the archive was
// made, for a Java that wants it: by a link, which leads to the same files. Where that
// name is taken, the archive will not fit.
func linkLibraries(j jdk, lib string) []File {
	if j.feature >= movesFrom || slices.ContainsFunc(taken, func(dir string) bool { return strings.HasPrefix(lib, dir) }) {
		return nil
	}
	return []File{{Link: "/var/runtime/lib", Target: lib}}
}

// share makes the archive for the Java of a runtime, in its installed pack, if it is not
// there. Where it cannot be made, functions do without, and it is not tried again: an
// empty file says so.
func (p *Packs) share(ctx context.Context, r Runtime, progress func(string)) error {
	pack, err := p.Find(r.Identifier)
	if err != nil {
		return err
	}
	j, err := p.jdk(r)
	if err != nil {
		return err
	}
	name := j.archiveName()
	if name == "" {
		return nil
	}
	to := filepath.Join(pack.Dir, name)
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	start := time.Now()
	dir, err := p.workspace("java") // no identifier of one runtime
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	made := filepath.Join(dir, name)
	lib, err := pack.libraries()
	if err == nil {
		err = j.archive(ctx, lib, made)
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		progress(fmt.Sprintf("%s: Java %s shares no classes: %v", r.Identifier, j.version, err))
		if err := os.WriteFile(made, nil, 0o644); err != nil {
			return err
		}
	} else {
		progress(fmt.Sprintf("%s: archived the classes of Java %s in %.1f s", r.Identifier, j.version, time.Since(start).Seconds()))
	}
	return errors.Join(os.Chmod(made, 0o644), os.Rename(made, to))
}

// archive has AWS's client run as it does for a function, until it has answered one event,
// and write down what it has loaded. The function is a method of Java's own library, so
// that nothing of anybody's is in the archive.
func (j jdk) archive(ctx context.Context, lib, to string) error {
	ctx, cancel := context.WithTimeout(ctx, shareTimeout)
	defer cancel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	api := &oneEvent{answered: make(chan error, 1), over: ctx.Done()}
	server := &http.Server{Handler: api, ReadHeaderTimeout: time.Minute}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // it ends when it is closed
	}()
	defer func() {
		cancel()
		_ = server.Close()
		<-served
	}()

	// Where the libraries are shown as /var/runtime later, and Java as /var/lang.
	at := Place{Path: func(target string) string { return target }, MemoryMB: shareMB}
	argv := append(j.options(at), "-XX:ArchiveClassesAtExit="+to, j.quietSharing(), "-cp", lib+"/*", clientClass, archiveHandler)
	cmd := exec.CommandContext(ctx, filepath.Join(j.home, "bin", "java"), argv...)
	cmd.Dir = filepath.Dir(to)
	cmd.Env = archiveVariables(listener.Addr().String(), cmd.Dir)
	cmd.WaitDelay = 5 * time.Second
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-api.answered:
	case err = <-ended:
		return fmt.Errorf("it ended: %v: %s", err, said(&output))
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil {
		err = cmd.Process.Signal(unix.SIGTERM) // an orderly end, at which the archive is written
	}
	if err != nil {
		cancel()
		<-ended
		return err
	}
	stop := time.AfterFunc(endTimeout, cancel)
	defer stop.Stop()
	<-ended // with the signal's status
	if info, err := os.Stat(to); err != nil || info.Size() == 0 {
		return fmt.Errorf("it wrote no archive: %s", said(&output))
	}
	return nil
}

// archiveHandler takes any event, and answers whether an empty list has it.
const archiveHandler = "java.util.ArrayList::contains"

// archiveVariables are those of a function that AWS's client reads. The server's own are
// not passed on: options of Java may be among them.
func archiveVariables(api, dir string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + api, "_HANDLER=" + archiveHandler, "LAMBDA_TASK_ROOT=" + dir, "LAMBDA_RUNTIME_DIR=" + dir, "TMPDIR=" + dir,
		"AWS_LAMBDA_FUNCTION_NAME=f", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", fmt.Sprintf("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=%d", shareMB),
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/f", "AWS_LAMBDA_LOG_STREAM_NAME=s", "AWS_LAMBDA_LOG_FORMAT=Text", "AWS_REGION=us-east-1",
		"LANG=en_US.UTF-8", "TZ=:UTC", "PATH=/usr/bin:/bin",
	}
}

func said(output *bytes.Buffer) string {
	text := strings.TrimSpace(output.String())
	return text[:min(len(text), maxClientOutput)]
}

// oneEvent is a Runtime API that has one event, and no other.
type oneEvent struct {
	answered chan error      // what became of the event
	over     <-chan struct{} // when nothing is waited for any longer
	given    atomic.Bool
}

// ServeHTTP gives the event, and notes the answer.
func (e *oneEvent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() { _, _ = io.Copy(io.Discard, r.Body) }()
	next := strings.HasSuffix(r.URL.Path, "/runtime/invocation/next")
	switch {
	case next && e.given.Swap(true):
		select {
		case <-e.over:
		case <-r.Context().Done():
		}
	case next:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "00000000-0000-0000-0000-000000000000")
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:f")
		w.Header().Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(shareTimeout).UnixMilli()))
		_, _ = io.WriteString(w, `{"text":"x","list":[1,2.5,true,null],"object":{}}`) // who does not hear it says nothing
	case strings.HasSuffix(r.URL.Path, "/response"):
		w.WriteHeader(http.StatusAccepted)
		e.tell(nil)
	default:
		w.WriteHeader(http.StatusAccepted)
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxClientOutput))
		e.tell(fmt.Errorf("%s: %s", r.URL.Path, body))
	}
}

func (e *oneEvent) tell(err error) {
	select {
	case e.answered <- err:
	default: // it is known
	}
}
