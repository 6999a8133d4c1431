package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// probeTimeout bounds the question to an interpreter who it is.
const probeTimeout = 10 * time.Second

// interpreter is one Python or Ruby of this machine.
type interpreter struct {
	Executable string // itself, and no script that chooses one
	Prefix     string // the directory with all that belongs to it
	Version    [3]int
}

func (i interpreter) version() string {
	return fmt.Sprintf("%d.%d.%d", i.Version[0], i.Version[1], i.Version[2])
}

// after returns some files and, after them, those of the interpreter, unless every
// environment has them.
func (i interpreter) after(files ...File) []File {
	if strings.HasPrefix(i.Prefix+"/", "/usr/") {
		return files
	}
	return append(files, File{Source: i.Prefix, Target: i.Prefix})
}

// nearest finds the interpreter whose version is closest to the one asked for;
// of two equally close, the newer.
func nearest(found []interpreter, version string) (interpreter, bool) {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil || len(found) == 0 {
		return interpreter{}, false
	}
	distance := func(i interpreter) int {
		d := 2 * (10*(i.Version[0]-major) + i.Version[1] - minor)
		if d < 0 {
			return 1 - d
		}
		return d
	}
	return slices.MinFunc(found, func(a, b interpreter) int { return distance(a) - distance(b) }), true
}

// inSearchPath finds the interpreters whose names match, and has each describe
// itself by running it with arguments.
func inSearchPath(name *regexp.Regexp, arguments ...string) (found []interpreter) {
	seen := make(map[string]bool)
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // many a search path names what is not there
		}
		for _, e := range entries {
			if !name.MatchString(e.Name()) {
				continue
			}
			i, err := describe(filepath.Join(dir, e.Name()), arguments...)
			if err == nil && !seen[i.Executable] {
				seen[i.Executable] = true
				found = append(found, i)
			}
		}
	}
	return found
}

func describe(name string, arguments ...string) (i interpreter, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, arguments...).Output()
	if err != nil {
		return i, err
	}
	if err := json.Unmarshal(out, &i); err != nil {
		return i, err
	}
	i.Executable, err = filepath.EvalSymlinks(i.Executable)
	return i, err
}
