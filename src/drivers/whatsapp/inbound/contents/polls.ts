import { createHash } from 'node:crypto'
import type { Content } from '../../../../model/content.ts'
import type { MessageId } from '../../../../model/ids.ts'
import { few, line } from '../../../network/bounded.ts'
import type { PollCreation, WaMessage } from '../../engine/proto.ts'
import { pollNote, pollNoteName, readPollNote, type PollNote } from '../../poll-note.ts'
import { count, messageId } from '../bounded.ts'
import type { Reading } from '../reading.ts'

type Update = NonNullable<WaMessage['pollUpdateMessage']>
interface EncryptedVote {
  encPayload: Uint8Array
  encIv: Uint8Array
}

const MOST_OPTIONS = 64

/** A poll; its secret is kept, since votes on it can't be opened without. */
export async function poll(creation: PollCreation, reading: Reading): Promise<Content | undefined> {
  const names = few(creation.options, MOST_OPTIONS).map(({ optionName }) => line(optionName))
  const options = [...new Set(names.filter((name) => name !== ''))]
  if (options.length === 0) return undefined
  const question = line(creation.name)
  const multipleAnswers = count(creation.selectableOptionsCount) !== 1
  const secret = reading.secret ?? creation.encKey
  if (!reading.isQuote && secret instanceof Uint8Array)
    await keep({ question, options, multipleAnswers }, secret, reading)
  return { kind: 'poll', question, options, multipleAnswers }
}

async function keep(
  said: Pick<PollNote, 'question' | 'options' | 'multipleAnswers'>,
  secret: Uint8Array,
  { parts, envelope, draft }: Reading,
): Promise<void> {
  // Whoever sends another poll under an id that is taken must not close the first one to its votes.
  if (secret.length > 64 || (await parts.store.read(pollNoteName(envelope.id))) !== null) return
  const creators = await namesOf(envelope.author, envelope.authorAlt, parts.people)
  const note: PollNote = { ...said, creators: [...creators], secret: Buffer.from(secret).toString('base64') }
  draft.notes.set(pollNoteName(envelope.id), pollNote(note, parts.host.clock.now()))
}

/** What a voter's choice is now. A vote on a poll whose secret is not known can't be opened. */
export async function vote(update: Update, reading: Reading): Promise<Content | undefined> {
  const { parts, envelope, author, log } = reading
  const id = messageId(update.pollCreationMessageKey?.id)
  const { encPayload, encIv } = update.vote ?? {}
  if (id === '' || !(encPayload instanceof Uint8Array) || !(encIv instanceof Uint8Array)) return undefined
  const known = readPollNote(await parts.store.read(pollNoteName(id)))
  const voters = await namesOf(envelope.author, envelope.authorAlt, parts.people)
  const chosen = known && open(reading, id, { encPayload, encIv }, known, voters)
  if (known === null || chosen === null) {
    log.info({ id: envelope.id, poll: id }, 'a vote could not be opened')
    return undefined
  }
  const { question, multipleAnswers } = known
  const options = known.options.map((name) => ({ name, voters: chosen.has(hashOf(name)) ? [author] : [] }))
  return { kind: 'vote', poll: id as MessageId, question, multipleAnswers, options }
}

/** Nobody tells by which of their names a creator and a voter went into the keys: every pair is tried. */
function open(
  { parts }: Reading,
  pollMsgId: string,
  encrypted: EncryptedVote,
  { secret, creators }: PollNote,
  voters: readonly string[],
): ReadonlySet<string> | null {
  const pollEncKey = Buffer.from(secret, 'base64')
  for (const pollCreatorJid of creators.slice(0, 4))
    for (const voterJid of voters) {
      try {
        const of = { pollCreatorJid, pollMsgId, pollEncKey, voterJid }
        const { selectedOptions } = parts.engine.decryptPollVote(encrypted, of)
        return new Set(few(selectedOptions, MOST_OPTIONS).map((hash) => Buffer.from(hash).toString('hex')))
      } catch {
        // Not by these names.
      }
    }
  return null
}

async function namesOf(jid: string, alt: string, people: Reading['parts']['people']): Promise<readonly string[]> {
  const names = new Set(await people.namesOf(jid))
  if (alt !== '') names.add(alt)
  return [...names]
}

function hashOf(option: string): string {
  return createHash('sha256').update(option).digest('hex')
}
