# frozen_string_literal: true

# What a function and its layers bring that could be meant instead of what Ruby has.
# What is loaded can be neither forgotten nor had in another version, so this is asked
# before anything is loaded for a function, or kept for it.
module CloudlessOwn
  class << self
    # Whether there is, or a lock asks for, another version of one of these gems, versions
    # by names. A version that is nil is another than any.
    def gem?(versions)
      found = ENV["GEM_PATH"].to_s.split(":").flat_map { |dir| names(File.join(dir, "specifications")) }
      found = found.map { |name| name[/\A(.+)-(\d[^-]*)(-[^-]+)*\.gemspec\z/] && [$1, $2] }.compact
      found.concat(File.read("Gemfile.lock").scan(/^ {4}(\S+) \(([^)-]+)/)) if File.file?("Gemfile.lock")
      found.any? { |name, version| versions.key?(name) && versions[name] != version }
    end

    # Whether there are files, or directories of files, under one of these names. A
    # function's own go before Ruby's.
    def file?(roots)
      dirs = [Dir.pwd, *ENV["RUBYLIB"].to_s.split(":")]
      dirs.flat_map { |dir| names(dir) }.any? { |name| roots.include?(name.sub(/\.(rb|so)\z/, "")) }
    end

    private

    def names(dir)
      Dir.children(dir)
    rescue SystemCallError
      [] # most have none
    end
  end
end
