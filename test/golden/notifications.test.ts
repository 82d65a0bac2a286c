// Truth: the golden files beside this one, each a message's content and its `messageData`, written by hand from the contract.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Content } from '../../src/model/content.ts'
import type { ChatId, InstanceId, MessageId } from '../../src/model/ids.ts'
import type { Messenger } from '../../src/model/messenger.ts'
import type { MessageEvent } from '../../src/notifications/event.ts'
import { renderNotification } from '../../src/notifications/body/render.ts'

interface Golden {
  readonly messenger: Messenger
  readonly flow: MessageEvent['flow']
  readonly content: Content
  readonly messageData: object
}

// The compiled test lies in dist; the files do not.
const FOLDER = new URL('../../../test/golden/notifications/', import.meta.url)

describe('messageData of every kind of message', () => {
  for (const file of readdirSync(FOLDER)) {
    test(file.replace('.json', ''), () => {
      const golden = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Golden
      assert.equal(JSON.stringify(dataOf(golden)), JSON.stringify(golden.messageData))
    })
  }
})

function dataOf({ messenger, flow, content }: Golden): unknown {
  const party = { id: '77015550102@c.us' as ChatId, name: 'Timur', contactName: '' }
  const instance = { idInstance: 1101000042 as InstanceId, wid: '77010000009@c.us', typeInstance: messenger }
  const linkOf = ({ sha256 }: { readonly sha256: string }, name: string) =>
    `https://gate.example/media/1101000042/${sha256}.${name.split('.').at(-1) ?? ''}`
  const direction = flow === 'incoming' ? 'in' : 'out'
  const message = { id: '3EB0AA' as MessageId, direction, chat: party, author: party, at: 0, content } as const
  const body = JSON.parse(renderNotification({ instance, linkOf }, { kind: 'message', flow, message })) as {
    readonly messageData: unknown
  }
  return body.messageData
}
