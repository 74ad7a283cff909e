import type { Texts } from './en';

/** Texts of the panels, charts and the editor in Danish. */
export const da: Texts = {
  // tal
  currencyName: (code) => (code === 'DKK' ? 'kr.' : code),
  amount: (number, scale, currency) =>
    `${number} ${scale === 1e9 ? 'mia. ' : scale === 1e6 ? 'mio. ' : ''}${currency}`,
  unitPlain: (currency) => currency,
  unitThousands: (currency) => `1.000 ${currency}`,
  unitMillions: (currency) => `mio. ${currency}`,
  unitBillions: (currency) => `mia. ${currency}`,
  percent: (number) => `${number} %`,

  // alle felter
  waiting: 'Beregnes …',
  earlier: 'Tidligere tal',
  older: 'Tallene hører til en tidligere stilling af skyderne; nye er på vej.',
  nothingYet: 'Svaret kommer her, så snart der er valgt en aftale.',
  chartFailed: 'Figuren kunne ikke tegnes; dens tal står i tabellen nedenfor.',
  chartLoading: 'Figuren tegnes …',
  tableBehind: 'Figurens tal som tabel',
  download: 'Hent som CSV',
  downloadOf: (caption) => `Hent »${caption}« som CSV`,
  scrollTable: (caption) => `Tabel: ${caption}`,
  remarks: 'Bemærkninger',

  // svaret
  headline: 'Kort sagt',
  figures: 'Nøgletal',
  errorIs: 'standardfejl af simuleringen',
  howReckoned: 'Sådan er der regnet',
  sameNumbers: 'De samme tal fra kommandolinjen',
  copy: 'Kopiér',
  copied: 'Kopieret',

  // afkast
  returns: 'Hvad investorerne står tilbage med',
  boundLabel: 'Tabsgrænse',
  boundField: (unit) => `Tabsgrænse, ${unit}`,
  boundHint:
    'Træk i håndtaget i figuren, brug piletasterne, eller skriv et tal. Page Up og Page Down tager længere skridt.',
  boundReset: 'Tilbage til intet tab',
  belowSentence: (count, bound, error) =>
    `I ${count} af 100 mulige fremtider ender investorerne under ${bound}${error}.`,
  belowFew: (bound, share) =>
    `I færre end 1 af 100 mulige fremtider ender investorerne under ${bound} (${share}).`,
  belowMany: (bound, share) =>
    `I mere end 99 af 100 mulige fremtider ender investorerne under ${bound} (${share}).`,
  belowNever: (bound, paths, share) =>
    `I ingen af de ${paths} trukne fremtider ender investorerne under ${bound}; sandsynligheden er formentlig under ${share}.`,
  belowNeverAtAll: (bound) => `I ingen mulig fremtid ender investorerne under ${bound}.`,
  belowAlways: (bound, paths, share) =>
    `I alle de ${paths} trukne fremtider ender investorerne under ${bound}; sandsynligheden er formentlig over ${share}.`,
  belowAlwaysAtAll: (bound) => `I enhver mulig fremtid ender investorerne under ${bound}.`,
  lossSentence: (count, error) =>
    `I ${count} af 100 mulige fremtider får investorerne mindre tilbage, end de betalte ind${error}.`,
  belowExact: (share) =>
    `Præcis ${share} af sandsynligheden ligger under grænsen; intet er trukket tilfældigt.`,
  belowError: (share, error) =>
    `${share} af alle fremtider ligger under grænsen, ± ${error}: den standardfejl, som lige så mange fremtider ville have, hvis hver blev trukket for sig. Fremtider, der er jævnt fordelt som her, rammer for det meste mere præcist; nøgletallene viser hvor meget.`,
  belowDrawn: (share, error) =>
    `${share} af alle fremtider ligger under grænsen, ± ${error}, som er simulationens standardfejl.`,
  atMost: (share) => `højst ${share}`,
  atLeast: (share) => `mindst ${share}`,
  belowCoarse: (share) =>
    `Resultater tæt på hinanden er samlet i grupper på vej til siden, så andelen kan være op til ${share} ved siden af.`,
  belowBound: 'under grænsen',

  // felter
  exceedance: 'Hvor sandsynligt mindst så meget er',
  repayment: 'Tilbagebetaling pr. år',
  fanOf: 'Spredningen for:',
  lines: 'Tilfældighed og evidens: tre linjer',
  payers: 'Betalere og investorer',
  tranches: 'Trancher',
  budgets: 'Hvad der er tilbage til de offentlige kasser',
  drivers: 'Hvad det afhænger af',
  stresses: 'Stresstest',
  limits: 'Hvad man skal have i tankerne',
  more: 'Mere',

  // sammenligning
  compare: 'Varianter side om side',
  compareHint:
    'Alle varianter møder de samme fremtider, så det, der adskiller dem, er aftalen og ikke tilfældigheder.',
  asItStands: 'som aftalen er',
  figure: 'Nøgletal',
  difference: 'Forskelle fra',
  differences: 'Vis',
  showValues: 'værdier',
  showAbsolute: 'forskel',
  showRelative: 'forskel i procent',
  baseline: 'sammenlignet med',
  noBaseline: 'En forskel fra nul kan ikke siges i procent.',
  moved: 'Hvad der er flyttet',
  notMoved: 'intet',
  errorApart:
    '± er den fejl, forskellen ville have, hvis hver variant blev trukket for sig, og den er som regel for stor. Den rigtige fejl står i tabellen nedenfor.',
  errorUnknown: 'Forskellene gennemløb for gennemløb følger med deres standardfejl, når skyderne hviler.',
  points: 'procentpoint',
  comparing: 'Sammenlignes …',
  compareTable: 'Varianternes nøgletal',

  resultAtLeast: (unit) => `resultat i ${unit}, mindst`,
  probability: 'sandsynlighed',
  likelier: (percent) => `med en sandsynlighed på ${percent}`,
  compareChart: 'Sandsynlighed for, at resultatet for alle investorer tilsammen er mindst så meget',
  compareAlt: (names) =>
    `Faldende kurver for sandsynligheden for, at alle investorer tilsammen står tilbage med mindst så meget, en for hver variant: ${names}.`,
  compareSame: 'Ens for alle',
  compareSure: 'Forskelle gennemløb for gennemløb',

  // antagelser
  assumed: 'Hvad der er antaget',
  assumedCount: (sourced, all) =>
    all === 1
      ? `${sourced} af 1 tal har en offentliggjort kilde.`
      : `${sourced} af ${all} tal har en offentliggjort kilde.`,
  assumedMoved: (moved) => (moved === 1 ? '1 antagelse er flyttet.' : `${moved} antagelser er flyttet.`),
  assumedShow: (many) => (many === 1 ? 'Vis 1 antagelse til' : `Vis ${many} antagelser til`),
  assumedNone: 'Alle aftalens tal har en offentliggjort kilde.',
  assumedLine: (line) => `Linje ${line}`,
  assumedGoTo: (title, line) => `Linje ${line}: ${title}, i filen`,
  assumedIsMoved: 'flyttet',
  assumedMovedTo: (text) => `flyttet til ${text}`,
  assumedWhy: 'Begrundelse',
  assumedWhyOf: (title) => `Begrundelse: ${title}`,
  assumedNoWhy: 'Der er ikke givet nogen grund.',
  assumedNothing: 'Hvad aftalen antager, står her, så snart den er valgt.',
  assumedList: 'Tal uden offentliggjort kilde',
  assumedRest: 'Flere tal uden offentliggjort kilde',

  // redigering
  editor: 'Scenariefil',
  editorLoading: 'Redigeringsfeltet hentes …',
  editorFailed: 'Redigeringsfeltet kunne ikke hentes. Teksten kan ændres her uden dets hjælp.',
  editorKeys:
    'Ctrl-mellemrum foreslår, hvad der kan stå her, Ctrl-F søger, Ctrl-Z fortryder. Tab rykker teksten ind; tryk Escape og derefter Tab for at forlade feltet.',
  editorFaults: (many) => (many === 0 ? 'Ingen fejl fundet.' : `${many} fejl`),
  editorFaultList: 'Fejl i filen',
  editorGoTo: (line) => `Linje ${line}`,
  editorTry: 'Prøv',
  editorRequired: 'skal stå her',
  editorOptional: 'kan udelades',
  editorOneOf: 'Et af',
  editorExample: 'For eksempel',
  editorDefault: 'Udeladt',
  phrases: {
    'Control character': 'Styretegn',
    'Selection deleted': 'Det markerede er slettet',
    'Folded lines': 'Foldede linjer',
    'Unfolded lines': 'Udfoldede linjer',
    to: 'til',
    'folded code': 'foldet tekst',
    unfold: 'fold ud',
    'Fold line': 'Fold linjen',
    'Unfold line': 'Fold linjen ud',
    'Go to line': 'Gå til linje',
    go: 'gå',
    Find: 'Find',
    Replace: 'Erstat med',
    next: 'næste',
    previous: 'forrige',
    all: 'alle',
    'match case': 'forskel på store og små bogstaver',
    'by word': 'hele ord',
    regexp: 'regulært udtryk',
    replace: 'erstat',
    'replace all': 'erstat alle',
    close: 'luk',
    'current match': 'nuværende fund',
    'replaced $ matches': '$ fund erstattet',
    'replaced match on line $': 'fund i linje $ erstattet',
    'on line': 'i linje',
    Completions: 'Forslag',
    Diagnostics: 'Fejl',
    'No diagnostics': 'Ingen fejl',
  },
};
