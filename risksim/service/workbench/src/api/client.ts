/** How the page asks the service. Whatever goes wrong is one of three things: refused, busy, or cut off. */

import type { ProblemDetails } from '../contract';
import type { paths } from '../openapi';

/** The service answered that it will not. */
export class Refused extends Error {
  constructor(readonly problem: ProblemDetails) {
    super(problem.detail);
  }
}

/** The service asks to come back later. */
export class Busy extends Error {
  constructor(readonly seconds: number) {
    super('busy');
  }
}

/** Nobody answered: the network is cut or the service is down. */
export class CutOff extends Error {}

/** Which page asks: new with every loading, and says nothing about who looks at it. */
export const PAGE = Array.from(crypto.getRandomValues(new Uint8Array(8)), (one) =>
  one.toString(16).padStart(2, '0'),
).join('');

const BUSY = new Set([429, 502, 503, 504]);
/** The service took this for an older question of the same page: asked again, it is answered. */
const SUPERSEDED = 'superseded';

export interface Asking {
  method?: string;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** Asks and gives the answer as it came. */
export async function request(
  path: string,
  { method, body, signal, headers }: Asking = {},
): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        Accept: 'application/json, application/problem+json',
        'X-Page': PAGE,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new CutOff(String(error));
  }
  if (answer.ok) return answer;
  if (BUSY.has(answer.status)) throw new Busy(Number(answer.headers.get('Retry-After')) || 1);
  const problem = await problemOf(answer);
  if (problem.type === SUPERSEDED) throw new Busy(0.3);
  throw new Refused(problem);
}

/** Asks an address that the service told and gives the answer's JSON. */
export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  return (await (await request(path, asking)).json()) as T;
}

// ---------------------------------------------------------------- addresses, bodies and answers as they are described

type Method = 'get' | 'post';
type Path<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];
type Json<Answer> = Answer extends { content: { 'application/json': infer Said } } ? Said : never;
type Answer<Operation> = Operation extends { responses: infer Answers }
  ? {
      [Status in keyof Answers]: Status extends 200 | 201 | 202 ? Json<Answers[Status]> : never;
    }[keyof Answers]
  : never;
type Body<Operation> = Operation extends {
  requestBody: { content: { 'application/json': infer Sent } };
}
  ? Sent
  : never;
type Names<P> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
/** What stands for the names in an address. */
type Filled<P> = Record<Names<P>, string | number>;

type Query<Operation> = Operation extends { parameters: { query?: infer Asked } } ? Asked : never;

/** Asks for what is at an address; `names` fill the address, `query` stands behind it. */
export function get<P extends Path<'get'>>(
  path: P,
  names: Filled<P>,
  query: Query<paths[P]['get']> | Record<string, never> = {},
): Promise<Answer<paths[P]['get']>> {
  const asked = new URLSearchParams(query as Record<string, string>).toString();
  return ask(filled(path, names) + (asked === '' ? '' : `?${asked}`));
}

/** Sends a body to an address; `names` fill the address. */
export function post<P extends Path<'post'>>(
  path: P,
  names: Filled<P>,
  body: Body<paths[P]['post']>,
  asking: Pick<Asking, 'signal' | 'headers'> = {},
): Promise<Answer<paths[P]['post']>> {
  return ask(filled(path, names), { body, ...asking });
}

/** Asks for a file: whatever it is, or the job that makes it. */
export function requestFile<P extends Path<'post'>>(
  path: P,
  body: Body<paths[P]['post']>,
  headers: Record<string, string>,
): Promise<Response> {
  return request(path, { body, headers });
}

/** An address with its names filled in; a slash in a name parts folders, as in `danish/havnen`. */
export function filled<P extends string>(path: P, names: Filled<P>): string {
  return path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    String((names as Record<string, string | number>)[name])
      .split('/')
      .map(encodeURIComponent)
      .join('/'),
  );
}

async function problemOf(answer: Response): Promise<ProblemDetails> {
  const bare = { type: 'about:blank', title: answer.statusText, status: answer.status, detail: '' };
  try {
    const said: unknown = await answer.json();
    return typeof said === 'object' && said !== null ? { ...bare, ...said } : bare;
  } catch {
    return bare;
  }
}
