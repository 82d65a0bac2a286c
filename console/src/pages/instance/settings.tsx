import { Button, Group, Paper } from '@mantine/core'
import { useEffect, useState, type ReactNode, type SubmitEvent } from 'react'
import { useBlocker } from 'react-router'
import { useChange } from '../../api/change.ts'
import { callMethod, instanceKeys } from '../../api/instances.ts'
import { flag, object } from '../../api/read.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Done } from '../../parts/done.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure, Notice } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { useHere, useInstance, useMayChange } from './here.ts'
import { SettingField, type SettingValue } from './setting-field.tsx'
import { isAddress, SETTING_GROUPS, settingsFor, type Setting } from './setting-list.ts'
import classes from './settings.module.css'

type Patch = Readonly<Record<string, SettingValue>>

/** Only what was changed is sent, so that nobody undoes what a program has set meanwhile. */
export default function SettingsPage(): ReactNode {
  const words = useWords('instance')
  const instance = useInstance()
  const mayChange = useMayChange() && instance.timeDeleted === null
  const { patch, setPatch, save } = useSettings()
  const isChanged = Object.keys(patch).length > 0
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (isChanged && isRight(patch)) save.mutate(patch)
  }
  const change = (setting: Setting, value: SettingValue | null): void => {
    save.reset()
    setPatch(changed(patch, setting.name, value, instance.settings[setting.name]))
  }
  return (
    <>
      <PageHead title={words.tabs.settings} description={words.settingsText} />
      {!mayChange && <Notice>{words.settingsReadOnly}</Notice>}
      <form onSubmit={submit} noValidate>
        <Groups patch={patch} isDisabled={!mayChange} onChange={change} />
        {mayChange && (
          <SaveBar
            isChanged={isChanged}
            isRight={isRight(patch)}
            isBusy={save.isPending}
            isSaved={save.isSuccess}
            error={save.error}
            onUndo={() => setPatch({})}
          />
        )}
      </form>
      <LeaveGuard isChanged={isChanged} />
    </>
  )
}

interface GroupsProps {
  readonly patch: Patch
  readonly isDisabled: boolean
  readonly onChange: (setting: Setting, value: SettingValue | null) => void
}

function Groups({ patch, isDisabled, onChange }: GroupsProps): ReactNode {
  const words = useWords('instance')
  const { settings, typeInstance } = useInstance()
  return SETTING_GROUPS.map((group) => (
    <Section key={group.name} {...words.settingGroups[group.name]}>
      {settingsFor(group, typeInstance).map((setting) => (
        <SettingField
          key={setting.name}
          setting={setting}
          value={patch[setting.name] ?? settings[setting.name]}
          isChanged={setting.name in patch}
          isDisabled={isDisabled}
          onChange={(value) => onChange(setting, value)}
        />
      ))}
    </Section>
  ))
}

function useSettings() {
  const { account, id } = useHere()
  const [patch, setPatch] = useState<Patch>({})
  const save = useChange<Patch>({
    send: (body, key) =>
      callMethod({
        ...{ account, id, key, body, name: 'setSettings', verb: 'POST' },
        read: object({ saveSettings: flag }),
      }),
    stale: [instanceKeys(account)],
    onDone: () => setPatch({}),
  })
  return { patch, setPatch, save }
}

/** What is as it was is no change. */
function changed(patch: Patch, name: string, value: SettingValue | null, before: unknown): Patch {
  const others = Object.fromEntries(Object.entries(patch).filter(([key]) => key !== name))
  return value === null || value === before ? others : { ...others, [name]: value }
}

const ALL: readonly Setting[] = SETTING_GROUPS.flatMap(({ settings }) => settings)

function isRight(patch: Patch): boolean {
  return ALL.every((setting) => {
    const value = patch[setting.name]
    if (value === undefined) return true
    if (setting.kind === 'address') return isAddress(String(value), setting.schemes)
    if (setting.kind !== 'number') return true
    return typeof value === 'number' && Number.isInteger(value) && value >= setting.least && value <= setting.most
  })
}

interface SaveBarProps {
  readonly isChanged: boolean
  readonly isRight: boolean
  readonly isBusy: boolean
  readonly isSaved: boolean
  readonly error: unknown
  readonly onUndo: () => void
}

function SaveBar({ isChanged, isRight: mayBeSaved, isBusy, isSaved, error, onUndo }: SaveBarProps): ReactNode {
  const words = useWords('instance')
  const common = useWords('common')
  return (
    <Paper withBorder p="sm" className={classes['bar'] ?? ''}>
      {error !== null && error !== undefined && <Failure error={error} />}
      <Group>
        <Button type="submit" loading={isBusy} disabled={!isChanged || !mayBeSaved}>
          {common.save}
        </Button>
        <Button variant="default" onClick={onUndo} disabled={!isChanged || isBusy}>
          {words.undo}
        </Button>
        <Done>{saidOf({ isChanged, isSaved }, words.unsaved, common.saved)}</Done>
      </Group>
    </Paper>
  )
}

function saidOf(
  { isChanged, isSaved }: { readonly isChanged: boolean; readonly isSaved: boolean },
  unsaved: string,
  saved: string,
): string {
  if (isChanged) return unsaved
  return isSaved ? saved : ''
}

/** Asks before what was typed is lost: on the way to another page, and, in the browser's own words, to another site. */
function LeaveGuard({ isChanged }: { readonly isChanged: boolean }): ReactNode {
  const words = useWords('instance')
  const blocker = useBlocker(isChanged)
  useEffect(() => {
    if (!isChanged) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isChanged])
  return (
    <ConfirmDialog
      isOpen={blocker.state === 'blocked'}
      title={words.leaveAsk}
      confirm={words.leave}
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    >
      {words.leaveText}
    </ConfirmDialog>
  )
}
