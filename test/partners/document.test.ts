// Truth: the rows of the partner API, the signature of Standard Webhooks, the command line; the documents on partners and money must agree with them.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createProgram } from '../../src/cli/program.ts'
import { partnerApiRows, type PartnerApiDeps } from '../../src/http/partner-api/partner-api.ts'
import { silentLog } from '../../src/lib/log.ts'
import { packageFile } from '../../src/lib/package-file.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { LIFECYCLE_TYPES } from '../../src/model/account.ts'
import { makeHookSecret, signedHeaders } from '../../src/partners/hook-signature.ts'

const LANGUAGES = ['partners.md', 'partners.ru.md'] as const
const documents = new Map(LANGUAGES.map((name) => [name, readFileSync(packageFile(`docs/${name}`), 'utf8')]))
const folder = mkdtempSync(join(tmpdir(), 'jadegate-document-'))
after(() => rmSync(folder, { recursive: true }))

/** Rows are only described here: nothing of the business is asked. */
const rows = partnerApiRows({
  business: {} as PartnerApiDeps['business'],
  instances: { get: () => undefined, ofAccount: () => [], living: () => 0 },
  store: {} as PartnerApiDeps['store'],
  clock: { now: () => 0, after: () => ({ cancel: () => undefined }) },
  shares: {} as PartnerApiDeps['shares'],
  delayMinMs: 500,
  publicUrl: () => '',
})

for (const [name, text] of documents) {
  describe(name, () => {
    test('shows a curl line for each call, or names it, and no other', () => {
      const shown = new Set(
        [...text.matchAll(/^curl (.*?)\$V1(\/[^\s"'?]*)/gm)].map(([, options = '', path = '']) => {
          const verb = /-X ([A-Z]+)/.exec(options)?.[1] ?? 'GET'
          return `${verb} ${patternOf(path)}`
        }),
      )
      for (const [, verb = '', path = ''] of text.matchAll(/`([A-Z]+) (\/tokens\/[^\s`]*)`/g))
        shown.add(`${verb} ${path}`)
      assert.deepEqual([...shown].toSorted(), rows.map(({ verb, at }) => `${verb} ${at}`).toSorted())
    })

    test('names every event', () => {
      for (const type of LIFECYCLE_TYPES) assert.match(text, new RegExp(`^\\| \`${type}\``, 'm'))
    })

    test('verifies as it says', async () => {
      const secret = makeHookSecret(systemRandom)
      const isGenuine = await exampleOf(text, name, secret)
      const body = '{"type":"hook.test","data":{"name":"Привет"}}'
      const headersOf = (given: string, at: number): Record<string, string> =>
        Object.fromEntries(signedHeaders(given, 'evt_1', body, at))
      const genuine = headersOf(secret, Date.now())
      assert.equal(isGenuine(genuine, Buffer.from(body)), true)
      const rotated = `v1,${Buffer.alloc(32).toString('base64')} ${String(genuine['webhook-signature'])}`
      assert.equal(isGenuine({ ...genuine, 'webhook-signature': rotated }, Buffer.from(body)), true)
      assert.equal(isGenuine(genuine, Buffer.from(`${body} `)), false)
      assert.equal(isGenuine({ ...genuine, 'webhook-id': 'evt_2' }, Buffer.from(body)), false)
      assert.equal(isGenuine(headersOf(secret, Date.now() - 600_000), Buffer.from(body)), false)
      assert.equal(isGenuine(headersOf(makeHookSecret(systemRandom), Date.now()), Buffer.from(body)), false)
      assert.equal(isGenuine({}, Buffer.from(body)), false)
    })
  })
}

test('operators/billing.md shows commands that there are, with options that they have', () => {
  const text = readFileSync(packageFile('docs/operators/billing.md'), 'utf8')
  const program = createProgram({
    env: {},
    print: () => undefined,
    complain: () => undefined,
    setExitCode: () => undefined,
    log: () => silentLog,
    input: () => Promise.resolve(''),
    untilStopped: () => undefined,
  })
  const lines = [...text.matchAll(/npx jadegate ([a-z][^\n|)]*)/g)].map(([, line = '']) => line.replace(/ #.*/, ''))
  assert.ok(lines.length > 20)
  for (const line of lines) {
    const words = line.split(' ')
    const first = program.commands.find((command) => command.name() === words[0])
    const command = first?.commands.find((one) => one.name() === words[1]) ?? first
    assert.ok(command !== undefined && (command.commands.length === 0 || words[1] === '…'), line)
    for (const [option] of line.matchAll(/--[a-z]+[a-z-]*/g)) {
      assert.ok(
        command.options.some(({ long }) => long === option),
        `${line}: ${option}`,
      )
    }
  }
})

/** `/instances/1101000000` is an example of `/instances/{idInstance}`. */
function patternOf(path: string): string {
  return path
    .replace(/\/\d{10}/, '/{idInstance}')
    .replace(/\/\d{4}-\d\d/, '/{month}')
    .replace('/$TOKEN_ID', '/{id}')
    .replace(/(?<=\/deliveries)\/\d+/, '/{receiptId}')
}

type IsGenuine = (headers: object, body: Buffer) => boolean

/** The function of the document's example, without the server around it. */
async function exampleOf(text: string, name: string, secret: string): Promise<IsGenuine> {
  const code = /```js\n([\s\S]*?)\ncreateServer\(/.exec(text)?.[1]
  assert.ok(code !== undefined)
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, `${code.replace('process.env.HOOK_SECRET', JSON.stringify(secret))}\nexport { isGenuine }\n`)
  const example = (await import(pathToFileURL(file).href)) as { readonly isGenuine: IsGenuine }
  return example.isGenuine
}
