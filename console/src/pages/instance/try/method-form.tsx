import { Badge, Button, FileInput, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState, type ReactNode } from 'react'
import { asFault, type ApiFault } from '../../../api/fault.ts'
import { randomKey } from '../../../api/key.ts'
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx'
import { Icon } from '../../../parts/icon.tsx'
import { Failure } from '../../../parts/states.tsx'
import { useWords } from '../../../words/words.ts'
import { useHere } from '../here.ts'
import { AnswerView } from './answer-view.tsx'
import { FieldInput } from './field-input.tsx'
import classes from './method-form.module.css'
import { fieldsOf, filled, type Field, type Filled, type Written } from './field.ts'
import type { Method, Verb } from './method.ts'
import { requestOf, run, type Answer, type Request } from './request.ts'
import { SnippetView } from './snippet-view.tsx'
import { Told } from './told.tsx'

/** What these do to an instance in use is not undone by another call. */
const GRAVE: ReadonlySet<string> = new Set([
  'logout',
  'updateApiToken',
  'clearMessagesQueue',
  'clearWebhooksQueue',
  'deleteNotification',
  'leaveGroup',
])

/** The form of one method, the line to paste, and what it answered. */
export function MethodForm({ method }: { readonly method: Method }): ReactNode {
  const [fields] = useState(() => fieldsOf(method))
  const [written, setWritten] = useState<Written>(() =>
    Object.fromEntries(fields.map(({ name, example }) => [name, example])),
  )
  const [file, setFile] = useState<File | null>(null)
  const [verb, setVerb] = useState<Verb>(method.verbs[0] ?? 'GET')
  const [isTried, setTried] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const form = filled(fields, written)
  const request = requestOf(method, verb, form, file)
  const call = useRun(method)
  const go = (): void => {
    setAsking(false)
    call.mutate(request)
  }
  const submit = (): void => {
    setTried(true)
    if (Object.keys(form.troubles).length > 0) return
    if (GRAVE.has(method.name)) setAsking(true)
    else go()
  }
  return (
    <div className={classes['columns']}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Stack>
          <About method={method} verb={verb} onVerb={setVerb} />
          <Fields fields={fields} written={written} troubles={isTried ? form.troubles : {}} onWrite={setWritten} />
          {method.input !== 'json' && verb === 'POST' && <FileField file={file} onFile={setFile} />}
          <Run isBusy={call.isPending} />
        </Stack>
      </form>
      <Stack gap="lg" className={classes['outcome'] ?? ''}>
        <SnippetView request={request} />
        {call.error !== null && <Failure error={call.error} />}
        {call.data !== undefined && <AnswerView answer={call.data} />}
      </Stack>
      <Confirm isOpen={isAsking} name={method.name} onConfirm={go} onClose={() => setAsking(false)} />
    </div>
  )
}

/** Runs a call. One that got no answer is repeated with the same key, so that it is not done twice. */
function useRun({ idempotent }: Method) {
  const here = useHere()
  const unsure = useRef<{ readonly asked: string; readonly key: string } | null>(null)
  return useMutation<Answer, ApiFault, Request>({
    mutationFn: async (request) => {
      const asked = JSON.stringify(request)
      const key = unsure.current?.asked === asked ? unsure.current.key : randomKey()
      try {
        const answer = await run(here, request, idempotent ? key : null)
        unsure.current = null
        return answer
      } catch (error) {
        unsure.current = { asked, key }
        throw asFault(error)
      }
    },
  })
}

interface AboutProps {
  readonly method: Method
  readonly verb: Verb
  readonly onVerb: (verb: Verb) => void
}

function About({ method, verb, onVerb }: AboutProps): ReactNode {
  const words = useWords('try')
  const told = useWords('methods')
  return (
    <Stack gap="xs">
      <Text>
        <Told own={told.methods[method.name]} english={method.summary} />
      </Text>
      <Group gap="xs">
        <Badge variant="default" radius="sm">
          {verb}
        </Badge>
        <Text size="sm" c="dimmed">
          {[words.perSecond(method.perSecond), method.hasQuota ? words.hasQuota : ''].filter(Boolean).join(' · ')}
        </Text>
      </Group>
      {method.verbs.length > 1 && (
        <NativeSelect
          label={words.verb}
          w="8rem"
          data={[...method.verbs]}
          value={verb}
          onChange={(event) => onVerb(method.verbs.find((one) => one === event.currentTarget.value) ?? verb)}
        />
      )}
    </Stack>
  )
}

interface FieldsProps {
  readonly fields: readonly Field[]
  readonly written: Written
  readonly troubles: Filled['troubles']
  readonly onWrite: (written: Written) => void
}

function Fields({ fields, written, troubles, onWrite }: FieldsProps): ReactNode {
  return fields.map((field) => (
    <FieldInput
      key={field.name}
      field={field}
      value={written[field.name] ?? ''}
      trouble={troubles[field.name]}
      onChange={(value) => onWrite({ ...written, [field.name]: value })}
    />
  ))
}

function FileField({
  file,
  onFile,
}: {
  readonly file: File | null
  readonly onFile: (file: File | null) => void
}): ReactNode {
  const words = useWords('try')
  const common = useWords('common')
  return (
    <FileInput
      label={words.file}
      placeholder={words.chooseFile}
      value={file}
      onChange={onFile}
      clearable
      clearButtonProps={{ 'aria-label': common.remove }}
      leftSection={<Icon name="file" />}
    />
  )
}

function Run({ isBusy }: { readonly isBusy: boolean }): ReactNode {
  const words = useWords('try')
  return (
    <Group>
      <Button type="submit" loading={isBusy} leftSection={<Icon name="play" />}>
        {words.run}
      </Button>
      <Text size="sm" c="dimmed">
        {words.forReal}
      </Text>
    </Group>
  )
}

interface ConfirmProps {
  readonly isOpen: boolean
  readonly name: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

function Confirm({ isOpen, name, onConfirm, onClose }: ConfirmProps): ReactNode {
  const words = useWords('try')
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={words.graveTitle(name)}
      confirm={words.run}
      isDangerous
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {words.grave}
    </ConfirmDialog>
  )
}
