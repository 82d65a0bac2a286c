// Truth: a link that an operator takes from one server and gives to another works there, and nowhere else; the API and the commands alike.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createProgram } from '../src/cli/program.ts'
import { silentLog } from '../src/lib/log.ts'
import { Operator } from './support/operator-calls.ts'
import { partnerAccount } from './support/operator.ts'
import { until } from './support/domain.ts'
import { OPERATOR_TOKEN, startServer, type Made, type TestServer } from './support/server.ts'

let server: TestServer
let operator: Operator
let account: string
before(async () => {
  server = await startServer()
  operator = new Operator(server)
  account = await partnerAccount(server)
})
after(() => server.close())

const pathOf = ({ idInstance }: Made) => `/accounts/${account}/instances/${String(idInstance)}/link`
const stateOf = async (made: Made) => (await server.on(made, 'GET', 'getStateInstance')).json
const put = (made: Made, link: unknown) => server.operator('PUT', pathOf(made), link)

async function linked(phone: string): Promise<Made> {
  const made = await server.make()
  await server.link(made, phone)
  return made
}

describe('a link', () => {
  test('moves from one instance to another with its phone, which hears nothing of it', async () => {
    const from = await linked('79007000001')
    const link = await operator.done('DELETE', pathOf(from))
    assert.deepEqual(await stateOf(from), { stateInstance: 'notAuthorized' })
    const to = await server.make()
    assert.equal((await put(to, link)).status, 204)
    await until(async () => JSON.stringify(await stateOf(to)).includes('"authorized"'))
    const { json } = await server.on(to, 'POST', 'sendMessage', { chatId: '79007000002@c.us', message: 'from here' })
    assert.match(JSON.stringify(json), /idMessage/)
    await until(async () => {
      const { text } = await server.call('GET', '/simulator/messages?phone=79007000002')
      return text.includes('from here')
    })
  })

  test('is copied without harm to the one who has it', async () => {
    const made = await linked('79007000003')
    const copy = await operator.done('GET', pathOf(made))
    assert.equal(copy['typeInstance'], 'whatsapp')
    await until(async () => JSON.stringify(await stateOf(made)).includes('"authorized"'))
    assert.equal((await put(made, copy)).status, 409, 'who is linked takes no other link')
  })

  test('is refused where it does not fit, and nothing changes', async () => {
    const made = await linked('79007000004')
    const link = await operator.done('GET', pathOf(made))
    const other = await server.make()
    const refused: readonly [unknown, number][] = [
      [{ ...link, format: 'jadegate-link-2' }, 400],
      [{ ...link, secrets: {} }, 400],
      [{ ...link, secrets: { device: 7 } }, 400],
      [{ ...link, typeInstance: 'v3' }, 400],
      [{ ...link, account: { wid: '' } }, 400],
      [{}, 400],
    ]
    for (const [body, status] of refused) assert.equal((await put(other, body)).status, status, JSON.stringify(body))
    assert.deepEqual(await stateOf(other), { stateInstance: 'notAuthorized' })
    assert.equal((await server.operator('GET', pathOf(other))).status, 400, 'there is none to show')
  })

  test('is shown to the operator alone, and each look is in the audit log', async () => {
    const made = await linked('79007000005')
    assert.equal((await server.call('GET', `/api/operator/v1${pathOf(made)}`)).status, 401)
    const { text } = await server.operator('GET', pathOf(made))
    assert.match(text, /"secrets"/)
    const audit = await operator.items(`/audit?accountId=${account}`)
    const looks = audit.filter((entry) => entry['target'] === String(made.idInstance))
    assert.ok(looks.some((entry) => entry['action'] === 'instance.linkCopied'))
    assert.ok(!JSON.stringify(audit).includes('"device"'))
  })
})

describe('the commands', () => {
  async function run(args: readonly string[], input = '') {
    const out: string[] = []
    let code = 0
    await createProgram({
      env: { JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN },
      print: (line) => void out.push(line),
      complain: (line) => void out.push(line),
      setExitCode: (given) => (code = given),
      log: () => silentLog,
      input: () => Promise.resolve(input),
      untilStopped: () => assert.fail('the command runs on'),
    }).parseAsync(['instance', ...args, '--url', server.url], { from: 'user' })
    return { code, out: out.join('\n') }
  }

  test('take a link away, when they are told to, and bring it back', async () => {
    const made = await linked('79007000006')
    const of = [account, String(made.idInstance)]
    const asked = await run(['release-link', ...of])
    assert.equal(asked.code, 2)
    assert.match(asked.out, /Nothing is done without --yes/)
    const copied = await run(['copy-link', ...of])
    const taken = await run(['release-link', ...of, '--yes'])
    assert.deepEqual([copied.code, taken.code], [0, 0])
    assert.deepEqual(Object.keys(JSON.parse(copied.out) as object), Object.keys(JSON.parse(taken.out) as object))
    assert.equal((await run(['adopt-link', ...of], 'no link')).code, 1)
    assert.deepEqual(await stateOf(made), { stateInstance: 'notAuthorized' })
    assert.deepEqual(await run(['adopt-link', ...of], taken.out), {
      code: 0,
      out: `Instance ${String(made.idInstance)} has the link now.`,
    })
    await until(async () => JSON.stringify(await stateOf(made)).includes('"authorized"'))
  })
})
