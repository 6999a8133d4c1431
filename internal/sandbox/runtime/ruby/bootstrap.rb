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
require_relative "connection"
require_relative "handler"
require_relative "log"

# The request that an event came in, for Marshaller and the context.
class RuntimeRequest
  attr_reader :body

  def initialize(headers, body)
    @headers, @body = headers, body
  end

  def [](name)
    @headers[name.downcase]
  end
end

# Brings events to the handler. All of it is here and nothing is a method without a class,
# which a function could replace by one of its own.
class RuntimeLoop
  # What functions find without requiring it, since AWS's client has it, as gems and as
  # files.
  GEMS = %w[net-http net-protocol io-wait resolv timeout uri zlib].map { |name| [name, nil] }.to_h.freeze
  FILES = %w[net io timeout uri zlib].freeze

  def initialize(socket, waits)
    @api = RuntimeConnection.new(socket, ENV["AWS_LAMBDA_RUNTIME_API"])
    if waits
      require_relative "cloudless_wait"
      CloudlessWait.call(@api, socket)
    else
      require "net/http" unless CloudlessOwn.gem?(GEMS) || CloudlessOwn.file?(FILES)
    end
  end

  def run
    FunctionLog.configure
    $LOAD_PATH.unshift(ENV["LAMBDA_TASK_ROOT"])
    handler = load
    request = await { @api.next }
    loop do
      path, answer, about, status = work(handler, request)
      if status
        @api.finish(path, answer, about)
        exit(status)
      end
      request = await { @api.answer(path, answer, about) }
    end
  end

  private

  def load
    handler = LambdaHandler.new(env_handler: ENV["_HANDLER"])
    require handler.handler_file_name
    handler
  rescue Exception => e # whatever a file may raise while it loads
    fail_init(e)
  end

  def fail_init(error)
    failure = LambdaErrors::LambdaRuntimeInitError.new(error)
    log(failure, "Init error when loading handler #{ENV['_HANDLER']}")
    @api.finish("/init/error", JSON.generate(failure.to_lambda_response), about(failure))
    exit(-4)
  end

  # The next request. A signal that comes meanwhile is the end, and no failure.
  def await
    headers, body = yield
    FunctionLog.request_id = $_global_aws_request_id = headers["lambda-runtime-aws-request-id"]
    trace = headers["lambda-runtime-trace-id"]
    ENV["_X_AMZN_TRACE_ID"] = trace if trace
    RuntimeRequest.new(headers, body)
  rescue SignalException => e
    puts "Next invocation HTTP request from the runtime interface client was interrupted with a #{e} SIGNAL, gracefully shutting down."
    exit(0)
  end

  # Calls the handler, and returns where the answer goes, the answer, its headers, and the
  # status with which the process ends, if it does.
  def work(handler, request)
    event = event_of(request)
    path = "/invocation/#{$_global_aws_request_id}"
    answer, type = handler.call_handler(request: event, context: LambdaContext.new(request))
    ["#{path}/response", read(answer, type), { "Content-Type" => type || "application/json" }, nil]
  rescue LambdaErrors::LambdaHandlerError => e
    log(e, "Error raised from handler method")
    ["#{path}/error", JSON.generate(e.to_lambda_response), about(e), nil]
  rescue LambdaErrors::LambdaHandlerCriticalException => e
    log(e, "Critical exception from handler")
    ["#{path}/error", JSON.generate(e.to_lambda_response), about(e), -1]
  rescue LambdaErrors::LambdaRuntimeError => e
    ["#{path}/error", JSON.generate(e.to_lambda_response), about(e), -2]
  end

  # A function whose own Marshaller fails has not been called: to AWS's client it is one
  # that does not load.
  def event_of(request)
    AwsLambda::Marshaller.marshall_request(request)
  rescue Exception => e
    fail_init(e)
  end

  def read(answer, type)
    (type == "application/unknown" ? answer.read : answer).to_s
  rescue StandardError => e
    raise LambdaErrors::LambdaRuntimeError, e
  end

  def about(failure)
    { "Lambda-Runtime-Function-Error-Type" => failure.runtime_error_type }
  end

  def log(failure, message)
    puts message
    puts JSON.pretty_generate(failure.to_lambda_response)
  end
end

$stdout.sync = true
LedNames.install
FunctionLog.open(ENV.delete("_LAMBDA_TELEMETRY_LOG_FD"))
AwsLambdaRIC::TelemetryLogger.telemetry_log_sink = FunctionLog
Logger.prepend(FunctionLog::Loggers)
Object.include(FunctionLog::Puts)
RuntimeLoop.new(ARGV.shift, ARGV.shift).run
