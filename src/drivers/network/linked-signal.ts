/** A signal that aborts when any of the others does, until `over`; it leaves nothing behind at those that live long. */
export function linkedSignal(...others: readonly AbortSignal[]): {
  readonly signal: AbortSignal
  readonly over: () => void
} {
  const controller = new AbortController()
  const abort = () => controller.abort()
  for (const other of others) {
    other.addEventListener('abort', abort)
    if (other.aborted) abort()
  }
  const over = () => {
    for (const other of others) other.removeEventListener('abort', abort)
  }
  return { signal: controller.signal, over }
}
