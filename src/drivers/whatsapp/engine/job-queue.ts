import { Serial } from '../../../lib/serial.ts'

type Job = () => Promise<unknown>

/**
 * Stands in for the queue of the engine's signal library, which runs the jobs on a remote address one after the other. The original
 * has one queue for the whole process, so that sessions that talk to the same person wait for each other, and it runs a job that had to
 * wait in the asynchronous context of the one before it, which is another session's transaction. Here each owner has queues of its
 * own, and a job keeps its caller's context. `ownerOf` tells whom the code that calls is working for.
 */
export function makeJobQueue(ownerOf: () => object | undefined): (address: unknown, job: Job) => Promise<unknown> {
  const nobody = {}
  const queues = new WeakMap<object, Map<unknown, { readonly serial: Serial; count: number }>>()
  return async (address, job) => {
    const owner = ownerOf() ?? nobody
    const mine = queues.get(owner) ?? new Map<unknown, { readonly serial: Serial; count: number }>()
    queues.set(owner, mine)
    const queue = mine.get(address) ?? { serial: new Serial(), count: 0 }
    mine.set(address, queue)
    queue.count += 1
    try {
      return await queue.serial.run(async () => job())
    } finally {
      queue.count -= 1
      if (queue.count === 0) mine.delete(address)
    }
  }
}
