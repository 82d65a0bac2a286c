const KEY_BYTES = 16

/** A random key for `Idempotency-Key`. Not crypto.randomUUID, which a page on plain http does not have. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
