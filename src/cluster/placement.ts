/**
 * Who is to have how much; plain arithmetic over what every node sees alike, so that nobody has to lead. `loads` are of the nodes that take
 * leases: alive and not leaving.
 */
export type Loads = ReadonlyMap<string, number>

export interface Claimable {
  /** Leases of this node. */
  readonly mine: number
  /** All leases there are, the free ones too. */
  readonly total: number
  readonly free: number
  /** Nodes that take leases, this one too. */
  readonly takers: number
  /** For how many beats in a row there have been free ones. */
  readonly rounds: number
}

/** From so many beats on, what others did not take is shared evenly; after so many, whoever comes takes it. */
const SHARED_AFTER = 2
const TAKEN_AFTER = 3

/**
 * How many of the free leases this node claims. All nodes that claim by the same figures take everything, each up to its fair share; what
 * is left, since one of them can't, goes to whoever comes.
 */
export function claimCount({ mine, total, free, takers, rounds }: Claimable): number {
  if (free <= 0 || takers <= 0) return 0
  const missing = Math.max(0, Math.ceil(total / takers) - mine)
  if (rounds > TAKEN_AFTER) return free
  return Math.min(free, rounds > SHARED_AFTER ? Math.max(missing, Math.ceil(free / takers)) : missing)
}

export interface Gift {
  readonly to: string
  readonly count: number
}

/** Where nobody has more than this part above or below his share nothing is given away: moves have their price. */
const TOLERANCE = 0.05

/**
 * What a node gives away, and to whom, so that each comes to its share; nothing where all are about even. All may give at one
 * time: together they give nobody more than it misses, but for what rounding does.
 */
export function giftsOf(me: string, loads: Loads): readonly Gift[] {
  const total = [...loads.values()].reduce((sum, count) => sum + count, 0)
  const share = Math.ceil(total / loads.size)
  const surplus = (loads.get(me) ?? 0) - share
  // One that has just come misses much, also where there are so many that each has hardly too much.
  const most = Math.max(surplus, share - Math.min(...loads.values()))
  if (loads.size < 2 || surplus <= 0 || most <= Math.floor(share * TOLERANCE)) return []
  const needy = inTurn(me, loads).filter(({ count }) => count < share)
  const missing = needy.reduce((sum, { count }) => sum + share - count, 0)
  let left = surplus
  const gifts: { to: string; count: number }[] = []
  for (const { node, count } of needy) {
    const part = Math.min(left, Math.floor((surplus * (share - count)) / missing))
    gifts.push({ to: node, count: part })
    left -= part
  }
  // What rounding left over: one each.
  for (const gift of gifts) {
    if (left === 0) break
    gift.count += 1
    left -= 1
  }
  return gifts.filter(({ count }) => count > 0)
}

/** Where everything goes that a node has which leaves: filled up from the one that has least. */
export function heirsOf(me: string, loads: Loads): readonly Gift[] {
  const others = inTurn(me, loads).toSorted((one, other) => one.count - other.count)
  let left = loads.get(me) ?? 0
  const total = others.reduce((sum, { count }) => sum + count, left)
  const gifts: Gift[] = []
  const share = Math.ceil(total / Math.max(1, others.length))
  for (const { node, count } of others) {
    const part = Math.min(left, Math.max(0, share - count))
    if (part > 0) gifts.push({ to: node, count: part })
    left -= part
  }
  return gifts
}

/** The others, each node beginning with another one: what rounding adds does not all go to the same. */
function inTurn(me: string, loads: Loads): readonly { readonly node: string; readonly count: number }[] {
  const nodes = [...loads.keys()].toSorted()
  const at = nodes.indexOf(me)
  return [...nodes.slice(at + 1), ...nodes.slice(0, Math.max(0, at))].map((node) => ({
    node,
    count: loads.get(node) ?? 0,
  }))
}
