// UTF-8, for engines with a TextDecoder.

/** Text of bytes; what is no UTF-8 becomes a replacement character. */
export const text = (data) => new TextDecoder().decode(data);

/** Bytes of text. */
export const bytes = (data) => new TextEncoder().encode(data);
