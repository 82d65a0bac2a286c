import { SimpleGrid } from '@mantine/core'
import type { ReactNode } from 'react'
import { Section } from '../../parts/section.tsx'
import { useWords } from '../../words/words.ts'
import { accentOn } from './accent.ts'
import classes from './brand-preview.module.css'
import type { Brand } from './brand-answer.ts'

/** As the linking page has them. */
const GROUNDS = {
  light: { page: '#eef4f1', card: '#ffffff', text: '#14241e', line: '#d5e2dc', own: '#0b7a5c' },
  dark: { page: '#0d1513', card: '#15211d', text: '#e6f1ec', line: '#2a3b34', own: '#35c496' },
} as const

/** The head and a button of the linking page, in both themes. */
export function BrandPreview({ brand }: { readonly brand: Brand }): ReactNode {
  const words = useWords('profile')
  return (
    <Section title={words.preview}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Page brand={brand} theme="light" label={words.previewLight} />
        <Page brand={brand} theme="dark" label={words.previewDark} />
      </SimpleGrid>
    </Section>
  )
}

interface PageProps {
  readonly brand: Brand
  readonly theme: keyof typeof GROUNDS
  readonly label: string
}

function Page({ brand, theme, label }: PageProps): ReactNode {
  const words = useWords('profile')
  const ground = GROUNDS[theme]
  const accent = accentOn(ground.card, brand.color ?? ground.own)
  const name = brand.name.trim() === '' ? 'Jadegate' : brand.name
  const support = brand.supportText.trim() || brand.supportUrl
  return (
    <figure className={classes['figure']}>
      <figcaption>{label}</figcaption>
      <div className={classes['page']} style={{ background: ground.page, color: ground.text }}>
        <div className={classes['head']}>
          {brand.logo !== null && <img src={brand.logo} alt="" height={28} />}
          <strong>{name}</strong>
        </div>
        <div className={classes['card']} style={{ background: ground.card, borderColor: ground.line }}>
          <strong>{words.previewTitle}</strong>
          <div className={classes['step']}>
            <span className={classes['number']} style={{ color: accent.color, borderColor: accent.color }}>
              1
            </span>
            {words.previewStep}
          </div>
          <span className={classes['button']} style={{ background: accent.color, color: accent.text }}>
            {words.previewButton}
          </span>
        </div>
        {support !== null && support !== '' && (
          <div className={classes['support']} style={{ color: accentOn(ground.page, accent.color).color }}>
            {support}
          </div>
        )}
      </div>
    </figure>
  )
}
