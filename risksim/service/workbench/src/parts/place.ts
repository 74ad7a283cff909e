/** What the frame of the page says: which deal, and what whoever looks may do with it. */

import type { DealAsked, Language } from '../contract';

export type Deed = 'view' | 'run' | 'export' | 'edit' | 'share';

export interface Place {
  of: DealAsked | null;
  /** Last revision of a saved deal when the page was loaded. */
  latest: number | null;
  may: ReadonlySet<Deed>;
  language: Language;
  /** Of the content security policy. */
  nonce: string;
}

export function placeOf(root: HTMLElement): Place {
  const { deal, revision, latest, shipped, may = '' } = root.dataset;
  return {
    of: deal ? { deal, revision: Number(revision) } : shipped ? { shipped } : null,
    latest: latest ? Number(latest) : null,
    may: new Set(may.split(' ') as Deed[]),
    language: document.documentElement.lang === 'en' ? 'en' : 'da',
    nonce: document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '',
  };
}

/** Address of the workbench of a deal, without what was moved. */
export function addressOf(of: DealAsked): string {
  if (of.deal !== undefined) {
    return `/deals/${encodeURIComponent(of.deal)}/workbench${of.revision ? `?revision=${of.revision}` : ''}`;
  }
  return `/workbench?${new URLSearchParams({ shipped: of.shipped ?? '' }).toString()}`;
}

/** Gives a file to whoever looks, under a name. */
export function handOver(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Speaks another language in the head and foot of the page, which the service writes, and from now on. */
export async function speakFrame(language: Language): Promise<void> {
  const body = new URLSearchParams({ language, back: location.pathname + location.search });
  const answer = await fetch('/language', { method: 'POST', body });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of ['header.top', 'footer.foot', '.skip']) {
    const [here, there] = [document.querySelector(part), page.querySelector(part)];
    if (here && there) here.replaceWith(document.importNode(there, true));
  }
}
