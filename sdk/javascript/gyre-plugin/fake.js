// A guest's root in memory, for tests: `new FakeRoot({ '/etc/os-release': 'ID=x\n' })` is handed to `detect` and `morph`. It
// follows links to files and directories as the host does, and knows no permissions.

import { PluginError } from './errors.js';
import { Root } from './root.js';
import { bytes } from './text.js';

const LINKS_MAX = 40;

export class FakeRoot extends Root {
  /** `files` maps paths to text or bytes; `programs` maps names to `program(root, argv)`, which answers
   * `{ status, stdout, stderr }` with bytes. */
  constructor(files = {}, programs = {}) {
    const tree = new Tree(programs);
    super(tree);
    this.tree = tree;
    tree.owner = this;
    for (const [path, data] of Object.entries(files)) this.write(path, data);
  }

  /** The programs that ran, with their arguments. */
  get ran() { return this.tree.ran; }

  /** Every path with what it is: equal listings are equal trees. */
  listing() { return Object.fromEntries([...this.tree.nodes].sort(([a], [b]) => (a < b ? -1 : 1))); }
}

/** A machine as `morph` is handed one. */
export const vm = (fields = {}) => ({ id: 'vm-1', name: 'web', disks: [], nics: [], ...fields });

/** What the destination asks of `morph`. */
export const morphing = (fields = {}) => ({ hypervisor: 'kvm', setDhcp: true, macs: [], ...fields });

const absent = (path) => new PluginError('not-found', 'rootfs.not-found', `there is no ${path} in the guest`);
const wrongKind = (path, kind) => new PluginError('conflict', 'rootfs.wrong-kind', `${path} is a ${kind}`);
const parent = (path) => path.slice(0, path.lastIndexOf('/')) || '/';

// The calls of `gyre:host/rootfs`. A node has a `kind`: directory, regular or symlink.
class Tree {
  constructor(programs) {
    this.nodes = new Map([['/', { kind: 'directory', mode: 0o755 }]]);
    this.programs = programs;
    this.ran = [];
  }

  resolve(path, follow = true) {
    const todo = path.split('/').reverse();
    let at = [];
    for (let links = 0; todo.length > 0;) {
      const name = todo.pop();
      if (name === '' || name === '.') continue;
      if (name === '..') { at.pop(); continue; }
      const node = this.nodes.get(`/${[...at, name].join('/')}`);
      if (node?.kind !== 'symlink' || !(follow || todo.length > 0)) { at.push(name); continue; }
      if (++links > LINKS_MAX) throw new PluginError('invalid', 'rootfs.link-loop', `too many links in ${path}`);
      if (node.target.startsWith('/')) at = [];
      todo.push(...node.target.split('/').reverse());
    }
    return `/${at.join('/')}`;
  }

  node(path, kind) {
    const node = this.nodes.get(this.resolve(path));
    if (node === undefined) throw absent(path);
    if (node.kind !== kind) throw wrongKind(path, node.kind);
    return node;
  }

  stat(path) {
    const node = this.nodes.get(this.resolve(path, false));
    return node && { fileType: node.kind, mode: node.mode, uid: 0, gid: 0, size: BigInt(node.data?.length ?? 0) };
  }

  readDir(path) {
    this.node(path, 'directory');
    const below = this.resolve(path).replace(/\/?$/, '/');
    const names = [...this.nodes.keys()].filter((name) => name.startsWith(below)).map((name) => name.slice(below.length));
    return names.filter((name) => name !== '' && !name.includes('/')).sort();
  }

  readFile(path) { return this.node(path, 'regular').data; }

  writeFile(path, mode, data) {
    this.node(parent(path), 'directory');
    this.nodes.set(this.resolve(path, false), { kind: 'regular', mode, data: Uint8Array.from(data) });
  }

  makeDir(path, mode) {
    let at = '';
    for (const name of this.resolve(path).split('/').filter(Boolean)) {
      at += `/${name}`;
      const node = this.nodes.get(at) ?? { kind: 'directory', mode };
      if (node.kind !== 'directory') throw wrongKind(at, node.kind);
      this.nodes.set(at, node);
    }
  }

  symlink(path, target) { this.nodes.set(this.resolve(path, false), { kind: 'symlink', mode: 0o777, target }); }

  readLink(path) {
    const node = this.nodes.get(this.resolve(path, false));
    if (node?.kind !== 'symlink') throw absent(path);
    return node.target;
  }

  remove(path) {
    const gone = this.resolve(path, false);
    for (const name of [...this.nodes.keys()]) {
      if (name === gone || name.startsWith(`${gone}/`)) this.nodes.delete(name);
    }
  }

  rename(from, to) {
    const [old, now] = [this.resolve(from, false), this.resolve(to, false)];
    if (!this.nodes.has(old)) throw absent(from);
    for (const [name, node] of [...this.nodes]) {
      if (name !== old && !name.startsWith(`${old}/`)) continue;
      this.nodes.delete(name);
      this.nodes.set(now + name.slice(old.length), node);
    }
  }

  run({ argv }) {
    const program = this.programs[argv[0].split('/').pop()];
    if (!program) {
      throw new PluginError('not-found', 'rootfs.program-not-found', `there is no program ${argv[0]} in the guest`);
    }
    this.ran.push(argv.join(' '));
    return { stdout: bytes(''), stderr: bytes(''), ...program(this.owner, argv) };
  }
}
