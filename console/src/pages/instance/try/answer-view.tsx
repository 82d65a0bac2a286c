import { Badge, Button, Code, Group, Stack, Text, Title } from '@mantine/core'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { CodeBlock } from '../../../parts/code-block.tsx'
import { Icon } from '../../../parts/icon.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import type { Answer } from './request.ts'

/** A longer answer is shown in part: a browser that lays out megabytes stands still. */
const SHOWN_LENGTH = 100_000

/** What came back: status, what headers say of limits, and the body as JSON, text, picture or file. */
export function AnswerView({ answer }: { readonly answer: Answer }): ReactNode {
  const words = useWords('try')
  const format = useFormat()
  const isGood = answer.status >= 200 && answer.status < 300
  return (
    <Stack component="section" gap="sm" aria-label={words.answer}>
      <Group gap="sm">
        <Title order={2} size="h4">
          {words.answer}
        </Title>
        <Badge color={isGood ? 'jade.8' : 'red.9'} size="lg" radius="sm" tt="none">
          {`${answer.status} ${answer.statusText}`.trim()}
        </Badge>
        <Text size="sm" c="dimmed">
          {`${words.milliseconds(format.number(answer.ms))} · ${format.bytes(answer.body.size)}`}
        </Text>
      </Group>
      {answer.headers.length > 0 && (
        <Code block aria-label={words.headers}>
          {answer.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}
        </Code>
      )}
      <Body answer={answer} />
    </Stack>
  )
}

function Body({ answer }: { readonly answer: Answer }): ReactNode {
  const words = useWords('try')
  const { body, text, type } = answer
  if (body.size === 0) {
    return (
      <Text size="sm" c="dimmed">
        {words.empty}
      </Text>
    )
  }
  if (text === null) return <Preview body={body} type={type} />
  return <TextBody text={text} body={body} />
}

function TextBody({ text, body }: { readonly text: string; readonly body: Blob }): ReactNode {
  const words = useWords('try')
  const { shown, picture } = useMemo(() => {
    const json = parsed(text)
    return { shown: json === undefined ? text : JSON.stringify(json, null, 2), picture: pictureIn(json) }
  }, [text])
  return (
    <>
      {picture !== null && <img src={picture} alt={words.qr} width={264} height={264} />}
      <CodeBlock code={shown.slice(0, SHOWN_LENGTH)} label={words.body} copyLabel={words.copyBody} />
      {shown.length > SHOWN_LENGTH && (
        <Group>
          <Text size="sm" c="dimmed">
            {words.cut}
          </Text>
          <Save body={body} name="answer.json" />
        </Group>
      )}
    </>
  )
}

function parsed(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text)
    return json
  } catch {
    return undefined
  }
}

/** `qr` gives its picture in base64. */
function pictureIn(json: unknown): string | null {
  if (typeof json !== 'object' || json === null || !('type' in json) || !('message' in json)) return null
  const { type, message } = json
  const isPicture = type === 'qrCode' && typeof message === 'string' && /^[\w+/]+={0,2}$/.test(message)
  return isPicture ? `data:image/png;base64,${message}` : null
}

/** Pictures, sound and films are shown; everything else can only be saved. */
const SHOWN_TYPES = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/)/

function Preview({ body, type }: { readonly body: Blob; readonly type: string }): ReactNode {
  const words = useWords('try')
  const url = useObjectUrl(body)
  const shown = SHOWN_TYPES.exec(type)?.[1] ?? ''
  return (
    <Stack align="flex-start" gap="xs">
      {url !== null && shown.startsWith('image/') && <img src={url} alt={words.body} style={{ maxWidth: '100%' }} />}
      {url !== null && shown === 'audio/' && <audio src={url} controls aria-label={words.body} />}
      {url !== null && shown === 'video/' && (
        <video src={url} controls aria-label={words.body} style={{ maxWidth: '100%' }} />
      )}
      <Save body={body} name="answer" />
    </Stack>
  )
}

function Save({ body, name }: { readonly body: Blob; readonly name: string }): ReactNode {
  const words = useWords('try')
  const url = useObjectUrl(body)
  if (url === null) return null
  return (
    <Button component="a" href={url} download={name} variant="default" size="xs" leftSection={<Icon name="down" />}>
      {words.save}
    </Button>
  )
}

function useObjectUrl(blob: Blob): string | null {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}
