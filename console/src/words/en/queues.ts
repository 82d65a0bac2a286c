export const words = {
  title: 'Queues',
  about: 'What waits in this instance: messages to be sent, and notifications to be delivered.',
  messages: 'Messages to send',
  messagesAbout: 'They leave one by one, as the delay between messages allows, while the phone is linked.',
  notifications: 'Notifications to deliver',
  notificationsAbout: 'They wait up to 24 hours for your webhook or for receiveNotification.',
  clear: 'Clear',
  clearMessagesWarning:
    'No waiting message will be sent: each of them becomes “failed”. One that is being sent at this moment is not called back. This can’t be undone.',
  clearNotificationsWarning:
    'Your programs will never get the notifications that wait now. This can’t be undone, and works once a minute.',
  notCleared: (seconds: number) => `Not cleared: that works once a minute. Wait ${seconds} s.`,
  waiting: 'Waiting messages',
  refresh: 'Refresh',
  nothing: 'No message waits',
  nothingText: 'Everything that was given to this instance has been sent.',
  type: 'Method',
  chat: 'Chat',
  content: 'Content',
  id: 'Message id',
}
