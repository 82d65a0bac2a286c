import { describe } from 'node:test'
import { accounts } from './conformance/accounts.ts'
import { atRest } from './conformance/at-rest.ts'
import { billingGuards } from './conformance/billing-guards.ts'
import { billingProperties } from './conformance/billing-properties.ts'
import { charges } from './conformance/charge.ts'
import { cluster } from './conformance/cluster.ts'
import { deliveries } from './conformance/deliveries.ts'
import { guards } from './conformance/guards.ts'
import { journal } from './conformance/journal.ts'
import { ledger } from './conformance/ledger.ts'
import { people } from './conformance/people.ts'
import { properties } from './conformance/properties.ts'
import { queues } from './conformance/queues.ts'
import { records } from './conformance/records.ts'
import { register } from './conformance/register.ts'
import { retention } from './conformance/retention.ts'
import { usage } from './conformance/usage.ts'
import type { Fresh } from './harness.ts'

/** What `storage/store.ts` promises, asked of one implementation. */
export function storeConformance(name: string, fresh: Fresh): void {
  describe(name, () => {
    describe('records', () => records(fresh))
    describe('accounts', () => accounts(fresh))
    describe('people', () => people(fresh))
    describe('ledger', () => ledger(fresh))
    describe('guards of money and counts', () => billingGuards(fresh))
    describe('daily charge', () => charges(fresh))
    describe('guards and atomicity', () => guards(fresh))
    describe('queues', () => queues(fresh))
    describe('deliveries', () => deliveries(fresh))
    describe('journal', () => journal(fresh))
    describe('usage', () => usage(fresh))
    describe('retention', () => retention(fresh))
    describe('secrets at rest', () => atRest(fresh))
    describe('nodes and leases', () => cluster(fresh))
    describe('register', () => register(fresh))
    describe('properties of money', () => billingProperties(fresh))
    describe('properties', () => properties(fresh))
  })
}
