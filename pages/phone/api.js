/** What the network refused, in its own words; `status` 0 when it did not answer at all. */
export class Refused extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/** Inside the console whoever is signed in shows with each change that it is no other page's doing. */
const isInConsole = location.pathname.includes('/api/console/')
let csrf

function shown(method) {
  if (!isInConsole || method === 'GET') return {}
  csrf ??= fetch('../session')
    .then((response) => response.json())
    .then((session) => ({ 'x-csrf-token': session.csrf ?? '' }))
    .catch((error) => {
      csrf = undefined
      throw error
    })
  return csrf
}

async function call(method, path, body) {
  const request = body === undefined ? { method } : { method, body: body instanceof Blob ? body : JSON.stringify(body) }
  let response
  let answer
  try {
    request.headers = { ...(await shown(method)) }
    if (body !== undefined && !(body instanceof Blob)) request.headers['content-type'] = 'application/json'
    response = await fetch(path, request)
    answer = await response.json()
  } catch {
    throw new Refused(0, '')
  }
  if (!response.ok) throw new Refused(response.status, answer.error ?? '')
  return answer
}

const query = (values) => new URLSearchParams(values).toString()
const own = (me) => ({ phoneNumber: me.phone, messenger: me.messenger })
const from = (me) => ({ from: me.phone, messenger: me.messenger })
const by = (me) => ({ by: me.phone, messenger: me.messenger })

/** The simulated network's API; paths are relative to the page. */
export const api = {
  phones: () => call('GET', 'phones?limit=50'),
  phone: ({ phone, messenger }) => call('GET', `phones?${query({ phone, messenger })}`).then((list) => list[0]),
  setPhone: (me, change) => call('POST', 'phones', { ...own(me), ...change }),
  setPicture: (me, picture, group) => call('POST', 'pictures', { ...own(me), picture, ...(group && { group }) }),

  chats: (me) => call('GET', `chats?${query(me)}`),
  messages: (me, chat) => call('GET', `messages?${query({ ...me, chat, limit: 500 })}`),
  /** `said` is `{text}`, `{content}` or `{forwardedId}`, and perhaps `{quotedId}`. */
  say: (me, to, said) => call('POST', 'messages', { ...from(me), to, ...said }),
  read: (me, chat) => call('POST', 'read', { ...me, chat }),
  upload: (bytes) => call('POST', 'files', bytes),
  addressOf: (file) => `files/${file.sha256}`,

  calls: (me) => call('GET', `calls?${query({ ...me, limit: 50 })}`),
  startCall: (me, to, isVideo) => call('POST', 'calls', { ...from(me), to, isVideo }),
  endCall: (me, id, status, durationS = 0) =>
    call('POST', 'calls/end', { id, status, durationS, messenger: me.messenger }),

  statuses: (me) => call('GET', `statuses?${query(me)}`),
  postStatus: (me, said) => call('POST', 'statuses', { ...from(me), ...said }),
  viewStatus: (me, id) => call('POST', 'statuses/view', { ...me, id }),

  contacts: (me) => call('GET', `contacts?${query({ owner: me.phone, messenger: me.messenger })}`),
  putContact: (me, contact) => call('POST', 'contacts', { owner: me.phone, messenger: me.messenger, ...contact }),
  removeContact: (me, phoneNumber) =>
    call('DELETE', `contacts?${query({ owner: me.phone, messenger: me.messenger, phoneNumber })}`),
  blocked: (me) => call('GET', `blocks?${query(me)}`).then(({ blocked }) => blocked),
  block: (me, chat, isBlocked) => call('POST', 'blocks', { ...me, chat, isBlocked }),

  groups: (me) => call('GET', `groups?${query(me)}`),
  createGroup: (me, group) => call('POST', 'groups', { ...by(me), ...group }),
  moveMember: (me, change) => call('POST', 'groups/members', { ...by(me), ...change }),
  setGroup: (me, group, change) => call('POST', 'groups/settings', { ...by(me), group, ...change }),

  linkQr: (me, qr) => call('POST', 'link', { phoneNumber: me.phone, qr }),
  linkCode: (me, code) => call('POST', 'link', { phoneNumber: me.phone, code }),
  confirmPasskey: (me) => call('POST', 'link', { ...own(me), confirmPasskey: true }),
  unlink: (me, deviceId) => call('POST', 'unlink', { ...own(me), deviceId }),

  faults: () => call('GET', 'faults'),
  addFault: (me, fault) => call('POST', 'faults', { ...own(me), ...fault }),
  liftFaults: (me, kind) => call('DELETE', `faults?${query({ ...own(me), ...(kind && { kind }) })}`),
}

/** Live events of a phone until the returned function is called; `changed(true)` whenever the stream has (again) begun. */
export function listen(me, heard, changed) {
  const stream = new EventSource(`events?${query(me)}`)
  stream.onopen = () => changed(true)
  stream.onerror = () => changed(false)
  stream.onmessage = (message) => heard(JSON.parse(message.data))
  return () => stream.close()
}
