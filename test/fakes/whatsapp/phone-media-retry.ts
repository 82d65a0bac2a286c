import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { formOf, jidOf, parseJid } from './jid.ts'
import type { Account, Network, Node } from './network.ts'
import { child } from './nodes.ts'
import { phoneEngine } from './phone-engine.ts'
import type { Inbox } from './phone-inbox.ts'
import { unwrap, type MediaFields, type ProtoMessage } from './proto-message.ts'
import { seconds } from './stanza.ts'

const SUCCESS = 1
/** What the phone says when it has not got the file either. */
const NOT_FOUND = '2'

/** A device found a file gone from the media servers: the phone brings it again and says where. */
export function answerMediaRetry(receipt: Node, account: Account, network: Network, inbox: Inbox): void {
  const { id = '', from = '' } = receipt.attrs
  const device = account.devices.get(parseJid(from)?.device ?? 0)
  const asked = child(receipt, 'rmr')
  if (device === undefined || asked === undefined) return
  const answer = broughtAgain(id, network, inbox) ?? { tag: 'error', attrs: { code: NOT_FOUND } }
  const attrs = { id, type: 'mediaretry', from: jidOf(account, formOf(from)), t: seconds(network.now()) }
  network.deliver(device, { tag: 'notification', attrs, content: [answer, asked] })
}

/** Undefined when the phone has not got it. */
function broughtAgain(id: string, { media }: Network, inbox: Inbox): Node | undefined {
  const { directPath, mediaKey } = fileIn(inbox.get(id)?.raw as ProtoMessage | undefined) ?? {}
  const stored = directPath === undefined ? undefined : media.putAgain(directPath)
  return stored === undefined || mediaKey === undefined ? undefined : sealed(id, stored.directPath, mediaKey)
}

function sealed(stanzaId: string, directPath: string, mediaKey: Uint8Array): Node {
  const plain = phoneEngine().mediaRetry.encode({ stanzaId, directPath, result: SUCCESS }).finish()
  const key = hkdfSync('sha256', mediaKey, Buffer.alloc(0), 'WhatsApp Media Retry Notification', 32)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), iv).setAAD(Buffer.from(stanzaId))
  const bytes = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  const leaf = (tag: string, content: Uint8Array): Node => ({ tag, attrs: {}, content })
  return { tag: 'encrypt', attrs: {}, content: [leaf('enc_p', bytes), leaf('enc_iv', iv)] }
}

function fileIn(message: ProtoMessage | undefined): MediaFields | undefined {
  const inner = unwrap(message ?? {})
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = inner
  return imageMessage ?? videoMessage ?? ptvMessage ?? audioMessage ?? documentMessage ?? stickerMessage
}
