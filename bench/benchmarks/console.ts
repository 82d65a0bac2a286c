import { firstLoad } from '../browser/first-load.ts'
import { listOfMany } from '../browser/list-of-many.ts'
import { liveChanges } from '../browser/live-changes.ts'
import { makeScene } from '../browser/scene.ts'
import type { Benchmark } from '../harness/bench.ts'
import type { Compared } from '../harness/rounds.ts'

/** The console's pages in a real browser: how soon they are there, how a list of many is searched, and whether it freezes while much happens. */
export const consolePages: Benchmark = async (bench) => {
  const { rounds, part } = bench.effort
  const isAsked = (one: 'load' | 'list' | 'live') => part === undefined || part === one
  const scene = await makeScene(bench)
  const results: Compared[] = []
  if (isAsked('load')) results.push(...(await firstLoad(scene, rounds)))
  if (isAsked('list')) results.push(...(await listOfMany(bench, scene)))
  if (isAsked('live')) results.push(...(await liveChanges(scene, rounds)))
  return results
}
