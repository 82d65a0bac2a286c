import { Dictionary } from './dictionary.ts'
import type { Language } from './language.ts'

/** One file for each area and language; a language's file is fetched when a page of its area is first shown. */
const EN = {
  common: new Dictionary(() => import('./en/common.ts')),
  entry: new Dictionary(() => import('./en/entry.ts')),
  shell: new Dictionary(() => import('./en/shell.ts')),
  me: new Dictionary(() => import('./en/me.ts')),
  people: new Dictionary(() => import('./en/people.ts')),
  instances: new Dictionary(() => import('./en/instances.ts')),
  instance: new Dictionary(() => import('./en/instance.ts')),
  queues: new Dictionary(() => import('./en/queues.ts')),
  notifications: new Dictionary(() => import('./en/notifications.ts')),
  chat: new Dictionary(() => import('./en/chat.ts')),
  try: new Dictionary(() => import('./en/try.ts')),
  methods: new Dictionary(() => import('./en/methods.ts')),
  phones: new Dictionary(() => import('./en/phones.ts')),
  profile: new Dictionary(() => import('./en/profile.ts')),
  billing: new Dictionary(() => import('./en/billing.ts')),
  terms: new Dictionary(() => import('./en/terms.ts')),
  operator: new Dictionary(() => import('./en/operator.ts')),
  audit: new Dictionary(() => import('./en/audit.ts')),
} as const

export type Area = keyof typeof EN
export type Words<A extends Area> = NonNullable<(typeof EN)[A]['words']>

type Dictionaries = { readonly [A in Area]: Dictionary<Words<A>> }

const RU: Dictionaries = {
  common: new Dictionary(() => import('./ru/common.ts')),
  entry: new Dictionary(() => import('./ru/entry.ts')),
  shell: new Dictionary(() => import('./ru/shell.ts')),
  me: new Dictionary(() => import('./ru/me.ts')),
  people: new Dictionary(() => import('./ru/people.ts')),
  instances: new Dictionary(() => import('./ru/instances.ts')),
  instance: new Dictionary(() => import('./ru/instance.ts')),
  queues: new Dictionary(() => import('./ru/queues.ts')),
  notifications: new Dictionary(() => import('./ru/notifications.ts')),
  chat: new Dictionary(() => import('./ru/chat.ts')),
  try: new Dictionary(() => import('./ru/try.ts')),
  methods: new Dictionary(() => import('./ru/methods.ts')),
  phones: new Dictionary(() => import('./ru/phones.ts')),
  profile: new Dictionary(() => import('./ru/profile.ts')),
  billing: new Dictionary(() => import('./ru/billing.ts')),
  terms: new Dictionary(() => import('./ru/terms.ts')),
  operator: new Dictionary(() => import('./ru/operator.ts')),
  audit: new Dictionary(() => import('./ru/audit.ts')),
}

export const DICTIONARIES: Readonly<Record<Language, Dictionaries>> = { en: EN, ru: RU }
