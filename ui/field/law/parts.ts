// The parts of a number in words, in the order they stand in it.
import type { Issuer, NumberParts } from '@bindings/field'

export interface Part {
  name: string
  value: string
}
type Say = (key: string, values?: Record<string, string | number>) => string

const office = ({ province, city }: Issuer, t: Say): string =>
  province === '国'
    ? t('number.value.national')
    : t('number.value.office', { place: province + (city ?? '') })

const authority = (code: string, t: Say): string =>
  ['1', '5', '9'].includes(code) ? t(`number.value.authority${code}`, { code }) : code

export function partsOf(parts: NumberParts, t: Say): Part[] {
  const named = (name: string, value: string): Part => ({ name: t(`number.part.${name}`), value })
  const year = (name: string, n: number): Part => named(name, t('number.value.year', { n }))
  switch (parts.is) {
    case 'credit_code':
      return [
        named('authority', authority(parts.authority, t)),
        named('category_of_body', parts.category),
        named('region', parts.region),
        named('organisation', parts.organisation),
        named('check', parts.check),
      ]
    case 'registration':
      return [
        named('issuer', office(parts.issuer, t)),
        named('origin', t(`number.value.origins.${parts.origin}`)),
        year('firstYear', parts.year),
        named('class', t('number.value.class', { n: parts.class })),
        named(
          'category',
          parts.catalogue_2017 ? parts.category : t('number.value.oldCatalogue', { code: parts.category }),
        ),
        named('serial', parts.serial),
      ]
    case 'permit':
      return [
        named('issuer', office(parts.issuer, t)),
        named('era', t(parts.food_and_drug ? 'number.value.food_and_drug' : 'number.value.since')),
        year('year', parts.year),
        named('serial', parts.serial),
      ]
    case 'information_certificate':
      return [
        named('issuer', office(parts.issuer, t)),
        named('commercial', t(parts.commercial ? 'number.value.commercial' : 'number.value.not_commercial')),
        year('year', parts.year),
        named('serial', parts.serial),
      ]
    case 'class_one_filing':
    case 'online_filing':
      return [
        named('issuer', office(parts.issuer, t)),
        year('year', parts.year),
        named('serial', parts.serial),
      ]
  }
}
