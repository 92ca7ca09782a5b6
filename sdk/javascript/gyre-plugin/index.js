// Write gyre plugins for OS morphing in JavaScript. A plugin is an object `plugin` in `plugin.js`, made by `osMorphing`. It sees
// the host only through what its calls are handed and what is in here; outside of a component `host` keeps the lines of the
// log, so that a plugin is tested as ordinary JavaScript. This module knows no platform, and of operating systems only
// os-release.

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

/** A plugin that changes an offline guest: `detect(root)` and `morph(root, vm, morphing, config)`, with records as in
 * wit/plugin.wit, in camel case. `schema` is a JSON Schema of the options. */
export function osMorphing({ name, version = '0.1.0', summary, schema = NO_OPTIONS }, calls) {
  const unwritten = (call) => () => {
    throw new PluginError('other', 'plugin.not-written', `this plugin does not do ${call} yet`);
  };
  return { name, version, summary, schema, calls: { detect: unwritten('detect'), morph: unwritten('morph'), ...calls } };
}

/** The options as an object; an empty text counts as none. */
export function options(config) {
  try {
    return JSON.parse(config || '{}');
  } catch (error) {
    throw new PluginError('invalid', 'config.invalid', 'the options are no JSON', [String(error)]);
  }
}
