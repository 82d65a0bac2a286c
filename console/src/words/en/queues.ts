export const words = {
  title: 'Queues',
}
