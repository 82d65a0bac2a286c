/** What the network refused, in its own words; `status` 0 when it did not answer at all. */
export class Refused extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

async function call(method, path, body) {
  const request = body === undefined ? { method } : { method, body: JSON.stringify(body) }
  if (body !== undefined) request.headers = { 'content-type': 'application/json' }
  let response
  let answer
  try {
    response = await fetch(path, request)
    answer = await response.json()
  } catch {
    throw new Refused(0, '')
  }
  if (!response.ok) throw new Refused(response.status, answer.error ?? '')
  return answer
}

const query = (values) => new URLSearchParams(values).toString()

/** The simulated network's API; paths are relative to the page. */
export const api = {
  phones: () => call('GET', 'phones?limit=50'),
  phone: ({ phone, messenger }) => call('GET', `phones?${query({ phone, messenger })}`).then((list) => list[0]),
  setPhone: (me, change) => call('POST', 'phones', { phoneNumber: me.phone, messenger: me.messenger, ...change }),
  chats: (me) => call('GET', `chats?${query(me)}`),
  messages: (me, chat) => call('GET', `messages?${query({ ...me, chat, limit: 500 })}`),
  send: (me, to, text, quotedId) =>
    call('POST', 'messages', { from: me.phone, messenger: me.messenger, to, text, ...(quotedId && { quotedId }) }),
  read: (me, chat) => call('POST', 'read', { ...me, chat }),
  linkQr: (me, qr) => call('POST', 'link', { phoneNumber: me.phone, qr }),
  linkCode: (me, code) => call('POST', 'link', { phoneNumber: me.phone, code }),
  unlink: (me, deviceId) => call('POST', 'unlink', { phoneNumber: me.phone, messenger: me.messenger, deviceId }),
  faults: () => call('GET', 'faults'),
  addFault: (me, fault) => call('POST', 'faults', { phoneNumber: me.phone, messenger: me.messenger, ...fault }),
  liftFaults: (me) => call('DELETE', `faults?${query({ phoneNumber: me.phone, messenger: me.messenger })}`),
}

/** Live events of a phone until the returned function is called; `changed(true)` whenever the stream has (again) begun. */
export function listen(me, heard, changed) {
  const stream = new EventSource(`events?${query(me)}`)
  stream.onopen = () => changed(true)
  stream.onerror = () => changed(false)
  stream.onmessage = (message) => heard(JSON.parse(message.data))
  return () => stream.close()
}

/** Any picture that the browser can show, as a base64 PNG of a size that the network takes. */
export async function toPng(file) {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, 1200 / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/png')
}
