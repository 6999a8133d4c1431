"""The runtime of Python functions.

Asks the Runtime API for an event, calls the handler with it, and sends back what
became of it:

    python bootstrap.py [SOCKET [wait]]

SOCKET is the path of a unix socket on which the Runtime API answers; without it,
AWS_LAMBDA_RUNTIME_API names host and port. With "wait", the function is not known
yet: cloudless_wait.py. One program serves Python 3.6 to the
newest.
"""

import importlib
import json
import logging
import os
import re
import socket
import struct
import sys
import time
import traceback

BASE = "/2018-06-01/runtime"
FRAME = 0xA55A0003  # a message with its time in microseconds
NEXT = "Cloudless-Next: 1\r\n"  # what is answered is to be the next event
ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
# AWS's endpoints: the names that the DNS of an environment knows.
ENDPOINT = re.compile(r".\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws|on\.aws)\.?$", re.IGNORECASE)


class Connection:
    """One HTTP/1.1 connection to the Runtime API.

    It reads what the Runtime API sends, which is less than HTTP: every answer has
    a Content-Length.
    """

    def __init__(self, path, host_and_port):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(path)
        else:
            host, port = host_and_port.rsplit(":", 1)
            self.socket = socket.create_connection((host, int(port)))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.host = host_and_port or "localhost"

    def ask(self, path):
        """Return what a path has, or end."""
        self.socket.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, self.host)).encode())
        return self.event()[1]

    def next(self):
        """Return the headers and the payload of the next event."""
        self.socket.sendall(self.get())
        return self.event()

    def answer(self, path, body, error_type=None):
        """Send an answer to which the next event is the answer."""
        self.socket.sendall(self.post(path, body, error_type, NEXT))
        return self.event()

    def fail(self, path, body, error_type):
        """Send a failure after which there is nothing more to say."""
        self.socket.sendall(self.post(path, body, error_type))
        self.read()

    def event(self):
        status, headers, body = self.read()
        if status != 200:
            sys.exit(1)
        return headers, body

    def get(self):
        return ("GET %s/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n" % (BASE, self.host)).encode()

    def post(self, path, body, error_type, more=""):
        head = "POST %s%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % (
            BASE, path, self.host, len(body))
        if error_type:
            head += "%s: %s\r\n" % (ERROR_TYPE, error_type)
        return (head + more).encode() + b"\r\n" + body

    def read(self):
        line = self.file.readline()
        if not line:
            os._exit(1)  # without the Runtime API there is nothing left to do
        headers = {}
        for header in iter(self.file.readline, b"\r\n"):
            name, _, value = header.decode("utf-8").partition(":")
            headers[name.lower()] = value.strip()
        return int(line.split()[1]), headers, self.file.read(int(headers.get("content-length", 0)))


class Client:
    """What context.client_context and its client are: whatever the caller sent."""

    def __init__(self, values):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, (values or {}).get(name))


class ClientContext:
    def __init__(self, values):
        self.custom = values.get("custom")
        self.env = values.get("env")
        self.client = Client(values.get("client"))


class Identity:
    def __init__(self, values):
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")


class Context:
    """The handler's second argument."""

    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.function_name = env.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME")
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self.identity = Identity(json.loads(headers.get("lambda-runtime-cognito-identity", "{}")))
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class Log:
    """What is logged, each message whole, on a pipe of its own."""

    def __init__(self):
        self.fd = int(os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", 0))
        self.request_id = ""

    def write(self, message):
        data = message.encode("utf-8", "backslashreplace")
        if not self.fd:
            sys.stdout.write(message)
            return
        data = struct.pack(">IIQ", FRAME, len(data), int(time.time() * 1000) * 1000) + data
        while data:
            data = data[os.write(self.fd, data):]

    def failure(self, told):
        if wants_json():
            now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
            self.write(json.dumps(dict({"timestamp": now, "level": "ERROR"}, **told), ensure_ascii=False) + "\n")
            return
        head = "[ERROR] "
        if told["errorType"]:
            head += told["errorType"] + ": "
        text = head + told["errorMessage"] + "\n"
        if told["stackTrace"]:
            # Blanks that survive in consoles that cut what leads a line.
            lines = "".join(told["stackTrace"]).replace("  ", "\u00a0\u00a0")
            text += "Traceback (most recent call last):\n" + lines
        self.write(text)


def wants_json():
    """Tell whether the function wants its log to be JSON."""
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


class JSONFormatter(logging.Formatter):
    """Makes objects of records, with what a caller has added to them."""

    known = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "aws_request_id", "taskName"}

    def format(self, record):
        told = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + ".%03dZ" % record.msecs,
            "level": logging.getLevelName(min(50, max(0, record.levelno)) // 10 * 10),
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info and record.exc_info[0]:
            kind, err, stack = record.exc_info
            told.update(stackTrace=traceback.format_tb(stack), errorType=kind.__name__, errorMessage=str(err))
        told["requestId"] = record.aws_request_id
        if "errorType" in told:
            told["location"] = "%s:%s:%d" % (record.pathname, record.funcName, record.lineno)
        for name, value in vars(record).items():
            if name not in self.known and value is not None:
                told.setdefault(name, value)
        return json.dumps(told, ensure_ascii=False) + "\n"


class LogHandler(logging.Handler):
    """Sends the logging module's records to the log, with their request id."""

    def __init__(self, log):
        super().__init__()
        self.log = log
        if wants_json():
            self.setFormatter(JSONFormatter())
            level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
            level = logging.getLevelName({"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(level, level))
            if isinstance(level, int):
                logging.getLogger().setLevel(level)
            return
        formatter = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
                                      "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def emit(self, record):
        record.aws_request_id = self.log.request_id
        self.log.write(self.format(record))


class Refusal(Exception):
    """A failure that is told by Lambda's own type, and without a stack."""

    def __init__(self, error_type, message):
        super().__init__(message)
        self.error_type = error_type


def describe(err, request_id):
    """Return how a failure is told. The first two frames of its stack are ours."""
    if isinstance(err, Refusal):
        return {"errorMessage": str(err), "errorType": err.error_type, "requestId": request_id, "stackTrace": []}
    frames = traceback.extract_tb(err.__traceback__)[2:]
    return {
        "errorMessage": str(err),
        "errorType": type(err).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def load(name):
    """Find the function that a handler's name, such as dir/module.name, stands for."""
    try:
        module_name, attribute = name.rsplit(".", 1)
    except ValueError as err:
        raise Refusal("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, err)) from None
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as err:
        raise Refusal("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, err)) from None
    except SyntaxError as err:
        raise Refusal("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, err)) from None
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise Refusal("Runtime.HandlerNotFound",
                      "Handler '%s' missing on module '%s'" % (attribute, module_name)) from None


def call(handler, headers, body):
    """Give the handler an event and return its answer as JSON."""
    trace_id = headers.get("lambda-runtime-trace-id")
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    answer = handler(json.loads(body.decode("utf-8")), Context(headers))
    try:
        return json.dumps(answer, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError) as err:
        raise Refusal("Runtime.MarshalError", "Unable to marshal response: %s" % err) from None


def encode(told):
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace")


def lead_names():
    """Lead connections to AWS's endpoints to the addresses that the variables name.

    They are set where the process shares the machine's network, and the names
    would lead to AWS.
    """
    http, https = os.environ.pop("_CLOUDLESS_HTTP", ""), os.environ.pop("_CLOUDLESS_HTTPS", "")
    if not https:
        return
    addresses = {"80": http, "http": http, "443": https, "https": https}
    resolve = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name and ENDPOINT.search(name):
            address = addresses.get(str(port))
            host, port = address.rsplit(":", 1) if address else ("127.0.0.1", port)
        return resolve(host, port, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def main():
    lead_names()
    log = Log()
    api = Connection(sys.argv.pop(1) if len(sys.argv) > 1 else "", os.environ.get("AWS_LAMBDA_RUNTIME_API", ""))
    if len(sys.argv) > 1:
        del sys.argv[1]
        import cloudless_wait  # pylint: disable=import-outside-toplevel

        cloudless_wait.wait(api)
    logging.getLogger().addHandler(LogHandler(log))  # now the function's variables are there
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as err:  # whatever a module may raise while it loads
        told = describe(err, "")
        log.failure(told)
        api.fail("/init/error", encode(told), told["errorType"])
        sys.exit(1)

    headers, body = api.next()
    while True:
        request_id = log.request_id = headers["lambda-runtime-aws-request-id"]
        path = "/invocation/%s/" % request_id
        try:
            answer, error_type = call(handler, headers, body), None
            path += "response"
        except Exception as err:  # whatever a handler may raise
            told = describe(err, request_id)
            log.failure(told)
            answer, error_type = encode(told), told["errorType"]
            path += "error"
        sys.stdout.flush()
        log.request_id = ""
        headers, body = api.answer(path, answer, error_type)


main()
