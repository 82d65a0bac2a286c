import { ActionIcon, CloseButton, Text, Textarea } from '@mantine/core'
import {
  useRef,
  useState,
  type ChangeEvent,
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type SubmitEvent,
} from 'react'
import type { ApiFault } from '../../../api/fault.ts'
import { faultText } from '../../../parts/fault-text.ts'
import { Icon } from '../../../parts/icon.tsx'
import { useWords } from '../../../words/words.ts'
import { useHere } from '../here.ts'
import { QuoteView } from './bubble.tsx'
import classes from './composer.module.css'
import { useDraft } from './drafts.ts'
import { FILE_BYTES, FileBand } from './file-band.tsx'
import type { Message } from './message.ts'
import { useSending } from './sending.ts'

const TEXT_LENGTH = 20_000

interface ComposerProps {
  readonly chat: string
  readonly quoted: Message | null
  readonly onUnquote: () => void
}

/** Writes as the instance: a text, or a file with a caption. */
export function Composer({ chat, quoted, onUnquote }: ComposerProps): ReactNode {
  const words = useWords('chat')
  const here = useHere()
  const [draft, setDraft] = useDraft(here, chat)
  const [file, setFile] = useState<File | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const sending = useSending(() => {
    setDraft('')
    setFile(null)
    onUnquote()
    field.current?.focus()
  })
  const canSend = !sending.isPending && (file === null ? draft.trim() !== '' : file.size <= FILE_BYTES)
  const send = (): void => {
    if (canSend) sending.send({ chat, text: draft, quotedMessageId: quoted?.id, file, fileKey: keyOf(file) })
  }
  const label = file === null ? words.message : words.caption
  return (
    <form className={classes['composer']} onSubmit={(event) => submitted(event, send)}>
      {quoted !== null && <QuotedBand quoted={quoted} onEnd={onUnquote} />}
      {file !== null && <FileBand file={file} sending={sending} onEnd={() => setFile(null)} />}
      <Trouble fault={sending.error} />
      <div className={classes['row']}>
        <FileChoice onFile={setFile} isDisabled={sending.isPending} />
        <Textarea
          ref={field}
          className={classes['field'] ?? ''}
          aria-label={label}
          placeholder={label}
          value={draft}
          maxLength={TEXT_LENGTH}
          autosize
          minRows={1}
          maxRows={6}
          readOnly={sending.isPending}
          onChange={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => sendOnEnter(event, send)}
          onPaste={(event) => takePasted(event, setFile)}
        />
        <SendButton isBusy={sending.isPending} canSend={canSend} />
      </div>
    </form>
  )
}

function submitted(event: SubmitEvent, send: () => void): void {
  event.preventDefault()
  send()
}

function keyOf(file: File | null): string {
  return file === null ? '' : `${file.name}/${file.size}/${file.lastModified}`
}

function Trouble({ fault }: { readonly fault: ApiFault | null }): ReactNode {
  const common = useWords('common')
  if (fault === null) return null
  return (
    <Text role="alert" size="sm" c="var(--mantine-color-error)" pb="xs">
      {faultText(fault, common)}
    </Text>
  )
}

function SendButton({ isBusy, canSend }: { readonly isBusy: boolean; readonly canSend: boolean }): ReactNode {
  const words = useWords('chat')
  return (
    <ActionIcon type="submit" size="lg" aria-label={words.send} loading={isBusy} disabled={!canSend && !isBusy}>
      <Icon name="send" />
    </ActionIcon>
  )
}

/** Enter sends, with Shift it begins a line; while an input method is at work Enter is its own. */
function sendOnEnter(event: KeyboardEvent, send: () => void): void {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
  event.preventDefault()
  send()
}

function takePasted(event: ClipboardEvent, take: (file: File) => void): void {
  const [file] = event.clipboardData.files
  if (file === undefined) return
  event.preventDefault()
  take(file)
}

function FileChoice({
  onFile,
  isDisabled,
}: {
  readonly onFile: (file: File) => void
  readonly isDisabled: boolean
}): ReactNode {
  const words = useWords('chat')
  const input = useRef<HTMLInputElement>(null)
  const chosen = (event: ChangeEvent<HTMLInputElement>): void => {
    const [file] = event.currentTarget.files ?? []
    if (file !== undefined) onFile(file)
    // The same file can be chosen once more.
    event.currentTarget.value = ''
  }
  return (
    <>
      <input ref={input} type="file" hidden onChange={chosen} aria-label={words.attach} />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={words.attach}
        disabled={isDisabled}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" />
      </ActionIcon>
    </>
  )
}

function QuotedBand({ quoted, onEnd }: { readonly quoted: Message; readonly onEnd: () => void }): ReactNode {
  const words = useWords('chat')
  const { author, isOutgoing, content } = quoted
  return (
    <div className={classes['band']}>
      <QuoteView quote={{ author: isOutgoing ? '' : author.id, content }} />
      <CloseButton aria-label={words.unquote} onClick={onEnd} />
    </div>
  )
}
