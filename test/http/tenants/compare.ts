import assert from 'node:assert/strict'
import type { Answer } from '../../support/server.ts'

const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g
/** Its end and signature. */
const MEDIA_KEY = /(\/media\/\d+\/)[^/]+/g
const ATTEMPTS = /"attempts":\[[^\]]*\]/g
/** What is drawn anew for whoever makes something. */
const DRAWN =
  /"(idInstance|apiTokenInstance|secret|idMessage|messageID|messages|id|receiptId|token|timestamp)":("[^"]*"|\d+|\["[^\]]*\])/g
/** A group that is made. */
const DRAWN_GROUP = /("created":true,"chatId":)"[^"]*","groupInviteLink":"[^"]*"/g
/** Those that tell of the time and of how many calls came before. */
const PASSING = new Set(['date', 'x-ratelimit-remaining', 'keep-alive', 'connection', 'content-length'])

/** An answer without what is different each time. `given` is what of another account was asked for: where it is repeated, it is one word. */
export function shapeOf(answer: Answer, given: readonly unknown[], isMaking: boolean): string {
  let text = withoutTimes(answer.text)
  for (const each of given.map(String).filter(({ length }) => length > 5)) text = text.replaceAll(each, '<given>')
  if (isMaking && answer.status < 300) {
    text = text.replaceAll(DRAWN_GROUP, '$1<drawn>').replaceAll(DRAWN, '"$1":<drawn>')
  }
  const headers = [...answer.headers].filter(([name]) => !PASSING.has(name))
  return `${String(answer.status)} ${JSON.stringify(headers)}\n${text}`
}

/** No secret stands in the answer but those that the caller gave himself; cursors are looked into. */
export function assertTellsNothing(answer: Answer, secrets: readonly string[], about: string, given: string): void {
  const told = answer.text + JSON.stringify([...answer.headers])
  const cursors = [...answer.text.matchAll(/"next":"([^"]+)"/g)].map(([, cursor = '']) =>
    Buffer.from(cursor, 'base64url').toString(),
  )
  for (const secret of secrets) {
    if (given.includes(secret)) continue
    assert.ok(!told.includes(secret), `${about} tells ${secret}: ${answer.text.slice(0, 2000)}`)
    assert.ok(!cursors.join(' ').includes(secret), `${about} tells ${secret} in a cursor: ${cursors.join(' ')}`)
  }
}

/** Times pass, links to files are good for so long from now, and the hook is tried again: all else stays as it is. */
export function withoutTimes(text: string): string {
  return text.replaceAll(ISO_TIME, '<time>').replaceAll(MEDIA_KEY, '$1<key>').replaceAll(ATTEMPTS, '"attempts":[]')
}
