import { SimpleGrid } from '@mantine/core'
import type { ReactNode } from 'react'
import { PAGE_COLORS, pageAccent, type PageTheme } from '../../../../src/browser/linking/page-colors.ts'
import { Section } from '../../parts/section.tsx'
import { useWords } from '../../words/words.ts'
import classes from './brand-preview.module.css'
import type { Brand } from './brand-answer.ts'

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
  readonly theme: PageTheme
  readonly label: string
}

function Page({ brand, theme, label }: PageProps): ReactNode {
  const words = useWords('profile')
  const ground = PAGE_COLORS[theme]
  const accent = pageAccent(theme, brand.color ?? ground.own)
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
          <div className={classes['support']} style={{ color: accent.color }}>
            {support}
          </div>
        )}
      </div>
    </figure>
  )
}
