import { setTimeout as sleep } from 'node:timers/promises'
import { inParallel, type Access } from '../harness/api.ts'
import type { Gateway } from '../harness/gateway.ts'

const AUTHORIZED_WAIT_MS = 120_000

/** It ends in 1: on the simulated network a number that ends in 0000 has no account. */
export function phoneOf(number: number): number {
  return 79_100_000_001 + number * 10
}

/** Resolves when every instance says `authorized`: each is asked until it does, and none is asked again after that. */
export async function allAuthorized(gateway: Gateway, instances: readonly Access[]): Promise<void> {
  const until = performance.now() + AUTHORIZED_WAIT_MS
  await inParallel(instances.length, async (number) => {
    const access = instances[number]
    if (access === undefined) return
    while ((await gateway.api.call('GET', access, 'getStateInstance'))['stateInstance'] !== 'authorized') {
      if (performance.now() > until) throw new Error(`instance ${access.id} was not authorized in time`)
      await sleep(20)
    }
  })
}

/** Makes instances and has the made-up network link each as soon as it asks for a code. */
export async function linkedInstances(
  gateway: Gateway,
  count: number,
  body: object | ((number: number) => object),
): Promise<Access[]> {
  const instances = await gateway.api.createInstances(count, body)
  await inParallel(count, async (number) => {
    const access = instances[number]
    if (access !== undefined) await gateway.api.code(access, phoneOf(number))
  })
  await allAuthorized(gateway, instances)
  return instances
}
