"""Write gyre plugins for OS morphing in Python. A plugin is a class `Plugin` in `plugin.py` that derives from
`OsMorphing`. It sees the host only through what its calls are handed and what is in here; outside of a component
those calls go to the fakes of `gyre_plugin.fake`, so that a plugin is tested as ordinary Python. This module knows no
platform, and of operating systems only os-release."""

import json

from . import host
from .errors import PluginError
from .release import os_release
from .root import Root

__all__ = ["Match", "OsMorphing", "PluginError", "Root", "host", "log", "os_release"]

NO_OPTIONS = {"type": "object", "additionalProperties": False}


def log(level, message, **fields):
    """Writes a line in the log of this call; `level` is trace, debug, info, warn or error."""
    host.write_log(level, message, [(key, str(value)) for key, value in fields.items()])


class Match:
    """What `detect` found; `score` is 0 to 100, and the highest of all configured plugins morphs."""

    def __init__(self, distribution, version, score):
        self.distribution, self.version, self.score = distribution, version, score

    def __eq__(self, other):
        return isinstance(other, Match) and vars(self) == vars(other)

    def __repr__(self):
        return f"Match({self.distribution!r}, {self.version!r}, {self.score})"


class OsMorphing:
    """Changes an offline guest. `schema` is a JSON Schema of the options. Both calls may be repeated on the same root."""

    name = "unnamed"
    version = "0.1.0"
    summary = ""
    schema = NO_OPTIONS

    def detect(self, root):
        """Looks, changes nothing; answers a `Match`, or `None`: not mine."""
        raise unwritten("detect")

    def morph(self, root, vm, morphing, config):
        """Makes the guest boot at the destination; `config` is a dict of the options, `vm` and `morphing` have the fields
        of wit/plugin.wit, with underscores."""
        raise unwritten("morph")


def unwritten(call):
    return PluginError("other", "plugin.not-written", f"this plugin does not do {call} yet")


def options(config):
    """The options as a dict; an empty text counts as none."""
    try:
        return json.loads(config or "{}")
    except ValueError as error:
        raise PluginError("invalid", "config.invalid", "the options are no JSON", [str(error)]) from error
