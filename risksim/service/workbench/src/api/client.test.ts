import { expect, test } from 'vitest';
import { filled } from './client';

test('a name in an address is no more than a name', () => {
  const path = '/api/v1/deals/{deal_id}/revisions/{number}';
  expect(filled(path, { deal_id: 'a?b=c#d', number: 3 })).toBe('/api/v1/deals/a%3Fb%3Dc%23d/revisions/3');
  expect(filled('/api/v1/shipped/{name}', { name: 'danish/på vej' })).toBe(
    '/api/v1/shipped/danish/p%C3%A5%20vej',
  );
});
