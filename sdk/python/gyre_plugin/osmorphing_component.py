"""Puts `plugin.Plugin` behind the exports of the world `osmorphing-plugin`: what componentize-py makes the component
of. Nothing else names the generated modules of that world."""

from wit_world import exports
from wit_world.exports import osmorphing
from wit_world.imports import exec as exec_

from plugin import Plugin

from . import Root, options
from .glue import describe, guarded, host_call

_plugin = Plugin()


class Metadata(exports.Metadata):
    def describe(self):
        return describe(_plugin)


class _Calls:
    """The host's root, with its errors as `PluginError`."""

    def __init__(self, root):
        self._root = root

    def __getattr__(self, name):
        return host_call(getattr(self._root, name))

    def run(self, argv, env, stdin, timeout_ms):
        done = host_call(self._root.run)(exec_.Command(argv, env, stdin, timeout_ms))
        return done.status, bytes(done.stdout), bytes(done.stderr)


class Osmorphing(exports.Osmorphing):
    @guarded
    def detect(self, root):
        found = _plugin.detect(Root(_Calls(root)))
        return found and osmorphing.OsMatch(found.distribution, found.version, found.score)

    @guarded
    def morph(self, root, vm, morphing, config):
        _plugin.morph(Root(_Calls(root)), vm, morphing, options(config))
