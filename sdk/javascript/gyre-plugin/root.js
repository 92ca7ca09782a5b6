// The mounted root of the machine being morphed. Paths are absolute inside it and cannot leave it. Over the host's handle,
// or over memory in tests: both have the calls of the WIT's `rootfs`.

import { PluginError } from './errors.js';
import { bytes, text } from './text.js';

const TAIL_CHARS_MAX = 2_000;

export class Root {
  #calls;

  /** `calls` has the methods of `gyre:host/rootfs` and throws `PluginError`. */
  constructor(calls) { this.#calls = calls; }

  /** What is there, or `undefined`; a link at the end is not followed. */
  stat(path) { return this.#calls.stat(path); }

  /** Whether anything is there, a dangling link included. */
  exists(path) { return this.stat(path) !== undefined; }

  /** Names in a directory, sorted; none when it is not there. */
  readDir(path) { return orAbsent(() => this.#calls.readDir(path), []); }

  /** A file's bytes, at most 16 MiB; `undefined` when it is not there. */
  read(path) { return orAbsent(() => this.#calls.readFile(path), undefined); }

  /** A file's text; empty when it is not there. */
  readText(path) { return text(this.read(path) ?? new Uint8Array()); }

  /** Replaces or makes a file in one step, with its directories. */
  write(path, data, mode = 0o644) {
    this.makeDir(path.slice(0, path.lastIndexOf('/')) || '/');
    this.#calls.writeFile(path, mode, typeof data === 'string' ? bytes(data) : data);
  }

  /** With its parents; no error when it is there. */
  makeDir(path, mode = 0o755) { if (path !== '/') this.#calls.makeDir(path, mode); }

  /** Replaces a link or file of that path. */
  symlink(path, target) { this.#calls.symlink(path, target); }

  readLink(path) { return this.#calls.readLink(path); }

  /** With everything below; no error when nothing is there. */
  remove(path) { this.#calls.remove(path); }

  rename(from, to) { this.#calls.rename(from, to); }

  /** Runs a program of the guest and answers what it wrote; another status than 0 is an error. */
  run(argv, { env = [], stdin = new Uint8Array(), timeoutMs } = {}) {
    const { status, stdout, stderr } = this.#calls.run({ argv, env, stdin, timeoutMs });
    if (status !== 0) {
      const tail = text(stderr.length > 0 ? stderr : stdout).trim().slice(-TAIL_CHARS_MAX);
      throw new PluginError('other', 'guest.program', `${argv.join(' ')} ended with ${status}`, [tail]);
    }
    return text(stdout);
  }
}

function orAbsent(call, absent) {
  try {
    return call();
  } catch (error) {
    if (error instanceof PluginError && error.kind === 'not-found') return absent;
    throw error;
  }
}
