import { callMethod } from '../../../api/instances.ts'
import { Anchor, Button, Modal, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../../api/change.ts'
import { object, text } from '../../../api/read.ts'
import { faultText } from '../../../parts/fault-text.ts'
import { Icon } from '../../../parts/icon.tsx'
import { useWords } from '../../../words/words.ts'
import { useHere } from '../here.ts'
import type { FileContent } from './content.ts'
import { fileLink } from './file-link.ts'
import classes from './file-view.module.css'
import { SaidText } from './text.tsx'

interface FileViewProps {
  readonly content: FileContent
  readonly chat: string
  readonly id: string
}

const readDownload = object({ downloadUrl: text })

/** A file of a chat: pictures, sound and films are shown, everything else can be saved and is never opened in the page. */
export function FileView({ content, chat, id }: FileViewProps): ReactNode {
  const words = useWords('chat')
  const [isGone, setGone] = useState(false)
  const [brought, setBrought] = useState<string | null>(null)
  const link = fileLink(brought ?? content.url)
  const isHere = link.kind === 'own' && !isGone
  const isAway = link.kind === 'none' || (link.kind === 'own' && isGone)
  return (
    <span className={classes['file']}>
      {isHere ? (
        <Shown content={content} path={link.path} onGone={() => setGone(true)} />
      ) : (
        <Thumbnail content={content} />
      )}
      {link.kind === 'web' && (
        <Anchor href={link.url} target="_blank" rel="noopener noreferrer" size="sm" className={classes['name'] ?? ''}>
          {content.name || link.url}
        </Anchor>
      )}
      {link.kind === 'tooLarge' && <Text size="sm">{words.tooLarge}</Text>}
      {isAway && (
        <Away
          chat={chat}
          id={id}
          onBrought={(url) => {
            setBrought(url)
            setGone(false)
          }}
        />
      )}
      {content.caption !== '' && <SaidText text={content.caption} />}
    </span>
  )
}

interface AwayProps {
  readonly chat: string
  readonly id: string
  readonly onBrought: (url: string) => void
}

/** The server may fetch it from the messenger once more. */
function Away({ chat, id, onBrought }: AwayProps): ReactNode {
  const words = useWords('chat')
  const common = useWords('common')
  const here = useHere()
  const bring = useChange({
    send: () =>
      callMethod({
        ...here,
        name: 'downloadFile',
        verb: 'POST',
        body: { chatId: chat, idMessage: id },
        read: readDownload,
      }),
    onDone: ({ downloadUrl }) => onBrought(downloadUrl),
  })
  return (
    <>
      <Text size="sm">{words.fileAway}</Text>
      <Button size="xs" variant="default" loading={bring.isPending} onClick={() => bring.mutate()}>
        {words.fetchFile}
      </Button>
      {bring.error !== null && (
        <Text size="sm" role="alert" c="var(--mantine-color-error)">
          {faultText(bring.error, common)}
        </Text>
      )}
    </>
  )
}

interface ShownProps {
  readonly content: FileContent
  readonly path: string
  readonly onGone: () => void
}

function Shown({ content, path, onGone }: ShownProps): ReactNode {
  const words = useWords('chat')
  const { type, name } = content
  const named = name || words.files[type]
  switch (type) {
    case 'image':
    case 'sticker':
      return <Picture path={path} name={named} isSticker={type === 'sticker'} onGone={onGone} />
    case 'video':
      return (
        <video
          className={classes['media']}
          src={path}
          controls
          preload="metadata"
          aria-label={named}
          onError={onGone}
        />
      )
    case 'audio':
      return (
        <audio className={classes['sound']} src={path} controls preload="none" aria-label={named} onError={onGone} />
      )
    case 'document':
      return <Save path={path} name={named} />
    default:
      return type satisfies never
  }
}

interface PictureProps {
  readonly path: string
  readonly name: string
  readonly isSticker: boolean
  readonly onGone: () => void
}

function Picture({ path, name, isSticker, onGone }: PictureProps): ReactNode {
  const words = useWords('chat')
  const common = useWords('common')
  const [isLarge, setLarge] = useState(false)
  return (
    <>
      <button
        type="button"
        className={classes['picture']}
        aria-label={`${words.enlarge}: ${name}`}
        onClick={() => setLarge(true)}
      >
        <img
          className={isSticker ? classes['sticker'] : classes['media']}
          src={path}
          alt={name}
          loading="lazy"
          onError={onGone}
        />
      </button>
      <Modal
        opened={isLarge}
        onClose={() => setLarge(false)}
        title={name}
        size="auto"
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <img className={classes['large']} src={path} alt={name} />
        <Save path={path} name={name} />
      </Modal>
    </>
  )
}

/** Saved under the name that its sender gave it; a browser takes from that what may be a file's name. */
function Save({ path, name }: { readonly path: string; readonly name: string }): ReactNode {
  const words = useWords('chat')
  return (
    <a className={classes['save']} href={path} download={name} aria-label={`${words.save}: ${name}`}>
      <Icon name="down" />
      <span dir="auto">{name}</span>
    </a>
  )
}

/** The small picture that came with the message itself. */
function Thumbnail({ content: { thumbnail, name } }: { readonly content: FileContent }): ReactNode {
  if (!/^[\w+/]+={0,2}$/.test(thumbnail)) {
    return (
      <span className={classes['save']}>
        <Icon name="file" />
        <span dir="auto">{name}</span>
      </span>
    )
  }
  return <img className={classes['media']} src={`data:image/jpeg;base64,${thumbnail}`} alt={name} />
}
