import { NO_EPOCH } from '../cluster/ownership.ts'
import type { Residents } from '../cluster/residents.ts'
import { Serial } from '../lib/serial.ts'
import { within } from '../lib/within.ts'
import type { Epoch, InstanceId } from '../model/ids.ts'
import type { InstanceRow } from '../model/instance.ts'
import type { QueueSize, Store } from '../storage/store.ts'
import type { Instance } from './instance.ts'
import type { Node } from './node.ts'
import type { QueueSizes } from './record.ts'

/** So long a delivery may go on that is under way when its instance goes to another node. */
const DRAIN_MS = 500
/** So long an instance may take to come to its end: its calls wait. */
const LET_GO_MS = 1200

/** All instances by their ids. */
interface Place {
  get(id: InstanceId): Instance | undefined
  /** Puts one in the place of what was known of it until now; `NO_EPOCH` where it is another node's. */
  put(row: InstanceRow, epoch: Epoch, sizes: QueueSizes): Instance
}

/** Of all instances, which ones live here: those whose lease this node has. The others are shadows, by what the store tells of them. */
export class Residency implements Residents {
  readonly #node: Node
  readonly #place: Place
  readonly #catchingUp = new Serial()
  /** By which epoch each has lived here last that does no more. */
  readonly #ended = new Map<InstanceId, Epoch>()
  /** What another node has changed of these while they seemed to be here is not known. */
  #doubtful = new Set<InstanceId>()
  /** Up to where of `RegisterRevision.instances` the shadows go. */
  #known: number
  #stopping = false

  constructor(node: Node, place: Place, known: number) {
    this.#node = node
    this.#place = place
    this.#known = known
  }

  /** Nothing comes to life any more. */
  stop(): void {
    this.#stopping = true
  }

  async adopt(leases: ReadonlyMap<InstanceId, Epoch>): Promise<ReadonlySet<InstanceId>> {
    const { store, log } = this.#node
    const ids = [...leases.keys()]
    const rows = await store.instances.some(ids)
    const sizes = await readSizes(store, ids)
    const failed = new Map<InstanceId, unknown>()
    if (this.#stopping) return new Set()
    const born: Instance[] = []
    for (const row of inOrderOfCreation(rows)) {
      const epoch = leases.get(row.id)
      // Made here.
      if (epoch === undefined || this.#place.get(row.id)?.epoch === epoch) continue
      this.#end(row.id)
      born.push(this.#place.put(row, epoch, sizes(row.id)))
    }
    const lives = born.map((instance) =>
      this.#bringToLife(instance).catch((error: unknown) => {
        failed.set(instance.id, error)
        // Another owner's by now, or the store failed: then it is tried again from the beginning.
        if (this.#place.get(instance.id) === instance) this.lose(instance.id)
      }),
    )
    await Promise.all(lives)
    if (failed.size > 0) {
      const error = new AggregateError(failed.values(), 'not every instance could be brought to life')
      log.error({ error, instances: failed.size }, error.message)
    }
    return new Set(failed.keys())
  }

  async #bringToLife(instance: Instance): Promise<void> {
    if (instance.deletedAt !== null) return
    await instance.life.recover()
    await instance.life.start()
  }

  async letGo(id: InstanceId): Promise<void> {
    const instance = this.#place.get(id)
    if (instance?.isHere !== true) return
    this.#ended.set(id, instance.epoch)
    const { clock, log } = this.#node
    const ending = instance.life.letGo(DRAIN_MS).catch((error: unknown) => {
      log.error({ idInstance: id, error }, 'an instance that goes to another node did not end well')
    })
    // What hangs then is cut off by the move: nothing of it can be stored.
    await within(clock, LET_GO_MS, ending, undefined)
  }

  lose(id: InstanceId): void {
    const row = this.#end(id)
    if (row === undefined) return
    this.#place.put(row, NO_EPOCH, EMPTY)
    this.#doubtful.add(id)
  }

  /** What is known of it, where it was here. */
  #end(id: InstanceId): InstanceRow | undefined {
    const instance = this.#place.get(id)
    if (instance?.isHere !== true) return undefined
    this.#ended.set(id, instance.epoch)
    instance.life.abandon()
    return instance.row
  }

  hasEnded(id: InstanceId, epoch: Epoch): boolean {
    return this.#ended.get(id) === epoch
  }

  hasSession(id: InstanceId): boolean {
    return this.#place.get(id)?.life.hasSession ?? false
  }

  isBusy(id: InstanceId): boolean {
    return this.#place.get(id)?.life.isLinking ?? false
  }

  /** Takes over what other nodes have made and changed up to this revision of `RegisterRevision.instances`. */
  catchUp(revision: number): Promise<void> {
    return this.#catchingUp.run(async () => {
      const doubtful = this.#doubtful
      if (revision <= this.#known && doubtful.size === 0) return
      this.#doubtful = new Set()
      try {
        this.#follow(await this.#changes(revision, doubtful))
      } catch (error) {
        for (const id of doubtful) this.#doubtful.add(id)
        throw error
      }
      this.#known = Math.max(revision, this.#known)
    })
  }

  async #changes(revision: number, doubtful: ReadonlySet<InstanceId>): Promise<readonly InstanceRow[]> {
    const { instances } = this.#node.store
    const doubted = doubtful.size === 0 ? [] : await instances.some([...doubtful])
    const changed = revision <= this.#known ? [] : await instances.changedSince(this.#known)
    return inOrderOfCreation([...new Map([...doubted, ...changed].map((row) => [row.id, row])).values()])
  }

  #follow(rows: readonly InstanceRow[]): void {
    for (const row of rows) {
      // What is here is newer here.
      if (this.#place.get(row.id)?.isHere !== true) this.#place.put(row, NO_EPOCH, EMPTY)
    }
  }
}

export const EMPTY: QueueSizes = {}

export type SizesOf = (instance: InstanceId) => QueueSizes

export const NO_SIZES: SizesOf = () => EMPTY

/** How full the queues of these are, of all where none are named. */
export async function readSizes(store: Store, of?: readonly InstanceId[]): Promise<SizesOf> {
  const outboxes = bySize(await store.outbox.sizes(of))
  const mailboxes = bySize(await store.mailbox.sizes(of))
  return (instance) => {
    const [outbox, mailbox] = [outboxes.get(instance), mailboxes.get(instance)]
    if (outbox === undefined && mailbox === undefined) return EMPTY
    return { ...(outbox && { outbox }), ...(mailbox && { mailbox }) }
  }
}

function bySize(sizes: readonly QueueSize[]): ReadonlyMap<InstanceId, QueueSize> {
  return new Map(sizes.map((size) => [size.instance, size]))
}

/** Ids tell the order within one messenger only. */
export function inOrderOfCreation(rows: readonly InstanceRow[]): readonly InstanceRow[] {
  return rows.toSorted((a, b) => a.createdAt - b.createdAt || a.id - b.id)
}
