import { loadEngine } from '../../../src/drivers/whatsapp/engine/load.ts'
import type { KeyPair } from '../../../src/drivers/whatsapp/engine/engine.ts'

let isInPlace = false

/**
 * One-time keys of the sessions in this process come round again from now on, each device's own all different: to make 812 anew at each linking
 * would take most of a suite's time. The randomness of everything else stays.
 */
export async function takeKnownKeys(): Promise<void> {
  if (isInPlace) return
  isInPlace = true
  const engine = await loadEngine()
  const make = engine.makeKeyPair.bind(engine)
  const known: KeyPair[] = []
  let next = 0
  engine.makeKeyPair = () => {
    const pair = (known[next] ??= make())
    next = (next + 1) % engine.firstKeyCount
    return pair
  }
}
