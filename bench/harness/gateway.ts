import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Api, type Access } from './api.ts'
import { freePort, Jadegate } from './jadegate.ts'
import { NODE_FLAGS } from './node-flags.ts'

export const PARTNER_TOKEN = 'gac.bench0123456789abcdef0123456789abcdef0123456789'
export const OPERATOR_TOKEN = 'bench-operator-token'
/** So high that no limit is ever met; the limiter itself runs. */
export const RATE_LIMIT_SCALE = 100_000

/** The product under test with its own data folder. The network is never in its process unless no address is given. */
export class Gateway {
  readonly #folder: string
  readonly #env: Readonly<Record<string, string>>
  readonly port: number
  #running: Jadegate
  #api: Api

  private constructor(folder: string, env: Readonly<Record<string, string>>, running: Jadegate) {
    this.#folder = folder
    this.#env = env
    this.#running = running
    this.port = running.port
    this.#api = new Api(running.port, PARTNER_TOKEN)
  }

  static async start(
    folder: string,
    simulatorPort: number | null,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Gateway> {
    mkdirSync(folder, { recursive: true })
    const port = await freePort()
    const env = {
      JADEGATE_PORT: String(port),
      JADEGATE_DATA_DIR: join(folder, 'data'),
      JADEGATE_PARTNER_TOKEN: PARTNER_TOKEN,
      JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN,
      JADEGATE_RATE_LIMIT_SCALE: String(RATE_LIMIT_SCALE),
      ...(simulatorPort !== null && { JADEGATE_SIMULATOR_URL: `http://127.0.0.1:${simulatorPort}` }),
      ...more,
    }
    return new Gateway(folder, env, await run(folder, env, port))
  }

  get api(): Api {
    return this.#api
  }

  get pid(): number {
    return this.#running.pid
  }

  /** Stops it and starts it again; resolves when it answers. */
  async restart(): Promise<void> {
    await this.stop()
    this.#running = await run(this.#folder, this.#env, this.port)
    this.#api = new Api(this.port, PARTNER_TOKEN)
  }

  async stop(): Promise<void> {
    await this.#api.close()
    await this.#running.stop()
  }
}

/** Beside the flags of `npm start`, JADEGATE_BENCH_NODE_ARGS, for example `--cpu-prof`, is passed on to the server's process. */
function run(folder: string, env: Readonly<Record<string, string>>, port: number): Promise<Jadegate> {
  const more = (process.env['JADEGATE_BENCH_NODE_ARGS'] ?? '').split(' ').filter((one) => one !== '')
  const nodeArgs = [...NODE_FLAGS, ...more]
  return Jadegate.start({ command: 'serve', folder, env, readyPath: '/health', port, nodeArgs })
}

/** Has everything that is in the journal indexed, which else happens in quiet moments: while the other side is measured, say. */
export async function index({ api }: Gateway, [one]: readonly Access[]): Promise<void> {
  if (one === undefined) return
  await api.call('POST', one, 'getChatHistory', { chatId: '79000000000@c.us', count: 1 })
  await api.call('GET', one, 'lastOutgoingMessages')
}
