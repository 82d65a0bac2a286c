// Truth: attachments as our notes of the protocol have them (B2.4), and `model/content.ts`.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Content, FileContent } from '../../../../model/content.ts'
import { isWithoutHash } from '../../../../model/hashless-files.ts'
import { readRemote } from '../../files/remote-file.ts'
import { Message, readAs } from '../../wire/shapes.ts'
import { contentsOf } from './contents.ts'

const read = (message: object): readonly Content[] => {
  const whole = readAs(Message, { id: 7, time: 1, ...message })
  assert.ok(whole !== null)
  return contentsOf(whole, { chat: '-5', message: '7', fileLimitBytes: 1_000 })
}
const attached = (attach: object, text = '') => read({ text, attaches: [attach] })
function fileIn(content: Content | undefined): FileContent {
  assert.ok(content?.kind === 'file')
  return content
}

describe('what a message of MAX says', () => {
  test('is its text, in bounds and with its marks', () => {
    const text = `a\0b${'x'.repeat(70_000)}`
    assert.deepEqual(read({ text }), [{ kind: 'text', text: `ab${'x'.repeat(65_533)}` }])
    const elements = [{ type: 'STRONG', from: 0, length: 2 }]
    assert.deepEqual(read({ text: 'hi you', elements }), [{ kind: 'text', text: '*hi* you' }])
  })

  test('is a link with what its page shows', () => {
    const share = { _type: 'SHARE', url: 'https://shop.example', title: 'Shop', description: 'All' }
    const preview = { title: 'Shop', description: 'All', link: 'https://shop.example', jpegThumbnail: '', urlFile: '' }
    const text = { kind: 'text', preview: { ...preview, size: 'small' } }
    assert.deepEqual(attached(share, 'see https://shop.example'), [{ ...text, text: 'see https://shop.example' }])
    assert.deepEqual(attached(share), [{ ...text, text: 'https://shop.example' }])
  })

  test('is a file for each one, the first with the words', () => {
    const photo = (photoId: number) => ({
      _type: 'PHOTO',
      photoId,
      baseUrl: `https://i.example/${photoId}`,
      photoToken: 't',
    })
    const [one, two] = read({ text: 'look', attaches: [photo(1), photo(2)] }).map(fileIn)
    assert.deepEqual([one?.type, one?.mimeType, one?.name, one?.caption], ['image', 'image/jpeg', '1.jpg', 'look'])
    assert.equal(two?.caption, '')
    assert.ok(one?.file.at === 'here' && two.file.at === 'here')
    assert.ok(isWithoutHash(one.file.sha256))
    assert.notEqual(one.file.sha256, two.file.sha256)
    const of = { chat: '-5', message: '7' }
    assert.deepEqual(readRemote(one.file), { kind: 'photo', id: '1', url: 'https://i.example/1', of })
    const again = fileIn(read({ attaches: [photo(1)] })[0]).file
    assert.equal(again.at === 'here' && again.sha256, one.file.sha256)
  })

  test('is a video, a voice, a document or a sticker, with what is known of each', () => {
    const video = fileIn(attached({ _type: 'VIDEO', videoId: 3, token: 't', videoType: 1, duration: 5 })[0])
    assert.deepEqual([video.type, video.isVideoNote, video.name], ['video', true, '3.mp4'])
    const voice = fileIn(
      attached({ _type: 'AUDIO', audioId: 4, url: 'https://a.example', wave: new Uint8Array(80) })[0],
    )
    assert.deepEqual([voice.type, voice.isVoice, voice.mimeType], ['audio', true, 'audio/ogg; codecs=opus'])
    const file = { _type: 'FILE', fileId: 5, name: 'договор №1.pdf', size: 900 }
    const document = fileIn(attached(file)[0])
    assert.deepEqual([document.name, document.mimeType], ['договор №1.pdf', 'application/pdf'])
    assert.equal(document.file.at === 'here' && document.file.size, 900)
    assert.deepEqual(fileIn(attached({ ...file, size: 1_001 })[0]).file, { at: 'nowhere', why: 'tooLarge' })
    const sticker = fileIn(attached({ _type: 'STICKER', stickerId: 6, url: 'https://s.example' })[0])
    assert.deepEqual([sticker.type, sticker.mimeType], ['sticker', 'image/webp'])
    assert.deepEqual(fileIn(attached({ _type: 'STICKER', stickerId: 6 })[0]).file, { at: 'nowhere', why: 'lost' })
  })

  test('is a place, whose name goes as the words with it', () => {
    const place = { _type: 'LOCATION', latitude: 55.75, longitude: 37.61 }
    const location = { kind: 'location', latitude: 55.75, longitude: 37.61, jpegThumbnail: '' }
    assert.deepEqual(attached(place, 'Square\nMain street'), [{ ...location, name: 'Square', address: 'Main street' }])
    assert.deepEqual(attached({ ...place, latitude: 91 }), [{ kind: 'unreadable', why: 'undecrypted' }])
  })

  test('is a card, with its account', () => {
    const [card] = attached({ _type: 'CONTACT', contactId: 20, name: 'Anna; "A"', phone: 79001000003 })
    const vcard = String.raw`BEGIN:VCARD
VERSION:3.0
FN:Anna\; "A"
TEL;TYPE=CELL:+79001000003
END:VCARD`
    assert.deepEqual(card, { kind: 'contacts', contacts: [{ displayName: 'Anna; "A"', vcard, chat: '20' }] })
    const told = attached({ _type: 'CONTACT', vcfBody: 'BEGIN:VCARD\r\nEND:VCARD' }, 'this one')
    const other = { displayName: '', vcard: 'BEGIN:VCARD\nEND:VCARD' }
    assert.deepEqual(told, [
      { kind: 'contacts', contacts: [other] },
      { kind: 'text', text: 'this one' },
    ])
  })

  test('is a poll', () => {
    const poll = {
      _type: 'POLL',
      title: 'When?',
      answers: [
        { id: 1, text: 'today' },
        { id: 2, text: 'later' },
      ],
      settings: 3,
    }
    const content = { kind: 'poll', question: 'When?', options: ['today', 'later'], multipleAnswers: true }
    assert.deepEqual(attached(poll), [{ ...content, isAnonymous: true }])
  })

  test('is said to be unreadable where nobody knows what it is, and nothing where it is about the chat', () => {
    const unreadable = [{ kind: 'unreadable', why: 'undecrypted' }]
    assert.deepEqual(attached({ _type: 'HOLOGRAM', depth: 3 }), unreadable)
    assert.deepEqual(attached({ _type: 'FILE', fileId: 'none' }), unreadable)
    assert.deepEqual(attached({ _type: 'HOLOGRAM' }, 'with words'), [{ kind: 'text', text: 'with words' }])
    assert.deepEqual(attached({ _type: 'CONTROL', event: 'title', title: 'New' }), [])
    assert.deepEqual(attached({ _type: 'CALL', duration: 3 }), [])
    assert.deepEqual(read({}), unreadable)
  })
})
