import { Button, Group, NumberInput, PasswordInput, Stack, Switch, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { callMethod } from '../../api/instances.ts'
import { object, text } from '../../api/read.ts'
import { SecretField } from '../../parts/secret-field.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { useHere, useMayChange } from './here.ts'
import { isAddress, LONGEST_TEXT, type Setting } from './setting-list.ts'
import classes from './settings.module.css'

export type SettingValue = string | number

interface SettingFieldProps {
  readonly setting: Setting
  /** As the server has it, or as it was changed. */
  readonly value: unknown
  readonly isChanged: boolean
  readonly isDisabled: boolean
  /** Null: as the server has it. */
  readonly onChange: (value: SettingValue | null) => void
}

/** One setting: what it does in words, and its name in the API. */
export function SettingField(props: SettingFieldProps): ReactNode {
  const { setting } = props
  switch (setting.kind) {
    case 'flag':
      return <FlagField {...props} />
    case 'number':
      return <NumberField {...props} setting={setting} />
    case 'address':
      return setting.name === 'proxyUrl' ? (
        <ProxyField {...props} setting={setting} />
      ) : (
        <AddressField {...props} setting={setting} />
      )
    case 'secret':
      return <TokenField {...props} />
    default:
      return setting satisfies never
  }
}

function useTexts({ setting: { name } }: SettingFieldProps): {
  readonly label: ReactNode
  readonly description: string
} {
  const { title, text: description } = useWords('instance').settings[name]
  const label = (
    <>
      {title} <span className={classes['name']}>{name}</span>
    </>
  )
  return { label, description }
}

function FlagField(props: SettingFieldProps): ReactNode {
  return (
    <Switch
      {...useTexts(props)}
      checked={props.value === 'yes'}
      disabled={props.isDisabled}
      onChange={(event) => props.onChange(event.currentTarget.checked ? 'yes' : 'no')}
    />
  )
}

type NumberFieldProps = SettingFieldProps & { readonly setting: Extract<Setting, { kind: 'number' }> }

function NumberField(props: NumberFieldProps): ReactNode {
  const words = useWords('instance')
  const format = useFormat()
  const { setting, value, isDisabled, onChange } = props
  const isRight = typeof value === 'number' && value >= setting.least && value <= setting.most
  return (
    <NumberInput
      {...useTexts(props)}
      value={typeof value === 'number' || typeof value === 'string' ? value : ''}
      min={setting.least}
      max={setting.most}
      step={setting.step}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      styles={{ wrapper: { maxWidth: 240 } }}
      disabled={isDisabled}
      error={isRight ? null : words.numberWrong(format.number(setting.least), format.number(setting.most))}
      onChange={onChange}
    />
  )
}

type AddressFieldProps = SettingFieldProps & { readonly setting: Extract<Setting, { kind: 'address' }> }

function AddressField(props: AddressFieldProps): ReactNode {
  const words = useWords('instance')
  const { setting, isDisabled, onChange } = props
  const value = typeof props.value === 'string' ? props.value : ''
  return (
    <TextInput
      {...useTexts(props)}
      type="url"
      inputMode="url"
      autoComplete="off"
      maxLength={LONGEST_TEXT}
      value={value}
      disabled={isDisabled}
      error={isAddress(value, setting.schemes) ? null : words.addressWrong(schemesOf(setting))}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
    />
  )
}

function schemesOf({ schemes }: Extract<Setting, { kind: 'address' }>): string {
  return schemes.map((scheme) => `${scheme}//`).join(', ')
}

/** The proxy's password is part of its address: that is never shown, only where it leads. */
function ProxyField(props: AddressFieldProps): ReactNode {
  const words = useWords('instance')
  const { isChanged, isDisabled, onChange, value } = props
  const [isEditing, setEditing] = useState(false)
  const known = typeof value === 'string' ? value : ''
  if (isEditing || isChanged || known === '') return <AddressField {...props} value={isChanged ? value : ''} />
  return (
    <Stack gap="xs">
      <TextInput {...useTexts(props)} value={known} readOnly disabled={isDisabled} />
      {!isDisabled && (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => setEditing(true)}>
            {words.replaceSecret}
          </Button>
          <Button size="xs" variant="default" onClick={() => onChange('')}>
            {words.removeSecret}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

const readToken = object({ webhookUrlToken: text })

/** Comes with no answer but the one to whoever asks for it: what is typed here takes its place. */
function TokenField(props: SettingFieldProps): ReactNode {
  const words = useWords('instance')
  const here = useHere()
  const mayChange = useMayChange()
  const { value, isChanged, isDisabled, onChange } = props
  const texts = useTexts(props)
  if (!mayChange) return null
  return (
    <Stack gap="xs">
      <PasswordInput
        {...texts}
        autoComplete="new-password"
        placeholder={isChanged ? words.secretRemoved : words.secretKept}
        maxLength={LONGEST_TEXT}
        value={isChanged && typeof value === 'string' ? value : ''}
        disabled={isDisabled}
        visibilityToggleButtonProps={{ 'aria-label': words.showTyped }}
        onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
      />
      <Group gap="xs" align="flex-end">
        <SecretField
          label={words.secretNow}
          secret={async () => {
            const { webhookUrlToken } = await callMethod({ ...here, name: 'getSettings', read: readToken })
            return webhookUrlToken === '' ? words.secretNone : webhookUrlToken
          }}
        />
        {!isDisabled && (
          <Button size="xs" variant="default" onClick={() => onChange('')}>
            {words.removeSecret}
          </Button>
        )}
      </Group>
    </Stack>
  )
}
