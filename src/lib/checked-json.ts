/** What tells whether a value is of a type; a compiled schema does. */
interface Check<T> {
  Check(value: unknown): value is T
}

/** What was kept as JSON; null for nothing, for what is no JSON, and for what is not of the schema. */
export function checkedJson<T>(schema: Check<T>, kept: Uint8Array | string | null): T | null {
  if (kept === null) return null
  try {
    const value: unknown = JSON.parse(typeof kept === 'string' ? kept : textOf(kept))
    return schema.Check(value) ? value : null
  } catch {
    return null
  }
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString()
}
