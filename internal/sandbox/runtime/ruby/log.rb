# frozen_string_literal: true

require "json"
require "logger"

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
      text = lines.flatten.map(&:to_s).join("\n")
      FunctionLog.write(text.end_with?("\n") ? text : "#{text}\n")
      nil
    end
  end
end

# The names by which libraries find where AWS's client logs.
module AwsLambdaRIC
  class TelemetryLogger
    class << self
      attr_accessor :telemetry_log_sink
    end
  end
end
