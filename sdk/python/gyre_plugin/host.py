"""What every plugin may do: log, tell progress, look at the clock. Inside of a component these are the host's;
elsewhere the lines are kept in `lines` for tests to look at, and time stands still."""

try:
    from wit_world.imports import clock as _clock, log as _log, progress as _progress
except ImportError:
    _clock = _log = _progress = None

lines = []


def write_log(level, message, fields):
    if _log is None:
        lines.append((level, message, fields))
    else:
        _log.write(_log.Level[level.upper()], message, fields)


def report(phase, done, total=None):
    if _progress is not None:
        _progress.report(phase, done, total)


def cancelled():
    """Whether the job was asked to stop: to be asked between long operations."""
    return _progress is not None and _progress.cancelled()


def now_ms():
    """Milliseconds since the Unix epoch."""
    return 1_767_225_600_000 if _clock is None else _clock.now()


def sleep_ms(milliseconds):
    """Parks this call; a step that must wait longer than some seconds answers `wait`."""
    if _clock is not None:
        _clock.sleep(milliseconds)
