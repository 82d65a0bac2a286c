/** One of the sessions of a record, as the signal library has it. */
interface Session {
  serialize(): object
}

interface SessionClass {
  deserialize(kept: object): Session
}

type Attempt = (this: unknown, message: Uint8Array, session: Session) => Promise<Uint8Array>

const METHOD = 'doDecryptWhisperMessage'

/**
 * The signal library tries a message on every session that it has with a device, and steps the ratchet of each before it can tell whose
 * message it is: after a new session was begun, a message of the old one spoils the new, for the record is stored with what the failed
 * attempts have left. Here an attempt that fails leaves its session as it was.
 * @throws TypeError when the class is not as expected
 */
export function undoFailedAttempts(cipher: unknown): void {
  const prototype: unknown = typeof cipher === 'function' ? cipher.prototype : undefined
  if (typeof prototype !== 'object' || prototype === null) throw new TypeError('there is no class of session ciphers')
  const attempt: unknown = Reflect.get(prototype, METHOD)
  if (typeof attempt !== 'function') throw new TypeError(`session ciphers have no ${METHOD}`)
  Reflect.set(prototype, METHOD, undoing(attempt as Attempt))
}

function undoing(attempt: Attempt): Attempt {
  return async function (message, session) {
    // Who hands over no session is told so by the library.
    const before = (session as Session | undefined)?.serialize()
    try {
      return await attempt.call(this, message, session)
    } catch (trouble) {
      if (before !== undefined) Object.assign(session, classOf(session).deserialize(before))
      throw trouble
    }
  }
}

function classOf(session: Session): SessionClass {
  return session.constructor as unknown as SessionClass
}
