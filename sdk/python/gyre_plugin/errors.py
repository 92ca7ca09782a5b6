"""The one error shape of gyre, as a Python exception."""

KINDS = ("invalid", "denied", "not-found", "conflict", "unavailable", "cancelled", "other")


class PluginError(Exception):
    """Answered to the host: `kind` says what to do next (only `unavailable` is retried), `code` is dotted and
    stable, `message` one sentence for a person, `causes` come outermost first."""

    def __init__(self, kind, code, message, causes=()):
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
        super().__init__(f"{message} [{code}]")
        self.kind, self.code, self.message, self.causes = kind, code, message, list(causes)
