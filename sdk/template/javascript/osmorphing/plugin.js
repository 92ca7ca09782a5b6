// {{summary}}

import { log, osMorphing, osRelease } from './gyre-plugin/index.js';

export const plugin = osMorphing({ name: '{{name}}', summary: '{{summary}}' }, {
  detect(root) {
    const release = osRelease(root);
    if (release.ID === '{{name}}') {
      return { distribution: '{{name}}', version: release.VERSION_ID ?? '', score: 100 };
    }
  },

  morph(root, vm, morphing, config) {
    log('info', "loading virtio's modules early", { machine: vm.name });
    root.write('/etc/modules-load.d/gyre.conf', 'virtio_blk\nvirtio_net\n');
  },
});
