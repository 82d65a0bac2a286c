// Truth: what clients were answered, what they received and what the network saw, while the server is killed again and again.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { SEND_KINDS } from './evidence.ts'
import { MOMENTS, type Moment } from './moments.ts'
import { Trial } from './trial.ts'

/** How often the server is killed; and which dice, to repeat a run as far as the machine lets it. */
const KILLS = Number(process.env['DURABILITY_KILLS'] ?? 50)
const SEED = Number(process.env['DURABILITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** Between kills the evidence is judged now and then, so that a fault is found near its cause. */
const INSPECT_EVERY = 10
const SHOWN = 20
const MOMENT_MS = 30_000

test(
  `nothing acknowledged is lost, doubled or turned around by ${KILLS} kills`,
  { timeout: 60_000 + KILLS * 20_000 },
  async (t) => {
    const trial = await Trial.begin(SEED)
    const when: Record<string, number> = {}
    try {
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const { moment, errors } = await killOnce(trial)
        await trial.countDrafts()
        when[moment] = (when[moment] ?? 0) + 1
        const faults = kill % INSPECT_EVERY === 0 ? [...errors, ...(await trial.inspect())] : errors
        assertNone(faults, `after kill ${kill}, ${moment}`)
        trial.gateway.spawn()
      }
      await trial.gateway.kill()
      await trial.gateway.start()
      await trial.allBack()
      assertNone(await trial.conclude(), 'at the end')
      const figures = await trial.figures()
      assert.ok(
        figures.acknowledged > 10 * KILLS && figures.events > 20 * KILLS,
        `there was load: ${JSON.stringify(figures)}`,
      )
      assert.deepEqual(
        SEND_KINDS.filter((kind) => figures.kinds[kind] === undefined),
        [],
        'every kind was sent',
      )
      assert.ok(figures.links > KILLS && figures.groups > 0 && figures.listsRead > 0, JSON.stringify(figures))
      t.diagnostic(JSON.stringify({ seed: SEED, kills: when, ...figures }))
    } finally {
      await trial.close()
    }
  },
)

/** Lets the server that was just spawned come as far as the dice say, and kills it. */
async function killOnce(trial: Trial): Promise<{ moment: string; errors: readonly string[] }> {
  const { gateway, dice } = trial
  const chance = dice.fraction()
  if (chance < 0.12) {
    await sleep(dice.below(700))
    return { moment: 'starting', errors: await gateway.kill() }
  }
  await gateway.running
  if (chance < 0.24) {
    await sleep(dice.below(150))
    return { moment: 'connecting', errors: await gateway.kill() }
  }
  await trial.allBack()
  if (chance < 0.4) {
    await sleep(dice.below(1200))
    return { moment: 'working', errors: await gateway.kill() }
  }
  if (chance < 0.5) {
    await trial.dropConnections()
    await sleep(dice.below(900))
    return { moment: 'reconnecting', errors: await gateway.kill() }
  }
  const moment = dice.pick(MOMENTS)
  return { moment, errors: await killAt(trial, moment) }
}

/** At one of the next such moments, before the client that it happens to does anything else. */
function killAt({ gateway, moments, dice }: Trial, moment: Moment): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`'${moment}' did not come`)), MOMENT_MS)
    moments.at(moment, dice.below(20), () => {
      clearTimeout(late)
      resolve(gateway.kill())
    })
  })
}

function assertNone(faults: readonly string[], where: string): void {
  const shown = faults.slice(0, SHOWN).join('\n  ')
  assert.equal(faults.length, 0, `${faults.length} faults ${where}; DURABILITY_SEED=${SEED} repeats it:\n  ${shown}`)
}
