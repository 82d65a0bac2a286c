// Truth: DECISIONS C: calls about an instance are answered where it lives, calls about a hook where the jobs are done.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOBS } from '../../storage/cluster-store.ts'
import { concernOf } from './concern.ts'

const OF_INSTANCE = [
  '/waInstance1101000001/getSettings/token',
  '/media/1101000001/key/file.jpg',
  '/api/partner/v1/instances/1101000001/token',
  '/api/operator/v1/accounts/a1/instances/1101000001',
  '/api/console/accounts/a1/instances/1101000001?logout=true',
  '/api/console/accounts/a1/instances/1101000001/call/sendMessage',
  '/api/console/operator/accounts/a1/instances/1101000001/renew',
]
const OF_JOBS = [
  '/api/operator/v1/billing/run',
  '/api/console/operator/billing/run',
  '/api/partner/v1/hook',
  '/api/console/accounts/a1/hook/test',
]
const OF_REGISTER = [
  '/api/console/accounts/a1/instances?search=1101000001',
  '/api/console/accounts/a1/instances/1101000001x',
  '/api/console/accounts/a1/events',
  '/api/console/accounts/a1/hooked',
  '/api/console/session',
  '/api/partner/v1/instances',
]
const OF_NOBODY = ['/console/a/a1/instances/1101000001', '/health', '/']

test('an instance is found by its place in a path, whichever API the call is for', () => {
  for (const url of OF_INSTANCE) assert.equal(concernOf(url)?.instance, 1_101_000_001, url)
  for (const url of OF_JOBS) assert.equal(concernOf(url)?.instance, JOBS, url)
  for (const url of OF_REGISTER) assert.deepEqual(concernOf(url), { instance: undefined, isOfRegister: true }, url)
  for (const url of OF_NOBODY) assert.equal(concernOf(url), undefined, url)
})
