import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import type { Content, FileContent } from '../../model/content.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { Bench, Opened } from './bench.ts'

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

const PIXEL = Buffer.from('a small picture').toString('base64')

/** Every kind of content, out and in. What one session sends is what the other's host is given. */
export function contents(bench: Bench): void {
  const pair = async (): Promise<Pair> => {
    const own = await bench.linked()
    const peer = await bench.linked(bench.rig.phones.peer)
    const chat = await bench.nameOf(peer, bench.rig.phones.own)
    return { own: { ...own, chat }, peer: { ...peer, chat: await bench.nameOf(own, bench.rig.phones.peer) } }
  }

  const arrived = async (at: Opened, id: MessageId) =>
    await until(() => at.host.messages().find((message) => message.id === id), `message ${id}`)

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
      const id = await bench.sent(from.session, to.chat, sent)
      const message = await arrived(to, id)
      assert.deepEqual(withoutRemote(message.content), bench.rig.arrives?.(arrives, id) ?? arrives)
      assert.deepEqual([message.direction, message.chat.id, message.author.id], ['in', from.chat, from.chat])
      assert.deepEqual([...from.host.losses, ...to.host.losses], [])
    })
  }

  const said = async ({ own, peer }: Pair, content: Content): Promise<MessageId> => {
    const id = await bench.sent(own.session, peer.chat, content)
    await arrived(peer, id)
    return id
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
      return { sent: { kind: 'vote', poll: await said(two, poll), question, multipleAnswers, options } }
    },
    'peer',
  )

  for (const emoji of ['👍', ''])
    roundTrip(
      emoji === '' ? 'reaction withdrawn' : 'reaction',
      async (two) => {
        const target = await said(two, { kind: 'text', text: 'how is it?' })
        const reaction = { kind: 'reaction', target, participant: two.own.chat } as const
        if (emoji === '') await bench.sent(two.peer.session, two.own.chat, { ...reaction, emoji: '👍' })
        return { sent: { ...reaction, emoji } }
      },
      'peer',
    )

  roundTrip('edit', async (two) => {
    const target = await said(two, { kind: 'text', text: 'helo' })
    return { sent: { kind: 'edit', target, text: 'hello', isCaption: false } }
  })

  roundTrip('edit of a caption', async (two) => {
    const [file] = fileSamples()
    const target = await said(two, { ...file, file: two.own.host.keep(Buffer.from('a picture')) })
    return { sent: { kind: 'edit', target, text: 'a better caption', isCaption: true } }
  })

  roundTrip('deletion for everyone', async (two) => {
    const target = await said(two, { kind: 'text', text: 'never said' })
    return { sent: { kind: 'deletion', target, forEveryone: true } }
  })

  test('a deletion for oneself is accepted and told to nobody else', async () => {
    const two = await pair()
    const target = await said(two, { kind: 'text', text: 'only mine to forget' })
    await bench.sent(two.own.session, two.peer.chat, { kind: 'deletion', target, forEveryone: false })
    const after = await said(two, { kind: 'text', text: 'what comes next' })
    assert.deepEqual(
      two.peer.host.messages().map(({ id }) => id),
      [target, after],
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
      const target = await said(two, buttons('interactive'))
      return { sent: { kind: 'choice', of: 'interactive', target, id: 'yes', index: 0, text: 'Yes' } }
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
    const id = await said(two, content)
    return { sent: { kind: 'text', text: 'the answer', quote: { id, participant: two.own.chat, content } } }
  })

  test('a reply to a file brings the file that it is about', async () => {
    const two = await pair()
    const [sample] = fileSamples()
    const content: FileContent = { ...sample, file: two.own.host.keep(Buffer.from('quoted bytes')) }
    const id = await said(two, content)
    const quote = { id, participant: two.own.chat, content }
    const reply = await bench.sent(two.own.session, two.peer.chat, { kind: 'text', text: 'about it', quote })
    const { content: seen } = await arrived(two.peer, reply)
    const arrives = bench.rig.arrives?.(content, id) ?? content
    assert.deepEqual(seen.kind === 'text' && seen.quote?.content && withoutRemote(seen.quote.content), arrives)
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
function withoutRemote(content: Content): Content {
  if (content.kind === 'product' && content.image !== undefined)
    return { ...content, image: fileWithoutRemote(content.image) }
  return content.kind === 'file' ? fileWithoutRemote(content) : content
}

function fileWithoutRemote(content: FileContent): FileContent {
  if (content.file.at !== 'here') return content
  assert.notEqual(content.file.remote, undefined)
  const { at, sha256, size } = content.file
  return { ...content, file: { at, sha256, size } }
}
