"""The mounted root of the machine being morphed. Paths are absolute inside it and cannot leave it. Over the host's
handle, or over memory in tests: both have the calls of the WIT's `rootfs`."""

from .errors import PluginError

TAIL_CHARS_MAX = 2_000


class Root:
    """`calls` has the methods of `gyre:host/rootfs` and raises `PluginError`."""

    def __init__(self, calls):
        self._calls = calls

    def stat(self, path):
        """What is there, or `None`; a link at the end is not followed."""
        return self._calls.stat(path)

    def exists(self, path):
        """Whether anything is there, a dangling link included."""
        return self.stat(path) is not None

    def read_dir(self, path):
        """Names in a directory, sorted; none when it is not there."""
        return _or_absent(lambda: self._calls.read_dir(path), [])

    def read(self, path):
        """A file's bytes, at most 16 MiB; `None` when no regular file is there."""
        return _or_absent(lambda: self._calls.read_file(path), None)

    def read_text(self, path):
        """A file's text; empty when it is not there."""
        return (self.read(path) or b"").decode("utf-8", "replace")

    def write(self, path, data, mode=0o644):
        """Replaces or makes a file in one step, with its directories."""
        self.make_dir(path.rsplit("/", 1)[0] or "/")
        self._calls.write_file(path, mode, data.encode() if isinstance(data, str) else data)

    def make_dir(self, path, mode=0o755):
        """With its parents; no error when it is there."""
        if path != "/":
            self._calls.make_dir(path, mode)

    def symlink(self, path, target):
        """Replaces a link or file of that path."""
        self._calls.symlink(path, target)

    def read_link(self, path):
        return self._calls.read_link(path)

    def remove(self, path):
        """With everything below; no error when nothing is there."""
        self._calls.remove(path)

    def rename(self, old, new):
        self._calls.rename(old, new)

    def run(self, *argv, stdin=b"", env=(), timeout_ms=None):
        """Runs a program of the guest and answers what it wrote; another status than 0 is an error."""
        status, stdout, stderr = self._calls.run(list(argv), list(env), stdin, timeout_ms)
        if status != 0:
            tail = (stderr or stdout).decode("utf-8", "replace").strip()[-TAIL_CHARS_MAX:]
            raise PluginError("other", "guest.program", f"{' '.join(argv)} ended with {status}", [tail])
        return stdout.decode("utf-8", "replace")


def _or_absent(call, absent):
    try:
        return call()
    except PluginError as error:
        if error.kind == "not-found":
            return absent
        raise
