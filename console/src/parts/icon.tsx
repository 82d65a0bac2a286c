import type { ReactNode } from 'react'

/** Lines on a field of 24 by 24, drawn with the colour of the text. */
const PATHS = {
  account: 'M4 20V9l8-5 8 5v11M9 20v-6h6v6',
  alert: 'M12 4l9 16H3zM12 10v5M12 18v.01',
  archive: 'M4 5h16v4H4zM6 9v10h12V9M10 13h4',
  back: 'M15 5l-7 7 7 7',
  book: 'M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11',
  card: 'M3 6h18v12H3zM3 10h18M7 15h4',
  chart: 'M4 20V4M4 20h16M8 16v-5M12 16V8M16 16v-3',
  chat: 'M4 5h16v11H9l-5 4z',
  check: 'M5 12l5 5 9-10',
  chevronDown: 'M6 9l6 6 6-6',
  chevronRight: 'M9 6l6 6-6 6',
  clip: 'M20 11l-8.5 8.500a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.800 4.800l-8.400 8.400a1.700 1.700 0 0 1-2.400-2.400L14.500 7.300',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2',
  close: 'M6 6l12 12M18 6L6 18',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  down: 'M12 4v12M7 11l5 5 5-5M5 20h14',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  eyeOff:
    'M4 4l16 16M10 5.2A9.8 9.8 0 0 1 12 5c6 0 10 7 10 7a17 17 0 0 1-3 3.600M6.5 7.600A17 17 0 0 0 2 12s4 7 10 7a9.5 9.5 0 0 0 4.5-1.1',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
  health: 'M3 12h4l3-8 4 16 3-8h4',
  history: 'M4 12a8 8 0 1 0 3-6.200M4 4v4h4M12 8v4l3 2',
  hook: 'M9 17a4 4 0 1 1-4-5l4-7a4 4 0 1 1 6 3M15 8l3 5a4 4 0 1 1-3 6H9',
  key: 'M14 10a5 5 0 1 0-4 4l2-2 2 2 2-2 2 2 3-3-4-4',
  language: 'M4 6h10M9 4v2M6 6c1 4 4 7 7 8M12 6c-1 4-4 7-8 9M13 20l4-9 4 9M14.5 17h5',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  list: 'M9 6h11M9 12h11M9 18h11M4 6v.01M4 12v.01M4 18v.01',
  more: 'M12 5v.01M12 12v.01M12 19v.01',
  palette: 'M12 3a9 9 0 1 0 0 18c2 0 1-2 1-3s1-2 3-2h2c2 0 3-1 3-4a9 9 0 0 0-9-9zM7.5 11v.01M11 7v.01M15.5 8v.01',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM13 8l3 3',
  people: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21v-1a7 7 0 0 1 14 0v1M16 3.500a4 4 0 0 1 0 7M19 21v-1a7 7 0 0 0-3-5.7',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21v-1a8 8 0 0 1 16 0v1',
  phone: 'M7 2h10v20H7zM11 18h2',
  play: 'M7 4l12 8-12 8z',
  plus: 'M12 5v14M5 12h14',
  place: 'M12 21c-4-4.500-6-7.500-6-10.500a6 6 0 0 1 12 0c0 3-2 6-6 10.500zM12 8.500a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  poll: 'M4 6h16M4 12h10M4 18h6',
  print: 'M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z',
  profile: 'M4 5h16v14H4zM8 10a2 2 0 1 0 4 0 2 2 0 0 0-4 0M7 16a3 3 0 0 1 6 0M15 10h3M15 14h3',
  refresh: 'M20 11a8 8 0 0 0-14-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14 4l2-2M20 20v-5h-5',
  reply: 'M10 6l-6 6 6 6M4 12h10a6 6 0 0 1 6 6v1',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.500L21 21',
  send: 'M4 12l16-8-6 16-3-7z',
  settings:
    'M4 7h9M19 7h1M4 17h1M11 17h9M16 4.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 14.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  shield: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z',
  signOut: 'M14 4h5v16h-5M15 12H4M8 8l-4 4 4 4',
  support: 'M4 14v-2a8 8 0 0 1 16 0v2M4 14h4v5H4zM16 14h4v5h-4zM20 19c0 2-3 3-6 3',
  tick: 'M4 12.500l5 5L20 6.500',
  ticks: 'M1.500 12.500l5 5 10-11M11 16l1.500 1.500 10-11',
  tag: 'M4 4h8l8 8-8 8-8-8zM8.5 8.500v.01',
  theme: 'M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
} as const

export type IconName = keyof typeof PATHS

/** A picture beside words; whatever shows it alone names itself. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: 'none' }}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
