import { useRef, useState } from 'react'
import { useChange } from '../../../api/change.ts'
import type { ApiFault } from '../../../api/fault.ts'
import { callMethod } from '../../../api/instances.ts'
import { object, text } from '../../../api/read.ts'
import { useHere, type Here } from '../here.ts'
import { messagesKey } from './chats.ts'

/** What somebody has written and attached. */
export interface Said {
  readonly chat: string
  readonly text: string
  readonly quotedMessageId: string | undefined
  readonly file: File | null
  /** Tells files from each other where a click is repeated. */
  readonly fileKey: string
}

export interface Sending {
  readonly isPending: boolean
  readonly error: ApiFault | null
  /** How many percent of the file have left. */
  readonly percent: number
  readonly send: (said: Said) => void
  /** Stops while the file is on its way: what has not arrived whole is not sent. */
  readonly cancel: () => void
}

const readSent = object({ idMessage: text })

export function useSending(onDone: () => void): Sending {
  const here = useHere()
  const [percent, setPercent] = useState(0)
  const running = useRef<AbortController | null>(null)
  const { mutate, reset, isPending, error } = useChange<Said>({
    send: (said, key) => {
      const controller = new AbortController()
      running.current = controller
      setPercent(0)
      return sent(here, said, { key, signal: controller.signal, onProgress: setPercent })
    },
    stale: [messagesKey(here)],
    onDone,
  })
  const cancel = (): void => {
    // Forgotten first: that it was stopped is no trouble to be told.
    reset()
    running.current?.abort()
  }
  return { isPending, error, percent, send: mutate, cancel }
}

interface Way {
  readonly key: string
  readonly signal: AbortSignal
  readonly onProgress: (percent: number) => void
}

function sent(here: Here, { chat, text: message, quotedMessageId, file }: Said, way: Way): Promise<unknown> {
  const quote: Readonly<Record<string, string>> = quotedMessageId === undefined ? {} : { quotedMessageId }
  if (file === null) {
    const body = { chatId: chat, message, ...quote }
    return callMethod({ ...here, name: 'sendMessage', verb: 'POST', body, key: way.key, read: readSent })
  }
  const form = new FormData()
  // Texts before the file: the server reads a form in its order.
  for (const [name, value] of Object.entries({ chatId: chat, fileName: file.name, caption: message, ...quote })) {
    form.append(name, value)
  }
  form.append('file', file, file.name)
  return callMethod({ ...here, ...way, name: 'sendFileByUpload', verb: 'POST', body: form, read: readSent })
}
