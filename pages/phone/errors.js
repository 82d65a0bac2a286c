import { Refused } from './api.js'
import { byId } from './dom.js'
import { currentLanguage, word } from './words.js'

/** What the network says in English, and what the Russian page says instead. Longer ones first where one begins like another. */
const RUSSIAN = [
  [/^'code' is wrong/, 'Код неверный, устарел или предназначен для другого номера.'],
  [/^'qr' is neither/, 'Это не QR симулятора.'],
  [/^'qr' is not shown any more/, 'Этот QR больше не показывается: возьмите новый.'],
  [/^'qr' or 'code'/, 'Нужен QR или код.'],
  [/^'confirmPasskey' is asked/, 'Подтверждения ключом сейчас никто не ждёт.'],
  [/^'deviceId' is not linked/, 'Это устройство уже отвязано.'],
  [/'to' is nobody else/, 'Некому звонить.'],
  [/^'to' is a group that|not in this group|in no such group|^'group' is none/, 'Этого телефона нет в группе.'],
  [/^'from' is restricted|^'phoneNumber' is blocked/, 'Аккаунт ограничен: сначала снимите ограничение в «Неполадках».'],
  [/has no account|the number has no account/, 'У этого номера нет аккаунта.'],
  [/must be a phone number|no phone number/, 'Номер: от 7 до 16 цифр.'],
  [/somebody else's/, 'Это имя пользователя уже занято.'],
  [/^'username'/, 'Имя пользователя: латинские буквы, цифры и «_».'],
  [/no JPEG/, 'Картинку не удалось прочесть.'],
  [/too large|at most \d+ bytes/, 'Файл слишком большой.'],
  [/file is not on the network|picture is not on the network|no such file/, 'Этого файла в сети уже нет.'],
  [/a call that is over|is no call/, 'Звонок уже окончен.'],
  [/no status that/, 'Этого статуса уже нет.'],
  [/is not in this chat|is no message of/, 'Этого сообщения в чате уже нет.'],
  [/own message can be edited/, 'Изменить можно только своё сообщение.'],
  [/a text or a caption/, 'Изменить можно только текст или подпись.'],
  [/own message can be deleted/, 'Удалить у всех можно только своё сообщение.'],
  [/takes one answer/, 'В этом опросе только один ответ.'],
  [/has no option|offers no/, 'Такого варианта здесь нет.'],
  [/is no (\w+): a field|must be one of/, 'Содержимое заполнено не полностью или с ошибкой.'],
  [/only admins write/, 'В этой группе пишут только администраторы.'],
  [/only an admin/, 'Это может только администратор.'],
  [/from the owner/, 'Владельца группы исключить или разжаловать нельзя.'],
  [/is in the group already/, 'Этот участник уже в группе.'],
  [/is not in the group/, 'Этого участника в группе нет.'],
  [/somebody beside its owner/, 'В группе нужен хотя бы ещё один участник.'],
  [/leads to no group/, 'Приглашение не действует.'],
  [/is the phone itself/, 'Это сам телефон.'],
  [/went away before/, 'Другая сторона ушла до конца привязки.'],
  [/not answered in time/, 'Другая сторона не ответила вовремя.'],
]

/** What to tell a person of an error, in the page's language. */
export function explain(error) {
  if (error instanceof Refused && error.status === 403) {
    byId('start').hidden = byId('phone').hidden = true
    byId('refused').hidden = false
  }
  if (!(error instanceof Refused) || error.status === 0) return word('failed')
  if (currentLanguage() === 'en' || error.status === TOLD) return error.message
  const known = RUSSIAN.find(([english]) => english.test(error.message))
  return known?.[1] ?? `${word('refusedBy')} ${String(error.status)}.`
}

/** Not an answer's status: the page itself found the trouble and says it in its own language. */
const TOLD = -1

export function trouble(key) {
  return new Refused(TOLD, word(key))
}

/** Shows the trouble of an action where it belongs, and clears what was there. */
export async function attempt(place, action) {
  place.hidden = true
  try {
    return await action()
  } catch (error) {
    place.textContent = explain(error)
    place.className = 'error'
    place.hidden = false
    return undefined
  }
}

let toastEnd

/** An action without a place of its own: its trouble is shown for a while at the page's foot. */
export async function tryOut(action) {
  try {
    return await action()
  } catch (error) {
    showToast(explain(error))
    return undefined
  }
}

export function showToast(text) {
  const toast = byId('toast')
  toast.textContent = text
  toast.hidden = false
  // Dialogs lie on the browser's top layer, and so must this.
  if (toast.matches(':popover-open')) toast.hidePopover()
  toast.showPopover()
  clearTimeout(toastEnd)
  toastEnd = setTimeout(() => {
    toast.hidePopover()
    toast.hidden = true
  }, 6000)
}
