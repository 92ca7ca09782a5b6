// The one error shape of gyre, as a JavaScript error.

const KINDS = ['invalid', 'denied', 'not-found', 'conflict', 'unavailable', 'cancelled', 'other'];

/** Answered to the host: `kind` says what to do next (only `unavailable` is retried), `code` is dotted and stable,
 * `message` one sentence for a person, `causes` come outermost first. */
export class PluginError extends Error {
  constructor(kind, code, message, causes = []) {
    if (!KINDS.includes(kind)) throw new TypeError(`${kind} is none of ${KINDS.join(', ')}`);
    super(message);
    Object.assign(this, { kind, code, causes });
  }
}
