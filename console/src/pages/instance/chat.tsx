import { Text } from '@mantine/core'
import { useCallback, type ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { PageHead } from '../../parts/page-head.tsx'
import { useWords } from '../../words/words.ts'
import { ChatList } from './chat/chat-list.tsx'
import { chatTitle } from './chat/chat-name.ts'
import { useChats, useFreshMessages } from './chat/chats.ts'
import { Conversation } from './chat/conversation.tsx'
import classes from './chat/page.module.css'
import { useHere } from './here.ts'

/** The chats of an instance, to read and to answer in its name. Which one is open stands in the address. */
export default function Page(): ReactNode {
  const words = useWords('chat')
  const here = useHere()
  const chats = useChats(here)
  useFreshMessages(here)
  const [search, setSearch] = useSearchParams()
  const open = search.get('chat')
  const show = useCallback(
    (chat: string | null) => setSearch(chat === null ? {} : { chat }, { preventScrollReset: true }),
    [setSearch],
  )
  const name = chats.chats?.find(({ id }) => id === open)?.name
  return (
    <>
      <div className={classes['head']}>
        <PageHead title={words.title} />
      </div>
      <div className={classes['frame']} data-open={open !== null}>
        <ChatList chats={chats} open={open} onOpen={show} />
        {open === null ? (
          <div className={classes['nothing']}>
            <Text c="dimmed" ta="center">
              {words.choose}
            </Text>
          </div>
        ) : (
          <Conversation
            key={`${here.id}/${open}`}
            chat={open}
            name={name ?? chatTitle(open)}
            onClose={() => show(null)}
          />
        )}
      </div>
    </>
  )
}
