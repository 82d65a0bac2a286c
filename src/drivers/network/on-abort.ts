/** Tells of an abort as a value. `off` once nobody waits for it. */
export function onAbort(signal: AbortSignal): { readonly aborted: Promise<'aborted'>; readonly off: () => void } {
  let abort: () => void = () => undefined
  const aborted = new Promise<'aborted'>((resolve) => {
    abort = () => resolve('aborted')
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
  return { aborted, off: () => signal.removeEventListener('abort', abort) }
}

/** Asked anew each time: it changes while something is waited for. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
