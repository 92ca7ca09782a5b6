// The plugin over a guest's root in memory: no WebAssembly, no host.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeRoot, morphing, vm } from './gyre-plugin/fake.js';
import { plugin } from './plugin.js';

const { detect, morph } = plugin.calls;
const guest = () => new FakeRoot({ '/etc/os-release': 'ID={{name}}\nVERSION_ID=1\n' });

test('only its own guests are detected', () => {
  assert.deepEqual(detect(guest()), { distribution: '{{name}}', version: '1', score: 100 });
  assert.equal(detect(new FakeRoot()), undefined);
  assert.equal(detect(new FakeRoot({ '/etc/os-release': 'ID=other\n' })), undefined);
});

test('morphing twice is morphing once', () => {
  const root = guest();
  morph(root, vm(), morphing(), {});
  const once = root.listing();
  assert.match(root.readText('/etc/modules-load.d/gyre.conf'), /virtio_blk/);
  morph(root, vm(), morphing(), {});
  assert.deepEqual(root.listing(), once);
});
