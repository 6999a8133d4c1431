package runtime

import (
	"regexp"
	"strings"
)

// rubyName matches the names under which interpreters are installed.
var rubyName = regexp.MustCompile(`^ruby(\d\.\d+)?$`)

// whichRuby has an interpreter describe itself.
const whichRuby = `require "rbconfig"; require "json"
puts JSON.generate("Executable" => File.realpath(RbConfig.ruby), "Prefix" => RbConfig::CONFIG["prefix"],
	"Version" => RUBY_VERSION.split(".").map(&:to_i))`

// rubies returns the Rubies that are found in the search path, which are asked
// once.
func (p *Packs) rubies() []interpreter {
	p.probeRuby.Do(func() { p.foundRuby = inSearchPath(rubyName, "--disable-gems", "-e", whichRuby) })
	return p.foundRuby
}

// ruby runs our bootstrap on the interpreter of this machine that is nearest.
func (p *Packs) ruby(r Runtime) (*Program, error) {
	i, ok := nearest(p.rubies(), r.Version)
	if !ok {
		return nil, &MissingError{Program: "ruby", Package: "ruby", For: r.Identifier}
	}
	boot, err := p.bootstrap("ruby")
	if err != nil {
		return nil, err
	}
	return &Program{
		Runtime: r,
		Runs:    "ruby " + i.version(),
		Waits:   true,
		Files:   i.after(File{Source: boot, Target: "/var/runtime"}),
		args: func(at Place) []string {
			return append([]string{at.Path(i.Executable), at.Path("/var/runtime/bootstrap.rb")}, socketArg(at)...)
		},
		env: func(at Place) []string {
			// Gems have directories by the version of Ruby that they are made for, which
			// is the one that runs; layers have them by the one that was asked for.
			gems := func(version string) []string {
				return []string{at.Path("/var/task/vendor/bundle/ruby/" + version), at.Path("/opt/ruby/gems/" + version)}
			}
			return []string{
				"GEM_PATH=" + strings.Join(append(gems(r.Version+".0"), gems(i.minor()+".0")...), ":"),
				"RUBYLIB=" + strings.Join([]string{at.Path("/var/runtime/lib"), at.Path("/opt/ruby/lib")}, ":"),
			}
		},
	}, nil
}
