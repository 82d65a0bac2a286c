import { setTimeout as pause } from 'node:timers/promises'
import Type from 'typebox'
import { CommandTrouble } from './command-trouble.ts'
import { understood, type OperatorApi } from './operator-api.ts'

const Copy = Type.Object({ link: Type.Object({}), fingerprint: Type.String() })

const TRIES = 3
const PAUSE_MS = 1000
/** The link can't change meanwhile: long enough for it to come over and for the tries to release it. */
const HOLD_SECONDS = 60

/** A copy, as JSON. */
export async function copiedLink(api: OperatorApi, path: string): Promise<string> {
  return JSON.stringify(understood(await api.ask('POST', `${path}/link/copy`), Copy).link)
}

/**
 * The copy that was released, as JSON. It is in hand before the server forgets it, so that no lost answer loses it. `isSure` is false
 * where it isn't known whether the server has forgotten it.
 */
export async function releasedLink(
  api: OperatorApi,
  path: string,
): Promise<{ readonly link: string; readonly isSure: boolean }> {
  for (let tries = 0; tries < TRIES; tries++) {
    const body = { holdSeconds: HOLD_SECONDS }
    const { link, fingerprint } = understood(await api.ask('POST', `${path}/link/copy`, { body }), Copy)
    const outcome = await forget(api, path, fingerprint)
    if (outcome !== 'changed') return { link: JSON.stringify(link), isSure: outcome === 'forgotten' }
  }
  throw new CommandTrouble('The link changes all the time and was not released. Try it again when less is going on.')
}

async function forget(
  api: OperatorApi,
  path: string,
  fingerprint: string,
): Promise<'forgotten' | 'changed' | 'not known'> {
  for (let lost = 0; lost < TRIES; lost++) {
    if (lost > 0) await pause(PAUSE_MS)
    try {
      await api.ask('DELETE', `${path}/link`, { query: { fingerprint } })
      return 'forgotten'
    } catch (error) {
      const code = error instanceof CommandTrouble ? error.code : undefined
      if (code === 'conflict') return 'changed'
      // Nothing is linked any more: the one that got no answer has done it.
      if (code === 'notLinked' && lost > 0) return 'forgotten'
      if (code !== undefined && code !== 'internal' && lost === 0) throw error
    }
  }
  return 'not known'
}
