# frozen_string_literal: true

# A process that waits for a function it does not know yet.
#
# Beside what AWS's client loads it loads openssl, which that lets Ruby load wherever it is
# mentioned. Of what else functions require of Ruby's own library it compiles the files and
# loads none: what a function has not required, it does not have.
#
# What is loaded cannot be had in another version. So where the function or a layer brings
# anything that could be meant instead, as a gem or as a file, the process starts anew, as
# one that has not waited.
module CloudlessWait
  LOADED = %w[net/http openssl].freeze
  COMPILED = %w[
    base64 bigdecimal cgi date delegate digest/sha2 erb fileutils forwardable open3 ostruct pathname securerandom set
    singleton tempfile time tmpdir yaml
  ].freeze

  class << self
    def call(api, socket)
      specs, files = Gem.loaded_specs.dup, $LOADED_FEATURES.dup
      LOADED.each { |feature| try(feature) }
      gems, files = Gem.loaded_specs.reject { |name, _| specs[name] }, $LOADED_FEATURES - files
      compile
      Process.respond_to?(:warmup) ? Process.warmup : GC.start
      told = JSON.parse(api.ask("/cloudless/adoption"))
      ENV.replace(told["variables"])
      api.ask("/cloudless/adoption/code")
      Dir.chdir(told["directory"])
      start_anew(socket) if own?(gems, files)
      ENV.delete("_LAMBDA_TELEMETRY_LOG_FD") # the log has it
      Gem.clear_paths # those of the function and its layers were not there
    end

    private

    def try(feature)
      require feature
    rescue LoadError
      nil # an older or newer Ruby
    end

    # Compiles files, and gives them to Ruby when it is about to load them, each once.
    def compile
      compiled = likely.map { |file| [file, RubyVM::InstructionSequence.compile_file(file)] }.to_h # 2.5 has no other
      RubyVM::InstructionSequence.define_singleton_method(:load_iseq) { |file| compiled.delete(file) }
    end

    # The files that are loaded for what functions require. Another process finds out
    # which, so that this one does not load them.
    def likely
      files = IO.popen("-") do |child|
        break child.read.split("\n") if child

        before = $LOADED_FEATURES.dup
        COMPILED.each { |feature| try(feature) }
        $stdout.write(($LOADED_FEATURES - before).join("\n"))
        $stdout.flush
        exit!(0)
      end
      files.select { |file| file.end_with?(".rb") && File.file?(file) }
    end

    # Whether the function could mean anything else than what is loaded.
    def own?(gems, files)
      CloudlessOwn.gem?(gems.map { |name, spec| [name, spec.version.to_s] }.to_h) ||
        CloudlessOwn.file?(files.map { |file| feature(file)[%r{\A[^/]+}] }.uniq)
    end

    # A loaded file's name as it is required, without its ending.
    def feature(file)
      dir = $LOAD_PATH.map(&:to_s).select { |d| file.start_with?("#{d}/") }.max_by(&:size)
      (dir ? file[(dir.size + 1)..-1] : file).sub(/\.(rb|so)\z/, "")
    end

    def start_anew(socket)
      log = ENV["_LAMBDA_TELEMETRY_LOG_FD"].to_i
      keep = log.positive? ? { log => log } : {}
      exec(RbConfig.ruby, File.join(__dir__, "bootstrap.rb"), socket, keep)
    end
  end
end
