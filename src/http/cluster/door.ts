import type { IncomingMessage, ServerResponse } from 'node:http'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Cluster } from '../../cluster/cluster.ts'
import type { Log } from '../../lib/log.ts'
import type { InstanceId } from '../../model/ids.ts'
import { parseBody, readBody } from '../body.ts'
import { isPassedOn } from '../origin.ts'

const BASE = '/cluster/'

const ADOPT = Compile(
  Type.Object({ instances: Type.Array(Type.Unsafe<InstanceId>(Type.Integer({ minimum: 0 })), { maxItems: 10_000 }) }),
)

/** `POST /cluster/{name}`: what other nodes ask of this one. For everybody else there is nothing at these addresses. */
export function serveDoor(
  { door }: Pick<Cluster, 'door'>,
  log: Log,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const url = request.url ?? ''
  if (!url.startsWith(BASE) || request.method !== 'POST' || !isPassedOn(request)) return false
  readBody(request, (bytes) => {
    const parsed = bytes === 'tooLarge' ? undefined : parseBody(bytes)
    const json = parsed !== undefined && 'json' in parsed ? parsed.json : undefined
    answer(url.slice(BASE.length), json).then(
      (status) => response.writeHead(status, { 'Content-Length': 0 }).end(),
      (error: unknown) => {
        log.error({ error }, 'what another node asked for failed')
        response.writeHead(503, { 'Content-Length': 0 }).end()
      },
    )
  })
  return true

  async function answer(name: string, json: unknown): Promise<number> {
    if (name === 'sync') await door.sync()
    else if (name === 'adopt' && ADOPT.Check(json)) await door.adopt(json.instances)
    else return 400
    return 204
  }
}
