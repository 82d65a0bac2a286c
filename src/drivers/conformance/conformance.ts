import { afterEach, beforeEach, describe } from 'node:test'
import { Bench } from './bench.ts'
import { calls } from './calls.ts'
import { chatIds } from './chat-ids.ts'
import { chats } from './chats.ts'
import { contacts } from './contacts.ts'
import { contents } from './contents.ts'
import { files } from './files.ts'
import { groups } from './groups.ts'
import { hiddenNumbers } from './hidden-numbers.ts'
import { linking } from './linking.ts'
import { living } from './living.ts'
import { profile } from './profile.ts'
import { receiving } from './receiving.ts'
import type { DriverRig } from './rig.ts'
import { sending } from './sending.ts'
import { statuses } from './statuses.ts'

/** What every driver must do whatever network it speaks to. `start` makes a rig for each test. */
export function driverConformance(name: string, start: () => Promise<DriverRig>): void {
  describe(`driver conformance: ${name}`, () => {
    const bench = new Bench(start)
    beforeEach(() => bench.setUp())
    afterEach(() => bench.tearDown())
    describe('linking', () => linking(bench))
    describe('receiving', () => receiving(bench))
    describe('sending', () => sending(bench))
    describe('contents', () => contents(bench))
    describe('files', () => files(bench))
    describe('contacts', () => contacts(bench))
    describe('chats', () => chats(bench))
    describe('groups', () => groups(bench))
    describe('profile', () => profile(bench))
    describe('statuses', () => statuses(bench))
    describe('calls', () => calls(bench))
    describe('hidden numbers', () => hiddenNumbers(bench))
    describe('the life of a session', () => living(bench))
    describe('chat ids', () => chatIds(bench))
  })
}
