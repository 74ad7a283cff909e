/** Every question that the shell of the page asks, one function each. */

import type {
  CompareAsked,
  Compared,
  DealAsked,
  FaultFound,
  InputsAsked,
  InputsShown,
  Language,
  LiveAnswer,
  LiveAsked,
  Moved,
} from '../contract';
import type {
  DataAsked,
  DealPage,
  DealShown,
  MemoAsked,
  Ready,
  RevisionShown,
  RunShown,
  ShippedShown,
} from '../openapi';
import { ask, get, post, Refused, request, requestFile } from './client';

export type { DealShown, ShippedShown };

// ---------------------------------------------------------------- the answer that moves with a slider

export function inputs(asked: InputsAsked, signal: AbortSignal): Promise<InputsShown> {
  return post('/api/v1/live/inputs', {}, asked, { signal });
}

export function live(asked: LiveAsked, signal: AbortSignal): Promise<LiveAnswer> {
  return post('/api/v1/live', {}, asked, { signal });
}

export function compare(asked: CompareAsked, signal: AbortSignal): Promise<Compared> {
  return post('/api/v1/live/compare', {}, asked, { signal });
}

/** Whether the service has compiled what it reckons with; true where nobody can say. */
export async function isWarm(): Promise<boolean> {
  try {
    const said = (await (await fetch('/readyz')).json()) as Partial<Ready>;
    return said.warm !== false;
  } catch {
    return true;
  }
}

// ---------------------------------------------------------------- deals

const MOST_LISTED = 200;

/** The deals that ship with the program. */
export function shipped(): Promise<ShippedShown[]> {
  return get('/api/v1/shipped', {});
}

/** The deals of whoever looks, those changed last first. */
export async function deals(): Promise<DealShown[]> {
  let page: DealPage = await get('/api/v1/deals', {});
  const found = [...page.deals];
  while (page.next !== null && found.length < MOST_LISTED) {
    page = await ask<DealPage>(page.next);
    found.push(...page.deals);
  }
  return found;
}

/** The text of the deal that is open. */
export async function textOf({ text, shipped, deal = '', revision }: DealAsked): Promise<string> {
  if (text !== undefined) return text;
  if (shipped !== undefined) return (await get('/api/v1/shipped/{name}', { name: shipped })).text;
  if (revision === undefined) {
    return (await get('/api/v1/deals/{deal_id}/revisions/latest', { deal_id: deal })).text;
  }
  return (await get('/api/v1/deals/{deal_id}/revisions/{number}', { deal_id: deal, number: revision })).text;
}

export function createDeal(name: string, text: string): Promise<DealShown> {
  return post('/api/v1/deals', {}, { name, text }, { headers: once() });
}

export function revise(deal: string, text: string, basedOn: number, note: string): Promise<RevisionShown> {
  const body = { text, based_on: basedOn, note };
  return post('/api/v1/deals/{deal_id}/revisions', { deal_id: deal }, body, { headers: once() });
}

/** A key by which the service knows a repeated request from a second one. */
function once(): Record<string, string> {
  return { 'Idempotency-Key': crypto.randomUUID() };
}

// ---------------------------------------------------------------- the file

export async function faultsOf(text: string, language: Language, signal: AbortSignal): Promise<FaultFound[]> {
  return (await post('/api/v1/validate', {}, { text, language }, { signal })).faults;
}

/** What may stand in the file; what fields mean is in the language asked for. */
export function schema(language: Language): Promise<Record<string, unknown>> {
  return get('/api/v1/schema', {}, { language });
}

// ---------------------------------------------------------------- runs and downloads

export interface Asked {
  of: DealAsked;
  changes: Moved;
  language: Language;
}

/** Keeps what is shown as a run and gives its identifier. */
export async function keepRun(asked: Asked, paths: number, seed: number): Promise<string> {
  return (await run(asked, paths, seed)).id;
}

async function run(asked: Asked, paths: number, seed: number): Promise<RunShown> {
  const body = { ...asked, question: 'run' as const, wishes: { paths, seed } };
  const said = await post('/api/v1/runs', {}, body, { headers: once() });
  return 'run' in said ? said.run : said;
}

export type MemoForm = NonNullable<MemoAsked['form']>;
/** As the service makes files of every path, and as JSON what `risksim run --json` prints. */
export type DataForm = NonNullable<DataAsked['form']> | 'json';
export interface File {
  name: string;
  content: Blob;
}

const ANYTHING = { Accept: '*/*' };

export function memo(asked: Asked, form: MemoForm, paths: number, seed: number): Promise<File> {
  return file(requestFile('/api/v1/memo', { ...asked, form, paths, seed }, ANYTHING), `memo.${form}`);
}

export async function data(asked: Asked, form: DataForm, paths: number, seed: number): Promise<File> {
  if (form === 'json') {
    const done = await finished(await run(asked, paths, seed));
    const answer = await request(done.result ?? done.address);
    return { name: nameIn(answer) ?? 'run.json', content: await answer.blob() };
  }
  return file(requestFile('/api/v1/data', { ...asked, form, paths, seed }, ANYTHING), `data.${form}`);
}

export function scenario(asked: Asked): Promise<File> {
  return file(requestFile('/api/v1/scenario', asked, ANYTHING), 'scenario.yaml');
}

const POLL = 700;

/** Takes a file as it comes; where it is made by a job, waits for it. */
async function file(asked: Promise<Response>, otherwise: string): Promise<File> {
  let answer = await asked;
  if (answer.status === 202) {
    const done = await finished((await answer.json()) as RunShown);
    answer = await request(done.result ?? done.address, { headers: ANYTHING });
  }
  return { name: nameIn(answer) ?? otherwise, content: await answer.blob() };
}

async function finished(asked: RunShown): Promise<RunShown> {
  let now = asked;
  while (now.state === 'queued' || now.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, POLL));
    now = await ask<RunShown>(asked.address);
  }
  if (now.state === 'done') return now;
  throw new Refused(now.problem ?? { type: now.state, title: now.state, status: 500, detail: '' });
}

function nameIn(answer: Response): string | null {
  const said = answer.headers.get('Content-Disposition') ?? '';
  const plain = /filename\*=UTF-8''([^;]+)/i.exec(said);
  if (plain?.[1]) return decodeURIComponent(plain[1]);
  return /filename="([^"]+)"/i.exec(said)?.[1] ?? null;
}
