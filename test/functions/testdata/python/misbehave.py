import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request


def crash(_):
    os.kill(os.getpid(), signal.SIGSEGV)


def hang(_):
    while True:
        pass


def forks(_):
    """Each process starts as many as it can."""
    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(3600)


def memory(_):
    everything = []
    while True:
        everything.append(bytearray(b"x" * (8 << 20)))


def disk(_):
    with open("/tmp/full", "wb", buffering=0) as file:
        while True:
            file.write(bytes(8 << 20))


def print_much(_):
    line = "0123456789abcde " * 1024
    for _ in range(100_000_000 // len(line)):
        print(line)
    return "printed"


def close(_):
    for fd in (0, 1, 2):
        os.close(fd)
    return "closed"


def twice(request_id):
    post("invocation/%s/response" % request_id, b'"first"')
    post("invocation/%s/response" % request_id, b'"second"')
    return "third"


def garbage(request_id):
    post("invocation/%s/response" % request_id, b'{"no json')
    return "too late"


def rubbish(_):
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    for data in (b"\x00\xff\n\n", b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"a" * (1 << 20)):
        with socket.create_connection((host, int(port))) as connection:
            try:
                connection.sendall(data)
            except OSError:
                pass
    return "still here"


def post(path, body):
    url = "http://%s/2018-06-01/runtime/%s" % (os.environ["AWS_LAMBDA_RUNTIME_API"], path)
    try:
        urllib.request.urlopen(urllib.request.Request(url, body, method="POST")).read()
    except urllib.error.HTTPError:
        pass


FAULTS = {
    "nothing": lambda _: "well", "crash": crash, "exit": lambda _: os._exit(3), "hang": hang, "forks": forks,
    "memory": memory, "disk": disk, "print": print_much, "close": close, "twice": twice, "garbage": garbage, "rubbish": rubbish,
    "leave": lambda _: sys.exit(4),
}


def handler(event, context):
    return FAULTS[event](context.aws_request_id)
