import { api } from './api.js'
import { avatarOf } from './avatar.js'
import { iconButton, make, row, textButton } from './dom.js'
import { trouble, tryOut } from './errors.js'
import { pickPicture } from './pick-picture.js'
import { field, formOf, openMenu, openSheet, switchOf } from './sheet.js'
import { digitsOf, groupOf, isPhone, knownName, on, state, tell } from './state.js'
import { word } from './words.js'

const RIGHTS = [
  ['allowParticipantsSendMessages', 'rightSend'],
  ['allowParticipantsEditGroupSettings', 'rightEdit'],
  ['allowParticipantsAddMembers', 'rightAdd'],
  ['allowParticipantsPinMessages', 'rightPin'],
]
const LINKS = { whatsapp: 'https://chat.whatsapp.com/', v3: 'https://max.ru/join/', telegram: 'https://t.me/+' }

let shown = null

/** Numbers as people list them: with commas or on lines of their own. */
function numbersIn(text) {
  const numbers = text
    .split(/[,;\n]+/)
    .map(digitsOf)
    .filter((number) => number !== '')
  if (!numbers.every(isPhone)) throw trouble('badNumber')
  return numbers
}

export function createGroup() {
  const { close } = openSheet(word('newGroup'), () => {
    const isSuper = state.me.messenger === 'telegram' ? [switchOf(word('supergroup'), { name: 'super' })] : []
    const members = field(word('members'), 'members', {
      tag: 'textarea',
      rows: 3,
      placeholder: '79001234567, 79007654321',
    })
    return [
      formOf(
        word('create'),
        [field(word('groupName'), 'name', { maxLength: 100 }), members, ...isSuper],
        async (values) => {
          const name = values.get('name').trim()
          if (name === '') throw trouble('needName')
          const asked = { name, members: numbersIn(values.get('members')), isSupergroup: values.get('super') !== null }
          const { group } = await api.createGroup(state.me, asked)
          close()
          await loadGroups()
          tell('choose', group, true)
        },
      ),
    ]
  })
}

export async function loadGroups() {
  const { me } = state
  const groups = await api.groups(me)
  if (state.me !== me) return
  state.groups = groups
  tell('names')
  shown?.redraw()
}

async function joinByLink(link) {
  const joined = await tryOut(() => api.moveMember(state.me, { action: 'join', inviteLink: link }))
  if (joined === undefined) return
  await loadGroups()
  tell('choose', joined.group, true)
}

export function openJoin() {
  const { close } = openSheet(word('joinByLink'), () => [
    formOf(word('join'), [field(word('inviteLink'), 'link', { placeholder: 'https://' })], async (values) => {
      const { group } = await api.moveMember(state.me, { action: 'join', inviteLink: values.get('link').trim() })
      close()
      await loadGroups()
      tell('choose', group, true)
    }),
  ])
}

/** Everything about a group; only what the network allows this phone does not fail. */
export function openGroup(id) {
  shown = openSheet(word('group'), () => sheetOf(id), { onclose: () => (shown = null) })
}

function sheetOf(id) {
  const group = groupOf(id)
  if (group === undefined) return [make('p', { classes: 'quiet', text: word('notMember') })]
  const change = (what) => async () => {
    await what()
    await loadGroups()
  }
  const rename = formOf(
    word('save'),
    [
      field(word('groupName'), 'name', { value: group.subject, maxLength: 100 }),
      field(word('description'), 'description', { tag: 'textarea', rows: 2, value: group.description }),
    ],
    (values) =>
      change(() => api.setGroup(state.me, id, { name: values.get('name'), description: values.get('description') }))(),
  )
  const add = formOf(word('addMember'), [field(word('number'), 'phone', { inputMode: 'tel' })], async (values) => {
    for (const phoneNumber of numbersIn(values.get('phone')))
      await api.moveMember(state.me, { group: id, action: 'add', phoneNumber })
    await loadGroups()
  })
  const act = (what) => void tryOut(change(what))
  return [
    pickPicture(id, (picture) => api.setPicture(state.me, picture, id).then(loadGroups), group.picture !== null),
    rename,
    make('h3', { text: `${word('members')} · ${String(group.members.length)}` }),
    make('ul', { classes: 'rows' }, ...group.members.map((member) => make('li', {}, memberRow(group, member, act)))),
    add,
    make('h3', { text: word('rights') }),
    make('div', {}, ...RIGHTS.map(([right, key]) => rightSwitch(group, right, key, act))),
    make('h3', { text: word('inviteLink') }),
    make('p', { classes: 'link-line', text: group.inviteLink }),
    make(
      'div',
      { classes: 'buttons' },
      textButton(word('copy'), () => navigator.clipboard?.writeText(group.inviteLink)),
      textButton(word('renew'), () => act(() => api.setGroup(state.me, id, { renewInvite: true }))),
      textButton(word('invite'), () => invite(group)),
    ),
    textButton(
      word('leaveGroup'),
      () => act(() => api.moveMember(state.me, { group: id, action: 'leave' })),
      'secondary strong',
    ),
  ]
}

function rightSwitch({ group, rights }, right, key, act) {
  const onchange = (isOn) =>
    act(() => api.setGroup(state.me, group, { rights: { [right]: isOn } }).finally(() => shown?.redraw()))
  return switchOf(word(key), { checked: rights[right], onchange })
}

function memberRow(group, { phoneNumber, name, isAdmin, isOwner }, act) {
  const role = isOwner ? word('owner') : isAdmin ? word('admin') : ''
  const move = (action) => () => act(() => api.moveMember(state.me, { group: group.group, action, phoneNumber }))
  const items = [
    [word('writeTo'), () => (shown?.close(), tell('choose', phoneNumber, true))],
    [word(isAdmin ? 'demote' : 'promote'), move(isAdmin ? 'demote' : 'promote')],
    [word('removeMember'), move('remove'), true],
  ]
  const isMe = phoneNumber === state.me.phone
  const more = iconButton('icon-more', `${word('more')}: ${name}`, (event) => openMenu(event.currentTarget, items))
  return row({
    avatar: avatarOf(phoneNumber, name),
    name: isMe ? word('you') : knownName(phoneNumber) || name,
    aside: role === '' ? [] : [make('small', { classes: 'quiet', text: role })],
    note: `+${phoneNumber}`,
    after: isMe ? [] : [more],
  })
}

/** Sends the group's invitation as a message. */
function invite({ group, subject, inviteLink }) {
  const { close } = openSheet(word('invite'), () => [
    formOf(
      word('send'),
      [field(word('number'), 'phone', { inputMode: 'tel' }), field(word('caption'), 'caption')],
      async (values) => {
        const [to] = numbersIn(values.get('phone'))
        if (to === undefined) throw trouble('badNumber')
        const code = inviteLink.replace(/^.*\/\+?/, '')
        const content = { kind: 'groupInvite', group, groupName: subject, code, caption: values.get('caption') }
        await api.say(state.me, to, { content })
        close()
      },
    ),
  ])
}

on('join', (code) => void joinByLink(LINKS[state.me.messenger] + code))
