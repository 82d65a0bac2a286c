import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { Client, types } from 'pg'
import type { StoreRecord } from '../durability/evidence.ts'
import { recordOf, STORED } from '../durability/store-file.ts'

const Owners = Compile(
  Type.Array(Type.Object({ instance: Type.Integer(), epoch: Type.Integer(), owners: Type.Integer() })),
)
const Steps = Compile(
  Type.Array(Type.Object({ instance: Type.Integer(), epoch: Type.Integer(), before: Type.Integer() })),
)
const Charges = Compile(
  Type.Array(Type.Object({ instance: Type.Integer(), day: Type.Integer(), lines: Type.Integer() })),
)
const Sums = Compile(
  Type.Array(Type.Object({ account: Type.String(), balance: Type.Integer(), lines: Type.Integer() })),
)
const Leases = Compile(
  Type.Array(Type.Object({ instance: Type.Integer(), url: Type.Union([Type.String(), Type.Null()]) })),
)

/** A line for whoever is given an instance, however short he has it. */
const WATCH = `create table owner_log (seq bigserial primary key, instance_id bigint, epoch bigint, owner text);
  create function log_owner() returns trigger language plpgsql as $$ begin
    insert into owner_log (instance_id, epoch, owner) values (new.instance_id, new.epoch, new.owner);
    return null;
  end $$;
  create trigger owner_logged after insert or update on lease for each row execute function log_owner()`

/** What the database of a cell holds, read past its nodes. */
export class CellRows {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** From now on every change of an owner is written down. */
  async watchOwners(): Promise<void> {
    await this.#with((client) => client.query(WATCH))
  }

  /** As `readStore`; of one moment. */
  async store(): Promise<StoreRecord> {
    return this.#with(async (client) => {
      await client.query('begin isolation level repeatable read')
      const [messages, outbox, mailbox] = [
        await client.query(STORED.messages),
        await client.query(STORED.outbox),
        await client.query(STORED.mailbox),
      ]
      return recordOf(messages.rows, outbox.rows, mailbox.rows)
    })
  }

  /** Instances that two had in one epoch, and such whose epoch went back. */
  async ownerFaults(): Promise<readonly string[]> {
    const twice = Owners.Parse(
      await this.#rows(`select instance_id as instance, epoch, count(distinct owner) as owners from owner_log
        where owner <> '' group by instance_id, epoch having count(distinct owner) > 1`),
    )
    const back = Steps.Parse(
      await this.#rows(`select * from (select instance_id as instance, epoch,
        lag(epoch) over (partition by instance_id order by seq) as before from owner_log) l where epoch < before`),
    )
    return [
      ...twice.map(({ instance, epoch, owners }) => `${instance} had ${owners} owners in epoch ${epoch}`),
      ...back.map(({ instance, epoch, before }) => `${instance} went from epoch ${before} to ${epoch}`),
    ]
  }

  /** How often instances changed hands. */
  async moves(): Promise<number> {
    return (await this.#rows('select 1 from owner_log')).length
  }

  /** Where each instance's owner is reached; null where it has none that lives. */
  async owners(): Promise<ReadonlyMap<number, string | null>> {
    const rows = Leases.Parse(
      await this.#rows(`select l.instance_id as instance, n.url from lease l left join node n on n.id = l.owner`),
    )
    return new Map(rows.map(({ instance, url }) => [instance, url]))
  }

  /** Lines of the daily charge, by instance and day. */
  async charges(): Promise<readonly { readonly instance: number; readonly day: number; readonly lines: number }[]> {
    return Charges.Parse(
      await this.#rows(`select instance_id as instance, day, count(*) as lines from ledger
        where kind = 'charge' group by instance_id, day`),
    )
  }

  /** Balances that are not what their lines come to. */
  async balanceFaults(): Promise<readonly string[]> {
    const rows = Sums.Parse(
      await this.#rows(`select b.account_id as account, b.amount as balance,
        coalesce((select sum(amount) from ledger l where l.account_id = b.account_id), 0) as lines from account_balance b`),
    )
    return rows
      .filter(({ balance, lines }) => balance !== lines)
      .map(({ balance, lines }) => `a balance is ${balance}, and its lines come to ${lines}`)
  }

  #rows(sql: string): Promise<unknown[]> {
    return this.#with(async (client) => (await client.query(sql)).rows as unknown[])
  }

  async #with<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.#url })
    client.on('error', () => undefined)
    client.setTypeParser(types.builtins.INT8, Number)
    client.setTypeParser(types.builtins.NUMERIC, Number)
    await client.connect()
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }
}
