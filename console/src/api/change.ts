import { useMutation, useQueryClient, type QueryKey, type UseMutationResult } from '@tanstack/react-query'
import { useRef } from 'react'
import { asFault, type ApiFault } from './fault.ts'
import { randomKey } from './key.ts'

const RETRIES = 2
const RETRY_DELAY_MS = 700

export interface Change<I, T> {
  /** Asks the server for the change; `key` goes into its `Idempotency-Key`. */
  readonly send: (input: I, key: string) => Promise<T>
  /** What is out of date after it. */
  readonly stale?: readonly QueryKey[]
  readonly onDone?: (result: T, input: I) => void
  readonly onFault?: (fault: ApiFault, input: I) => void
}

/**
 * A change on the server. Each click has a key of its own, which its repeats keep: those made here while no answer comes, and a second
 * click on the same thing while nobody knows what became of the first. So nothing is bought, sent or made twice.
 */
export function useChange<I = void, T = unknown>(change: Change<I, T>): UseMutationResult<T, ApiFault, I> {
  const client = useQueryClient()
  const keys = useRef(new ClickKeys())
  return useMutation<T, ApiFault, I>({
    mutationFn: async (input) => {
      try {
        return await change.send(input, keys.current.keyFor(input))
      } catch (error) {
        throw asFault(error)
      }
    },
    retry: (failures, fault) => fault.code === 'network' && failures < RETRIES,
    retryDelay: RETRY_DELAY_MS,
    onSuccess: async (result, input) => {
      keys.current.settle()
      await Promise.all((change.stale ?? []).map((queryKey) => client.invalidateQueries({ queryKey })))
      change.onDone?.(result, input)
    },
    onError: (fault, input) => {
      if (!fault.isUncertain) keys.current.settle()
      change.onFault?.(fault, input)
    },
  })
}

/** Which key a click sends: the last one as long as it asks for the same and the last outcome is unknown. */
class ClickKeys {
  #pending: { readonly input: string; readonly key: string } | null = null

  keyFor(input: unknown): string {
    const asked = JSON.stringify({ input })
    if (this.#pending?.input !== asked) this.#pending = { input: asked, key: randomKey() }
    return this.#pending.key
  }

  settle(): void {
    this.#pending = null
  }
}
