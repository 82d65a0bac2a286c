/** Parts of the settings page. */
export const settingGroups = {
  delivery: {
    title: 'Where notifications go',
    text: 'Each is sent until your server answers 200, in order, for 24 hours. Without an address programs fetch them by receiveNotification.',
  },
  notifications: { title: 'What is notified', text: 'What is off is not notified and can’t be fetched later.' },
  sending: { title: 'Sending', text: 'Messages leave one after the other.' },
  account: { title: 'The messenger account', text: 'How the account behaves towards others, and how it is reached.' },
  kept: {
    title: 'Without effect',
    text: 'The API takes these and gives them back, for programs that set them. They change nothing.',
  },
}

/** What each setting does. */
export const settings = {
  webhookUrl: {
    title: 'Webhook address',
    text: 'http or https. Empty: nothing is sent, and programs fetch notifications themselves.',
  },
  webhookUrlToken: {
    title: 'Webhook token',
    text: 'Goes into the Authorization header of each webhook. A token without a scheme is sent as “Bearer …”.',
  },
  incomingWebhook: { title: 'Incoming messages', text: 'Messages and files that others send to the account.' },
  outgoingWebhook: {
    title: 'Statuses of sent messages',
    text: 'Sent, delivered, read. “Failed” and “no account” always come, even when this is off.',
  },
  outgoingMessageWebhook: {
    title: 'Messages sent from the phone',
    text: 'What somebody writes on the phone or another linked device; their statuses too, when statuses are on.',
  },
  outgoingAPIMessageWebhook: { title: 'Messages sent through the API', text: 'Also those sent from this console.' },
  stateWebhook: { title: 'State of the instance', text: 'Linked, not linked, blocked and so on.' },
  incomingCallWebhook: { title: 'Incoming calls', text: 'Only together with incoming messages.' },
  outgoingCallWebhook: { title: 'Outgoing calls', text: 'Calls that somebody makes on the phone.' },
  pollMessageWebhook: { title: 'Polls and votes', text: 'Besides the setting of their direction.' },
  editedMessageWebhook: { title: 'Edited messages', text: 'Besides the setting of their direction.' },
  deletedMessageWebhook: { title: 'Deleted messages', text: 'Besides the setting of their direction.' },
  catalogWebhook: { title: 'Products and orders', text: 'Besides the setting of their direction.' },
  delaySendMessagesMilliseconds: {
    title: 'Pause between two messages, ms',
    text: '500 to 600,000. A short pause to many strangers is what messengers block accounts for.',
  },
  autoTyping: {
    title: 'Shown as typing before each message, s',
    text: '0 to 10. A call that names its own time goes before this.',
  },
  linkPreview: {
    title: 'Preview of links',
    text: 'Whether a text with a link gets a preview where the call does not say.',
  },
  markIncomingMessagesReaded: {
    title: 'Mark incoming messages as read',
    text: 'At once when they arrive. Without effect when the next one is on.',
  },
  markIncomingMessagesReadedOnReply: {
    title: 'Mark a chat as read when it is answered',
    text: 'Through the API or from this console.',
  },
  keepOnlineStatus: {
    title: 'Always shown as online',
    text: 'While the instance is connected. The phone then makes no sound for new messages.',
  },
  enableLidMode: {
    title: 'Hidden numbers as …@lid',
    text: 'People whose number WhatsApp hides get an id that ends in @lid. Holds from the next link on: log out and link again.',
  },
  proxyUrl: {
    title: 'Proxy to the messenger',
    text: 'http, https or socks5, with name and password in it where it wants them. Only where it leads is shown later. Empty: none.',
  },
  incomingMessageStatusWebhook: { title: 'Statuses of incoming messages', text: 'No notification asks for it.' },
  deviceWebhook: { title: 'State of the phone', text: 'Messengers tell nothing of it any more.' },
  incomingBlockWebhook: { title: 'Blocked by a contact', text: 'Messengers tell nothing of it any more.' },
  avatarInfoWebhook: { title: 'Changed pictures', text: 'Messengers tell nothing of it any more.' },
}
