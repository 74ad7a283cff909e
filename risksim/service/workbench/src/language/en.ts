/** What the shell of the page says in English. Danish has the same keys: see da.ts. */

const numbered = (one: string, other: string) => (count: number) =>
  count === 1 ? one : other.replace('#', String(count));

export const en = {
  // the frame
  skipToAnswer: 'Skip to the answer',
  loading: 'Reading the deal …',
  reckoning: 'Reckoning …',
  upToDate: 'Up to date',
  close: 'Close',
  cancel: 'Cancel',
  yes: 'Yes',

  // header
  chooseDeal: 'Choose deal',
  undo: 'Undo',
  redo: 'Redo',
  share: 'Share',
  download: 'Download',
  editFile: 'Edit file',
  hideFile: 'Hide file',
  languageLabel: 'Language',
  home: 'Deals',
  revision: (number: number) => `revision ${number}`,
  pasted: 'pasted text, not saved',
  keys: 'Ctrl+Z undoes, Ctrl+Shift+Z does it again.',

  // choosing a deal
  shippedDeals: 'Deals that ship with the program',
  ownDeals: 'Your deals',
  noOwnDeals: 'You have no saved deals yet.',
  findDeal: 'Find a deal',
  noneFound: 'No deal has these words.',
  pasteDeal: 'Paste a deal',
  pasteHint: 'The text of a scenario file. It is reckoned, but not saved.',
  openFile: 'Open a file',
  openPasted: 'Open this text',
  tooLong: (most: string) => `The text is longer than ${most} letters. Is it the right file?`,

  // inputs
  inputs: 'Inputs',
  inputsOf: (variant: string) => `Inputs of variant ${variant}`,
  inputsHint: 'Move a slider or write a number, and the answer follows. The file stays as it is.',
  findInput: 'Find an input',
  noInput: 'No input has these words.',
  groups: {
    success: 'Success',
    enrolment: 'Enrolment',
    dropout: 'Dropout',
    price: 'Prices',
    cap: 'Cap',
    guarantee: 'Guarantee',
    time: 'Time',
    money: 'Money',
    terms: 'Terms',
    financing: 'Financing',
    dates: 'Dates and periods',
    other: 'Other',
  },
  origins: { source: 'source', assumption: 'assumption' },
  originOf: (origin: 'source' | 'assumption', title: string) =>
    origin === 'source' ? `Source of: ${title}` : `Why it is assumed: ${title}`,
  inFile: (text: string) => `In the file: ${text}`,
  keepsWidth: 'Uncertain: moving it moves the middle, the width stays.',
  line: (line: number) => `line ${line}`,
  reset: 'Reset',
  resetOf: (title: string) => `Reset: ${title}`,
  resetAll: 'Reset all',
  movedCount: numbered('1 moved', '# moved'),
  sliderOf: (title: string) => `Slider: ${title}`,
  months: (count: string, isOne: boolean) => `${count} ${isOne ? 'month' : 'months'}`,
  unitMonths: 'months',
  unitPercent: '%',
  understood: (value: string) => `Read as ${value}`,
  didYouMean: (whole: string, fraction: string) => `Did you mean ${whole} or ${fraction}?`,
  notANumber: 'This is not a number. Write digits, as 1234.5.',
  wrongSeparator: (write: string) => `In English the decimal point is a full stop. Write ${write}.`,
  badGrouping: (write: string) =>
    `Thousands are not grouped in threes here. Write ${write}, without grouping.`,
  shareOutside: (low: string, high: string) => `A share lies between ${low} and ${high}.`,
  mustBeWhole: (low: string, high: string) => `Write a whole number between ${low} and ${high}.`,
  notADay: (example: string) => `This is not a day. Write it as ${example}.`,
  reckoningGroup: 'Paths and seed',
  paths: 'Paths',
  pathsHint: 'How many futures are reckoned. More give a smaller error and take longer.',
  seed: 'Seed',
  seedHint: 'The same seed gives the same numbers, everywhere.',

  // variants
  variants: 'Variants',
  variantName: (name: string) => `Variant ${name}`,
  addVariant: 'Add variant',
  copyVariant: 'Copy',
  copyOf: (name: string) => `Copy variant ${name}`,
  renameVariant: 'Rename',
  renameOf: (name: string) => `Rename variant ${name}`,
  removeVariant: 'Remove',
  removeOf: (name: string) => `Remove variant ${name}`,
  nameLabel: 'Name of the variant',
  sideBySide: 'Side by side',
  oneAtATime: 'One at a time',
  compared: 'Variants compared',
  unmoved: 'as the file',
  save: 'Save',

  // answers
  answer: 'Answer',
  answerOf: (name: string) => `Answer of variant ${name}`,
  assumed: 'What is assumed',
  assumedCount: (assumed: number, sourced: number) =>
    `${assumed === 1 ? '1 number is assumed' : `${assumed} numbers are assumed`}, ` +
    `${sourced === 1 ? '1 has' : `${sourced} have`} a published source`,
  showAssumed: 'Assumptions: show what is assumed',
  cannotMove: 'Nothing can be moved here',

  // history
  history: 'What was done',
  start: 'As opened',
  movedFromTo: (variant: string, title: string, from: string, to: string) =>
    `${variant}: ${title}, ${from} → ${to}`,
  added: (name: string) => `Added variant ${name}`,
  removed: (name: string) => `Removed variant ${name}`,
  renamed: (from: string, to: string) => `Renamed ${from} to ${to}`,
  pathsFromTo: (from: string, to: string) => `Paths ${from} → ${to}`,
  seedFromTo: (from: string, to: string) => `Seed ${from} → ${to}`,
  andMore: numbered('and 1 more', 'and # more'),
  here: 'here',

  // editor
  file: 'Scenario file',
  apply: 'Reckon this text',
  saveRevision: 'Save as revision',
  revisionNote: 'What was changed',
  savedRevision: (number: number) => `Saved as revision ${number}.`,
  saveDeal: 'Save as a deal',
  dealName: 'Name of the deal',
  unsaved: 'The text was changed and is not reckoned yet.',
  faultCount: numbered('1 mistake in the text', '# mistakes in the text'),
  discard: 'Back to the text that is reckoned',

  // sharing
  linkCopied: 'The address is copied. It holds the inputs you moved, never the text of the deal.',
  linkShown: 'Copy this address:',
  linkNeeds: 'Whoever opens it must be allowed to see this deal.',
  cannotShareText: 'A pasted text is not in the address. Save it as a deal, then share it.',
  sharedRun: (run: string) => `Shared from run ${run}`,

  // downloads
  memo: 'Memo',
  data: 'Data',
  scenario: 'Scenario file with the moved inputs',
  asFormat: { pdf: 'PDF', docx: 'Word', html: 'HTML', xlsx: 'Excel', json: 'JSON', csv: 'CSV', nc: 'netCDF' },
  making: (what: string) => `Making ${what} …`,
  made: (what: string) => `${what} is downloaded.`,
  ofVariant: (name: string) => `Of variant ${name}, as it stands now.`,

  // when something goes wrong
  cutOff: 'No connection to the service. What you see stays; the page tries again by itself.',
  tryNow: 'Try now',
  refused: 'The service could not answer',
  signIn: 'Sign in',
  noDeal: 'No deal is open',
  noScript: 'This page needs JavaScript.',
  assumptions: 'Assumptions',
  dropped: (count: number) =>
    count === 1
      ? 'One moved input is not in this deal and was left out.'
      : `${count} moved inputs are not in this deal and were left out.`,
  leaveAsks: 'The text of the deal is not saved.',
  deal: 'Deal',
  tools: 'Tools',
  inputsTable: 'Inputs as they were reckoned',
  input: 'Input',
  inTheFile: 'In the file',
  compiling:
    'The program compiles what it reckons with. That happens once on this machine and takes about half a minute; the answer comes by itself.',
  showInputs: 'Show inputs',
  hideInputs: 'Hide inputs',
  digest: 'digest of the deal',
};

export type Texts = typeof en;
