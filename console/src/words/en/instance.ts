export const words = {
  title: 'Instance',
  tabs: {
    overview: 'Overview',
    settings: 'Settings',
    access: 'Access',
    history: 'History',
    queues: 'Queues',
    notifications: 'Notifications',
    chat: 'Chat',
    try: 'Try a method',
  },
}
