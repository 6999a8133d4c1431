# frozen_string_literal: true

require "socket"

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
