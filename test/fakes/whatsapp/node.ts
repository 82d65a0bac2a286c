/** A stanza, as the engine's codec reads and writes it. */
export interface Node {
  readonly tag: string
  readonly attrs: Record<string, string>
  readonly content?: Node[] | Uint8Array | string | undefined
}
