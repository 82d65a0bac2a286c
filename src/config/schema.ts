import { CONSOLE_SETTINGS } from './console-settings.ts'
import * as kinds from './kinds.ts'
import { MAX_SETTINGS } from './max-settings.ts'
import { row, type Row, type Setting } from './setting.ts'
import { WHATSAPP_SETTINGS } from './whatsapp-settings.ts'

export { GROUPS, type Group, type Setting } from './setting.ts'

const server = <T>(...cells: Row<T>): Setting<T> => row('Server', cells)
const access = <T>(...cells: Row<T>): Setting<T> => row('Access', cells)
const messengers = <T>(...cells: Row<T>): Setting<T> => row('Messengers', cells)
const sending = <T>(...cells: Row<T>): Setting<T> => row('Sending', cells)
const files = <T>(...cells: Row<T>): Setting<T> => row('Files', cells)
const webhooks = <T>(...cells: Row<T>): Setting<T> => row('Webhooks', cells)
const retention = <T>(...cells: Row<T>): Setting<T> => row('Retention', cells)
const cluster = <T>(...cells: Row<T>): Setting<T> => row('Cluster', cells)

const { wholeNumber, optional } = kinds

/** Every setting there is; the key is its name in `Config`. */
export const SETTINGS = {
  port: server('JADEGATE_PORT', wholeNumber(0, 65_535), 'Port of the API; 0 takes any free one.', { default: '8080' }),
  host: server(
    'JADEGATE_HOST',
    kinds.listenAddress,
    'Address to listen on. The default is reached from this machine only.',
    { default: '127.0.0.1' },
  ),
  dataDir: server(
    'JADEGATE_DATA_DIR',
    kinds.folder,
    'Folder of the database and the key file. It is made at first start.',
    { default: './data' },
  ),
  publicUrl: server(
    'JADEGATE_PUBLIC_URL',
    optional(kinds.webUrl),
    'URL under which clients reach the API, as it is told to them. Without it: made of host and port.',
  ),
  logLevel: server(
    'JADEGATE_LOG_LEVEL',
    kinds.choice(['debug', 'info', 'warn', 'error', 'silent']),
    'Least level that is logged.',
    {
      default: 'info',
    },
  ),
  partnerToken: access(
    'JADEGATE_PARTNER_TOKEN',
    optional(kinds.token),
    'Token of the first partner account, taken at first start only. Without it one is made and printed once.',
    { secret: true },
  ),
  operatorToken: access(
    'JADEGATE_OPERATOR_TOKEN',
    optional(kinds.token),
    'Token of the operator. Without it one is made at first start and printed once.',
    { secret: true },
  ),
  sealingKey: access(
    'JADEGATE_SEALING_KEY',
    optional(kinds.hexKey),
    'Key that seals tokens and credentials in the database. Without it: a key file in the data folder, made at first start, readable by its owner only. Who loses the key loses every token and link.',
    { secret: true },
  ),
  rateLimitScale: access(
    'JADEGATE_RATE_LIMIT_SCALE',
    kinds.positiveNumber(1_000_000),
    'Multiplies every rate limit; for benchmarks.',
    { default: '1' },
  ),
  trustedProxies: access(
    'JADEGATE_TRUSTED_PROXIES',
    kinds.addressRanges,
    'Proxies in front of the server. What such a one says in `X-Forwarded-For` is believed, for the addresses that a partner token is allowed from; of anybody else only his own address counts.',
  ),
  ...CONSOLE_SETTINGS,
  whatsapp: messengers(
    'JADEGATE_WHATSAPP',
    kinds.choice(['simulator', 'baileys']),
    'What WhatsApp instances speak with; baileys: the real WhatsApp, through an engine that is an optional dependency.',
    { default: 'simulator' },
  ),
  ...WHATSAPP_SETTINGS,
  max: messengers(
    'JADEGATE_MAX',
    kinds.choice(['simulator', 'live']),
    'What MAX instances speak with; live: the real MAX, as its web client does (docs/max.md says what that risks).',
    { default: 'simulator' },
  ),
  ...MAX_SETTINGS,
  telegram: messengers(
    'JADEGATE_TELEGRAM',
    kinds.choice(['simulator', 'off'], ['live']),
    'What Telegram instances speak with; off: none can be made.',
    { default: 'simulator' },
  ),
  simulatorUrl: messengers(
    'JADEGATE_SIMULATOR_URL',
    optional(kinds.webUrl),
    'Simulated network in a process of its own (`jadegate simulator`). Without it: one inside the server.',
  ),
  simulatorPort: messengers(
    'JADEGATE_SIMULATOR_PORT',
    wholeNumber(0, 65_535),
    'Port of `jadegate simulator`; 0 takes any free one.',
    { default: '8090' },
  ),
  loginTimeoutMs: messengers(
    'JADEGATE_LOGIN_TIMEOUT_MS',
    wholeNumber(1_000, 3_600_000),
    'How long an attempt to link a phone lasts.',
    { default: '100000', unit: 'ms' },
  ),
  delayMinMs: sending(
    'JADEGATE_DELAY_MIN_MS',
    wholeNumber(0, 600_000),
    'Least `delaySendMessagesMilliseconds` that an instance may be given; below 500 for benchmarks only.',
    { default: '500', unit: 'ms' },
  ),
  unsureMs: sending(
    'JADEGATE_UNSURE_MS',
    wholeNumber(1_000, 86_400_000),
    'After so long a send without a verdict is settled as failed, `unconfirmed`.',
    { default: '300000', unit: 'ms' },
  ),
  unsureHoldMs: sending(
    'JADEGATE_UNSURE_HOLD_MS',
    wholeNumber(0, 86_400_000),
    'For so long a send without a verdict holds back the next one of its instance.',
    { default: '30000', unit: 'ms' },
  ),
  fileLimitMb: sending(
    'JADEGATE_FILE_LIMIT_MB',
    wholeNumber(1, 2_000),
    'Largest file that is taken from clients and fetched by URL, 1,048,576 bytes each; messengers have limits of their own.',
    { default: '100', unit: 'MB' },
  ),
  fetchTimeoutMs: sending(
    'JADEGATE_FETCH_TIMEOUT_MS',
    wholeNumber(1_000, 3_600_000),
    'How long it may take to fetch a file that is sent by its URL. The addresses that may be reached are those of webhooks.',
    { default: '300000', unit: 'ms' },
  ),
  media: files(
    'JADEGATE_MEDIA',
    kinds.choice(['disk', 's3']),
    'Where files of chats are kept; s3: in an S3-compatible store, through the package `@aws-sdk/client-s3`, an optional dependency.',
    { default: 'disk' },
  ),
  mediaDir: files(
    'JADEGATE_MEDIA_DIR',
    optional(kinds.folder),
    'Folder of the files, for disk. Without it: `media` in the data folder. Several nodes may share one.',
  ),
  s3Endpoint: files(
    'JADEGATE_S3_ENDPOINT',
    optional(kinds.webUrl),
    'URL of the S3-compatible store. Without it: Amazon S3 of the region.',
  ),
  s3Region: files('JADEGATE_S3_REGION', kinds.plainName, 'Region that calls to the store are signed for.', {
    default: 'us-east-1',
  }),
  s3Bucket: files('JADEGATE_S3_BUCKET', optional(kinds.plainName), 'Bucket, which must be there. Needed for s3.'),
  s3Prefix: files(
    'JADEGATE_S3_PREFIX',
    kinds.keyPrefix,
    'What all keys in the bucket begin with, such as `jadegate/`; nothing else may be kept under it.',
  ),
  s3AccessKeyId: files(
    'JADEGATE_S3_ACCESS_KEY_ID',
    optional(kinds.plainName),
    "Access key of the store. Without it and its secret: whatever the SDK's default chain finds (AWS_* variables, files of the user, the role of the machine).",
  ),
  s3SecretAccessKey: files('JADEGATE_S3_SECRET_ACCESS_KEY', optional(kinds.text), 'Secret of the access key.', {
    secret: true,
  }),
  s3ForcePathStyle: files(
    'JADEGATE_S3_FORCE_PATH_STYLE',
    optional(kinds.choice(['true', 'false'])),
    "Whether the bucket is named in the URL's path instead of its host. Without it: true where an endpoint is given.",
  ),
  webhookAllow: webhooks(
    'JADEGATE_WEBHOOK_ALLOW',
    kinds.addressRanges,
    'Private addresses and ranges that webhooks may reach all the same. Loopback is always in it while the server itself listens on loopback.',
  ),
  webhookTimeoutMs: webhooks(
    'JADEGATE_WEBHOOK_TIMEOUT_MS',
    wholeNumber(100, 3_600_000),
    'How long a webhook may take to answer.',
    { default: '180000', unit: 'ms' },
  ),
  webhookRetryMs: webhooks(
    'JADEGATE_WEBHOOK_RETRY_MS',
    wholeNumber(10, 3_600_000),
    'Pause before the same notification is sent again.',
    { default: '60000', unit: 'ms' },
  ),
  keepNotificationsHours: retention(
    'JADEGATE_KEEP_NOTIFICATIONS_HOURS',
    wholeNumber(1, 8_760),
    'Notifications nobody has fetched.',
    { default: '24', unit: 'hours' },
  ),
  keepDeliveriesDays: retention(
    'JADEGATE_KEEP_DELIVERIES_DAYS',
    wholeNumber(0, 3_650),
    'Ledger of webhook deliveries: which notifications were tried when, what the receiver answered, and what was sent, to be sent again. 0: none is kept.',
    { default: '7', unit: 'days' },
  ),
  keepQueueHours: retention(
    'JADEGATE_KEEP_QUEUE_HOURS',
    wholeNumber(1, 8_760),
    'Queued messages of an instance that is not authorized; then failed, `expired`.',
    { default: '24', unit: 'hours' },
  ),
  keepJournalDays: retention('JADEGATE_KEEP_JOURNAL_DAYS', wholeNumber(1, 36_500), 'Messages in the journal.', {
    default: '90',
    unit: 'days',
  }),
  keepMediaDays: retention(
    'JADEGATE_KEEP_MEDIA_DAYS',
    wholeNumber(1, 3_650),
    'Files that were sent and received, and the links to them.',
    { default: '15', unit: 'days' },
  ),
  keepStatesDays: retention('JADEGATE_KEEP_STATES_DAYS', wholeNumber(1, 36_500), 'History of instance states.', {
    default: '365',
    unit: 'days',
  }),
  keepDeletedDays: retention('JADEGATE_KEEP_DELETED_DAYS', wholeNumber(1, 36_500), 'Deleted instances in the list.', {
    default: '92',
    unit: 'days',
  }),
  keepAnswersHours: retention(
    'JADEGATE_KEEP_ANSWERS_HOURS',
    wholeNumber(1, 8_760),
    'Answers kept for repeated requests with the same `Idempotency-Key`.',
    { default: '24', unit: 'hours' },
  ),
  databaseUrl: cluster(
    'JADEGATE_DATABASE_URL',
    optional(kinds.postgresUrl),
    'PostgreSQL, for one server or several. Without it: a database of its own in the data folder, for one server.',
    { secret: true },
  ),
  databasePool: cluster(
    'JADEGATE_DATABASE_POOL',
    wholeNumber(4, 1_000),
    'Connections to PostgreSQL that a server has at most, besides four for what nodes tell each other.',
    { default: '16' },
  ),
  nodeUrl: cluster(
    'JADEGATE_NODE_URL',
    optional(kinds.webUrl),
    'Where the other nodes of a cluster reach this one, straight, past any proxy. Without it: no other server may use the database meanwhile. With it the sealing key, the operator token, the simulated network and the store of files must be given, the same for all nodes.',
  ),
  cell: cluster(
    'JADEGATE_CELL',
    optional(wholeNumber(10, 99)),
    'Second and third digit of every `idInstance` that is given out: for many databases side by side, each with a number of its own. The same for all nodes of a database; it can not be changed any more when ids were given out.',
  ),
  leaseMs: cluster(
    'JADEGATE_LEASE_MS',
    wholeNumber(1_000, 300_000),
    'A node that the database has not heard of for so long counts as dead, and the others take over its instances. The same for all nodes.',
    { default: '5000', unit: 'ms' },
  ),
  movesPerSecond: cluster(
    'JADEGATE_MOVES_PER_SECOND',
    kinds.positiveNumber(10_000),
    'How many linked instances a node hands to a new one in a second, on average, until each has its share; those that are not linked go faster, and so does everything where a node leaves.',
    { default: '5' },
  ),
  leaveMs: cluster(
    'JADEGATE_LEAVE_MS',
    wholeNumber(0, 3_600_000),
    'How long a node that is stopped may take to hand its instances to the others. What is left then is taken over when it is gone.',
    { default: '60000', unit: 'ms' },
  ),
} as const

export type SettingName = keyof typeof SETTINGS

/** The effective configuration: one typed value a setting, checked, ready to be used. */
export type Config = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never
}
