//! One SSH client for the whole host: pinned host keys, programs, byte streams, keys derived from the host's own.
