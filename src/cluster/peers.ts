import { Agent, request } from 'undici'
import type { InstanceId } from '../model/ids.ts'
import { PROOF_HEADER } from './cluster.ts'

const CONNECT_MS = 1000
const CONNECTIONS = 16

/** What one node asks of another. */
export interface Peers {
  /** Resolves when these live there; rejects where that is not known. */
  adopt(url: string, instances: readonly InstanceId[], withinMs: number): Promise<void>
  /** Resolves when that node goes by the register as it is now. */
  sync(url: string, withinMs: number): Promise<void>
  close(): Promise<void>
}

/** @param proof what `PROOF_HEADER` holds. */
export function connectPeers(proof: string): Peers {
  const agent = new Agent({ connections: CONNECTIONS, connect: { timeout: CONNECT_MS } })

  async function post(url: string, path: string, body: unknown, withinMs: number): Promise<void> {
    const answer = await request(`${url}/cluster/${path}`, {
      dispatcher: agent,
      method: 'POST',
      headers: { [PROOF_HEADER]: proof, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      headersTimeout: withinMs,
      bodyTimeout: withinMs,
    })
    await answer.body.dump()
    if (answer.statusCode !== 204) throw new Error(`${url} answered ${path} with ${String(answer.statusCode)}`)
  }

  return {
    adopt: (url, instances, withinMs) => post(url, 'adopt', { instances }, withinMs),
    sync: (url, withinMs) => post(url, 'sync', {}, withinMs),
    close: () => agent.destroy(),
  }
}
