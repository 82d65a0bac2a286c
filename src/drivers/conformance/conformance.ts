import { afterEach, beforeEach, describe } from 'node:test'
import { Bench } from './bench.ts'
import { chatIds } from './chat-ids.ts'
import { linking } from './linking.ts'
import { living } from './living.ts'
import { receiving } from './receiving.ts'
import type { DriverRig } from './rig.ts'
import { sending } from './sending.ts'

/** What every driver must do whatever network it speaks to. `start` makes a rig for each test. */
export function driverConformance(name: string, start: () => Promise<DriverRig>): void {
  describe(`driver conformance: ${name}`, () => {
    const bench = new Bench(start)
    beforeEach(() => bench.setUp())
    afterEach(() => bench.tearDown())
    describe('linking', () => linking(bench))
    describe('receiving', () => receiving(bench))
    describe('sending', () => sending(bench))
    describe('the life of a session', () => living(bench))
    describe('chat ids', () => chatIds(bench))
  })
}
