// Write gyre plugins in JavaScript. A plugin is an object `plugin` in `plugin.js`, made by one of `osMorphing`, `source`
// and `destination`. It sees the host only through what its calls are handed and what is in here; outside of a
// component `host` keeps the lines of the log, so that a plugin is tested as ordinary JavaScript. This module knows no
// platform and no operating system.

import { PluginError } from './errors.js';
import { host } from './host.js';

export { PluginError } from './errors.js';
export { osRelease } from './release.js';
export { Root } from './root.js';
export { host } from './host.js';

const NO_OPTIONS = { type: 'object', additionalProperties: false };

/** Writes a line in the log of this call; `level` is trace, debug, info, warn or error. */
export function log(level, message, fields = {}) {
  host.log(level, message, Object.entries(fields).map(([key, value]) => [key, String(value)]));
}

/** A plugin that changes an offline guest: `detect(root)` and `morph(root, vm, morphing, config)`. */
export const osMorphing = (about, calls) => plugin(about, calls, ['detect', 'morph']);

/** A plugin that reads machines from where they are; its calls are those of wit/plugin.wit. */
export const source = (about, calls) => plugin(about, { check: () => [], ...calls }, [
  'listVms', 'getVm', 'powerOff', 'ensureSnapshot', 'releaseSnapshot', 'openDisk', 'extents', 'read',
]);

/** A plugin that creates disks and machines where they go; its calls are those of wit/plugin.wit. */
export const destination = (about, calls) => plugin(about, { check: () => [], options: () => [], ...calls }, [
  'ensureDisks', 'describeDisks', 'removeDisks', 'ensureWorker', 'describeWorker', 'removeWorker',
  'ensureCheckpoint', 'removeCheckpoint', 'ensureClone', 'removeClone', 'restoreCheckpoint',
  'planMorphing', 'ensureInstance', 'describeInstance', 'removeInstance',
]);

// Calls that are not written answer with an error that names them: a plugin grows call by call.
function plugin({ name, version = '0.1.0', summary, schema = NO_OPTIONS }, calls, verbs) {
  const made = { name, version, summary, schema, calls: { ...calls } };
  for (const verb of verbs) made.calls[verb] ??= () => { throw unwritten(verb); };
  return made;
}

function unwritten(verb) {
  const shown = verb.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new PluginError('other', 'plugin.not-written', `this plugin does not do ${shown} yet`);
}

/** The options as an object; an empty text counts as none. */
export function options(config) {
  try {
    return JSON.parse(config || '{}');
  } catch (error) {
    throw new PluginError('invalid', 'config.invalid', 'the options are no JSON', [String(error)]);
  }
}
