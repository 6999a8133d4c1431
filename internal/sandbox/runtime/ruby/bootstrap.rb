# frozen_string_literal: true

# The runtime of Ruby functions.
#
# Asks the Runtime API for an event, calls the handler with it, and sends back what
# became of it:
#
#   ruby bootstrap.rb [SOCKET [wait]]
#
# SOCKET is the path of a unix socket on which the Runtime API answers; without it,
# AWS_LAMBDA_RUNTIME_API names host and port. With "wait", the function is not known
# yet: cloudless_wait.rb. It is written for Ruby 2.5 and newer. What functions and callers see of it is what they see of AWS's client for
# Ruby: the names of errors, when the process ends, how puts and loggers are logged.

require "json"
require "logger"
require "socket"
require "stringio"
require_relative "cloudless_own"

# One HTTP/1.1 connection to the Runtime API. It reads what the Runtime API sends,
# which is less than HTTP: every answer has a Content-Length.
class RuntimeConnection
  BASE = "/2018-06-01/runtime"

  def initialize(path, host_and_port)
    if path
      @socket = UNIXSocket.new(path)
    else
      host, port = host_and_port.split(":")
      @socket = TCPSocket.new(host, port.to_i)
      @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    end
    @host = host_and_port || "localhost"
  end

  # What a path has, or the end.
  def ask(path)
    @socket.write("GET #{path} HTTP/1.1\r\nHost: #{@host}\r\n\r\n")
    event[1]
  end

  # The headers and the payload of the next event.
  def next
    @socket.write(get)
    event
  end

  # Sends an answer to which the next event is the answer.
  def answer(path, body, headers)
    @socket.write(post(path, body, headers.merge("Cloudless-Next" => "1")))
    event
  end

  # Sends what is the last word.
  def finish(path, body, headers)
    @socket.write(post(path, body, headers))
    read
  end

  private

  def event
    status, headers, body = read
    exit!(1) if status != 200
    [headers, body]
  end

  def get
    "GET #{BASE}/invocation/next HTTP/1.1\r\nHost: #{@host}\r\n\r\n".b
  end

  def post(path, body, headers)
    head = "POST #{BASE}#{path} HTTP/1.1\r\nHost: #{@host}\r\nContent-Length: #{body.bytesize}\r\n"
    headers.each { |name, value| head += "#{name}: #{value}\r\n" }
    (head + "\r\n").b + body.b
  end

  def read
    line = @socket.gets
    exit!(1) unless line # without the Runtime API there is nothing left to do
    headers = {}
    while (header = @socket.gets) && header != "\r\n"
      name, value = header.split(":", 2)
      headers[name.downcase] = value.strip.force_encoding(Encoding::UTF_8)
    end
    body = @socket.read(headers["content-length"].to_i) || ""
    [line.split[1].to_i, headers, body.force_encoding(Encoding::UTF_8)]
  end
end

# The handler's second argument.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
              :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms

  def initialize(headers)
    @aws_request_id = headers["lambda-runtime-aws-request-id"]
    @invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
    @deadline_ms = headers["lambda-runtime-deadline-ms"].to_i
    @identity = parsed(headers["lambda-runtime-cognito-identity"])
    @client_context = parsed(headers["lambda-runtime-client-context"])
    @log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
    @log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
    @function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
    @memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    @function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
  end

  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end

  private

  def parsed(text)
    JSON.parse(text) if text && !text.empty?
  end
end

# What is logged, each message whole, on a pipe of its own.
module FunctionLog
  FRAME = 0xA55A0003 # a message with its time in microseconds

  class << self
    attr_accessor :request_id

    def open(descriptor)
      @pipe = IO.for_fd(descriptor.to_i, "wb", autoclose: false) if descriptor
      @pipe.sync = true if @pipe
    end

    def write(message)
      text = message.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
      return $stdout.write(text) unless @pipe

      now = Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond)
      @pipe.write([FRAME, text.bytesize, now].pack("NNQ>") + text.b)
    end

    def close; end # a logger closes what it writes to

    # Reads how the function wants its log. Names are understood in either case.
    def configure
      @json = ENV["AWS_LAMBDA_LOG_FORMAT"].to_s.upcase == "JSON"
      @level = LEVELS[ENV["AWS_LAMBDA_LOG_LEVEL"].to_s.upcase]
    end

    attr_reader :json, :level
  end

  # The levels of Lambda's, as the logger knows them, which has one fewer.
  LEVELS = {
    "TRACE" => Logger::DEBUG, "DEBUG" => Logger::DEBUG, "INFO" => Logger::INFO, "WARN" => Logger::WARN,
    "ERROR" => Logger::ERROR, "FATAL" => Logger::FATAL
  }.freeze

  # Has loggers that would write to the standard output write whole messages, with
  # the request they belong to, from the function's level on. What a logger is told
  # itself goes before.
  module Loggers
    def initialize(device = nil, *rest, **options)
      return super unless device.nil? || device == $stdout || device == $stderr

      options = { level: FunctionLog.level }.merge(options) if FunctionLog.level
      super(FunctionLog, *rest, **options)
      self.formatter ||= FunctionLog.json ? JSONLines.new : method(:line)
    end

    private

    def line(severity, time, progname, message)
      format("%s, [%s #%d] %5s %s -- %s: %s\n", severity[0], time.strftime(datetime_format || "%Y-%m-%dT%H:%M:%S.%6N"),
             $$, severity, FunctionLog.request_id, progname, text(message))
    end

    def text(message)
      case message
      when String then message
      when Exception then "#{message.message} (#{message.class})\n#{message.backtrace&.join("\n")}"
      else message.inspect
      end
    end
  end

  # Makes of a message a line of JSON, with the members that AWS's client gives it. Those
  # that there is nothing to say of are not there.
  class JSONLines
    def call(severity, time, progname, message)
      said = { timestamp: time.getutc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ"), level: severity, message: text(message),
               requestId: FunctionLog.request_id }
      name = clean(progname)
      said[:logger] = name unless name.empty?
      said.update(failure(message)) if message.is_a?(Exception)
      JSON.generate(said.reject { |_, value| value.nil? }) + "\n"
    end

    private

    def text(message)
      case message
      when String then clean(message)
      when Exception then clean(message.message)
      else clean(message.inspect)
      end
    end

    def failure(error)
      { errorType: error.class.to_s, errorMessage: clean(error.message),
        stackTrace: (error.backtrace || []).map { |frame| clean(frame) }, location: location(error.backtrace&.first) }
    end

    # Where a frame is, FILE:METHOD:LINE.
    def location(frame)
      frame && clean(frame).sub(/\A(.+):(\d+):in [`'](.+)'\z/, '\1:\3:\2')
    end

    def clean(text)
      text.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace, replace: "\uFFFD").scrub("\uFFFD")
    end
  end

  # Has puts write its lines as one message.
  module Puts
    def puts(*lines)
      FunctionLog.write(lines.flatten.map(&:to_s).join("\n"))
      nil
    end
  end
end

# A failure as it is told.
class Failure
  # These are told to Lambda by their own names; all others are the user's.
  KNOWN = %w[ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError].freeze

  # What the stack has from here on is ours.
  OURS = File.dirname(__FILE__)

  def initialize(error, phase)
    @error = error
    @type = "#{phase}<#{error.class}>"
  end

  def header
    { "Lambda-Runtime-Function-Error-Type" => KNOWN.include?(@error.class.to_s) ? @type : "Function<UserException>" }
  end

  def to_h
    frames = (@error.backtrace || []).take_while { |frame| !frame.start_with?(OURS) }
    { errorMessage: @error.message, errorType: @type, stackTrace: frames.first(100) }
  end

  def to_json(*)
    to_h.to_json
  end

  # A failure as these are is the end of the process as well.
  def fatal?
    !@error.is_a?(StandardError) || @error.is_a?(NameError)
  end

  def log(message)
    FunctionLog.write(message)
    FunctionLog.write(JSON.pretty_generate(to_h))
  end
end

# What a handler's name, FILE.METHOD or FILE.CLASS.METHOD, stands for.
class Handler
  def initialize(name)
    words = name.split(".")
    unless [2, 3].include?(words.size)
      raise ArgumentError, "Invalid handler #{words}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where " \
                           "FILENAME corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional " \
                           "module/class namespace and METHOD is a callable method. If using CLASS, METHOD must be a " \
                           "class-level method."
    end
    @method = words.pop
    @class = words[1]
    require words[0]
  end

  def call(event, context)
    return Kernel.const_get(@class).send(@method, event: event, context: context) if @class

    __send__(@method, event: event, context: context)
  end
end

# Leads connections to AWS's endpoints to the addresses that the variables name.
# They are set where the process shares the machine's network, and the names would
# lead to AWS.
module LedNames
  # The names that the DNS of an environment knows.
  ENDPOINT = /.\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws|on\.aws)\.?\z/i

  def self.install
    http, https = ENV.delete("_CLOUDLESS_HTTP"), ENV.delete("_CLOUDLESS_HTTPS")
    return unless https

    ports = { "80" => http, "http" => http, "443" => https, "https" => https }
    lead = lambda do |host, port|
      ENDPOINT.match?(host.to_s) ? (ports[port.to_s] || "127.0.0.1:#{port}").split(":") : [host, port]
    end
    TCPSocket.prepend(Module.new do
      define_method(:initialize) { |host, port = nil, *rest, **options| super(*lead.call(host, port), *rest, **options) }
    end)
    Socket.singleton_class.prepend(Module.new do
      define_method(:tcp) { |host, port, *rest, **options, &block| super(*lead.call(host, port), *rest, **options, &block) }
    end)
  end
end

# The answer to an event, and its type.
def marshal(answer)
  case answer
  when StringIO, IO then [answer.read, "application/unknown"]
  else [answer.to_json, "application/json"]
  end
end

# Loads what functions find without requiring it, since AWS's client has it, unless they
# bring another version themselves.
def load_for_functions
  gems = %w[net-http net-protocol io-wait resolv timeout uri zlib].map { |name| [name, nil] }.to_h
  require "net/http" unless CloudlessOwn.gem?(gems) || CloudlessOwn.file?(%w[net io timeout uri zlib])
end

# Calls the handler, and returns where the answer goes, the answer, its headers, and
# whether the process ends with it.
def work(handler, headers, body)
  path = "/invocation/#{headers['lambda-runtime-aws-request-id']}"
  ENV["_X_AMZN_TRACE_ID"] = headers["lambda-runtime-trace-id"]
  answer, type = marshal(handler.call(JSON.parse(body), LambdaContext.new(headers)))
  ["#{path}/response", answer, { "Content-Type" => type }, false]
rescue Exception => e # whatever a handler may raise
  failure = Failure.new(e, "Function")
  failure.log(failure.fatal? ? "Critical exception from handler" : "Error raised from handler method")
  ["#{path}/error", failure.to_json, failure.header, failure.fatal?]
end

def main
  $stdout.sync = true
  LedNames.install
  FunctionLog.open(ENV.delete("_LAMBDA_TELEMETRY_LOG_FD"))
  Logger.prepend(FunctionLog::Loggers)
  Object.include(FunctionLog::Puts)
  socket = ARGV.shift
  api = RuntimeConnection.new(socket, ENV["AWS_LAMBDA_RUNTIME_API"])
  if ARGV.shift
    require_relative "cloudless_wait"
    CloudlessWait.call(api, socket)
  else
    load_for_functions
  end
  FunctionLog.configure
  $LOAD_PATH.unshift(ENV["LAMBDA_TASK_ROOT"])
  begin
    handler = Handler.new(ENV["_HANDLER"])
  rescue Exception => e # whatever a file may raise while it loads
    failure = Failure.new(e, "Init")
    failure.log("Init error when loading handler #{ENV['_HANDLER']}")
    api.finish("/init/error", failure.to_json, failure.header)
    exit!(-4)
  end

  headers, body = api.next
  loop do
    FunctionLog.request_id = headers["lambda-runtime-aws-request-id"]
    path, answer, about, last = work(handler, headers, body)
    if last
      api.finish(path, answer, about)
      exit!(-1)
    end
    headers, body = api.answer(path, answer, about)
  end
end

main
