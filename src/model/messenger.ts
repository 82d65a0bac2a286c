/** What an instance speaks, in the wire's own words (`typeInstance`): `v3` is MAX. */
export const MESSENGERS = ['whatsapp', 'v3', 'telegram'] as const
export type Messenger = (typeof MESSENGERS)[number]

/** First and last `idInstance` that may be given. */
export interface IdRange {
  readonly first: number
  readonly last: number
}

/** Of each messenger; one durable sequence each. */
export const ID_RANGES: Readonly<Record<Messenger, IdRange>> = {
  whatsapp: { first: 1_101_000_000, last: 1_999_999_999 },
  v3: { first: 3_100_000_000, last: 3_999_999_999 },
  telegram: { first: 4_100_000_000, last: 4_999_999_999 },
}

const OF_ONE_CELL = 10_000_000

/** Of the cell whose number the second and third digit are, 10 to 99: ten million of the messenger's. */
export function idRangeOfCell(messenger: Messenger, cell: number): IdRange {
  const { first, last } = ID_RANGES[messenger]
  const begin = last - (last % 1_000_000_000) + cell * OF_ONE_CELL
  return { first: Math.max(first, begin), last: begin + OF_ONE_CELL - 1 }
}
