"""Write gyre plugins in Python. A plugin is a class `Plugin` in `plugin.py` that derives from one of `Source`,
`Destination` and `OsMorphing`. It sees the host only through what its calls are handed and what is in here; outside
of a component those calls go to the fakes of `gyre_plugin.fake`, so that a plugin is tested as ordinary Python.
This module knows no platform and no operating system."""

import json

from . import host
from .errors import PluginError
from .release import os_release
from .root import Root

__all__ = ["Destination", "Match", "OsMorphing", "PluginError", "Root", "Source", "host", "log", "os_release"]

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


class _Plugin:
    """Who a plugin is. `schema` is a JSON Schema of its options."""

    name = "unnamed"
    version = "0.1.0"
    summary = ""
    schema = NO_OPTIONS


class OsMorphing(_Plugin):
    """Changes an offline guest. Both calls may be repeated on the same root."""

    def detect(self, root):
        """Looks, changes nothing; answers a `Match`, or `None`: not mine."""
        raise unwritten("detect")

    def morph(self, root, vm, morphing, config):
        """Makes the guest boot at the destination; `config` is a dict."""
        raise unwritten("morph")


class _Verbs(_Plugin):
    """Calls that are not written answer with an error that names them: a plugin grows call by call. Their
    arguments and answers are those of wit/plugin.wit, with underscores; `config` is JSON text there and here."""

    verbs = ()

    def check(self, config, vm):
        return []

    def options(self, config, names):
        return []

    def __getattr__(self, name):
        if name in type(self).verbs:
            raise unwritten(name)
        raise AttributeError(name)


class Source(_Verbs):
    """Reads machines from where they are."""

    verbs = ("list_vms", "get_vm", "power_off", "ensure_snapshot", "release_snapshot", "open_disk", "extents", "read")


class Destination(_Verbs):
    """Creates disks and machines where they go."""

    verbs = (
        "ensure_disks", "describe_disks", "remove_disks",
        "ensure_worker", "describe_worker", "remove_worker",
        "ensure_checkpoint", "remove_checkpoint", "ensure_clone", "remove_clone", "restore_checkpoint",
        "plan_morphing", "ensure_instance", "describe_instance", "remove_instance",
    )


def unwritten(verb):
    return PluginError("other", "plugin.not-written", f"this plugin does not do {verb.replace('_', '-')} yet")


def options(config):
    """The options as a dict; an empty text counts as none."""
    try:
        return json.loads(config or "{}")
    except ValueError as error:
        raise PluginError("invalid", "config.invalid", "the options are no JSON", [str(error)]) from error
