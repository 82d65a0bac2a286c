import type { Config } from '../../config/schema.ts'
import { OperatorTrouble } from '../../lib/operator-trouble.ts'
import { SealBroken } from '../../lib/seal.ts'
import type { Context } from '../context.ts'
import { effectiveConfig } from '../effective-config.ts'
import { startOrComplain } from '../start-trouble.ts'
import { CommandTrouble } from './command-trouble.ts'
import { OperatorApi } from './operator-api.ts'

/**
 * The operator API of the server that is meant: `url`, else where the configuration says that it listens. The operator's token comes from
 * the environment, else from the data folder. Null after saying what is wrong.
 */
export async function connect(context: Context, url: string | undefined): Promise<OperatorApi | null> {
  const effective = effectiveConfig(context)
  if (effective === null) return null
  const { config } = effective
  const at = url === undefined ? listeningUrl(config) : givenUrl(url)
  if (config.operatorToken !== undefined) return new OperatorApi(at, config.operatorToken)
  const token = await startOrComplain(context, config.dataDir, () => keptToken(config))
  return token === null ? null : new OperatorApi(at, token)
}

async function keptToken(config: Config): Promise<string> {
  // Loaded here, so that whoever names the token need not wait for it.
  const { operatorTokenOf } = await import('../../app.ts')
  try {
    const token = operatorTokenOf(config)
    if (token !== undefined) return token
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw new OperatorTrouble(`The operator token in ${config.dataDir} was sealed with another key.`)
  }
  throw new OperatorTrouble(
    `No operator token: JADEGATE_OPERATOR_TOKEN is not set, and no server has made one in ${config.dataDir} yet.`,
  )
}

function givenUrl(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol === 'http:' || protocol === 'https:') return url
  throw new CommandTrouble(`"${url}" is no URL of a server: allowed is one like http://127.0.0.1:8080.`, 2)
}

/** Never the public URL: the proxy behind it is there to refuse the operator API. */
function listeningUrl({ host, port }: Config): string {
  if (port === 0) throw new CommandTrouble('JADEGATE_PORT is 0, so the server took any free port: name it by --url.', 2)
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
