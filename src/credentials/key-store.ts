/** A data key as it may be stored: which master key wrapped it, and the wrapped bytes (base64). */
export type WrappedKey = { keyId: string; wrappedKey: string };

/**
 * Master keys: they wrap the data keys that seal secrets and never leave their store.
 *
 * Shapes: data keys are 32 bytes. `context` binds a wrapped key to its place: unwrapping with another one fails.
 * Throws: `credentials.key_unknown`, `credentials.not_readable` (changed, or of another place), `credentials.keys_away`.
 * Replay: not pure; call it inside a step.
 */
export type KeyStore = {
  readonly id: string;
  wrap(dataKey: Uint8Array, context: string): Promise<WrappedKey>;
  unwrap(wrapped: WrappedKey, context: string): Promise<Uint8Array>;
  /** A new master key that wraps from now on; the old ones still unwrap. Returns its id. Throws `credentials.rotate_elsewhere`. */
  rotate(): Promise<string>;
  currentKeyId(): Promise<string>;
};
