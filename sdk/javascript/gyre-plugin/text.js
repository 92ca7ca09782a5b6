// UTF-8 by hand: not every JavaScript engine has a TextDecoder.

const REPLACEMENT = '\ufffd';
/** Lengths of sequences by their first byte, with the bits that it holds and the least that they may stand for. */
const SEQUENCES = [[0x80, 0x00, 1, 0], [0xe0, 0xc0, 2, 0x80], [0xf0, 0xe0, 3, 0x800], [0xf8, 0xf0, 4, 0x10000]];
const PIECE = 4096;

/** Text of bytes; what is no UTF-8 becomes replacement characters. */
export function text(data) {
  let all = '';
  let piece = [];
  for (let at = 0; at < data.length;) {
    const [point, length] = decoded(data, at);
    at += length;
    piece.push(point);
    if (piece.length === PIECE) {
      all += String.fromCodePoint(...piece);
      piece = [];
    }
  }
  return all + String.fromCodePoint(...piece);
}

// The code point at a place, and how many bytes it takes.
function decoded(data, at) {
  const bad = [REPLACEMENT.codePointAt(0), 1];
  const [mask, , length, least] = SEQUENCES.find(([mask, head]) => (data[at] & mask) === head) ?? [];
  if (length === undefined || at + length > data.length) return bad;
  let point = data[at] & ~mask;
  for (let next = at + 1; next < at + length; next++) {
    if ((data[next] & 0xc0) !== 0x80) return bad;
    point = (point << 6) | (data[next] & 0x3f);
  }
  const isWrong = point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000);
  return isWrong ? bad : [point, length];
}

/** Bytes of text. */
export function bytes(data) {
  const all = [];
  for (const character of data) {
    const point = character.codePointAt(0);
    const [, head, length] = SEQUENCES.find(([, , , least], at) => point < (SEQUENCES[at + 1]?.[3] ?? Infinity) && point >= least);
    for (let shift = 6 * (length - 1); shift >= 0; shift -= 6) {
      const bits = (point >> shift) & (shift === 6 * (length - 1) ? 0xff : 0x3f);
      all.push(shift === 6 * (length - 1) ? head | bits : 0x80 | bits);
    }
  }
  return Uint8Array.from(all);
}
