import { api } from './api.js'
import { openAttachMenu, sendFiles } from './attach.js'
import { byId } from './dom.js'
import { attempt } from './errors.js'
import { lineOf } from './lines.js'
import { nameOf, on, state } from './state.js'
import { word } from './words.js'

function quote(message) {
  Object.assign(state, { quoted: message, editing: null })
  showBand()
}

function edit(message) {
  Object.assign(state, { quoted: null, editing: message })
  byId('text').value = message.content.kind === 'file' ? message.content.caption : message.content.text
  fitText()
  showBand()
}

/** What the next message answers or changes stands above the field. */
function showBand() {
  const message = state.quoted ?? state.editing
  byId('quoting').hidden = message === null
  if (message === null) return
  byId('quoting-who').textContent = state.editing === null ? nameOf(message.from) : word('edit')
  byId('quoting-text').textContent = lineOf(message)
  byId('text').focus()
}

/** True where there was something to end. */
export function endBand() {
  const { quoted, editing } = state
  if (editing !== null) byId('text').value = ''
  Object.assign(state, { quoted: null, editing: null })
  showBand()
  fitText()
  return quoted !== null || editing !== null
}

async function sendWritten(event) {
  event.preventDefault()
  const field = byId('text')
  const text = field.value
  const { me, open: to, quoted, editing } = state
  if (to === null || (text.trim() === '' && editing === null)) return
  const said =
    editing === null
      ? { text, ...(quoted && { quotedId: quoted.id }) }
      : { content: { kind: 'edit', target: editing.id, text } }
  const sent = await attempt(byId('send-error'), () => api.say(me, to, said))
  if (sent === undefined || state.open !== to) return
  field.value = ''
  endBand()
  field.focus()
}

function fitText() {
  const field = byId('text')
  field.style.height = 'auto'
  // A field that is not shown has no height.
  if (field.scrollHeight > 0) field.style.height = `${String(field.scrollHeight + 2)}px`
}

function leaveChat() {
  byId('text').value = ''
  byId('send-error').hidden = true
  endBand()
}

function filesOf(transfer) {
  return [...(transfer?.files ?? [])]
}

export function listenToComposer() {
  byId('composer').addEventListener('submit', sendWritten)
  byId('text').addEventListener('input', fitText)
  byId('text').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    byId('composer').requestSubmit()
  })
  byId('quoting-end').addEventListener('click', endBand)
  byId('attach').addEventListener('click', (event) => openAttachMenu(event.currentTarget))
  byId('text').addEventListener('paste', (event) => {
    const files = filesOf(event.clipboardData)
    if (files.length === 0) return
    event.preventDefault()
    sendFiles(files)
  })
  for (const kind of ['dragover', 'drop'])
    byId('conversation').addEventListener(kind, (event) => {
      event.preventDefault()
      if (kind === 'drop') sendFiles(filesOf(event.dataTransfer))
    })
}

on('quote', quote)
on('edit', edit)
on('leave', leaveChat)
