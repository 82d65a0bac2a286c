import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { until } from '../../src/lib/until.ts'
import type { Subject } from '../durability/evidence.ts'
import type { Cell } from './cell.ts'

const DAY_MS = 86_400_000
const CHARGED_MS = 30_000
const Progress = Compile(Type.Object({ today: Type.String(), chargedUpTo: Type.Union([Type.String(), Type.Null()]) }))

/** From today on each day of an instance costs something. */
export async function setPrice(cell: Cell): Promise<void> {
  const told = await cell.operator('GET', '/billing')
  if (typeof told !== 'object') throw new Error('nobody tells what day it is')
  const { today: from } = Progress.Parse(told.body)
  const answer = await cell.operator('PUT', '/prices', { tariff: 'PARTNER', currency: 'USD', amount: 100, from })
  if (typeof answer !== 'object' || answer.status !== 200) throw new Error(`no price: ${JSON.stringify(answer)}`)
}

/** The clocks of all nodes go over a midnight, all are told to charge at one time, and one is killed meanwhile: what is wrong with the lines. */
export async function chargeOverMidnight(cell: Cell, subjects: readonly Subject[]): Promise<readonly string[]> {
  // All clocks are right again but for the day, and up to there everything is charged: a wrong one may have been ahead of a midnight.
  for (const node of cell.nodes) node.shiftClock(DAY_MS)
  await until(() => isCharged(cell), 'the day before is charged', CHARGED_MS)
  const before = await linesOf(cell, subjects)
  for (const node of cell.nodes) node.shiftClock(2 * DAY_MS)
  const calls = cell.nodes.map((node) => cell.operator('POST', '/billing/run', {}, node))
  const [first] = cell.nodes
  await sleep(20)
  await first?.kill()
  await Promise.all(calls)
  await first?.start()
  await until(() => isCharged(cell), 'the day is charged', CHARGED_MS)
  const after = await linesOf(cell, subjects)
  const twice = (await cell.rows.charges()).filter(({ lines }) => lines !== 1)
  return [
    ...twice.map(({ instance, day, lines }) => `day ${day} of ${instance} is charged ${lines} times`),
    ...subjects
      .filter(({ id }) => after.get(id) !== (before.get(id) ?? 0) + 1)
      .map(({ id }) => `${id} had ${before.get(id) ?? 0} days charged, and a midnight later ${after.get(id) ?? 0}`),
    ...(await cell.rows.balanceFaults()),
  ]
}

async function isCharged(cell: Cell): Promise<boolean> {
  const answer = await cell.operator('POST', '/billing/run', {})
  if (typeof answer !== 'object' || answer.status !== 200) return false
  const { today, chargedUpTo } = Progress.Parse(answer.body)
  return chargedUpTo === today
}

async function linesOf(cell: Cell, subjects: readonly Subject[]): Promise<ReadonlyMap<number, number>> {
  const ids = new Set(subjects.map(({ id }) => id))
  const counts = new Map<number, number>()
  for (const { instance, lines } of await cell.rows.charges())
    if (ids.has(instance)) counts.set(instance, (counts.get(instance) ?? 0) + lines)
  return counts
}
