/** The language of the page: chosen once, followed by everything. */

import type { Language } from '../contract';
import { da } from './da';
import { en, type Texts } from './en';

const TEXTS: Record<Language, Texts> = { en, da };

class Spoken {
  language = $state<Language>('en');

  /** What the page says. */
  get t(): Texts {
    return TEXTS[this.language];
  }

  speak(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
  }
}

export const spoken = new Spoken();
