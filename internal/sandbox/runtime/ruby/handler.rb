# frozen_string_literal: true

require "json"
require "stringio"

# The handler, and what it is given and gives back. The names are those of AWS's client,
# since functions and libraries that watch them reach for these: an event is made of a
# request by AwsLambda::Marshaller, which functions may replace, and
# LambdaHandler#call_handler calls the function.

# The handler's second argument.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
              :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms, :tenant_id

  def initialize(request)
    @clock_diff = clock(Process::CLOCK_REALTIME) - clock(Process::CLOCK_MONOTONIC)
    @deadline_ms = request["Lambda-Runtime-Deadline-Ms"].to_i
    @aws_request_id = request["Lambda-Runtime-Aws-Request-Id"]
    @invoked_function_arn = request["Lambda-Runtime-Invoked-Function-Arn"]
    @log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
    @log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
    @function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
    @memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    @function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
    @identity = parsed(request["Lambda-Runtime-Cognito-Identity"])
    @client_context = parsed(request["Lambda-Runtime-Client-Context"])
    @tenant_id = request["Lambda-Runtime-Aws-Tenant-Id"]
  end

  def get_remaining_time_in_millis
    [@deadline_ms - clock(Process::CLOCK_MONOTONIC) - @clock_diff, 0].max
  end

  private

  def clock(id)
    Process.clock_gettime(id, :millisecond)
  end

  def parsed(text)
    JSON.parse(text) if text && !text.empty?
  end
end

module AwsLambda
  # Makes events of requests, which have headers and a body, and answers of what handlers
  # return.
  class Marshaller
    class << self
      def marshall_request(raw_request)
        raw_request["Content-Type"] == "application/json" ? JSON.parse(raw_request.body) : raw_request.body
      end

      # Returns the answer and its type, or the answer alone if it is JSON. Of type
      # application/unknown are answers that are yet to be read.
      def marshall_response(method_response)
        case method_response
        when StringIO, IO then [method_response, "application/unknown"]
        else method_response.to_json
        end
      end
    end
  end
end

# Failures as they are told.
module LambdaErrors
  class LambdaError < StandardError
    # These are told to Lambda by their own names; all others are the user's.
    KNOWN = %w[ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError].freeze

    # What the stack has from here on is ours.
    OURS = File.dirname(__FILE__)

    attr_reader :runtime_error_type

    def initialize(original_error, classification = "Function")
      type = "#{classification}<#{original_error.class}>"
      @runtime_error_type = KNOWN.include?(original_error.class.to_s) ? type : "Function<UserException>"
      frames = (original_error.backtrace_locations || []).first(100).map(&:to_s)
      @response = { errorMessage: original_error.message.to_s.scrub, errorType: type,
                    stackTrace: frames.take_while { |frame| !frame.start_with?(OURS) } }
      super(original_error)
    end

    def to_lambda_response
      @response
    end
  end

  # After this one the process goes on.
  class LambdaHandlerError < LambdaError; end

  # These are the end of the process as well.
  class LambdaHandlerCriticalException < LambdaError; end

  class LambdaRuntimeError < LambdaError
    def initialize(original_error)
      super(original_error, "Runtime")
    end
  end

  class LambdaRuntimeInitError < LambdaError
    def initialize(original_error)
      super(original_error, "Init")
    end
  end
end

# What a handler's name, FILE.METHOD or FILE.CLASS.METHOD, stands for. A method without a
# class is called on this.
class LambdaHandler
  attr_reader :handler_file_name, :handler_method_name

  def initialize(env_handler:)
    words = env_handler.split(".")
    unless [2, 3].include?(words.size)
      raise ArgumentError, "Invalid handler #{words}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where " \
                           "FILENAME corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional " \
                           "module/class namespace and METHOD is a callable method. If using CLASS, METHOD must be a " \
                           "class-level method."
    end
    @handler_file_name = words.first
    @handler_class = words[1] if words.size == 3
    @handler_method_name = words.last
  end

  # Calls the function, and returns its answer as Marshaller makes it.
  def call_handler(request:, context:)
    receiver = @handler_class ? Kernel.const_get(@handler_class) : self
    AwsLambda::Marshaller.marshall_response(receiver.__send__(@handler_method_name, event: request, context: context))
  rescue NameError => e # a function that does not work at all
    raise LambdaErrors::LambdaHandlerCriticalException, e
  rescue StandardError => e
    raise LambdaErrors::LambdaHandlerError, e
  rescue Exception => e # whatever a handler may raise
    raise LambdaErrors::LambdaHandlerCriticalException, e
  end
end
