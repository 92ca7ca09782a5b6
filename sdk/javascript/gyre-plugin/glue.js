// Between a plugin's JavaScript and the component's exports: errors in both directions, who the plugin is, and the host's
// calls in place of the fakes. Only the component modules use it; it cannot be imported outside of a component.

import { write } from 'gyre:host/log@0.1.0';
import { cancelled, report } from 'gyre:host/progress@0.1.0';
import { now, sleep } from 'gyre:host/clock@0.1.0';
import { PluginError } from './errors.js';
import { host } from './host.js';

const TRACE_LINES_MAX = 20;

Object.assign(host, {
  log: (level, message, fields) => write(level, message, fields),
  report: (phase, done, total) => report(phase, BigInt(done), total === undefined ? undefined : BigInt(total)),
  cancelled: () => cancelled(),
  nowMs: () => Number(now()),
  sleepMs: (milliseconds) => sleep(milliseconds),
});

/** The export `metadata` of every world. */
export const metadataOf = ({ name, version, summary, schema }) => ({
  describe: () => ({ name, version, summary, configSchema: JSON.stringify(schema) }),
});

/** A `PluginError` is answered to the host; any other error is logged with its lines, and answered too. */
export const guarded = (call) => (...given) => {
  try {
    return call(...given);
  } catch (error) {
    throw error instanceof PluginError ? record(error) : record(wrong(error));
  }
};

function wrong(error) {
  const lines = String(error?.stack ?? '').trim().split('\n').slice(0, TRACE_LINES_MAX);
  for (const line of [String(error), ...lines]) write('error', line, []);
  return new PluginError('other', 'plugin.exception', `the plugin failed: ${error}`, lines.slice(0, 2));
}

const record = ({ kind, code, message, causes }) => ({ kind, code, message, causes });

/** A call of the host, whose error becomes a `PluginError`. */
export const hostCall = (call) => (...given) => {
  try {
    return call(...given);
  } catch (error) {
    const { kind, code, message, causes } = error?.payload ?? error;
    throw kind === undefined ? error : new PluginError(kind, code, message, causes);
  }
};
