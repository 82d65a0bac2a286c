// Truth: the code: the method table, the notifications and settings there are. docs/compatibility.md must say the same, no less and no more.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { accountMethods } from '../../src/http/green/account.ts'
import { linkingMethods } from '../../src/http/green/linking.ts'
import { queueMethods } from '../../src/http/green/queues.ts'
import { receivingMethods } from '../../src/http/green/receiving.ts'
import { sendingMethods } from '../../src/http/green/sending.ts'
import { MethodTable } from '../../src/http/method.ts'
import { createInstance } from '../../src/http/partner/create-instance.ts'
import { deleteInstanceAccount } from '../../src/http/partner/delete-instance-account.ts'
import { getInstances } from '../../src/http/partner/get-instances.ts'
import { QrImages } from '../../src/http/qr/qr-images.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { packageFile } from '../../src/lib/package-file.ts'
import type { ChatId, InstanceId, MessageId } from '../../src/model/ids.ts'
import type { TextContent } from '../../src/model/content.ts'
import { MESSENGERS } from '../../src/model/messenger.ts'
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts'
import { renderNotification } from '../../src/notifications/body/render.ts'
import type { NotificationEvent } from '../../src/notifications/event.ts'
import { PartnerInstances } from '../../src/partners/partner-instances.ts'
import { at } from '../support/road.ts'
import { startServer, type TestServer } from '../support/server.ts'

const DOCUMENT = readFileSync(packageFile('docs/compatibility.md'), 'utf8')

/** Not a row of the method table, as it is no call. */
const SOCKETS = ['scanqrcode']

/** The rows of all tables whose first column has this title, as cells without their backticks. */
function rowsOf(title: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let isInside = false
  for (const line of DOCUMENT.split('\n')) {
    const cells = line.startsWith('|')
      ? line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
      : []
    if (cells.length === 0) isInside = false
    else if (cells[0] === title) isInside = true
    else if (isInside && !/^-+$/.test(cells[0] ?? '')) rows.push(cells.map((cell) => cell.replace(/^`(.*)`$/, '$1')))
  }
  return rows
}

const claimed = (row: readonly string[], columns: readonly number[]) => columns.map((column) => row[column])
const works = (row: readonly string[], columns: readonly number[]) => claimed(row, columns).includes('yes')
const names = (rows: readonly (readonly string[])[]) => rows.map(([name = '']) => name)

/** The tables as the server puts them together; nothing of them is called. */
const none = Object.create(PartnerInstances.prototype) as PartnerInstances
const TABLE = [
  ...new MethodTable([
    ...accountMethods(500),
    ...linkingMethods(new QrImages()),
    ...sendingMethods,
    ...queueMethods(systemClock),
    ...receivingMethods,
  ]).rows,
  ...new MethodTable([
    createInstance({ instances: none, delayMinMs: 500, publicUrl: () => '' }),
    getInstances(none, systemClock),
    deleteInstanceAccount(none),
  ]).rows,
]

describe('methods', () => {
  const rows = rowsOf('method')

  test('exactly the rows of the method table are said to work, with their verbs and messengers', () => {
    const told = rows.filter((row) => works(row, [2, 3, 4]))
    assert.deepEqual(names(told).sort(), [...TABLE.map(({ name }) => name), ...SOCKETS].sort())
    for (const { name, verbs, messengers } of TABLE) {
      const row = rows.find((cells) => cells[0] === name) ?? assert.fail(name)
      assert.equal(row[1], verbs.join(', '), name)
      assert.deepEqual(
        claimed(row, [2, 3, 4]),
        MESSENGERS.map((messenger) => (messengers.includes(messenger) ? 'yes' : 'no')),
        name,
      )
    }
  })

  test('no method is there twice, and each says what works, what tests it, or that it is not in this version', () => {
    assert.equal(new Set(names(rows)).size, rows.length)
    for (const row of rows) {
      if (works(row, [2, 3, 4])) assert.ok(existsSync(packageFile(row[5] ?? '')), `${row[0] ?? ''}: ${row[5] ?? ''}`)
      else assert.deepEqual(row.slice(2), ['—', '—', '—', '—', 'not in this version'])
    }
  })

  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  test('what is not in this version is 404 on a running server, with each verb', async () => {
    const made = await server.make()
    for (const row of rows.filter((cells) => !works(cells, [2, 3, 4]))) {
      for (const verb of ['GET', 'POST', 'DELETE']) {
        assert.equal((await server.on(made, verb, row[0] ?? '')).status, 404, row[0])
      }
    }
  })
})

describe('notifications', () => {
  const text = (more: Partial<TextContent> = {}): TextContent => ({ kind: 'text', text: 'x', ...more })
  const preview = { title: '', description: '', link: '', jpegThumbnail: '', urlFile: '', size: 'small' } as const
  const party = { id: '7@c.us' as ChatId, name: '', contactName: '' }
  const message = (content: TextContent) =>
    ({ id: 'M' as MessageId, direction: 'in', chat: party, author: party, at: 0, content }) as const
  const contents = [
    text(),
    text({ preview }),
    text({ quote: { id: 'Q' as MessageId, participant: party.id, text: '' } }),
  ]

  const EVENTS: readonly NotificationEvent[] = [
    ...contents.map((content) => ({ kind: 'message', flow: 'incoming', message: message(content) }) as const),
    { kind: 'message', flow: 'outgoing', message: message(text()) },
    { kind: 'message', flow: 'outgoingApi', message: message(text()) },
    { kind: 'status', id: 'M' as MessageId, chat: party.id, status: 'sent', description: '', byApi: true, at: 0 },
    { kind: 'state', state: 'authorized', at: 0 },
  ]
  const bodies = EVENTS.map((event): unknown =>
    JSON.parse(renderNotification({ idInstance: 1 as InstanceId, wid: '', typeInstance: 'whatsapp' }, event)),
  )
  const distinct = (path: string) =>
    [...new Set(bodies.map((body) => at(body, path)))].filter((word) => word !== undefined)

  for (const [title, path] of [
    ['notification', 'typeWebhook'],
    ['typeMessage', 'messageData.typeMessage'],
  ] as const) {
    test(`of each ${title}, exactly those that are made are said to work`, () => {
      const rows = rowsOf(title)
      assert.deepEqual(names(rows.filter((row) => works(row, [1, 2, 3]))).sort(), distinct(path).sort())
      for (const row of rows.filter((cells) => works(cells, [1, 2, 3]))) {
        assert.deepEqual(claimed(row, [1, 2, 3]), ['yes', 'yes', 'yes'])
        assert.ok(existsSync(packageFile(row[4] ?? '')), row[4])
      }
    })
  }
})

test('each setting is there once, and says whether it works or is kept, and where that is tested', () => {
  const rows = rowsOf('setting')
  assert.deepEqual(names(rows).sort(), Object.keys(DEFAULT_SETTINGS).sort())
  for (const [name, state, file = ''] of rows) {
    assert.ok(state === 'works' || state === 'kept', name)
    assert.ok(existsSync(packageFile(file)), file)
    assert.ok(readFileSync(packageFile(file), 'utf8').includes(name ?? ''), `${file} speaks of ${name ?? ''}`)
  }
})
