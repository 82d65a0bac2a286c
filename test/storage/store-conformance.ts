import { describe } from 'node:test'
import { atRest } from './conformance/at-rest.ts'
import { guards } from './conformance/guards.ts'
import { journal } from './conformance/journal.ts'
import { properties } from './conformance/properties.ts'
import { queues } from './conformance/queues.ts'
import { records } from './conformance/records.ts'
import { retention } from './conformance/retention.ts'
import { usage } from './conformance/usage.ts'
import type { Fresh } from './harness.ts'

/** What `storage/store.ts` promises, asked of one implementation. */
export function storeConformance(name: string, fresh: Fresh): void {
  describe(name, () => {
    describe('records', () => records(fresh))
    describe('guards and atomicity', () => guards(fresh))
    describe('queues', () => queues(fresh))
    describe('journal', () => journal(fresh))
    describe('usage', () => usage(fresh))
    describe('retention', () => retention(fresh))
    describe('secrets at rest', () => atRest(fresh))
    describe('properties', () => properties(fresh))
  })
}
