import { api } from './api.js'
import { byId, make } from './dom.js'
import { trouble } from './errors.js'
import { EXAMPLES } from './examples.js'
import { thumbnailOf, toSticker } from './pictures.js'
import { choice, field, formOf, openMenu, openSheet, switchOf } from './sheet.js'
import { digitsOf, isPhone, nameOf, state } from './state.js'
import { sizeOf } from './files.js'
import { word } from './words.js'

/** Whatever a phone can say beside text. */
export function openAttachMenu(anchor) {
  openMenu(anchor, [
    [word('file'), () => pick('*/*', sendFiles)],
    [word('sticker'), () => pick('image/*', ([file]) => sendFile(file, 'sticker'))],
    [word('location'), sendLocation],
    [word('contact'), sendContact],
    [word('poll'), sendPoll],
    [word('otherKind'), sendOther],
  ])
}

/** Says something in the open chat, in answer to what is quoted. */
async function say(content) {
  const { me, open, quoted } = state
  await api.say(me, open, { content, ...(quoted && { quotedId: quoted.id }) })
  byId('quoting-end').click()
}

function pick(accept, then) {
  const input = byId('attachment')
  input.accept = accept
  input.value = ''
  input.onchange = () => then([...input.files])
  input.click()
}

export function sendFiles(files) {
  if (state.open !== null && files.length > 0) sendFile(files[0], undefined, files.slice(1))
}

/** What a file can be sent as; the first is what it is. */
function waysOf({ type }) {
  if (/^image\/(jpeg|png|webp|gif)$/.test(type)) return ['image', 'document', 'sticker']
  if (type.startsWith('video/')) return ['video', 'videoNote', 'document']
  if (type.startsWith('audio/')) return ['audio', 'voice', 'document']
  return ['document']
}

function sendFile(file, way = waysOf(file)[0], rest = []) {
  if (file === undefined) return
  const ways = waysOf(file)
  const { close } = openSheet(word('sendFile'), () => {
    const view = shown(file)
    const name = make('p', { classes: 'quiet', text: `${file.name} · ${sizeOf(file.size)}` })
    const options = ways.map((one) => [one, word(one)])
    const fields = [choice(word('sendAs'), 'way', options, way), field(word('caption'), 'caption')]
    return [
      view,
      name,
      formOf(word('send'), fields, async (values) => {
        await say(await contentOf(file, values.get('way'), values.get('caption')))
        close()
        sendFiles(rest)
      }),
    ]
  })
}

/** What is about to be sent, where the browser can show it. */
function shown(file) {
  const tag = { image: 'img', video: 'video', audio: 'audio' }[file.type.split('/')[0]]
  if (tag === undefined) return null
  const view = make(tag, {
    src: URL.createObjectURL(file),
    classes: 'preview',
    ...(tag === 'img' ? { alt: '' } : { controls: true }),
  })
  view.addEventListener('error', () => view.remove())
  return view
}

async function contentOf(given, way, caption) {
  const isSticker = way === 'sticker'
  const file = isSticker && given.type !== 'image/webp' ? await toSticker(given) : given
  const { sha256 } = await api.upload(file)
  const type = { voice: 'audio', videoNote: 'video' }[way] ?? way
  const jpegThumbnail = given.type.startsWith('image/') && !isSticker ? await thumbnailOf(given) : ''
  return {
    ...{ kind: 'file', file: sha256, type, mimeType: file.type || 'application/octet-stream', jpegThumbnail },
    name: isSticker ? '' : given.name,
    caption: isSticker ? '' : caption,
    ...(way === 'voice' && { isVoice: true }),
    ...(way === 'videoNote' && { isVideoNote: true }),
  }
}

function sendLocation() {
  const { close } = openSheet(word('location'), () => [
    formOf(
      word('send'),
      [
        field(word('latitude'), 'latitude', { value: '55.75222', inputMode: 'decimal' }),
        field(word('longitude'), 'longitude', { value: '37.61556', inputMode: 'decimal' }),
        field(word('placeName'), 'name'),
        field(word('address'), 'address'),
      ],
      async (values) => {
        const [latitude, longitude] = ['latitude', 'longitude'].map((name) =>
          Number(values.get(name).replace(',', '.')),
        )
        if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) throw trouble('badPlace')
        await say({ kind: 'location', latitude, longitude, name: values.get('name'), address: values.get('address') })
        close()
      },
    ),
  ])
}

function sendContact() {
  const known = state.contacts.map(({ phoneNumber }) => [phoneNumber, `${nameOf(phoneNumber)} · +${phoneNumber}`])
  const { close } = openSheet(word('contact'), () => {
    const cards = make('div', { classes: 'stack' }, cardFields())
    const more = make('button', {
      type: 'button',
      classes: 'link',
      text: word('oneMore'),
      onclick: () => cards.append(cardFields()),
    })
    const book = known.length === 0 ? null : choice(word('fromBook'), 'known', [['', '—'], ...known], '')
    return [
      formOf(
        word('send'),
        [book, cards, more].filter((part) => part !== null),
        async (values) => {
          const contacts = cardsOf(values)
          if (contacts.length === 0) throw trouble('needContact')
          await say({ kind: 'contacts', contacts })
          close()
        },
      ),
    ]
  })
}

function cardFields() {
  return make(
    'div',
    { classes: 'pair' },
    field(word('name'), 'name'),
    field(word('number'), 'phone', { inputMode: 'tel' }),
  )
}

function cardsOf(values) {
  const phones = values.getAll('phone').map(digitsOf)
  const written = values.getAll('name').map((name, index) => ({ displayName: name.trim(), phone: phones[index] }))
  const chosen = values.get('known')
  const all = [...(chosen ? [{ displayName: nameOf(chosen), phone: chosen }] : []), ...written]
  const cards = all.filter(({ displayName, phone }) => displayName !== '' || phone !== '')
  if (cards.some(({ phone }) => phone !== '' && !isPhone(phone))) throw trouble('badNumber')
  return cards.map(({ displayName, phone }) => ({ displayName: displayName || `+${phone}`, ...(phone && { phone }) }))
}

function sendPoll() {
  const option = (index) => field(`${word('option')} ${String(index)}`, 'option', { maxLength: 100 })
  const { close } = openSheet(word('poll'), () => {
    const options = make('div', { classes: 'stack' }, option(1), option(2))
    const add = () => options.children.length < 12 && options.append(option(options.children.length + 1))
    const more = make('button', { type: 'button', classes: 'link', text: word('oneMore'), onclick: add })
    const many = switchOf(word('manyAnswers'), { name: 'many' })
    return [
      formOf(
        word('send'),
        [field(word('question'), 'question', { maxLength: 255 }), options, more, many],
        async (values) => {
          const chosen = [...new Set(values.getAll('option').map((text) => text.trim()))].filter((text) => text !== '')
          const question = values.get('question').trim()
          if (question === '' || chosen.length < 2) throw trouble('needPoll')
          await say({ kind: 'poll', question, options: chosen, multipleAnswers: values.get('many') !== null })
          close()
        },
      ),
    ]
  })
}

/** Kinds that shops and servers send rather than people: their content is written as the API takes it. */
function sendOther() {
  const { close } = openSheet(word('otherKind'), () => {
    const kind = choice(
      word('kind'),
      'kind',
      Object.keys(EXAMPLES).map((name) => [name, word(name)]),
      'buttons',
    )
    const content = field('JSON', 'content', { tag: 'textarea', rows: 12, spellcheck: false })
    const [select, area] = [kind.querySelector('select'), content.querySelector('textarea')]
    const fill = () => (area.value = JSON.stringify(EXAMPLES[select.value](state), null, 2))
    select.addEventListener('change', fill)
    fill()
    return [
      formOf(word('send'), [kind, content], async (values) => {
        await say({ kind: values.get('kind'), ...parsed(values.get('content')) })
        close()
      }),
    ]
  })
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    throw trouble('badJson')
  }
}
