// Puts the `plugin` of `plugin.js` behind the exports of the world `osmorphing-plugin`: what a component is made of.

import { plugin } from '../plugin.js';
import { guarded, hostCall, metadataOf } from './glue.js';
import { options, Root } from './index.js';

const CALLS = ['stat', 'readDir', 'readFile', 'writeFile', 'makeDir', 'symlink', 'readLink', 'remove', 'rename', 'run'];

// The host's root, with its errors as `PluginError`.
const lent = (root) => new Root(Object.fromEntries(CALLS.map((name) => [name, hostCall((...given) => root[name](...given))])));

export const metadata = metadataOf(plugin);

export const osmorphing = {
  detect: guarded((root) => plugin.calls.detect(lent(root))),
  morph: guarded((root, vm, morphing, config) => plugin.calls.morph(lent(root), vm, morphing, options(config))),
};
