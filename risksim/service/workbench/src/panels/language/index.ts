import type { Language } from '../../contract';
import { da } from './da';
import { en, type Texts } from './en';

export type { Texts };

/** The texts of the panels in a language. */
export function texts(language: Language): Texts {
  return language === 'da' ? da : en;
}
