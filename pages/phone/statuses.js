import { api } from './api.js'
import { avatarOf } from './avatar.js'
import { learnWho } from './chats.js'
import { byId, clockOf, make, momentOf, row, textButton } from './dom.js'
import { trouble, tryOut } from './errors.js'
import { fileView } from './files.js'
import { lineOf } from './lines.js'
import { thumbnailOf } from './pictures.js'
import { choice, field, formOf, openSheet } from './sheet.js'
import { nameOf, on, state, tell } from './state.js'
import { word } from './words.js'

/** Where a status is deleted. */
const STATUS_CHAT = 'status@broadcast'
const FONTS = ['SANS_SERIF', 'SERIF', 'NORICAN_REGULAR', 'BRYNDAN_WRITE', 'OSWALD_HEAVY']

export async function loadStatuses() {
  const { me } = state
  const statuses = await api.statuses(me)
  if (state.me !== me) return
  state.statuses = statuses
  tell('statuses')
  void learnWho(...new Set(statuses.map(({ from }) => from)))
}

function showStatuses() {
  byId('status-list').replaceChildren(...state.statuses.map((status) => make('li', {}, statusRow(status))))
  byId('no-statuses').hidden = state.statuses.length > 0
}

function statusRow(status) {
  const isMine = status.direction === 'out'
  const seen = isMine ? seenBy(status).length : 0
  const fresh = make('span', { classes: 'dot on', title: word('newStatus') })
  return row({
    avatar: avatarOf(status.from),
    name: isMine ? word('myStatus') : nameOf(status.from),
    aside: [make('time', { text: clockOf(status.time) })],
    note: lineOf(status),
    after: isMine
      ? [make('small', { classes: 'quiet', text: `${word('views')} ${String(seen)}` })]
      : status.viewed
        ? []
        : [fresh],
    onclick: () => void openStatus(status),
  })
}

const seenBy = ({ viewers }) => viewers.filter(({ status }) => status === 'read')

async function openStatus(status) {
  const isMine = status.direction === 'out'
  const title = `${isMine ? word('myStatus') : nameOf(status.from)} · ${clockOf(status.time)}`
  const { close } = openSheet(title, () => [
    shown(status),
    ...(isMine ? viewersOf(status) : []),
    ...(isMine ? [remove()] : []),
  ])
  function remove() {
    const content = { kind: 'deletion', target: status.id }
    const act = () =>
      tryOut(() => api.say(state.me, STATUS_CHAT, { content })).then((said) => said !== undefined && close())
    return textButton(word('deleteStatus'), () => void act(), 'secondary strong')
  }
  if (isMine || status.viewed) return
  await tryOut(() => api.viewStatus(state.me, status.id))
  await tryOut(loadStatuses)
}

function shown({ content, text }) {
  if (content?.kind === 'file')
    return make('div', { classes: 'stack' }, fileView(content), make('p', { text: content.caption }))
  const view = make('div', { classes: 'status-text', text })
  if (content !== null && CSS.supports('color', content.backgroundColor))
    view.style.background = content.backgroundColor
  if (content?.font === 'SERIF') view.style.fontFamily = 'serif'
  if (content?.font === 'OSWALD_HEAVY') view.style.fontWeight = '800'
  return view
}

function viewersOf(status) {
  const rows = status.viewers.map(({ phone, status: reached, time }) => {
    const note = reached === 'read' ? `${word('viewed')} ${momentOf(time)}` : word(reached)
    return make('li', {}, row({ avatar: avatarOf(phone), name: nameOf(phone), note }))
  })
  const none = rows.length === 0 ? [make('p', { classes: 'quiet', text: word('noViewers') })] : []
  return [make('h3', { text: word('viewers') }), make('ul', { classes: 'rows' }, ...rows), ...none]
}

export function postStatus() {
  const { close } = openSheet(word('newStatusTitle'), () => {
    const color = field(word('background'), 'color', { type: 'color', value: '#228b22' })
    const fonts = FONTS.map((font, index) => [font, `${word('font')} ${String(index + 1)}`])
    const file = field(word('pictureOrVideo'), 'file', { type: 'file', accept: 'image/*,video/*,audio/*' })
    const text = field(word('statusTextLabel'), 'text', { tag: 'textarea', rows: 3 })
    return [
      make('p', { classes: 'quiet', text: word('statusHow') }),
      formOf(
        word('post'),
        [text, make('div', { classes: 'pair' }, color, choice(word('font'), 'font', fonts, FONTS[0])), file],
        async (values) => {
          await api.postStatus(state.me, { content: await contentOf(values) })
          close()
          await loadStatuses()
        },
      ),
    ]
  })
}

async function contentOf(values) {
  const [file, text] = [values.get('file'), values.get('text').trim()]
  if (file.size === 0) {
    if (text === '') throw trouble('needStatus')
    return { kind: 'statusText', text, backgroundColor: values.get('color').toUpperCase(), font: values.get('font') }
  }
  const { sha256 } = await api.upload(file)
  const type = ['image', 'video', 'audio'].find((one) => file.type.startsWith(one)) ?? 'document'
  const jpegThumbnail = type === 'image' ? await thumbnailOf(file) : ''
  return { kind: 'file', file: sha256, type, name: file.name, mimeType: file.type, caption: text, jpegThumbnail }
}

for (const what of ['statuses', 'names', 'language']) on(what, () => state.me !== null && showStatuses())
