"""What a Python function says, on its way to the log.

Each message goes out as one frame on a pipe of its own, so that a message of many
lines stays one event. It is text, or a JSON object where the function is
configured so.
"""

import _thread
import io
import json
import logging
import os
import struct
import sys
import time
import traceback

FRAME = 0xA55A0003  # a message with its time in microseconds
LOG_TIME = "%Y-%m-%dT%H:%M:%SZ"  # of what is logged as JSON


class Log:
    """What is logged, each message whole, on a pipe of its own."""

    def __init__(self):
        self.fd = int(os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", 0))
        self.request_id = ""
        self.pid = os.getpid()
        self.lock = _thread.RLock()  # a handler of a signal may log while its thread does
        self.printed = []
        if self.fd:
            sys.stdout = self.stream(sys.stdout)
            sys.stderr = self.stream(sys.stderr)

    def stream(self, old):
        """Return a stream in the place of one of the language's own, in order with the log."""
        printed = Printed(self, old.fileno(), old.name)
        self.printed.append(printed)
        stream = io.TextIOWrapper(printed, encoding="utf-8", errors=old.errors, write_through=True)
        stream.mode = old.mode
        return stream

    def flush(self):
        """Pass on what was printed without an end of its line."""
        for printed in self.printed:
            printed.end()

    def write(self, message):
        if not self.fd:
            sys.stdout.write(message)
            return
        self.send(message.encode("utf-8", "backslashreplace"))

    def send(self, data):
        data = struct.pack(">IIQ", FRAME, len(data), int(time.time() * 1000) * 1000) + data
        if os.getpid() != self.pid:  # a child's lock may be one that nobody gives back
            self.put(data)
            return
        with self.lock:
            self.put(data)

    def put(self, data):
        while data:
            data = data[os.write(self.fd, data):]

    def failure(self, told):
        if wants_json():
            self.write(json.dumps(dict({"timestamp": time.strftime(LOG_TIME, time.gmtime()), "level": "ERROR"}, **told),
                                  ensure_ascii=False) + "\n")
            return
        head = "[ERROR]"
        if told["errorType"]:
            head += " " + told["errorType"]
        if told["errorMessage"]:
            head += (": " if told["errorType"] else " ") + told["errorMessage"]
        lines = [head, "Traceback (most recent call last):"]
        for line in "".join(told["stackTrace"]).splitlines():
            text = line.lstrip(" ")
            # Blanks that survive in consoles that cut what leads a line.
            lines.append("\u00a0" * (len(line) - len(text)) + text)
        self.write("\n".join(lines) + "\n")


class Printed(io.RawIOBase):
    """Takes what is printed, and sends each line on the pipe of the log.

    On a pipe of its own it would lose its order among the lines of the log.
    """

    longest = 256 << 10  # of what waits for the end of its line

    def __init__(self, log, fd, name):
        super().__init__()
        self.name = name
        self.log = log
        self.fd = fd
        self.lock = _thread.RLock()
        self.rest = b""
        self.torn = False  # the beginning of the line has been sent

    def writable(self):
        return True

    def fileno(self):
        return self.fd

    def write(self, data):
        data = bytes(data)
        if os.getpid() != self.log.pid:  # a child's frames could be torn by its parent's
            return os.write(self.fd, data)
        with self.lock:
            self.take(data)
        return len(data)

    def take(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line or not self.torn:
                self.log.send(line + b"\n")
            self.torn = False
        if len(self.rest) > self.longest:
            self.end()
            self.torn = True

    def end(self):
        with self.lock:
            if self.rest:
                rest, self.rest = self.rest, b""
                self.log.send(rest)


def wants_json():
    """Tell whether the function wants its log to be JSON."""
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


class JSONFormatter(logging.Formatter):
    """Makes objects of records, with what a caller has added to them."""

    known = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) - {"taskName"} | {"aws_request_id", "exc_text", "stack_info"}

    def format(self, record):
        record.levelno = min(50, max(0, record.levelno)) // 10 * 10
        record.levelname = logging.getLevelName(record.levelno)
        told = {
            "timestamp": time.strftime(LOG_TIME, time.gmtime(record.created)),
            "level": record.levelname,
            # An object by itself stays one.
            "message": record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage(),
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
        # What is no JSON is told as text, and nothing is lost for it.
        return json.dumps(told, ensure_ascii=False, default=str) + "\n"


class LogHandler(logging.Handler):
    """Sends the logging module's records to the log, with their request id."""

    def __init__(self, log):
        super().__init__()
        self.log = log
        logging.Formatter.converter = time.gmtime  # of the function's own formatters, too
        if wants_json():
            self.setFormatter(JSONFormatter())
            level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
            level = logging.getLevelName({"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(level, level))
            if isinstance(level, int):
                logging.getLogger().setLevel(level)
            return
        formatter = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
                                      "%Y-%m-%dT%H:%M:%S")
        self.setFormatter(formatter)

    def emit(self, record):
        record.aws_request_id = self.log.request_id
        self.log.write(self.format(record))
