/** Texts of the panels, charts and the editor in English; da.ts has the same keys. */
export const en = {
  // numbers
  currencyName: (code: string): string => code,
  /** An amount in units, millions or thousand millions, as it stands in a sentence. */
  amount: (number: string, scale: number, currency: string): string =>
    `${currency} ${number}${scale === 1e9 ? 'bn' : scale === 1e6 ? 'm' : ''}`,
  unitPlain: (currency: string): string => currency,
  unitThousands: (currency: string): string => `1,000 ${currency}`,
  unitMillions: (currency: string): string => `m ${currency}`,
  unitBillions: (currency: string): string => `bn ${currency}`,
  percent: (number: string): string => `${number} %`,

  // every panel
  waiting: 'Being reckoned …',
  earlier: 'Earlier numbers',
  older: 'These numbers belong to an earlier position of the sliders; new ones are on their way.',
  nothingYet: 'The answer comes here as soon as a deal is chosen.',
  chartFailed: 'The chart could not be drawn; its numbers are in the table below.',
  chartLoading: 'The chart is being drawn …',
  tableBehind: 'The numbers of this chart as a table',
  download: 'Download as CSV',
  downloadOf: (caption: string): string => `Download “${caption}” as CSV`,
  scrollTable: (caption: string): string => `Table: ${caption}`,
  remarks: 'Remarks',

  // headline
  headline: 'In short',
  figures: 'Key figures',
  errorIs: 'standard error of the simulation',
  howReckoned: 'How it was reckoned',
  sameNumbers: 'The same numbers from the command line',
  copy: 'Copy',
  copied: 'Copied',

  // returns
  returns: 'What investors are left with',
  boundLabel: 'Loss bound',
  boundField: (unit: string): string => `Loss bound, ${unit}`,
  boundHint:
    'Drag the handle in the chart, use the arrow keys, or write a number. Page Up and Page Down take longer steps.',
  boundReset: 'Back to no loss',
  belowSentence: (count: string, bound: string, error: string): string =>
    `In ${count} of 100 futures the investors end below ${bound}${error}.`,
  belowFew: (bound: string, share: string): string =>
    `In fewer than 1 of 100 futures the investors end below ${bound} (${share}).`,
  belowMany: (bound: string, share: string): string =>
    `In more than 99 of 100 futures the investors end below ${bound} (${share}).`,
  belowNever: (bound: string, paths: string, share: string): string =>
    `In none of the ${paths} futures drawn do the investors end below ${bound}; the probability is likely below ${share}.`,
  belowNeverAtAll: (bound: string): string => `In no future do the investors end below ${bound}.`,
  belowAlways: (bound: string, paths: string, share: string): string =>
    `In all of the ${paths} futures drawn the investors end below ${bound}; the probability is likely above ${share}.`,
  belowAlwaysAtAll: (bound: string): string => `In every future the investors end below ${bound}.`,
  lossSentence: (count: string, error: string): string =>
    `In ${count} of 100 futures the investors get back less than they paid in${error}.`,
  belowExact: (share: string): string =>
    `Exactly ${share} of the probability lies below the bound; nothing was drawn.`,
  belowError: (share: string, error: string): string =>
    `${share} of all futures lie below the bound, ± ${error}: the standard error that as many futures would have if each were drawn on its own. Futures that are spread evenly, as here, mostly err less; the key figures show by how much.`,
  belowDrawn: (share: string, error: string): string =>
    `${share} of all futures lie below the bound, ± ${error}, the standard error of the simulation.`,
  atMost: (share: string): string => `at most ${share}`,
  atLeast: (share: string): string => `at least ${share}`,
  belowCoarse: (share: string): string =>
    `Close results are joined in groups on their way to this page, so that the share may be off by up to ${share} more.`,
  belowBound: 'below the bound',

  // panels
  exceedance: 'How likely at least so much is',
  repayment: 'Repayment per year',
  fanOf: 'How it is spread:',
  lines: 'Luck and evidence: three lines',
  payers: 'Payers and investors',
  tranches: 'Tranches',
  budgets: 'What is left to public budgets',
  drivers: 'What it hangs on',
  stresses: 'Stress tests',
  limits: 'What must be borne in mind',
  more: 'More',

  // compare
  compare: 'Variants side by side',
  compareHint:
    'All variants are met by the same futures, so that what differs between them is the deal and not luck.',
  asItStands: 'as the deal stands',
  figure: 'Key figure',
  difference: 'Differences from',
  differences: 'Show',
  showValues: 'values',
  showAbsolute: 'difference',
  showRelative: 'difference in per cent',
  baseline: 'compared with',
  noBaseline: 'The difference from nothing cannot be told in per cent.',
  moved: 'What was moved',
  notMoved: 'nothing',
  errorApart:
    '± is what the difference would err by if each variant were drawn on its own, mostly more than it does. The table below has the error as it is.',
  errorUnknown: 'The differences future by future, with their standard errors, follow when the sliders rest.',
  points: 'percentage points',
  comparing: 'Being compared …',
  compareTable: 'Key figures of the variants',

  resultAtLeast: (unit: string): string => `result in ${unit}, at least`,
  probability: 'probability',
  likelier: (percent: string): string => `with a probability of ${percent}`,
  compareChart: 'Probability that the result of all investors together is at least so much',
  compareAlt: (names: string): string =>
    `Falling curves of the probability that all investors together are left with at least so much, one for each variant: ${names}.`,
  compareSame: 'The same for all',
  compareSure: 'Differences future by future',

  // assumed
  assumed: 'What is assumed',
  assumedCount: (sourced: number, all: number): string =>
    all === 1
      ? `${sourced} of 1 number has a published source.`
      : `${sourced} of ${all} numbers have a published source.`,
  assumedMoved: (moved: number): string =>
    moved === 1 ? '1 assumption is moved.' : `${moved} assumptions are moved.`,
  assumedShow: (many: number): string =>
    many === 1 ? 'Show 1 more assumption' : `Show ${many} more assumptions`,
  assumedNone: 'Every number of this deal has a published source.',
  assumedLine: (line: number): string => `Line ${line}`,
  assumedGoTo: (title: string, line: number): string => `Line ${line}: ${title}, in the file`,
  assumedIsMoved: 'moved',
  assumedMovedTo: (text: string): string => `moved to ${text}`,
  assumedWhy: 'Why',
  assumedWhyOf: (title: string): string => `Why: ${title}`,
  assumedNoWhy: 'No reason is given.',
  assumedNothing: 'What the deal assumes stands here as soon as it is chosen.',
  assumedList: 'Numbers without a published source',
  assumedRest: 'More numbers without a published source',

  // editor
  editor: 'Scenario file',
  editorLoading: 'The editor is being loaded …',
  editorFailed: 'The editor could not be loaded. The text can be changed here without its help.',
  editorKeys:
    'Ctrl-Space suggests what can stand here, Ctrl-F finds, Ctrl-Z undoes. Tab moves the text in; press Escape and then Tab to leave the editor.',
  editorFaults: (many: number): string =>
    many === 0 ? 'No mistakes found.' : many === 1 ? '1 mistake' : `${many} mistakes`,
  editorFaultList: 'Mistakes in the file',
  editorGoTo: (line: number): string => `Line ${line}`,
  editorTry: 'Try',
  editorRequired: 'required',
  editorOptional: 'optional',
  editorOneOf: 'One of',
  editorExample: 'For example',
  editorDefault: 'Left out',
  phrases: {} as Record<string, string>,
};

export type Texts = typeof en;
