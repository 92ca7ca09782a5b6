// What every plugin may do: log, tell progress, look at the clock. A component puts the host's calls in place of these
// fakes, which keep the lines in `host.lines` for tests to look at.

const START_MS = 1_767_225_600_000;

export const host = {
  lines: [],
  log(level, message, fields) { host.lines.push([level, message, fields]); },
  /** `done` of `total` in the unit of the phase. */
  report(phase, done, total) {},
  /** Whether the job was asked to stop: to be asked between long operations. */
  cancelled() { return false; },
  /** Milliseconds since the Unix epoch. */
  nowMs() { return START_MS; },
  /** Parks this call; a step that must wait longer than some seconds answers `wait`. */
  sleepMs(milliseconds) {},
};
