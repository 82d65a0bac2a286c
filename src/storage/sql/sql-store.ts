import type { Clock } from '../../lib/clock.ts'
import type { Seal } from '../../lib/seal.ts'
import type { Store } from '../store.ts'
import { accountReads, auditReads, eventReads } from './account-reads.ts'
import { billingReads } from './billing-reads.ts'
import { createClusterStore } from './cluster-sql-store.ts'
import { integer, integerOrNull, text } from './columns.ts'
import { deliveryReads } from './delivery-reads.ts'
import { DeliverySweep } from './delivery-sweep.ts'
import type { Engine } from './engine.ts'
import { LaterIndexes } from './later-indexes.ts'
import { fileReads, journalReads, usageReads } from './journal-reads.ts'
import { expireMailbox } from './mailbox-expiry.ts'
import { MessageSweep } from './message-sweep.ts'
import * as rows from './rows.ts'
import { peopleReads } from './people-reads.ts'
import { places, type Param } from './statement.ts'
import { sweep } from './sweeps.ts'

const QUEUED = `select o.position, o.message_id, o.at, o.claim_epoch, o.claim_deadline, m.body
  from outbox o join message m on m.instance_id = o.instance_id and m.id = o.message_id and m.by_api = 1
  where o.instance_id = ?`

const INSTANCE = `select id, account_id, messenger, name, token, settings, state, linked, created_at, deleted_at,
  receipts_up_to, last_sent_at, tariff, paid_until from instance`
const OUTBOX_SIZES = 'select instance_id, count(*) as count, max(position) as last from outbox'
const MAILBOX_SIZES = 'select instance_id, count(*) as count, max(receipt_id) as last from mailbox'

/** Each gives one row or none. */
const LOOKUPS = {
  lastId: { sql: 'select value from sequence where messenger = ?', columns: 'messenger text' },
  nextQueued: {
    sql: `${QUEUED} and o.claim_epoch is null order by o.position limit 1`,
    columns: 'instance_id bigint',
  },
  head: {
    sql: 'select receipt_id, body, at from mailbox where instance_id = ? order by receipt_id limit 1',
    columns: 'instance_id bigint',
  },
  secret: {
    sql: 'select value from secret where instance_id = ? and name = ?',
    columns: 'instance_id bigint, name text',
  },
  answer: {
    sql: 'select body_hash, answer from answer where scope = ? and key = ?',
    columns: 'scope text, key text',
  },
} as const

const READS = {
  instances: `${INSTANCE} order by id`,
  instancesSince: `${INSTANCE} where listed > ? order by id`,
  states: 'select state, wid, at from state_history where instance_id = ? order by seq desc limit ?',
  claimed: `${QUEUED} and o.claim_epoch is not null order by o.position`,
  queued: `${QUEUED} and o.position > ? order by o.position limit ?`,
  waiting:
    'select receipt_id, body, at from mailbox where instance_id = ? and receipt_id > ? order by receipt_id limit ?',
  // No range of names: how a database sorts them is its own affair.
  secrets: 'select name, value from secret where instance_id = ? and substr(name, 1, ?) = ?',
  allSecrets: 'select name, value, until from secret where instance_id = ?',
  ping: 'select 1 as answers',
} as const

const TAKE_ALL = `update lease set owner = ?, epoch = epoch + 1, expires_at = null returning instance_id, epoch`

/**
 * The store's port on an engine: what all databases have in common, which is everything but how statements get to them. `nodes` is the engine of
 * what nodes tell each other.
 */
export function createSqlStore(engine: Engine, seal: Seal, clock: Clock, nodes = engine): Store {
  const engines = new Set([engine, nodes])
  const index = new LaterIndexes(engine, clock)
  const sweeps = { messages: new MessageSweep(engine), deliveries: new DeliverySweep(engine) }
  return {
    commit(batch) {
      index.note(batch)
      return engine.commit(batch)
    },
    accounts: accountReads(engine, seal),
    billing: billingReads(engine),
    people: peopleReads(engine, seal),
    audit: auditReads(engine),
    events: eventReads(engine),
    instances: instances(engine, seal),
    leases: {
      async takeAll(owner) {
        const taken = await engine.write(TAKE_ALL, [owner])
        return new Map(taken.rows.map((row) => [rows.instanceId(row), rows.epoch(row)]))
      },
    },
    ...(engine.dialect.sharedByServers && { cluster: createClusterStore(nodes) }),
    journal: journalReads(engine, index),
    usage: usageReads(engine),
    files: fileReads(engine),
    deliveries: deliveryReads(engine, index),
    ...queues(engine),
    ...sealed(engine, seal),
    sweep: (what, before, limit) => sweep(engine, index, sweeps, what, before, limit),
    async ping() {
      // The way that writes take: a database that only reads is of no use.
      await engine.write(READS.ping, [])
    },
    endWithin(ms) {
      for (const each of engines) each.endWithin?.(ms)
    },
    async close() {
      index.close()
      await Promise.all(Array.from(engines, (each) => each.close()))
    },
  }
}

function instances(engine: Engine, seal: Seal): Store['instances'] {
  const { numbers, sharedByServers } = engine.dialect
  const some = `${INSTANCE} where id in (${numbers}) order by id`
  const read = async (sql: string, params: readonly Param[]) =>
    (await engine.read(sql, params)).map((row) => rows.instanceRow(row, seal))
  return {
    all: () => read(READS.instances, []),
    some: (ids) => read(some, [JSON.stringify(ids)]),
    // Where nobody else writes, nothing changes behind anyone's back.
    changedSince: async (revision) => (sharedByServers ? read(READS.instancesSince, [revision]) : []),
    async lastId(messenger) {
      const row = await engine.lookup(LOOKUPS.lastId, [messenger])
      return row === undefined ? 0 : integer(row, 'value')
    },
    states: async (instance, count) => (await engine.read(READS.states, [instance, count])).map(rows.stateChange),
  }
}

function queueSizes(engine: Engine, sizes: string): Store['outbox']['sizes'] {
  const ofSome = `${sizes} where instance_id in (${engine.dialect.numbers}) group by instance_id`
  const ofAll = `${sizes} group by instance_id`
  return async (of) => {
    const found = of === undefined ? await engine.read(ofAll, []) : await engine.read(ofSome, [JSON.stringify(of)])
    return found.map(rows.queueSize)
  }
}

function queues(engine: Engine): Pick<Store, 'outbox' | 'mailbox'> {
  return {
    outbox: {
      sizes: queueSizes(engine, OUTBOX_SIZES),
      async next(instance) {
        const row = await engine.lookup(LOOKUPS.nextQueued, [instance])
        return row === undefined ? null : rows.queuedMessage(row)
      },
      claimed: async (instance) => (await engine.read(READS.claimed, [instance])).map(rows.claimedMessage),
      list: async (instance, limit, after = 0) =>
        (await engine.read(READS.queued, [instance, after, limit])).map(rows.queuedMessage),
    },
    mailbox: {
      sizes: queueSizes(engine, MAILBOX_SIZES),
      async head(instance) {
        const row = await engine.lookup(LOOKUPS.head, [instance])
        return row === undefined ? null : rows.notification(row)
      },
      list: async (instance, limit, after = 0) =>
        (await engine.read(READS.waiting, [instance, after, limit])).map(rows.notification),
      expire: (before, owner, spared) => expireMailbox(engine, before, owner, spared),
    },
  }
}

/** What only the seal opens. */
function sealed(engine: Engine, seal: Seal): Pick<Store, 'secrets' | 'answers'> {
  return {
    secrets: {
      async get(instance, name) {
        const row = await engine.lookup(LOOKUPS.secret, [instance, name])
        return row === undefined ? null : seal.openBytes(text(row, 'value'), places.secret(instance, name))
      },
      async list(instance, prefix) {
        const found = await engine.read(READS.secrets, [instance, prefix.length, prefix])
        const opened = found.map((row): [string, Uint8Array] => {
          const name = text(row, 'name')
          return [name, seal.openBytes(text(row, 'value'), places.secret(instance, name))]
        })
        return new Map(opened)
      },
      async all(instance) {
        return (await engine.read(READS.allSecrets, [instance])).map((row) => {
          const name = text(row, 'name')
          const value = seal.openBytes(text(row, 'value'), places.secret(instance, name))
          return { name, value, until: integerOrNull(row, 'until') }
        })
      },
    },
    answers: {
      async find(scope, key) {
        const row = await engine.lookup(LOOKUPS.answer, [scope, key])
        if (row === undefined) return null
        return { bodyHash: text(row, 'body_hash'), answer: seal.open(text(row, 'answer'), places.answer(scope, key)) }
      },
    },
  }
}
