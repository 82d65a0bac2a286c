import { contentView } from './contents.js'
import { clockOf, iconButton, make, tick } from './dom.js'
import { lineOf } from './lines.js'
import { openMessageMenu } from './message-menu.js'
import { isGroup, nameOf, state, tell } from './state.js'
import { word } from './words.js'

/** One message; `isTurn` where another person begins to speak. */
export function bubble(message, isTurn) {
  const isOut = message.direction === 'out'
  const body = make(
    'div',
    { classes: 'bubble' },
    isTurn && !isOut && isGroup(message.chat)
      ? make('strong', { classes: 'author', text: nameOf(message.from) })
      : null,
    message.forwardingScore > 0 ? make('span', { classes: 'mark', text: `↪ ${forwardedWord(message)}` }) : null,
    message.quote === null ? null : quoteView(message.quote),
    ...contentView(message),
    footOf(message, isOut),
    message.reactions.length === 0 ? null : reactionsView(message),
  )
  const reply = iconButton('icon-reply', word('reply'), () => tell('quote', message))
  const more = iconButton('icon-more', word('more'), (event) => openMessageMenu(event.currentTarget, message))
  more.setAttribute('aria-haspopup', 'menu')
  const tools = message.isDeleted ? [] : [make('span', { classes: 'tools' }, reply, more)]
  const classes = ['message', isOut && 'out', isTurn && 'turn'].filter(Boolean).join(' ')
  return make('li', { classes, data: { id: message.id } }, body, ...tools)
}

function forwardedWord({ forwardingScore }) {
  return word(forwardingScore > 3 ? 'forwardedOften' : 'forwarded')
}

function footOf(message, isOut) {
  const foot = make('footer')
  if (message.isEdited && !message.isDeleted) foot.append(make('span', { text: word('edited') }))
  foot.append(make('time', { text: clockOf(message.time) }))
  if (isOut) foot.append(message.status === 'refused' ? refusedMark() : tick(message.status))
  return foot
}

function refusedMark() {
  return make('b', { classes: 'refused-mark', text: '!', title: word('refusedMessage') })
}

function quoteView(quote) {
  const source = state.messages.get(quote.id)
  const text = source === undefined ? (quote.text ?? '…') : lineOf(source)
  const view = make(
    'button',
    { type: 'button', classes: 'quote', onclick: () => tell('reveal', quote.id) },
    make('strong', { text: nameOf(quote.from) }),
    make('span', { text }),
  )
  return view
}

function reactionsView(message) {
  const counts = new Map()
  for (const { emoji, from } of message.reactions) counts.set(emoji, [...(counts.get(emoji) ?? []), from])
  const chips = [...counts].map(([emoji, who]) => {
    const isMine = who.includes(state.me.phone)
    const chip = make('button', {
      type: 'button',
      classes: 'chip',
      text: who.length > 1 ? `${emoji} ${String(who.length)}` : emoji,
      label: `${word('reaction')} ${emoji}: ${who.map(nameOf).join(', ')}`,
      onclick: () => tell('react', message, isMine ? '' : emoji),
    })
    chip.setAttribute('aria-pressed', String(isMine))
    return chip
  })
  return make('div', { classes: 'reactions' }, ...chips)
}
