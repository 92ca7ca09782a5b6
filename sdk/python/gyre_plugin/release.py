"""What a guest says of itself in os-release(5)."""

import re

# Whole lines, each matched in one pass: a guest may have lines of megabytes.
_LINE = re.compile(r"""\s*([A-Za-z_0-9]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'#]*))\s*""")
LINE_CHARS_MAX = 4096


def os_release(root):
    """Names and values; empty where the guest has no such file, and without what cannot be read in it."""
    text = root.read_text("/etc/os-release") or root.read_text("/usr/lib/os-release")
    values = {}
    for line in text.split("\n"):
        found = _LINE.fullmatch(line) if len(line) <= LINE_CHARS_MAX else None
        if found:
            name, double, single, bare = found.groups()
            values[name] = re.sub(r"\\(.)", r"\1", double) if double is not None else single or bare or ""
    return values
