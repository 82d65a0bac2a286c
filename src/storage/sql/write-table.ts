import type { Write } from '../store.ts'
import type { Statement } from './statement.ts'

export type WriteOf<K extends Write['kind']> = Extract<Write, { kind: K }>

/** What each of some kinds of writes does, as statements that run in their order. */
export type WriteTable<K extends Write['kind']> = { readonly [P in K]: readonly Statement<WriteOf<P>>[] }
