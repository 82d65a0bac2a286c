import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const jade: MantineColorsTuple = [
  '#e6f7f0',
  '#cdeede',
  '#9bdcbd',
  '#66c99a',
  '#3db97e',
  '#22a56a',
  '#15905a',
  '#0e7a4b',
  '#0a6b41',
  '#065433',
]

/** Shades are chosen so that text on them, and they as text, keep a contrast of 4.5:1 in both themes. */
export const theme = createTheme({
  colors: { jade },
  primaryColor: 'jade',
  primaryShade: { light: 7, dark: 7 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
})

/** Mantine's own grey and red are too pale to be read as text. */
export const cssVariables: CSSVariablesResolver = () => ({
  // White letters on it have a contrast of 5.6:1; Mantine's own shade has 4.3:1.
  variables: { '--mantine-color-orange-9': '#b93d0b' },
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': '#6a727a',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    '--mantine-color-body': '#1b1f1d',
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': '#a0a0a0',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
})
