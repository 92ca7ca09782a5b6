"""What a guest says of itself in os-release(5)."""

import shlex


def os_release(root):
    """Names and values; empty where the guest has no such file, and without what cannot be read in it."""
    text = root.read_text("/etc/os-release") or root.read_text("/usr/lib/os-release")
    values = {}
    for line in text.splitlines():
        name, found, value = line.strip().partition("=")
        if found and not name.startswith("#"):
            try:
                values[name] = "".join(shlex.split(value, comments=True))
            except ValueError:
                continue
    return values
