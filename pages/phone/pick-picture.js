import { avatarOf } from './avatar.js'
import { make, textButton } from './dom.js'
import { trouble, tryOut } from './errors.js'
import { thumbnailOf } from './pictures.js'
import { word } from './words.js'

/** The picture of a phone or group with what changes it; `set` takes the base64 of a JPEG, or null for none. */
export function pickPicture(chat, set, hasPicture) {
  const input = make('input', { type: 'file', accept: 'image/*', hidden: true })
  input.addEventListener('change', () => void tryOut(() => take(input.files[0], set)))
  const remove = textButton(word('removePicture'), () => void tryOut(() => set(null)), 'link')
  const choose = textButton(word('changePicture'), () => input.click(), 'link')
  const large = avatarOf(chat)
  large.classList.add('large')
  return make('div', { classes: 'picture-of' }, large, make('div', {}, choose, hasPicture ? remove : null), input)
}

async function take(file, set) {
  const picture = await thumbnailOf(file, 640)
  if (picture === '') throw trouble('badPicture')
  await set(picture)
}
