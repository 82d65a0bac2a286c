import type { Instance } from '../../instances/instance.ts'
import type { Clock } from '../../lib/clock.ts'
import { MethodTable } from '../method.ts'
import type { QrImages } from '../qr/qr-images.ts'
import { accountMethods } from './account.ts'
import { addressBookMethods } from './address-book.ts'
import { buttonMethods } from './buttons.ts'
import { chatMarkMethods } from './chat-marks.ts'
import { contactCardMethods } from './contact-cards.ts'
import { contactMethods } from './contacts.ts'
import { editingMethods } from './editing.ts'
import { fileMethods } from './files.ts'
import { forwardingMethods } from './forwarding.ts'
import { groupMethods } from './groups.ts'
import { journalMethods } from './journals.ts'
import { linkingMethods } from './linking.ts'
import { linkMethods } from './links.ts'
import { locationMethods } from './locations.ts'
import { lookupMethods } from './lookups.ts'
import { pictureMethods } from './pictures.ts'
import { pollMethods } from './polls.ts'
import { queueMethods } from './queues.ts'
import { receivingMethods } from './receiving.ts'
import { statusMethods } from './statuses.ts'
import { textMethods } from './texts.ts'
import { typingMethods } from './typing.ts'

export interface InstanceMethodsOptions {
  readonly clock: Clock
  readonly images: QrImages
  /** The least `delaySendMessagesMilliseconds` that may be set. */
  readonly delayMinMs: number
}

/** The method table of `/waInstance…`: every method of the contract that an instance has. */
export function instanceMethods({ clock, images, delayMinMs }: InstanceMethodsOptions): MethodTable<Instance> {
  return new MethodTable([
    ...accountMethods(delayMinMs),
    ...linkingMethods(images),
    ...pictureMethods(clock),
    ...textMethods,
    ...fileMethods,
    ...pollMethods,
    ...locationMethods,
    ...contactCardMethods,
    ...buttonMethods,
    ...forwardingMethods,
    ...linkMethods,
    ...typingMethods,
    ...editingMethods,
    ...receivingMethods,
    ...queueMethods(clock),
    ...journalMethods,
    ...chatMarkMethods,
    ...lookupMethods,
    ...addressBookMethods,
    ...contactMethods,
    ...groupMethods,
    ...statusMethods,
  ])
}
