/** Tables as CSV (RFC 4180): the numbers behind the cells, unrounded, with a point in every language. */

import type { CellShown, TableShown } from '../contract';

const BYTE_ORDER_MARK = '\uFEFF'; // so that spreadsheets read æ, ø and å
const FORMULA = /^[=+\-@\t\r]/;

export function csvOf(table: TableShown): string {
  const lines = [table.head.map(word), ...table.rows.map((row) => row.map(cell))];
  return BYTE_ORDER_MARK + lines.map((line) => line.join(',') + '\r\n').join('');
}

function cell(what: CellShown): string {
  return typeof what.value === 'number' && Number.isFinite(what.value)
    ? String(what.value)
    : word(what.value !== null && what.value !== undefined ? String(what.value) : what.text);
}

/** A text; one that a spreadsheet would take for a formula begins with an apostrophe. */
function word(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A name of a file without what file systems refuse. */
export function fileName(deal: string, table: string): string {
  const bare = `${deal}-${table}`
    .toLowerCase()
    .replaceAll('æ', 'ae')
    .replaceAll('ø', 'oe')
    .replaceAll('å', 'aa')
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${bare || 'table'}.csv`;
}

/** Hands a file to the browser. */
export function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
