import type { Content } from '../../../model/content.ts'
import { isFault, type Fault } from '../../../model/fault.ts'
import type { MessageId } from '../../../model/ids.ts'
import type { BinaryNode } from '../engine/engine.ts'
import type { FileMessage, WaMessage } from '../engine/proto.ts'
import type { Life } from '../life.ts'
import type { Limits } from '../limits.ts'
import { buttonsInWords, NATIVE_FLOW } from './contents/buttons.ts'
import { messageOf } from './contents/contents.ts'
import { fileForSending } from './contents/files.ts'
import { MessageSecrets } from './message-secret.ts'
import { LinkPages } from './link-pages.ts'
import { contextOf, type Place } from './quotes.ts'
import { sentMessage } from './sent-messages.ts'

/** A message, and what its stanza says of it besides. */
export interface Composed {
  readonly message: WaMessage
  readonly attributes: Readonly<Record<string, string>>
  readonly nodes: readonly BinaryNode[]
}

export type ComposerOptions = Pick<Limits, 'sendsButtons'>

/** Makes contents into messages of the protocol. Their files are brought to the media servers on the way. */
export class Composer {
  readonly #life: Life
  readonly #options: ComposerOptions
  readonly #secrets: MessageSecrets
  readonly #pages: LinkPages

  constructor(life: Life, options: ComposerOptions) {
    this.#life = life
    this.#options = options
    this.#secrets = new MessageSecrets(life)
    this.#pages = new LinkPages(life.host)
  }

  async compose(id: MessageId, wanted: Content, place: Place, signal: AbortSignal): Promise<Composed | Fault> {
    const { content, picture } = await this.#previewed(this.#shown(wanted), signal)
    const life = this.#life
    const message = await messageOf(content, {
      ...{ life, chat: place.chat, jid: place.jid, context: await contextOf(life, content, place) },
      file: (file) => fileForSending(life, file, signal),
      picture: ({ jpegThumbnail }) => this.#picture(picture ?? Buffer.from(jpegThumbnail, 'base64')),
      sent: (target) => sentMessage(life.engine, life.store, target),
    })
    if (isFault(message)) return message
    const stanza = { attributes: attributesOf(content, message), nodes: nodesOf(content) }
    if (content.kind === 'reaction') return { message, ...stanza }
    const messageContextInfo = { messageSecret: await this.#secrets.of(id) }
    return { message: { ...message, messageContextInfo }, ...stanza }
  }

  #shown(content: Content): Content {
    if (content.kind !== 'buttons') return content
    // The older forms were taken from the network: phones may show nothing at all of them.
    if (content.style === 'interactive' && this.#options.sendsButtons) return content
    const { quote, forwardingScore } = content
    return {
      ...{ kind: 'text', text: buttonsInWords(content) },
      ...(quote !== undefined && { quote }),
      ...(forwardingScore !== undefined && { forwardingScore }),
    }
  }

  async #previewed(content: Content, signal: AbortSignal): Promise<{ content: Content; picture: Buffer | null }> {
    return content.kind === 'text' ? await this.#pages.fill(content, signal) : { content, picture: null }
  }

  /** A preview goes without its large picture rather than not at all. */
  async #picture(jpeg: Buffer): Promise<FileMessage | null> {
    const { engine, socket, host } = this.#life
    try {
      const made = await engine.prepareFile(
        { image: jpeg, jpegThumbnail: jpeg },
        { upload: socket.waUploadToServer, mediaTypeOverride: 'thumbnail-link' },
      )
      return made.imageMessage ?? null
    } catch {
      host.log.debug({ idInstance: host.instance }, 'a preview goes out with its small picture')
      return null
    }
  }
}

/** What a stanza says of an edit and of deletions, one's own and an admin's. */
const EDIT = { edit: '1' }
const REVOKE = { edit: '7' }
const ADMIN_REVOKE = { edit: '8' }

function attributesOf({ kind }: Content, { protocolMessage }: WaMessage): Readonly<Record<string, string>> {
  if (kind === 'edit') return EDIT
  if (kind === 'deletion') return protocolMessage?.key?.fromMe === false ? ADMIN_REVOKE : REVOKE
  return {}
}

const POLL: BinaryNode = { tag: 'meta', attrs: { polltype: 'creation' } }

function nodesOf(content: Content): readonly BinaryNode[] {
  if (content.kind === 'poll') return [POLL]
  return content.kind === 'buttons' && content.style === 'interactive' ? [NATIVE_FLOW] : []
}
