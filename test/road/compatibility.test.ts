// Truth: the code: the method table, the notifications and settings there are. docs/compatibility.md must say the same, no less and no more.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { maxDriver } from '../../src/drivers/max/driver.ts'
import { whatsAppDriver } from '../../src/drivers/whatsapp/driver.ts'
import { instanceMethods } from '../../src/http/green/methods.ts'
import { MethodTable } from '../../src/http/method.ts'
import { createInstance } from '../../src/http/partner/create-instance.ts'
import { deleteInstanceAccount } from '../../src/http/partner/delete-instance-account.ts'
import { getInstances } from '../../src/http/partner/get-instances.ts'
import { QrImages } from '../../src/http/qr/qr-images.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { packageFile } from '../../src/lib/package-file.ts'
import { systemRandom } from '../../src/lib/random.ts'
import type { NetworkCall } from '../../src/model/call.ts'
import { FILE_TYPES, type Content, type ContentKind } from '../../src/model/content.ts'
import type { ChatId, InstanceId, MessageId } from '../../src/model/ids.ts'
import { MESSENGERS } from '../../src/model/messenger.ts'
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts'
import { renderNotification } from '../../src/notifications/body/render.ts'
import type { NotificationEvent } from '../../src/notifications/event.ts'
import { PartnerInstances } from '../../src/partners/partner-instances.ts'
import { at } from '../support/road.ts'
import { startServer, type TestServer } from '../support/server.ts'

const DOCUMENT = readFileSync(packageFile('docs/compatibility.md'), 'utf8')

const GOLDEN_FOLDER = packageFile('test/golden/notifications')
const GOLDEN = readdirSync(GOLDEN_FOLDER)
  .map((name) => readFileSync(new URL(`${GOLDEN_FOLDER.href}/${name}`), 'utf8'))
  .join('\n')

const MAX_LIMITS = {
  ...{ loginsPerSecond: 1, loginsPerDay: 1, checksPerDay: 1, checkPeriodMs: 1 },
  ...{ identity: {}, seemsSeen: true },
}
const LIMITS = { loginsPerSecond: 1, firstContactsPerDay: 0, checksPerDay: 0, sendsButtons: false }

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
  ...instanceMethods({ clock: systemClock, images: new QrImages(), delayMinMs: 500 }).rows,
  ...new MethodTable([
    createInstance({ instances: none, delayMinMs: 500, publicUrl: () => '' }),
    getInstances(none, systemClock),
    deleteInstanceAccount(none),
  ]).rows,
]

describe('methods', () => {
  const rows = rowsOf('method')
  const refused = rowsOf('not offered')

  test('exactly the rows of the method table are said to work, with their verbs and messengers', () => {
    assert.deepEqual(names(rows).sort(), [...TABLE.map(({ name }) => name), ...SOCKETS].sort())
    for (const { name, verbs, messengers } of TABLE) {
      const row = rows.find((cells) => cells[0] === name) ?? assert.fail(name)
      assert.equal(row[1], verbs.join(', '), name)
      assert.deepEqual(
        claimed(row, [2, 4, 5]),
        MESSENGERS.map((messenger) => (messengers.includes(messenger) ? 'yes' : 'no')),
        name,
      )
    }
  })

  test('what live WhatsApp can not do is what its driver says; the rest works as it is simulated, or in words', () => {
    const { cannotSend } = whatsAppDriver({
      ...LIMITS,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    }).capabilities
    const byContent = { sendListMessage: 'list' } as const
    for (const [name = '', , simulated, live] of rows) {
      const kind = name in byContent ? byContent[name as keyof typeof byContent] : undefined
      if (kind !== undefined) assert.ok(live === 'no' && cannotSend?.has(kind) === true, name)
      else assert.ok(live === simulated || (simulated === 'yes' && live === 'text' && /button/i.test(name)), name)
    }
  })

  test('what is said of MAX is said once more of live MAX, with how sure it is', () => {
    const live = rowsOf('on live MAX')
    const ofMax = (title: string, column: number) => names(rowsOf(title).filter((row) => row[column] === 'yes'))
    const wanted = [...ofMax('method', 4), ...ofMax('typeMessage', 3), ...ofMax('notification', 3)]
    assert.deepEqual(names(live).sort(), wanted.sort())
    for (const [name, works, fact] of live) {
      assert.ok(works === 'yes' || works === 'no', name)
      assert.match(String(fact), /^(measured|told|doubtful|ours)$/, name)
    }
    const { loginWays } = maxDriver({
      ...MAX_LIMITS,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    }).capabilities
    const refused = live.filter(([, works]) => works === 'no').map(([name]) => name)
    assert.deepEqual(
      [refused, loginWays],
      [
        ['startAuthorization', 'sendAuthorizationCode'],
        ['qr', 'token'],
      ],
    )
  })

  test('each says what tests it, and that test speaks of it, or the calls that all of these tests share do', () => {
    const shared = readFileSync(packageFile('test/support/road.ts'), 'utf8')
    const silent = rows.filter(([name = '', , , , , , file = '']) => {
      const words = `${readFileSync(packageFile(file), 'utf8')}${shared}`.toLowerCase()
      return !words.includes(name.toLowerCase())
    })
    assert.deepEqual(silent, [])
  })

  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  test('what is not offered is 404 on a running server, with each verb, and says why', async () => {
    const made = await server.make()
    assert.ok(refused.length > 0)
    for (const [name = '', , why = ''] of refused) {
      assert.ok(why.length > 0, name)
      for (const verb of ['GET', 'POST', 'DELETE']) assert.equal((await server.on(made, verb, name)).status, 404, name)
    }
  })
})

describe('notifications', () => {
  const id = 'M' as MessageId
  const chat = '7@c.us' as ChatId
  const party = { id: chat, name: '', contactName: '' }
  const preview = { title: '', description: '', link: '', jpegThumbnail: '', urlFile: '', size: 'small' } as const
  const about = { name: '', address: '', jpegThumbnail: '' }
  const card = { displayName: '', vcard: '' }

  /** One of each form that a content can have; a kind that is new is missed by the compiler. */
  const SAMPLES: { readonly [Kind in ContentKind]: readonly Extract<Content, { kind: Kind }>[] } = {
    text: [
      { kind: 'text', text: 'x' },
      { kind: 'text', text: 'x', preview },
      { kind: 'text', text: 'x', quote: { id, participant: chat, content: { kind: 'text', text: 'y' } } },
    ],
    file: FILE_TYPES.map((type) => ({
      ...{ kind: 'file', type, file: { at: 'nowhere', why: 'lost' }, name: '', mimeType: '', caption: '' },
      jpegThumbnail: '',
    })),
    location: [{ kind: 'location', latitude: 0, longitude: 0, ...about }],
    contacts: [
      { kind: 'contacts', contacts: [card] },
      { kind: 'contacts', contacts: [card, card] },
    ],
    poll: [{ kind: 'poll', question: 'q', options: ['a', 'b'], multipleAnswers: false }],
    vote: [{ kind: 'vote', poll: id, question: 'q', multipleAnswers: false, options: [] }],
    reaction: [{ kind: 'reaction', target: id, participant: chat, emoji: '' }],
    edit: [{ kind: 'edit', target: id, text: 'x', isCaption: false }],
    deletion: [{ kind: 'deletion', target: id, forEveryone: true }],
    buttons: (['interactive', 'plain', 'template'] as const).map((style) => {
      return { kind: 'buttons', style, header: '', body: '', footer: '', buttons: [] }
    }),
    list: [{ kind: 'list', title: '', body: '', footer: '', buttonText: '', sections: [] }],
    choice: (['interactive', 'plain', 'template', 'list'] as const).map((of) => {
      return { kind: 'choice', of, target: id, id: '1', index: 0, text: '' }
    }),
    groupInvite: [
      { kind: 'groupInvite', group: chat, groupName: '', code: '', expiresAt: 0, caption: '', jpegThumbnail: '' },
    ],
    product: [
      { kind: 'product', productId: '', title: '', description: '', currency: '', price: '', url: '', imageCount: 0 },
    ],
    order: [{ kind: 'order', orderId: '', token: '', title: '', itemCount: 1, currency: '', total: '0', seller: chat }],
    statusText: [{ kind: 'statusText', text: '', backgroundColor: '', font: 'SERIF' }],
    unreadable: [{ kind: 'unreadable', why: 'keysLost' }],
  }
  const contents: readonly Content[] = Object.values(SAMPLES).flat()
  const message = (content: Content) => ({ id, direction: 'in', chat: party, author: party, at: 0, content }) as const
  const call: NetworkCall = {
    ...{ id, direction: 'in', chat: party, status: 'offer', isVideo: false, isGroup: false, durationS: 0 },
    ...{ participants: [], at: 0 },
  }

  const EVENTS: Readonly<Record<NotificationEvent['kind'], readonly NotificationEvent[]>> = {
    message: (['incoming', 'outgoing', 'outgoingApi'] as const).flatMap((flow) =>
      contents.map((content) => ({ kind: 'message', flow, message: message(content) }) as const),
    ),
    status: [{ kind: 'status', id, chat, status: 'sent', description: '', byApi: true, at: 0 }],
    state: [{ kind: 'state', state: 'authorized', at: 0 }],
    call: [
      { kind: 'call', call },
      { kind: 'call', call: { ...call, direction: 'out', status: 'pickUp' } },
    ],
    quota: [{ kind: 'quota', used: 3, total: 3, correspondents: [chat], at: 0 }],
  }
  const instance = { idInstance: 1 as InstanceId, wid: '', typeInstance: 'whatsapp' } as const
  const bodies = Object.values(EVENTS)
    .flat()
    .map((event): unknown => JSON.parse(renderNotification({ instance, linkOf: () => '' }, event)))
  const distinct = (path: string) =>
    [...new Set(bodies.map((body) => at(body, path)))].filter((word) => word !== undefined)

  for (const [title, path] of [
    ['notification', 'typeWebhook'],
    ['typeMessage', 'messageData.typeMessage'],
  ] as const) {
    test(`of each ${title}, exactly those that are made are said to work`, () => {
      const rows = rowsOf(title)
      assert.equal(new Set(names(rows)).size, rows.length)
      assert.deepEqual(names(rows.filter((row) => works(row, [1, 3, 4]))).sort(), distinct(path).sort())
      const told = rows.filter((row) => works(row, [1, 3, 4]))
      for (const row of told) {
        for (const cell of claimed(row, [1, 3, 4])) assert.ok(cell === 'yes' || cell === 'no', row[0])
      }
      const silent = told.filter(([name = '', , , , , file = '']) => {
        const text = readFileSync(packageFile(file), 'utf8')
        // The golden files hold the words themselves.
        return !(file.includes('golden') ? GOLDEN : text).includes(name)
      })
      assert.deepEqual(silent, [])
    })
  }
})

test('each setting is there once, and says whether it works or is kept, and where that is tested', () => {
  const rows = rowsOf('setting')
  assert.deepEqual(names(rows).sort(), Object.keys(DEFAULT_SETTINGS).sort())
  for (const [name, state, file = ''] of rows) {
    assert.ok(state === 'works' || state === 'kept', name)
    assert.ok(readFileSync(packageFile(file), 'utf8').includes(name ?? ''), `${file} speaks of ${name ?? ''}`)
  }
})
