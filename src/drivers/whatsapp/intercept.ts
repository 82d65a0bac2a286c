import type { EventEmitter } from 'node:events'
import type { BinaryNode } from './engine/engine.ts'

/** What must be done before the engine sees a stanza, for it acknowledges those that it sees. */
export type Before = (node: BinaryNode) => Promise<void> | void

/**
 * Puts `before` in front of the engine's own listeners of an event of its socket. `before` begins for each stanza at once, so that those
 * that came together can be kept together; the listeners get them in the order in which they came, each when its `before` is done.
 * After one that failed they get nothing any more, so that nothing is acknowledged, and `failed` is called once.
 */
export function intercept(ws: EventEmitter, event: string, before: Before, failed: (why: string) => void): void {
  const listeners = ws.listeners(event)
  if (listeners.length === 0) throw new Error(`the engine does not listen to ${event}`)
  ws.removeAllListeners(event)
  let tail: Promise<void> | undefined
  let isBroken = false
  const pass = (node: BinaryNode) => {
    if (!isBroken) for (const listener of listeners) Reflect.apply(listener, ws, [node])
  }
  const breakOff = (trouble: unknown) => {
    if (isBroken) return
    isBroken = true
    failed(`a stanza could not be kept: ${trouble instanceof Error ? trouble.message : 'for an unknown reason'}`)
  }
  ws.on(event, (node: BinaryNode) => {
    let kept: Promise<void> | void
    try {
      kept = before(node)
    } catch (trouble) {
      breakOff(trouble)
      return
    }
    if (tail === undefined && !(kept instanceof Promise)) {
      pass(node)
      return
    }
    // Its rejection is looked at when its turn comes; until then it is nobody's.
    if (kept instanceof Promise) kept.catch(breakOff)
    const previous = tail
    const mine = (async () => {
      await previous
      await kept
      pass(node)
    })().catch(breakOff)
    tail = mine
    void mine.then(() => {
      if (tail === mine) tail = undefined
    })
  })
}
