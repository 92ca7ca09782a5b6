"""Between a plugin's Python and the component's exports: errors in both directions, and who the plugin is. Only the
component modules use it; it cannot be imported outside of a component."""

import functools
import json
import traceback

from componentize_py_types import Err
from wit_world.exports import metadata
from wit_world.imports import errors

from . import PluginError, log

TRACE_LINES_MAX = 20


def describe(plugin):
    return metadata.Description(plugin.name, plugin.version, plugin.summary, json.dumps(plugin.schema))


def guarded(call):
    """A `PluginError` is answered to the host; any other exception is logged with its lines, and answered too."""

    @functools.wraps(call)
    def wrapper(*arguments):
        try:
            return call(*arguments)
        except PluginError as error:
            raise Err(record(error)) from None
        except Exception as error:
            lines = traceback.format_exc().strip().splitlines()[-TRACE_LINES_MAX:]
            for line in lines:
                log("error", line)
            wrong = PluginError("other", "plugin.exception", f"the plugin failed: {type(error).__name__}: {error}", lines[-3:-1])
            raise Err(record(wrong)) from None

    return wrapper


def record(error):
    kind = errors.ErrorKind[error.kind.upper().replace("-", "_")]
    return errors.Error(kind, error.code, error.message, error.causes)


def host_call(call):
    """A call of the host, whose error becomes a `PluginError`."""

    @functools.wraps(call)
    def wrapper(*arguments):
        try:
            return call(*arguments)
        except Err as err:
            error = err.value
            kind = error.kind.name.lower().replace("_", "-")
            raise PluginError(kind, error.code, error.message, error.causes) from None

    return wrapper
