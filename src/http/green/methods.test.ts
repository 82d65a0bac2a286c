// Truth: the contract: what a call of each method does to an instance, its chats or its queues. A method that is not here leaves its trace in the audit
// log where a person calls it by the console.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../lib/clock.ts'
import { QrImages } from '../qr/qr-images.ts'
import { instanceMethods } from './methods.ts'

const READING = `
  checkAccount checkWhatsapp downloadFile getAccountSettings getAvatar getChatHistory getChats getContactInfo getContacts getDeviceInfo getGroupData
  getIncomingStatuses getMessage getMessagesCount getOutgoingStatuses getSettings getStateInstance getStateInstanceHistory getStatusInstance
  getStatusStatistic getWaSettings getWebhooksCount lastIncomingCalls lastIncomingMessages lastOutgoingCalls lastOutgoingMessages qr
  receiveNotification showMessagesQueue`

test('those that only read are these', () => {
  const { rows } = instanceMethods({ clock: systemClock, images: new QrImages(), delayMinMs: 500 })
  const reading = rows.filter(({ reads }) => reads).map(({ name }) => name)
  assert.deepEqual(reading.toSorted(), READING.trim().split(/\s+/))
})
