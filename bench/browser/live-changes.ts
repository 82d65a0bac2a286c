import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Compared } from '../harness/rounds.ts'
import { smoothness, type Smoothness } from './probe.ts'
import { BARE_LIST, CHANGES_PER_SECOND, type Scene } from './scene.ts'

const ROUNDS = 3
const MOST_TASK_MS = 200
const MOST_GAP_MS = 250
const MOST_LAST_MS = 1000
/** Slower than this share of its rate, the network measured another thing. */
const LEAST_RATE = 0.9
/** The stream is open, and whatever the page does after its first rows is over. */
const REST_MS = 1500

/** The page of the list while the states of a thousand instances, its whole first page among them, change again and again. */
export async function liveChanges(scene: Scene, rounds: number): Promise<readonly Compared[]> {
  const { product, bare, passes } = scene
  console.log(`\nconsole: ${CHANGES_PER_SECOND} changes of state a second with the list open`)
  console.log('  denominator: a page of plain rows that gets each change as an event of its own from node:http')
  console.log(
    `  the messenger limits the accounts of the newest instances in turn and lets them go again, ${passes} changes each`,
  )
  console.log('  through the link of the network, the database and the stream of events; each side by itself')
  const [limits, taken]: [Smoothness[], Smoothness[]] = [[], []]
  for (let round = 1; round <= Math.min(rounds, ROUNDS); round++) {
    limits.push(await shownOn(await bare.member(), BARE_LIST, (page) => changesOfPage(page)))
    taken.push(await shownOn(await product.member(), scene.console, () => changesOfNetwork(scene)))
    console.log(`  round ${round}: bare ${shown(limits.at(-1), passes)}`)
    console.log(`           product ${shown(taken.at(-1), passes)}`)
  }
  if (taken.some(({ seen }) => seen < passes / 2)) throw new Error('the list did not follow the changes')
  const worst = (of: readonly Smoothness[], what: keyof Smoothness) => Math.max(...of.map((one) => one[what]))
  const row = (name: string, what: keyof Smoothness, most: number): Compared => ({
    name: `console: ${name} at ${CHANGES_PER_SECOND} changes a second`,
    target: `≤ ${most} ms`,
    measured: `${worst(taken, what).toFixed(0)} ms (bare ${worst(limits, what).toFixed(0)} ms)`,
    reached: worst(taken, what) <= most,
  })
  return [
    row('longest task', 'longestTaskMs', MOST_TASK_MS),
    row('longest gap between frames', 'longestGapMs', MOST_GAP_MS),
    row('last change shown', 'lastShownMs', MOST_LAST_MS),
  ]
}

async function shownOn(page: Page, path: string, change: (page: Page) => Promise<number>): Promise<Smoothness> {
  await page.goto(path)
  await page.locator('tbody tr [data-tone="good"]').first().waitFor()
  await sleep(REST_MS)
  const measured = await smoothness(page, () => change(page))
  await page.context().close()
  return measured
}

async function changesOfPage(page: Page): Promise<number> {
  return Number(await page.evaluate('benchChanges()'))
}

async function changesOfNetwork(scene: Scene): Promise<number> {
  const { lastAt, perSecond } = await scene.change()
  if (perSecond < CHANGES_PER_SECOND * LEAST_RATE) throw new Error(`only ${perSecond.toFixed(0)} changes a second`)
  return lastAt
}

function shown(measured: Smoothness | undefined, passes: number): string {
  if (measured === undefined) return ''
  const { longestTaskMs, longestGapMs, lastShownMs, seen } = measured
  const task = longestTaskMs === 0 ? 'no task of 50 ms' : `longest task ${longestTaskMs.toFixed(0)} ms`
  const times = `longest gap between frames ${longestGapMs.toFixed(0)} ms, last change shown after ${lastShownMs.toFixed(0)} ms`
  return `${task}, ${times}; ${seen} of ${passes} changes of the first row seen`
}
