/** How this service behaves where the document leaves it open, or where a test wants it stricter. All may be changed at any time. */
export interface Settings {
  /** Clients of an older app version are refused and their socket is closed. */
  minimumVersion: string
  /** How long a QR is good. */
  trackMs: number
  pollingMs: number
  /** Whether the end of a linking is asked for (289, 291) or pushed (18). */
  linkingEnds: 'asked' | 'pushed'
  /** A wrong password: an answer with `error` in it, or an error. */
  wrongPassword: 'answer' | 'error'
  /** Whether ids of chats, messages and persons that are no extension are refused. Wide floating point numbers always are. */
  refusesPlainIds: boolean
  /** Which messages are brought again to a device that comes back: those that it was told and did not acknowledge, all that came meanwhile as well, or none. */
  redelivers: 'told' | 'all' | 'none'
  /** What a second socket with the same token does to the first: nothing, or closes it. */
  secondSocket: 'beside' | 'replaces'
  /** How a removed message is told: as a message with a status (128), or as a list of ids (142). */
  tellsRemovals: 'message' | 'list'
  /** So long after its last byte a file or video is ready, and 136 says so. */
  readyAfterMs: number
  /** More logins in that time, and the token is dropped and the device barred. */
  loginLimit: Limit
  /** More look-ups by number in that time are refused. */
  lookUpLimit: Limit
  /** A message can be edited so long. */
  editableMs: number
  /** How long a `cid` is remembered. */
  cidMemoryMs: number
  /** Options of new groups. */
  groupOptions: Readonly<Record<string, boolean>>
  /** A socket on which nothing is heard so long (of the machine's time) is closed. */
  idleMs: number
  /** The server asks so often (of the machine's time) whether somebody is there. */
  pingMs: number
  /** The first number of what is pushed on a socket. */
  firstPushSeq: number
  /** A new token in the answer of a login by one that is so old. */
  tokenAgesMs: number
}

export interface Limit {
  readonly count: number
  readonly withinMs: number
}

const DAY_MS = 86_400_000

export function usualSettings(): Settings {
  return {
    minimumVersion: '26.6.17',
    trackMs: 120_000,
    pollingMs: 5_000,
    linkingEnds: 'asked',
    wrongPassword: 'answer',
    refusesPlainIds: true,
    redelivers: 'told',
    secondSocket: 'beside',
    tellsRemovals: 'message',
    readyAfterMs: 20,
    loginLimit: { count: 30, withinMs: 60_000 },
    lookUpLimit: { count: 1_000, withinMs: 60_000 },
    editableMs: 7 * DAY_MS,
    cidMemoryMs: 30 * DAY_MS,
    groupOptions: {
      ONLY_OWNER_CAN_CHANGE_ICON_TITLE: true,
      ALL_CAN_PIN_MESSAGE: false,
      ONLY_ADMIN_CAN_ADD_MEMBER: true,
      ONLY_ADMIN_CAN_CALL: false,
      MEMBERS_CAN_SEE_PRIVATE_LINK: false,
    },
    idleMs: 60_000,
    pingMs: 25_000,
    firstPushSeq: 0,
    tokenAgesMs: 30 * DAY_MS,
  }
}

/** Troubles that a test asks for; none at first. */
export interface Faults {
  /** Closes the socket at a step: before it is done, or after it and without an answer (of what is pushed: before or after it went). */
  cut: Cut | null
  /** The next requests of an opcode are refused with a code. */
  readonly refusals: Map<number, { readonly code: string; times: number; readonly phone?: string }>
  /** The next requests of an opcode are done and never answered. */
  readonly silences: Map<number, { times: number; readonly phone?: string }>
  /** The next answers of an opcode come so much (of the machine's time) later. */
  readonly delays: Map<number, number>
  /** Everything pushed comes twice. */
  duplicate: boolean
  /** So many pushed messages are held back (a quarter of a second at most) and come in reverse order. */
  reorder: number
  /** The next frames to clients are spoilt in this way. */
  spoil: Spoiling | null
  /** So many attachments more are not ready, whatever was uploaded. */
  uploadsNotReady: number
  /** Uploads over HTTP are answered with this status. */
  uploadStatus: number | null
  /** What is uploaded is never told to be ready, and never is. */
  neverReady: boolean
  /** Every version is refused. */
  refusesVersions: boolean
}

export interface Cut {
  readonly of: 'request' | 'push'
  readonly opcode: number
  readonly when: 'before' | 'after'
  /** So many pass first. */
  skip: number
  times: number
  /** Only on sockets of this account. */
  readonly phone?: string
}

export interface Spoiling {
  readonly how: 'zstd' | 'noise' | 'short' | 'text' | 'bomb'
  times: number
}

export function noFaults(): Faults {
  return {
    cut: null,
    refusals: new Map(),
    silences: new Map(),
    delays: new Map(),
    duplicate: false,
    reorder: 0,
    spoil: null,
    uploadsNotReady: 0,
    uploadStatus: null,
    neverReady: false,
    refusesVersions: false,
  }
}
