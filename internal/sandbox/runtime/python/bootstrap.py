"""The runtime of Python functions.

Asks the Runtime API for an event, calls the handler with it, and sends back what
became of it:

    python bootstrap.py [SOCKET [wait]]

SOCKET is the path of a unix socket on which the Runtime API answers; without it,
AWS_LAMBDA_RUNTIME_API names host and port. With "wait", the function is not known
yet: cloudless_wait.py. One program serves Python 3.6 to the
newest.
"""

import atexit
import importlib
import itertools
import json
import logging
import os
import re
import site
import socket
import sys
import time
import traceback

from cloudless_log import Log, LogHandler

BASE = "/2018-06-01/runtime"
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

    def ask(self, *paths):
        """Return what paths have, one after the other, or end."""
        self.socket.sendall("".join("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, self.host) for path in paths).encode())
        return (self.event()[1] for _ in paths)

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


class Record:
    """Attributes, by the names that a class gives, and None for those that are missing."""

    __slots__ = ()

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self):
        return "%s([%s])" % (type(self).__name__, ",".join("%s=%s" % (name, getattr(self, name)) for name in self.__slots__))


class Client(Record):
    """What context.client_context.client is: whatever the caller sent."""

    __slots__ = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]


class ClientContext(Record):
    """What the caller sent beside the event."""

    __slots__ = ["custom", "env", "client"]

    def __init__(self, values):
        super().__init__(values)
        self.client = None if self.client is None else Client(self.client)


class CognitoIdentity(Record):
    """Who called, if a user of Cognito's did."""

    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]


class LambdaContext:
    """The handler's second argument."""

    _w3c_fields = ("traceparent", "tracestate", "baggage")

    def __init__(self, headers, log):
        env = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = env.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = None
        client = parse(headers.get("lambda-runtime-client-context"), "Client Context")
        self._w3c = {}
        if isinstance(client, dict):
            fields = client.pop("w3c", None)
            if isinstance(fields, dict):
                self._w3c = {name: fields[name] for name in self._w3c_fields if isinstance(fields.get(name), str)}
        self.client_context = None if client is None else ClientContext(client)
        caller = parse(headers.get("lambda-runtime-cognito-identity"), "Cognito Identity") or {}
        self.identity = CognitoIdentity({
            "cognito_identity_id": caller.get("cognitoIdentityId"),
            "cognito_identity_pool_id": caller.get("cognitoIdentityPoolId"),
        })
        self._epoch_deadline_time_in_ms = int(headers["lambda-runtime-deadline-ms"])
        self._log = log

    def get_remaining_time_in_millis(self):
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def w3c(self):
        """Return the context of the trace that the caller sent with the client context."""
        return dict(self._w3c)

    def log(self, message):
        self._log.write(str(message))

    def __repr__(self):
        names = ("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
                 "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id")
        return "LambdaContext([%s])" % ",".join("%s=%s" % (name, getattr(self, name)) for name in names)


def parse(header, name):
    """Return what a header has as JSON, or None without it."""
    if not header:
        return None
    try:
        return json.loads(header)
    except ValueError as err:
        raise Refusal("Runtime.LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (name, err)) from None


class Refusal(Exception):
    """A failure that is told by Lambda's own type, and without a stack of its own."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.trace = list(trace)


def describe(err, request_id):
    """Return how a failure is told."""
    if isinstance(err, Refusal):
        error_type, trace = err.error_type, err.trace
    else:
        error_type, trace = type(err).__name__, traceback.format_list(frames(err.__traceback__))
    return {"errorMessage": str(err), "errorType": error_type, "requestId": request_id, "stackTrace": trace}


def frames(stack):
    """Return the frames of a stack from the first that is not ours, if there is one.

    Without the columns that Python knows since 3.11: nothing underlines them.
    """
    found = [(f.filename, f.lineno, f.name, f.line) for f in traceback.extract_tb(stack)]
    return list(itertools.dropwhile(lambda frame: "/bootstrap.py" in frame[0], found)) or found


def load(name):
    """Find the function that a handler's name, such as dir/module.name, stands for."""
    try:
        module_name, attribute = name.rsplit(".", 1)
    except ValueError as err:
        raise Refusal("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, err)) from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Refusal("Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as err:
        raise Refusal("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, err)) from None
    except SyntaxError as err:
        raise Refusal("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, err),
                      ['  File "%s" Line %s\n    %s' % (err.filename, err.lineno, err.text)]) from None
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise Refusal("Runtime.HandlerNotFound",
                      "Handler '%s' missing on module '%s'" % (attribute, module_name)) from None


class Encoder(json.JSONEncoder):
    """Makes JSON of answers: numbers of decimals, to their last digit, and text of bytes.

    Encoders take no number but Python's own, so a decimal goes as a text with a mark,
    which nobody knows, and loses mark and quotes in the end.
    """

    # Runtimes that write letters beyond ASCII as escapes.
    escaping = {"AWS_Lambda_python3.%d" % minor for minor in range(6, 12)}

    def __init__(self):
        super().__init__(ensure_ascii=os.environ.get("AWS_EXECUTION_ENV") in self.escaping)
        self.mark = ""

    def default(self, o):
        decimal = sys.modules.get("decimal")  # who has made one has loaded it
        if decimal and isinstance(o, decimal.Decimal):
            if o.is_nan():
                return float("nan")
            self.mark = self.mark or os.urandom(16).hex()
            return self.mark + str(o)
        if isinstance(o, bytes):
            return o.decode("utf-8")
        return super().default(o)

    def encode(self, o):
        text = super().encode(o)
        return re.sub('"%s([^"]*)"' % self.mark, r"\1", text) if self.mark else text


def call(handler, headers, body, log):
    """Give the handler an event and return its answer as JSON, or as the bytes that it is."""
    trace_id = headers.get("lambda-runtime-trace-id")
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    context = LambdaContext(headers, log)
    answer = handler(event_of(body), context)
    if isinstance(answer, bytes):
        return answer
    try:
        return Encoder().encode(answer).encode("utf-8")
    except Exception as err:  # whatever an encoder may raise
        raise Refusal("Runtime.MarshalError", "Unable to marshal response: %s" % err) from None


def event_of(body):
    try:
        return json.loads(body.decode("utf-8"))
    except Exception as err:  # one that is nested too deep, for example
        told = str(err).replace(" from a unicode string", " from a string")  # as simplejson says it, which AWS's client has
        raise Refusal("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % told) from None


def encode(told):
    return Encoder().encode(told).encode("utf-8", "backslashreplace")


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


def begin_like_others():
    """Do what the language does when it starts, but for finding the machine's packages.

    It was told not to: a function that was tried with what happens to be installed on
    this machine would miss it elsewhere, and packages of the machine may run code of their
    own in every process.
    """
    site.setquit()
    site.setcopyright()
    site.sethelper()


def find_packages():
    """Have what layers and the runtime bring found, and return where the layers' lies.

    Who sets PYTHONPATH names the layers there, as on AWS; the runtime's is found nevertheless.
    """
    *layers, packages = os.environ["_CLOUDLESS_PYTHON"].split(":")
    if "PYTHONPATH" in os.environ:
        sys.path.append(packages)
        return []
    sys.path[:0] = layers + [packages]
    return layers


def settle(layers):
    """Do with the paths what depends on the function."""
    runtime, packages = os.environ["LAMBDA_RUNTIME_DIR"], os.environ.pop("_CLOUDLESS_PYTHON").split(":")[-1]
    # A process that the function starts finds the SDK by it.
    os.environ.setdefault("PYTHONPATH", "%s:%s" % (runtime, packages))
    root = os.environ["LAMBDA_TASK_ROOT"]
    sys.path.insert(0, root)
    for directory in [root] + layers:
        try:
            names = os.listdir(directory)
        except OSError:
            continue  # no layer has it
        if any(name.endswith(".pth") for name in names):
            site.addsitedir(directory)


def main():
    begin_like_others()
    layers = find_packages()
    lead_names()
    log = Log()
    atexit.register(log.flush)
    api = Connection(sys.argv.pop(1) if len(sys.argv) > 1 else "", os.environ.get("AWS_LAMBDA_RUNTIME_API", ""))
    if len(sys.argv) > 1:
        del sys.argv[1]
        import cloudless_wait  # pylint: disable=import-outside-toplevel

        cloudless_wait.wait(api)
    else:
        site.execsitecustomize()  # which a wrapper may have put into the path
    logging.getLogger().addHandler(LogHandler(log))  # now the function's variables are there
    settle(layers)
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as err:  # whatever a module may raise while it loads
        told = describe(err, "")
        log.flush()
        log.failure(told)
        api.fail("/init/error", encode(told), told["errorType"])
        sys.exit(1)

    headers, body = api.next()
    while True:
        request_id = log.request_id = headers["lambda-runtime-aws-request-id"]
        path = "/invocation/%s/" % request_id
        try:
            answer, error_type = call(handler, headers, body, log), None
            path += "response"
        except Exception as err:  # whatever a handler may raise
            told = describe(err, request_id)
            log.failure(told)
            answer, error_type = encode(told), told["errorType"]
            path += "error"
        log.flush()
        log.request_id = ""
        headers, body = api.answer(path, answer, error_type)


main()
