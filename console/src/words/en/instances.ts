export const words = {
  title: 'Instances',
}
