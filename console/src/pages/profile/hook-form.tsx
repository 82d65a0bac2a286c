import { Button, Group, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { object, text } from '../../api/read.ts'
import { Done } from '../../parts/done.tsx'
import { Failure } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { hookKey } from './hook-answer.ts'

const URL_MAX = 4096
const readSecret = object({ secret: text })

/** Sets the address; what the server answers has the secret in it. */
export async function putHook(account: string, url: string, key?: string): Promise<string> {
  const hook = await ask({ method: 'PUT', path: path`/accounts/${account}/hook`, body: { url }, key, read: readSecret })
  return hook.secret
}

interface HookFormProps {
  readonly account: string
  /** As it is now; empty where there is none. */
  readonly url: string
}

export function HookForm({ account, url }: HookFormProps): ReactNode {
  const words = useWords('profile')
  const common = useWords('common')
  const [typed, setTyped] = useState(url)
  const change = useChange<string>({
    send: (wanted, key) => putHook(account, wanted, key),
    stale: [hookKey(account)],
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    change.mutate(typed.trim())
  }
  return (
    <form onSubmit={submit} className="form" style={{ maxWidth: '36rem' }}>
      {change.error !== null && <Failure error={change.error} />}
      <TextInput
        type="url"
        label={words.hookUrl}
        required
        withAsterisk={false}
        maxLength={URL_MAX}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Group>
        <Button
          type="submit"
          variant={url === '' ? 'filled' : 'default'}
          loading={change.isPending}
          disabled={url !== '' && typed.trim() === url}
        >
          {url === '' ? words.setHook : words.changeHook}
        </Button>
        <Done>{change.isSuccess && typed.trim() === url && common.saved}</Done>
      </Group>
    </form>
  )
}
