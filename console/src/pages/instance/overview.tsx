import { useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { DeleteDialog } from '../../parts/instances/delete-dialog.tsx'
import { RenameDialog } from '../../parts/instances/rename-dialog.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Notice } from '../../parts/states.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { useHere, useInstance, useMayChange } from './here.ts'
import { InstanceFacts } from './instance-facts.tsx'
import { Linking } from './linking/linking.tsx'
import { OverviewActions } from './overview-actions.tsx'

/** What the instance is and does now, and the way to link a phone to it. */
export default function OverviewPage(): ReactNode {
  const words = useWords('instance')
  const instance = useInstance()
  const { id } = useHere()
  const mayChange = useMayChange() && instance.timeDeleted === null
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null)
  return (
    <>
      <PageHead
        title={words.tabs.overview}
        actions={mayChange ? <OverviewActions onDialog={setDialog} /> : undefined}
      />
      <Standstill />
      {mayChange && <Linking key={id} />}
      <InstanceFacts />
      <Dialogs dialog={dialog} onClose={() => setDialog(null)} />
    </>
  )
}

/** Why nothing goes through the instance, where that is so. */
function Standstill(): ReactNode {
  const words = useWords('instance')
  const format = useFormat()
  const { timeDeleted, held, state, trouble } = useInstance()
  if (timeDeleted !== null) return <Notice color="red">{words.deletedAt(format.time(timeDeleted))}</Notice>
  if (held !== null) return <Notice color="orange">{words.heldText[held]}</Notice>
  if (trouble !== null) return <Notice color="orange">{words.lostConnection(trouble)}</Notice>
  if (state === 'suspended') return <Notice color="orange">{words.suspendedText}</Notice>
  return null
}

interface DialogsProps {
  readonly dialog: 'rename' | 'delete' | null
  readonly onClose: () => void
}

function Dialogs({ dialog, onClose }: DialogsProps): ReactNode {
  const navigate = useNavigate()
  const { account } = useHere()
  const instance = useInstance()
  if (dialog === null) return null
  if (dialog === 'rename') return <RenameDialog account={account} instance={instance} onClose={onClose} />
  return (
    <DeleteDialog
      account={account}
      instance={instance}
      onClose={onClose}
      onDeleted={() => void navigate(`/a/${encodeURIComponent(account)}/instances`)}
    />
  )
}
