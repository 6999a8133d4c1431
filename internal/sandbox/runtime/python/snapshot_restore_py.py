"""The module that AWS's runtimes of Python have for functions with SnapStart.

Functions load it whether or not there is ever a snapshot, and here there is none: what
they register is kept, and nobody calls it.
"""

_before_snapshot = []
_after_restore = []


def register_before_snapshot(func, *args, **kwargs):
    """Have func called before a snapshot; also a decorator."""
    _before_snapshot.append((func, args, kwargs))
    return func


def register_after_restore(func, *args, **kwargs):
    """Have func called after a snapshot has been restored; also a decorator."""
    _after_restore.append((func, args, kwargs))
    return func


def get_before_snapshot():
    """Return what was registered to be called before a snapshot."""
    return _before_snapshot


def get_after_restore():
    """Return what was registered to be called after a snapshot has been restored."""
    return _after_restore
