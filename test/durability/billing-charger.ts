import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { BillingWorld } from '../partners/billing-world.ts'

/**
 * The process that `billing-kill.test.ts` kills: runs the daily charge as of a moment, while instances are made and deleted, and says what is
 * durable. Arguments: the data folder, the moment.
 */
const PORTION_IDS = 100
const [folder = '', at = ''] = process.argv.slice(2)

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

const error = (fields: object, text: string) => writeSync(2, `${text} ${JSON.stringify(fields)}\n`)
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error, child: () => log }
const world = await BillingWorld.open(Number(at), { folder, portionIds: PORTION_IDS, log })
const account = world.accounts.all()[0]
if (account === undefined) throw new Error('there is no account')
let isCharging = true

async function trade(of: NonNullable<typeof account>): Promise<void> {
  for (let count = 1; isCharging; count++) {
    const { id, made } = world.create(of.id)
    await made
    say(`made ${id}`)
    if (count % 3 === 0) {
      await world.delete(id - 1)
      say(`deleted ${id - 1}`)
    }
    await sleep(8)
  }
}

say('charging')
const trading = trade(account)
await world.charge.run()
say('charged')
isCharging = false
await trading
await world.close()
say('closed')
