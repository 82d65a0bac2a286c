// Truth: docs/configuration.md (names and defaults) and the table itself; every row is read from its own default.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { describeEffective, describeEnvFile, describeReference } from './describe.ts'
import type { Env } from './load.ts'
import { loadConfig } from './load.ts'
import type { Config } from './schema.ts'
import { SETTINGS } from './schema.ts'

function configOf(env: Env): Config {
  const loaded = loadConfig(env)
  if ('errors' in loaded) assert.fail(loaded.errors.join('\n'))
  return loaded.config
}

function errorsOf(env: Env): readonly string[] {
  const loaded = loadConfig(env)
  return 'errors' in loaded ? loaded.errors : []
}

function warningsOf(env: Env): readonly string[] {
  const loaded = loadConfig(env)
  return 'errors' in loaded ? [] : loaded.warnings
}

describe('loadConfig', () => {
  test('zero configuration starts, with the documented defaults', () => {
    const config = configOf({})
    assert.equal(config.port, 8080)
    assert.equal(config.host, '127.0.0.1')
    assert.equal(config.dataDir, './data')
    assert.equal(config.publicUrl, undefined)
    assert.equal(config.partnerToken, undefined)
    assert.deepEqual([config.whatsapp, config.max, config.telegram], ['simulator', 'simulator', 'simulator'])
    assert.equal(config.webhookTimeoutMs, 180_000)
    assert.equal(config.webhookRetryMs, 60_000)
    assert.equal(config.keepNotificationsHours, 24)
  })

  test('an empty value counts as not set', () => {
    assert.equal(configOf({ JADEGATE_PORT: '', JADEGATE_SEALING_KEY: ' ' }).port, 8080)
  })

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['JADEGATE_PORT', '65536', /from 0 to 65535/],
    ['JADEGATE_PORT', '80a', /whole number/],
    ['JADEGATE_PORT', '-1', /whole number/],
    ['JADEGATE_HOST', 'http://here', /host name/],
    ['JADEGATE_PUBLIC_URL', 'ftp://here', /http:\/\/ or https:\/\//],
    ['JADEGATE_PUBLIC_URL', 'https://user:word@here', /http:\/\/ or https:\/\//],
    ['JADEGATE_PARTNER_TOKEN', 'a/b?c=d/e/f', /letters, digits/],
    ['JADEGATE_SEALING_KEY', 'beef', /64 hexadecimal/],
    ['JADEGATE_LOG_LEVEL', 'loud', /debug, info, warn, error, silent/],
    ['JADEGATE_RATE_LIMIT_SCALE', '0', /above 0/],
    ['JADEGATE_WEBHOOK_ALLOW', '10.0.0.0/33', /CIDR/],
    ['JADEGATE_WEBHOOK_ALLOW', '10.0.0.0/8,', /CIDR/],
    ['JADEGATE_WEBHOOK_ALLOW', 'localhost', /CIDR/],
    ['JADEGATE_TRUSTED_PROXIES', '10.0.0.1 10.0.0.2', /CIDR/],
    ['JADEGATE_TRUSTED_PROXIES', 'true', /CIDR/],
    ['JADEGATE_WHATSAPP', 'bailey', /allowed is simulator, baileys/],
    ['JADEGATE_WHATSAPP_URL', 'https://here', /ws:\/\/ or wss:\/\//],
    ['JADEGATE_WHATSAPP_URL', 'wss://user:word@here/ws', /ws:\/\/ or wss:\/\//],
    ['JADEGATE_WHATSAPP_VERSION', '2.3000', /three numbers with dots/],
    ['JADEGATE_WHATSAPP_VERSION', '2.3000.x', /three numbers with dots/],
    ['JADEGATE_WHATSAPP_LOGINS_PER_SECOND', '0', /above 0/],
    ['JADEGATE_WHATSAPP_FIRST_CONTACTS_PER_DAY', '-1', /whole number/],
    ['JADEGATE_WHATSAPP_NUMBER_CHECKS_PER_DAY', 'all', /whole number/],
    ['JADEGATE_MAX', 'alive', /allowed is simulator, live/],
    ['JADEGATE_MAX_URL', 'https://here', /ws:\/\/ or wss:\/\//],
    ['JADEGATE_MAX_APP_VERSION', 'newest', /numbers with dots/],
    ['JADEGATE_MAX_CHROME', '9', /from 100/],
    ['JADEGATE_MAX_OS', 'BeOS', /allowed is Windows/],
    ['JADEGATE_MAX_TIMEZONE', 'Moscow time', /time zone/],
    ['JADEGATE_MAX_SEEMS_SEEN', 'true', /allowed is yes, no/],
    ['JADEGATE_MAX_LOGINS_PER_DAY', '0', /whole number from 1/],
    ['JADEGATE_TELEGRAM', 'live', /no engine "live" yet/],
    ['JADEGATE_WHATSAPP', 'off', /allowed is simulator/],
    ['JADEGATE_DATABASE_URL', 'mysql://u:pw@db/x', /postgres:\/\//],
    ['JADEGATE_DATABASE_POOL', '0', /whole number/],
    ['JADEGATE_NODE_URL', '10.0.0.1:8080', /http:\/\/ or https:\/\//],
    ['JADEGATE_CELL', '9', /from 10 to 99/],
    ['JADEGATE_CELL', '100', /from 10 to 99/],
    ['JADEGATE_LEASE_MS', '10', /whole number/],
    ['JADEGATE_MOVES_PER_SECOND', '0', /above 0/],
    ['JADEGATE_LEAVE_MS', '-1', /whole number/],
  ]
  for (const [name, value, expected] of refused) {
    test(`${name}=${value} is refused and named`, () => {
      const [error = '', ...rest] = errorsOf({ [name]: value })
      assert.deepEqual(rest, [])
      assert.ok(error.startsWith(name), error)
      assert.match(error, expected)
    })
  }

  test('all mistakes are told together', () => {
    assert.equal(errorsOf({ JADEGATE_PORT: 'x', JADEGATE_MAX: 'x', JADEGATE_UNSURE_MS: 'x' }).length, 3)
  })

  test('what s3 asks for is told together, and its key is half of nothing', () => {
    assert.equal(configOf({}).media, 'disk')
    assert.deepEqual(errorsOf({ JADEGATE_S3_ACCESS_KEY_ID: 'me' }), [])
    const errors = errorsOf({ JADEGATE_MEDIA: 's3', JADEGATE_S3_SECRET_ACCESS_KEY: 'top-secret' })
    assert.equal(errors.length, 2)
    assert.match(errors.join(), /JADEGATE_S3_BUCKET.*JADEGATE_S3_ACCESS_KEY_ID/)
    assert.doesNotMatch(errors.join(), /top-secret/)
    const s3 = { JADEGATE_MEDIA: 's3', JADEGATE_S3_BUCKET: 'files' }
    assert.equal(configOf({ ...s3, JADEGATE_S3_PREFIX: '/jadegate//media' }).s3Prefix, 'jadegate/media/')
    assert.match(errorsOf({ ...s3, JADEGATE_S3_PREFIX: '../x' }).join(), /^JADEGATE_S3_PREFIX/)
  })

  test('a secret is never repeated in an error', () => {
    const errors = errorsOf({
      JADEGATE_SEALING_KEY: 'top-secret',
      JADEGATE_DATABASE_URL: 'postgre://u:top-secret@db/x',
    })
    assert.equal(errors.length, 2)
    assert.ok(!errors.join().includes('top-secret'))
  })

  test('an unknown name is a warning that names the nearest known one', () => {
    assert.match(warningsOf({ JADEGATE_PROT: '1' })[0] ?? '', /JADEGATE_PROT .*JADEGATE_PORT/)
    assert.doesNotMatch(warningsOf({ JADEGATE_ZZZZZZZZZZZZ: '1' })[0] ?? '', /meant/)
    // Near by what all names begin with only.
    assert.doesNotMatch(warningsOf({ JADEGATE_FOO: '1' })[0] ?? '', /meant/)
    assert.deepEqual(warningsOf({ PATH: 'x', JADEGATE_PORT: '1' }), [])
  })

  test('one of several nodes needs what all nodes have alike, and names all that is missing', () => {
    const node = { JADEGATE_NODE_URL: 'http://10.0.0.1:8080/' }
    assert.deepEqual(
      errorsOf(node).map((error) => error.split(':')[0]),
      [
        'JADEGATE_DATABASE_URL',
        'JADEGATE_SEALING_KEY',
        'JADEGATE_OPERATOR_TOKEN',
        'JADEGATE_SIMULATOR_URL',
        'JADEGATE_MEDIA_DIR',
      ],
    )
    const all = {
      ...node,
      JADEGATE_DATABASE_URL: 'postgres://jadegate@db/jadegate',
      JADEGATE_SEALING_KEY: '0'.repeat(64),
      JADEGATE_OPERATOR_TOKEN: 'operator-token',
      JADEGATE_WHATSAPP: 'baileys',
      JADEGATE_TELEGRAM: 'off',
    }
    const media = { JADEGATE_MEDIA: 's3', JADEGATE_S3_BUCKET: 'files' }
    assert.match(errorsOf({ ...all, ...media }).join(), /^JADEGATE_SIMULATOR_URL:[^\n]*$/)
    const whole = { ...all, ...media, JADEGATE_SIMULATOR_URL: 'http://10.0.0.9:8090' }
    assert.equal(configOf(whole).nodeUrl, 'http://10.0.0.1:8080')
    assert.deepEqual(configOf({ ...whole, JADEGATE_MEDIA: 'disk', JADEGATE_MEDIA_DIR: '/mnt/files' }).media, 'disk')
  })

  test('webhooks may reach loopback only while the server itself listens there', () => {
    assert.deepEqual(configOf({}).webhookAllow, ['127.0.0.0/8', '::1/128'])
    assert.deepEqual(configOf({ JADEGATE_HOST: '0.0.0.0' }).webhookAllow, [])
    assert.deepEqual(
      configOf({ JADEGATE_HOST: '0.0.0.0', JADEGATE_WEBHOOK_ALLOW: '10.1.2.3, fd00::/8' }).webhookAllow,
      ['10.1.2.3/32', 'fd00::/8'],
    )
  })

  test('WhatsApp for real: careful unless told otherwise', () => {
    const careful = configOf({ JADEGATE_WHATSAPP: 'baileys' })
    assert.equal(careful.whatsapp, 'baileys')
    assert.equal(careful.whatsappUrl, undefined)
    assert.equal(careful.whatsappVersion, undefined)
    assert.equal(careful.whatsappLoginsPerSecond, 2)
    assert.ok(careful.whatsappFirstContactsPerDay > 0 && careful.whatsappNumberChecksPerDay > 0)
    const told = configOf({
      JADEGATE_WHATSAPP_URL: 'ws://127.0.0.1:8595/ws/chat',
      JADEGATE_WHATSAPP_VERSION: '2.3000.1043857760',
      JADEGATE_WHATSAPP_LOGINS_PER_SECOND: '0.5',
      JADEGATE_WHATSAPP_FIRST_CONTACTS_PER_DAY: '0',
      JADEGATE_WHATSAPP_NUMBER_CHECKS_PER_DAY: '0',
    })
    assert.equal(told.whatsappUrl, 'ws://127.0.0.1:8595/ws/chat')
    assert.deepEqual(told.whatsappVersion, [2, 3000, 1_043_857_760])
    assert.equal(told.whatsappLoginsPerSecond, 0.5)
    assert.deepEqual([told.whatsappFirstContactsPerDay, told.whatsappNumberChecksPerDay], [0, 0])
  })

  test('no proxy is trusted unless it is named', () => {
    assert.deepEqual(configOf({}).trustedProxies, [])
    assert.deepEqual(configOf({ JADEGATE_TRUSTED_PROXIES: '10.1.2.3, fd00::/8,::1' }).trustedProxies, [
      '10.1.2.3/32',
      'fd00::/8',
      '::1/128',
    ])
  })

  test('a public URL loses its trailing slash, so that paths can be appended', () => {
    assert.equal(configOf({ JADEGATE_PUBLIC_URL: 'https://gate.example/api/' }).publicUrl, 'https://gate.example/api')
  })

  test('no text in any setting makes it throw', () => {
    const names = Object.values(SETTINGS).map((setting) => setting.env)
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary' })), (env) => {
        const loaded = loadConfig(env)
        assert.ok('errors' in loaded || typeof loaded.config.port === 'number')
      }),
      { numRuns: 300 },
    )
  })
})

describe('generated descriptions', () => {
  test('every setting stands in both files, once, with its default', () => {
    for (const setting of Object.values(SETTINGS)) {
      assert.equal(describeReference().split(`| \`${setting.env}\` |`).length, 2, setting.env)
      const line = `#${setting.env}=${setting.default}\n`
      assert.ok(describeEnvFile().includes(line), setting.env)
    }
  })

  test('the example file, uncommented, is the default configuration', () => {
    const lines = [...describeEnvFile().matchAll(/^#(JADEGATE_\w+)=(.*)$/gm)]
    const env = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]))
    assert.deepEqual(configOf(env), configOf({}))
  })

  test('the effective configuration masks what is secret', () => {
    const text = describeEffective({ JADEGATE_OPERATOR_TOKEN: 'top-secret-token', JADEGATE_PORT: '9000' })
    assert.match(text, /JADEGATE_PORT +9000 \(set\)/)
    assert.match(text, /JADEGATE_OPERATOR_TOKEN +\*\*\* \(set\)/)
    assert.ok(!text.includes('top-secret-token'))
  })
})
