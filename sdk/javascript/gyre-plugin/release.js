// What a guest says of itself in os-release(5).

// Whole lines, each matched in one pass; a guest may have lines of megabytes.
const LINE_CHARS_MAX = 4096;
const LINE = /^\s*([A-Za-z_0-9]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'#]*))\s*$/;

/** Names and values; empty where the guest has no such file, and without what cannot be read in it. */
export function osRelease(root) {
  const text = root.readText('/etc/os-release') || root.readText('/usr/lib/os-release');
  const values = {};
  for (const line of text.split('\n')) {
    const found = line.length <= LINE_CHARS_MAX ? LINE.exec(line) : null;
    if (found) values[found[1]] = found[2]?.replace(/\\(.)/g, '$1') ?? found[3] ?? found[4];
  }
  return values;
}
