import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { isSaying, type Content, type FileContent } from '../../model/content.ts'
import { isWithoutHash } from '../../model/hashless-files.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { NetworkMessage } from '../../model/message.ts'
import { facet, value, type Bench, type Opened } from './bench.ts'

/** Two who write to each other; `chat` is how the other names each of them. */
interface Pair {
  readonly own: Opened & { readonly chat: ChatId }
  readonly peer: Opened & { readonly chat: ChatId }
}

/** What is sent, and what arrives where that is not the same. */
interface Sample {
  readonly sent: Content
  readonly arrives?: Content
}

const NONE = { own: '' as MessageId, peer: '' as MessageId }
const PIXEL = Buffer.from('a small picture').toString('base64')

/** Every kind of content, out and in. What one session sends is what the other's host is given. */
export function contents(bench: Bench): void {
  const pair = async (): Promise<Pair> => {
    const own = await bench.linked()
    const peer = await bench.linked(bench.rig.phones.peer)
    const chat = await bench.nameOf(peer, bench.rig.phones.own)
    return { own: { ...own, chat }, peer: { ...peer, chat: await bench.nameOf(own, bench.rig.phones.peer) } }
  }

  /** What another session sent, as this one was brought it. */
  const arrived = async (at: Opened, id: MessageId) => {
    const there = await bench.elsewhere(id)
    return await until(() => at.host.messages().find((message) => message.id === there), `message ${id}`)
  }

  /** A change of an earlier message: where the network has ids of its own it may have none, and who reads of it makes one. */
  const changed = async (at: Opened, before: readonly NetworkMessage[]) =>
    await until(() => at.host.messages().find((message) => !before.includes(message)), 'the change')

  /** `prepare` may exchange messages first; `by` sends the sample then, or a refusal where the messenger lacks the kind. */
  const roundTrip = (name: string, prepare: (pair: Pair) => Promise<Sample> | Sample, by: 'own' | 'peer' = 'own') => {
    test(`${name}: what one sends is what the other receives`, async () => {
      const two = await pair()
      const { sent, arrives = sent } = await prepare(two)
      const from = two[by]
      const to = by === 'own' ? two.peer : two.own
      if (bench.rig.lacks.has(sent.kind)) {
        const verdict = await bench.send(from.session, to.chat, sent)
        assert.equal(!verdict.ok && verdict.fault.fault, 'refused')
        return
      }
      const before = to.host.messages()
      const id = await bench.sent(from.session, to.chat, sent)
      const isNamed = isSaying(sent) || bench.rig.idElsewhere === undefined
      const message = isNamed ? await arrived(to, id) : await changed(to, before)
      assert.deepEqual(await shown(to, message.content), bench.rig.arrives?.(arrives, id) ?? arrives)
      assert.deepEqual([message.direction, message.chat.id, message.author.id], ['in', from.chat, from.chat])
      assert.deepEqual([...from.host.losses, ...to.host.losses], [])
    })
  }

  /** Who said it and who heard it may call it differently. */
  const said = async (
    { own, peer }: Pair,
    content: Content,
  ): Promise<{ readonly own: MessageId; readonly peer: MessageId }> => {
    const id = await bench.sent(own.session, peer.chat, content)
    return { own: id, peer: (await arrived(peer, id)).id }
  }

  const preview = { title: 'Shop', description: 'All for sale', link: 'https://shop.example', jpegThumbnail: PIXEL }
  roundTrip('text with a preview, forwarded', () => {
    const shown = { ...preview, urlFile: '', size: 'large' } as const
    return { sent: { kind: 'text', text: 'see https://shop.example', preview: shown, forwardingScore: 2 } }
  })

  for (const file of fileSamples())
    roundTrip(`${file.type} file`, ({ own }) => {
      const kept = own.host.keep(Buffer.from(`the bytes of ${file.name}`))
      return { sent: { ...file, file: kept } }
    })

  roundTrip('location', () => ({
    sent: {
      ...{ kind: 'location', latitude: 55.7558, longitude: -37.6173, name: 'Square', address: 'Main street 1' },
      jpegThumbnail: PIXEL,
    },
  }))

  roundTrip('contacts', ({ peer }) => ({
    sent: {
      kind: 'contacts',
      contacts: [
        { displayName: 'Anna', vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD', chat: peer.chat },
        { displayName: 'Boris', vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Boris\nEND:VCARD' },
      ],
    },
  }))

  const poll = { kind: 'poll', question: 'When?', options: ['today', 'tomorrow'], multipleAnswers: false } as const
  roundTrip('poll', () => ({ sent: poll }))

  roundTrip(
    'vote',
    async (two) => {
      const { question, multipleAnswers } = poll
      const options = [
        { name: 'today', voters: [] },
        { name: 'tomorrow', voters: [two.peer.chat] },
      ]
      const { own, peer } = await said(two, poll)
      const vote = { kind: 'vote', question, multipleAnswers, options } as const
      return { sent: { ...vote, poll: peer }, arrives: { ...vote, poll: own } }
    },
    'peer',
  )

  for (const emoji of ['👍', ''])
    roundTrip(
      emoji === '' ? 'reaction withdrawn' : 'reaction',
      async (two) => {
        const target = await said(two, { kind: 'text', text: 'how is it?' })
        const reaction = { kind: 'reaction', target: target.peer, participant: two.own.chat } as const
        if (emoji === '') {
          const before = two.own.host.messages()
          await bench.sent(two.peer.session, two.own.chat, { ...reaction, emoji: '👍' })
          await changed(two.own, before)
        }
        return { sent: { ...reaction, emoji }, arrives: { ...reaction, emoji, target: target.own } }
      },
      'peer',
    )

  roundTrip('edit', async (two) => {
    const target = await said(two, { kind: 'text', text: 'helo' })
    const edit = { kind: 'edit', text: 'hello', isCaption: false } as const
    return { sent: { ...edit, target: target.own }, arrives: { ...edit, target: target.peer } }
  })

  roundTrip('edit of a caption', async (two) => {
    const [file] = fileSamples()
    const target = await said(two, { ...file, file: two.own.host.keep(Buffer.from('a picture')) })
    const edit = { kind: 'edit', text: 'a better caption', isCaption: true } as const
    return { sent: { ...edit, target: target.own }, arrives: { ...edit, target: target.peer } }
  })

  roundTrip('deletion for everyone', async (two) => {
    const target = await said(two, { kind: 'text', text: 'never said' })
    const deletion = { kind: 'deletion', forEveryone: true } as const
    return { sent: { ...deletion, target: target.own }, arrives: { ...deletion, target: target.peer } }
  })

  test('a deletion for oneself is accepted and told to nobody else', async () => {
    const two = await pair()
    const target = await said(two, { kind: 'text', text: 'only mine to forget' })
    await bench.sent(two.own.session, two.peer.chat, { kind: 'deletion', target: target.own, forEveryone: false })
    const after = await said(two, { kind: 'text', text: 'what comes next' })
    assert.deepEqual(
      two.peer.host.messages().map(({ id }) => id),
      [target.peer, after.peer],
    )
  })

  for (const style of ['interactive', 'plain', 'template'] as const)
    roundTrip(`buttons (${style})`, () => ({ sent: buttons(style) }))

  roundTrip('list', () => ({
    sent: {
      ...{ kind: 'list', title: 'Menu', body: 'Choose', footer: 'Open till ten', buttonText: 'Show' },
      sections: [{ title: 'Hot', rows: [{ id: 'tea', title: 'Tea', description: 'green' }] }],
    },
  }))

  roundTrip(
    'choice',
    async (two) => {
      // Where there are no buttons there is nothing to choose either.
      const target = bench.rig.lacks.has('buttons') ? NONE : await said(two, buttons('interactive'))
      const choice = { kind: 'choice', of: 'interactive', id: 'yes', index: 0, text: 'Yes' } as const
      return { sent: { ...choice, target: target.peer }, arrives: { ...choice, target: target.own } }
    },
    'peer',
  )

  roundTrip('group invite', ({ own }) => ({
    sent: {
      ...{ kind: 'groupInvite', group: groupOf(bench), groupName: 'Friends', code: 'AbCd1234' },
      ...{ expiresAt: own.host.clock.now() + 86_400_000, caption: 'join us', jpegThumbnail: PIXEL },
    },
  }))

  roundTrip('product', ({ own }) => {
    const [image] = fileSamples()
    const kept = own.host.keep(Buffer.from('a picture of the product'))
    return {
      sent: {
        ...{ kind: 'product', productId: 'p1', title: 'Cup', description: 'for tea', currency: 'EUR', price: '9.50' },
        ...{ url: 'https://shop.example/cup', imageCount: 1, image: { ...image, file: kept } },
      },
    }
  })

  roundTrip('order', ({ peer }) => ({
    sent: {
      ...{ kind: 'order', orderId: 'o1', token: 't1', title: 'Two cups', itemCount: 2, currency: 'EUR' },
      ...{ total: '1900', seller: peer.chat },
    },
  }))

  roundTrip('reply to a text', async (two) => {
    const content = { kind: 'text', text: 'the question' } as const
    const { own, peer } = await said(two, content)
    const answer = { kind: 'text', text: 'the answer' } as const
    const quote = { participant: two.own.chat, content }
    return { sent: { ...answer, quote: { ...quote, id: own } }, arrives: { ...answer, quote: { ...quote, id: peer } } }
  })

  test('a reply to a file brings the file that it is about', async () => {
    const two = await pair()
    const [sample] = fileSamples()
    const content: FileContent = { ...sample, file: two.own.host.keep(Buffer.from('quoted bytes')) }
    const { own: id } = await said(two, content)
    const quote = { id, participant: two.own.chat, content }
    const reply = await bench.sent(two.own.session, two.peer.chat, { kind: 'text', text: 'about it', quote })
    const { content: seen } = await arrived(two.peer, reply)
    const arrives = bench.rig.arrives?.(content, id) ?? content
    assert.ok(seen.kind === 'text' && seen.quote?.content)
    assert.deepEqual(await shown(two.peer, seen.quote.content), arrives)
  })
}

type FileSample = Omit<FileContent, 'file'>

function fileSamples(): readonly [FileSample, ...FileSample[]] {
  const file = { kind: 'file', caption: 'look', jpegThumbnail: PIXEL } as const
  return [
    { ...file, type: 'image', name: 'cat.jpg', mimeType: 'image/jpeg' },
    { ...file, type: 'video', name: 'round.mp4', mimeType: 'video/mp4', isVideoNote: true },
    { ...file, type: 'audio', name: 'word.ogg', mimeType: 'audio/ogg; codecs=opus', isVoice: true, caption: '' },
    { ...file, type: 'document', name: 'договор №1.pdf', mimeType: 'application/pdf' },
    { ...file, type: 'sticker', name: 'wave.webp', mimeType: 'image/webp', isAnimated: true, caption: '' },
  ]
}

function buttons(style: 'interactive' | 'plain' | 'template'): Content {
  return {
    ...{ kind: 'buttons', style, header: 'Order 7', body: 'Is it right?', footer: 'Answer soon' },
    buttons: [
      { id: 'yes', text: 'Yes', action: 'reply', value: '' },
      { id: 'call', text: 'Call us', action: 'call', value: '79001000009' },
    ],
  }
}

/** A group that nobody needs to be in. */
function groupOf(bench: Bench): ChatId {
  const group = bench.rig.driver.parseChatId('120363043968066561@g.us') ?? bench.rig.driver.parseChatId('-1000000001')
  assert.ok(group !== null)
  return group
}

/** How a driver finds a file again is its own affair; that it can, the files' own tests show. */
async function shown(at: Opened, content: Content): Promise<Content> {
  if (content.kind === 'product' && content.image !== undefined)
    return { ...content, image: await fileShown(at, content.image) }
  return content.kind === 'file' ? await fileShown(at, content) : content
}

async function fileShown({ session }: Opened, content: FileContent): Promise<FileContent> {
  const { file } = content
  if (file.at !== 'here') return content
  assert.notEqual(file.remote, undefined)
  if (!isWithoutHash(file.sha256)) return { ...content, file: { at: 'here', sha256: file.sha256, size: file.size } }
  const bytes = await buffer(value(await facet(session, 'files').download(file, new AbortController().signal)))
  assert.ok(file.size === 0 || file.size === bytes.length)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { ...content, file: { at: 'here', sha256, size: bytes.length } }
}
