import { postgresDialect } from '../dialect.ts'

/**
 * What `ClusterStore` asks of the database. Written for one that lets several write at once: a statement sees what was there when it began,
 * and of a row that it has to wait for, what the other has made of it.
 */

/** The database's clock, now and not when the transaction began: whoever waited for a lock must not believe in the time before. */
const NOW = 'cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)'

/** Every owner once, each found from the one before it by the index, however many leases it has. */
const OWNERS = `owners (owner) as (
    select min(owner) from lease
    union all
    select (select min(l.owner) from lease l where l.owner > o.owner) from owners o where o.owner is not null
  )`

/**
 * The node's own row, then all that is told with it: other nodes, what is free, what has changed. The rows of the dead go once they own
 * nothing; one that was only silent makes its row anew, with a number of changes that it has never seen.
 */
export const BEAT = `with recursive moment as materialized (select ${NOW} as now), ${OWNERS},
  own as (
    insert into node (id, url, version, started_at, engines, is_leaving, expires_at, changes)
    select ?, cast(? as text), ?, cast(? as bigint), ?, cast(? as integer), now + cast(? as bigint), nextval('node_changes')
    from moment
    on conflict (id) do update set url = excluded.url, version = excluded.version, started_at = excluded.started_at,
      engines = excluded.engines, is_leaving = excluded.is_leaving, expires_at = excluded.expires_at
    returning *
  ),
  others as (
    select n.*, n.expires_at <= m.now and not exists (select 1 from lease l where l.owner = n.id) as is_over
    from node n, moment m where n.id <> ?
  ),
  buried as (
    delete from node where id in (
      select n.id from node n join others o on o.id = n.id
      where o.is_over and n.expires_at = o.expires_at for update of n skip locked
    )
  ),
  known as (
    select id, url, version, started_at, engines, is_leaving, expires_at, changes from own
    union all
    select id, url, version, started_at, engines, is_leaving, expires_at, changes from others where not is_over
  ),
  free as (
    select count(*) as free from lease where owner in (
      select o.owner from owners o, moment m where not exists (
        select 1 from known k where k.id = o.owner and k.expires_at > m.now
      )
    )
  )
  select k.*, case when k.expires_at > m.now then 1 else 0 end as is_alive, m.now, free.free,
    (select revision from register where name = 'accounts') as accounts,
    (select revision from register where name = 'instances') as instances
  from known k, moment m, free order by k.started_at, k.id`

export const LEAVE = 'delete from node where id = ?'

export const OWNED = 'select instance_id, epoch from lease where owner = ?'

/**
 * The dead are locked before anything is taken of them: one that beats at this moment either was earlier, and is not dead any more, or waits
 * until its number of changes has risen. So claimers come one after the other; leases that a batch holds are left for the next time.
 */
function claim(candidates: string): string {
  return `with recursive ${OWNERS},
    self as (select 1 from node where id = ? and is_leaving = 0 and expires_at > ${NOW}),
    dead as materialized (
      select id from node where expires_at <= ${NOW} and exists (select 1 from self) order by id for no key update
    ),
    free as materialized (
      select o.owner from owners o where exists (select 1 from self) and (
        o.owner in (select id from dead) or not exists (select 1 from node n where n.id = o.owner)
      )
    ),
    candidate as materialized (
      select l.instance_id, l.owner from free f join lease l on l.owner = f.owner ${candidates}
      limit cast(? as bigint) for update of l skip locked
    ),
    told as (
      update node set changes = nextval('node_changes') where id in (select owner from candidate)
    )
    update lease l set owner = ?, epoch = l.epoch + 1, expires_at = null from candidate c
    where l.instance_id = c.instance_id returning l.instance_id, l.epoch`
}

export const CLAIM = claim('')

export const CLAIM_ONLY = claim(`where l.instance_id in (${postgresDialect.numbers})`)

export const MOVE = `with source as materialized (
    select instance_id from lease where instance_id = ? and epoch = ? for update
  ),
  target as (
    update node set changes = nextval('node_changes')
    where id = ? and is_leaving = 0 and expires_at > ${NOW} and exists (select 1 from source) returning id
  )
  update lease l set owner = ?, epoch = l.epoch + 1, expires_at = null from source s, target t
  where l.instance_id = s.instance_id returning l.epoch`

export const RENEW = 'update lease set epoch = epoch + 1 where instance_id = ? and epoch = ? returning epoch'

export const OWNER_OF = `select l.owner, l.epoch, n.url, case when n.expires_at > ${NOW} then 1 else 0 end as is_alive
  from lease l left join node n on n.id = l.owner where l.instance_id = ?`

export const LOADS = 'select owner, count(*) as count from lease group by owner'

export const REGISTER = `select (select revision from register where name = 'accounts') as accounts,
  (select revision from register where name = 'instances') as instances`
