import { api } from './api.js'
import { icon, make } from './dom.js'
import { fileWord } from './lines.js'
import { previewOf } from './pictures.js'
import { currentLanguage, word } from './words.js'

/** A file in a bubble: shown or played where the browser can, else a line with its name; with a link to save it. */
export function fileView(content) {
  const { file, type, mimeType } = content
  if (file === null)
    return make('div', { classes: 'item' }, icon('icon-file'), make('span', { text: word('lostFile') }))
  if (type === 'document') return plate(content)
  const place = make('figure', { classes: `media ${type}${content.isVideoNote ? ' note' : ''}` })
  if (content.jpegThumbnail !== '' && type !== 'audio')
    place.append(make('img', { src: `data:image/jpeg;base64,${content.jpegThumbnail}`, alt: '', classes: 'blurred' }))
  void previewOf(file, mimeType).then((src) => {
    if (src === null) place.replaceChildren(plate(content))
    else
      place.replaceChildren(
        player(content, src, () => place.replaceChildren(plate(content))),
        save(content),
      )
  })
  return place
}

function player(content, src, failed) {
  const label = content.caption || content.name || fileWord(content)
  const isPicture = content.type === 'image' || content.type === 'sticker'
  const element = isPicture
    ? make('img', { src, alt: label })
    : make(content.type === 'video' ? 'video' : 'audio', { src, controls: true, preload: 'metadata', label })
  element.addEventListener('error', failed, { once: true })
  if (isPicture) element.addEventListener('click', () => open(src, '_blank'))
  return element
}

function plate(content) {
  const text = make(
    'div',
    {},
    make('strong', { text: content.name || fileWord(content) }),
    make('span', { text: `${fileWord(content)} · ${sizeOf(content.file.size)}` }),
  )
  return make('div', { classes: 'item' }, icon('icon-file'), text, save(content))
}

function save({ file, name, type, mimeType }) {
  const ending = name === '' ? `${type}.${mimeType.split(/[/;+]/)[1] ?? 'bin'}` : name
  const link = make('a', { href: api.addressOf(file), download: ending, classes: 'icon save', label: word('download') })
  link.append(icon('icon-save'))
  return link
}

export function sizeOf(bytes) {
  const [amount, unit] = bytes < 1024 ** 2 ? [bytes / 1024, 'kilobyte'] : [bytes / 1024 ** 2, 'megabyte']
  return amount.toLocaleString(currentLanguage(), { style: 'unit', unit, maximumFractionDigits: 1 })
}
