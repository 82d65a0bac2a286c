/** What an instance speaks, in the wire's own words (`typeInstance`): `v3` is MAX. */
export const MESSENGERS = ['whatsapp', 'v3', 'telegram'] as const
export type Messenger = (typeof MESSENGERS)[number]

/** First and last `idInstance` of each messenger; one durable sequence each. */
export const ID_RANGES: Readonly<Record<Messenger, { readonly first: number; readonly last: number }>> = {
  whatsapp: { first: 1_101_000_000, last: 1_999_999_999 },
  v3: { first: 3_100_000_000, last: 3_999_999_999 },
  telegram: { first: 4_100_000_000, last: 4_999_999_999 },
}
