import { clockOf, lengthOf, make } from './dom.js'
import { word } from './words.js'

/** A call as a line between the messages. */
export function callLine(call) {
  return make('li', { classes: 'call-line', text: `${callWord(call)} · ${clockOf(call.time)}` })
}

/** How a call went, or that it rings. */
export function callWord({ direction, status, isVideo, durationS }) {
  const kind = word(isVideo ? 'videoCall' : 'audioCall')
  const isIn = direction === 'in'
  const ends = {
    offer: isIn ? 'ringsIn' : 'ringsOut',
    pickUp: 'talked',
    hungUp: 'refusedCall',
    declined: isIn ? 'missedCall' : 'unansweredCall',
    invalid: 'failedCall',
  }
  return `${kind}: ${word(ends[status])}${durationS > 0 ? ` ${lengthOf(durationS)}` : ''}`
}
