"""A process that waits for a function it does not know yet.

It loads what many functions load, and then asks who it is. What it has loaded is
forgotten again where the function or its layers bring something of the same name,
so that each finds its own.
"""

import importlib
import json
import os
import sys

# What many functions load: of the language, and of the SDK where there is one.
LIKELY = ("base64", "collections", "concurrent.futures", "copy", "datetime", "decimal", "functools", "hashlib", "hmac",
          "http.client", "inspect", "random", "ssl", "tempfile", "threading", "typing", "urllib.parse", "urllib.request",
          "uuid", "zipfile")
PRACTICE = {"AWS_ACCESS_KEY_ID": "practice", "AWS_SECRET_ACCESS_KEY": "practice", "AWS_DEFAULT_REGION": "us-east-1"}


def wait(api):
    """Return when a function has come, with the environment as it wants it."""
    own = set(sys.modules)
    for name in LIKELY:
        try:
            importlib.import_module(name)
        except ImportError:
            pass  # an older or smaller Python
    language = set(sys.modules)
    os.environ.update(PRACTICE)
    practise()
    told = json.loads(api.ask("/cloudless/adoption").decode("utf-8"))
    os.environ.clear()
    os.environ.update(told["variables"])
    os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", None)  # the log has it
    os.chdir(told["directory"])
    # Directories that were not there are remembered as such.
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    forget(own, language)


def practise():
    """Load the SDK, and make the clients whose descriptions take long to read."""
    try:
        import boto3  # pylint: disable=import-outside-toplevel
    except ImportError:
        return
    session = boto3.session.Session()  # and not the default one, which the function makes
    session.client("dynamodb")
    session.resource("dynamodb")
    session.client("s3")


def forget(own, language):
    """Forget modules that the function has under the same name, and with one of the
    SDK's all of it: what belongs together is loaded from one place."""
    brought = set()
    for directory in [os.environ["LAMBDA_TASK_ROOT"]] + [d for d in sys.path if d.startswith("/opt/")]:
        try:
            brought.update(name.split(".")[0] for name in os.listdir(directory))
        except OSError:
            pass  # no layer has it
    sdk = set(sys.modules) - language
    if any(name.split(".")[0] in brought for name in sdk):
        brought.update(name.split(".")[0] for name in sdk)
    for name in set(sys.modules) - own:
        if name.split(".")[0] in brought:
            del sys.modules[name]
