// Truth: the driver contract, as its conformance suite states it, and what the fake WhatsApp and its virtual phones saw.
import { test } from 'node:test'
import { startWhatsAppRig } from '../../../test/fakes/whatsapp/rig.ts'
import { driverConformance } from '../conformance/conformance.ts'
import { engineIsInstalled } from './engine/load.ts'

if (engineIsInstalled()) driverConformance('whatsapp, baileys', startWhatsAppRig)
else test('driver conformance: whatsapp, baileys', { skip: 'the WhatsApp engine is not installed' }, () => undefined)
