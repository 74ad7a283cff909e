/** How many key figures stand in each row, so that no row is left with a hole. */

const FEWEST = 150;
/** Parts of a row; any number of tiles up to six divides it. */
export const PARTS_OF_ROW = 60;
const MOST = 6;

/** Parts of the row that each of `count` tiles takes in a room so wide; later rows hold one more where they differ. */
export function tileWidths(count: number, width: number, fewest = FEWEST): number[] {
  const fit = Math.min(MOST, Math.max(1, Math.floor(width / fewest)));
  const rows = Math.ceil(count / fit);
  const fewer = Math.floor(count / Math.max(1, rows));
  const fuller = count - fewer * rows;
  const widths: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const tiles = fewer + (row >= rows - fuller ? 1 : 0);
    for (let at = 0; at < tiles; at += 1) widths.push(PARTS_OF_ROW / tiles);
  }
  return widths;
}
