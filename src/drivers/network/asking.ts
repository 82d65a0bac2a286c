import { fault, type Fault } from '../../model/fault.ts'
import { isAborted } from './on-abort.ts'
import { within, type Bounds } from './within.ts'

export const NOT_CONNECTED = fault('notConnected', 'the session is not connected')

/** The longest that anybody waits for an answer. */
const LIMIT_MS = 30_000

/** What a network says of a question that came to nothing. */
export interface Words<Life> {
  readonly noAnswer: Fault
  /** Of work that failed while its life goes on. */
  readonly failed: (error: unknown, life: Life) => Fault
}

/** Asks the network while it can be asked; every trouble is a fault, and the question ends by itself or with the session. */
export async function askWhileOpen<Life extends Bounds, T>(
  life: Life | null,
  work: (life: Life) => Promise<T | Fault>,
  { noAnswer, failed }: Words<Life>,
): Promise<T | Fault> {
  if (life === null || isAborted(life.ended)) return NOT_CONNECTED
  try {
    // Boxed: an answer may be nothing at all.
    const answer = await within(
      life,
      LIMIT_MS,
      work(life).then((value) => ({ value })),
    )
    if (answer !== undefined) return answer.value
    return isAborted(life.ended) ? NOT_CONNECTED : noAnswer
  } catch (error) {
    return isAborted(life.ended) ? NOT_CONNECTED : failed(error, life)
  }
}
