import { makeI18n } from '@shared/i18n'
import en from './words/en'
import zh from './words/zh-CN'

export const i18n = makeI18n({ 'zh-CN': zh, en }, 'zh-CN')
