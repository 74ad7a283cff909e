"""The words of the page on public budgets in English and Danish: one catalogue for each, the same fields in both.

Words in curly brackets are filled in. Names that come from a scenario file (deals, outcomes, lines, committees, payers)
stay as the file writes them, and so do the sentences on rules and tables, which the register holds in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from risksim.language import Language

MUNICIPALITY = "municipality"


@dataclass(frozen=True)
class Sentence:
    """The words of the opening sentence, of one budget or of all together."""

    left: str
    before_it_saves: str
    repays: str
    spends: str


@dataclass(frozen=True)
class Words:
    """Every phrase of the page and of the story of one path, in one language."""

    language: Language

    # Budgets and provenance
    budgets: Mapping[str, str]
    """Names of sectors and of the outcome fund; other payers are called as the file calls them."""
    the_budgets: Mapping[str, str]
    together: str
    calculations: Mapping[str, str]
    one_path: str
    paths: str
    by_points: str
    by_person: str
    prices: str
    present: str
    footer: str
    error_note: str
    not_checked: str
    limits_title: str

    # Opening
    of_one: Sentence
    of_all: Sentence
    deepest: str
    back: str
    """In most futures, in cash as well; `by` and `cash_by` are `by_year` or `from_start`."""
    back_but_not_in_cash: str
    back_in_cash: str
    never_back: str
    back_on_paper: str
    never_on_paper: str
    by_year: str
    total_left: str
    in_none: str
    in_few: str
    in_all: str
    in_most: str
    in_some: str
    gross_only: str
    gross_only_note: str
    known_gross: str
    """Behind an amount in a sentence."""
    of_society: str
    no_cost_named: str
    costs: str
    """Opening of a page where nothing is saved, without its full stop."""
    costs_between: str
    costs_repaid: str

    # Tables of the page
    left_title: str
    left_head: tuple[str, ...]
    made_of_title: str
    made_of_head: tuple[str, ...]
    costs_title: str
    even_title: str
    even_head: tuple[str, ...]
    even_note: str
    from_start_note: str
    half_note: str
    paper_note: str
    never: str
    from_start: str
    years_title: str
    years_head: tuple[str, ...]
    at_risk_title: str
    at_risk_head: tuple[str, ...]
    at_risk_note: str
    pockets_title: str
    pockets_head: tuple[str, ...]
    funds_title: str
    funds_head: tuple[str, ...]
    no_share: str
    win_win_title: str
    win_win_head: tuple[str, ...]
    value_title: str
    saved_per_paid: str
    deadweight: str
    not_known: str
    not_said: str
    per_person: str
    per_attributable: str
    per_head_title: str
    net_own_costs: str
    who_enrol: str
    each_enrolled: str
    who_complete: str
    each_completed: str
    lines_title: str
    lines_head: tuple[str, ...]
    committee: str
    ends: str
    editions_title: str

    # Key figures, stresses, tornado, portfolios
    figures_title: str
    figures_head: tuple[str, ...]
    tells_the_rest: str
    stresses_title: str
    changes_by: str
    as_it_stands: str
    tornado_title: str
    nothing_uncertain: str
    tornado_of: str
    tornado_head: tuple[str, ...]
    tornado_note: str
    quantities: Mapping[str, str]
    present_note: str
    half_back_note: str
    half_back_on_paper: str
    prices_note: str
    silent: str
    all_deals: str

    # The story of one path
    story_title: str
    story_note: str
    drawn_title: str
    drawn_head: tuple[str, ...]
    succeeded_title: str
    succeeded_head: tuple[str, ...]
    unsaid: str
    overlap: str
    kinds: Mapping[str, str]
    counts: Mapping[str, str]
    factors: Mapping[str, str]
    one_unit: str
    one_unit_of_cost: str
    nothing_here: str
    line_head: tuple[str, ...]
    cost_head: tuple[str, ...]
    line_sum: str
    beyond: str
    budget_title: str
    budget_head: tuple[str, ...]
    story_left_title: str
    story_left_head: tuple[str, ...]
    repaid_anyway: str

    def budget(self, name: str) -> str:
        """A budget in a table."""
        return self.budgets.get(name, name)

    def the_budget(self, name: str) -> str:
        """A budget in a sentence."""
        return self.the_budgets.get(name) or self.the_budgets[""].format(name=name)


ENGLISH = Words(
    language="en",
    budgets={},
    the_budgets={"": "the {name}"},
    together="all together",
    calculations={
        "budget-economic": "budget-economic calculation",
        "socio-economic": "socio-economic calculation",
    },
    one_path="1 path",
    paths="{count} paths",
    by_points="{paths} by quasi-random points in 32 replicates, seed {seed}, conditional engine",
    by_person="{paths}, seed {seed}, individual engine",
    prices="{currency} in {year} prices",
    present="{prices}, present values in {year}",
    footer="{how}, {calculation}. Scenario {digest}, risksim {version}.",
    error_note="± is one standard error of the simulation; digits beyond it are not shown.",
    not_checked="Not checked against its source",
    limits_title="What this cannot say",
    of_one=Sentence(
        "On average {who} is left with {amount} {prices}{known}; {futures} it loses.",
        "it repays before it saves",
        "it repays",
        "it spends",
    ),
    of_all=Sentence(
        "On average all public budgets together are left with {amount} {prices}{known}; {futures} they lose.",
        "they repay before they save",
        "they repay",
        "they spend",
    ),
    deepest="In cash {before}: the deepest point is {amount} {currency} in {year} on average.",
    back="Savings{known} have made up for it {by} in half of all futures, those that become cash {cash_by}",
    back_but_not_in_cash=(
        "Savings{known} have made up for it {by} in half of all futures, but in cash they never do in most"
    ),
    back_in_cash=(
        "In most futures savings{known} never make up for it, but in cash they have {cash_by} in half of them"
    ),
    never_back="In most futures savings{known} never make up for it",
    back_on_paper="; on paper, with every number at its mean, {by}",
    never_on_paper="; on paper, with every number at its mean, they never do",
    by_year="by {year}",
    total_left="All public budgets together are left with {amount} {currency} on average{known}.",
    in_none="in none of the futures simulated",
    in_few="in fewer than 1 of 100 futures",
    in_all="in all futures simulated",
    in_most="in more than 99 of 100 futures",
    in_some="in {whole} of 100 futures",
    gross_only=(
        "Nobody says how many would have reached {outcome} anyway: gross only, net unknown. What is marked {mark} "
        "counts all who reached it, and is not known to be an effect of the programme."
    ),
    gross_only_note="gross only, net unknown: counts every success as the programme's",
    known_gross=" (gross only, net unknown)",
    of_society=(
        "Socio-economic calculation: repayments cancel, since investors get what budgets pay, and are nought below "
        "except where they are called nominal. What investors pay for the programme is a cost to society that is in it "
        "only as far as the file names it among public costs."
    ),
    no_cost_named="No cost of the programme is given here, so what is left is too high by all of it.",
    costs=(
        "The file says nothing of what is saved: the programme costs public budgets {amount} {prices} on average, as "
        "present value"
    ),
    costs_between=", and {low} to {high} in nine of ten futures",
    costs_repaid="; they repay {amount} {currency} to investors beside it",
    left_title="What is left to each budget ({present})",
    left_head=(
        "",
        "mean",
        "",
        "P(below 0)",
        "5 %",
        "50 %",
        "95 %",
        "worst 5 %: mean loss",
        "expected only",
        "in cash, mean",
    ),
    made_of_title="What it is made of (means, {present})",
    made_of_head=("", "gross savings", "net savings", "of it cash", "own costs", "repayments"),
    costs_title="What it costs (means, {present})",
    even_title="Break-even: the first year from which the position is not below nought again",
    even_head=(
        "",
        "never",
        "5 %",
        "50 %",
        "95 %",
        "years after start",
        "on paper",
        "cash: never",
        "50 %",
        "on paper",
        "lowest cash position",
        "in",
    ),
    even_note=(
        "positions are discounted to {year}, in cash not; the lowest cash position is that of the mean of all futures"
    ),
    from_start_note="from the start: the position is never below nought, as where a budget pays nothing",
    half_note="50 %: half of all futures have broken even by then",
    paper_note="on paper: the year of the calculation with every number at its mean",
    never="never",
    from_start="from the start",
    years_title="Year by year, {budget} ({prices}, not discounted)",
    years_head=(
        "",
        "net savings",
        "of it cash",
        "own costs",
        "repayments",
        "5 %",
        "95 %",
        "cash position",
        "5 %",
        "95 %",
    ),
    at_risk_title="Repayment by {payer} against what is set aside ({currency}, nominal)",
    at_risk_head=("", "set aside", "P(more is due)", "", "90 % point, above it", "95 % point, above it"),
    at_risk_note="* no appropriation is given: the expected repayment stands in for it",
    pockets_title="Who pays against who gains (means, {present})",
    pockets_head=("", "pays", "of all", "gains", "of all", "pays per 1 gained", ""),
    funds_title="Which part of its repayments somebody else must bear, so that a payer loses nothing",
    funds_head=(
        "",
        "on average",
        "",
        "with a chance of 80 %",
        "of 95 %",
        "no share does",
        "left if it repaid nothing ({currency})",
    ),
    no_share="no share does",
    win_win_title="Who is left with something: investors at the last hurdle, and the budget",
    win_win_head=("", "both", "investors only", "the budget only", "neither"),
    value_title="Value for money (all budgets together)",
    saved_per_paid="net savings per 1 paid, present values",
    deadweight="share of repayments for what would have come anyway",
    not_known="not known",
    not_said="not said of every outcome that is paid for",
    per_person="all repayments per person: {outcome}",
    per_attributable="all repayments per person whom the programme brought there: {outcome}",
    per_head_title="What it costs a person (means over all years, {prices}, not discounted)",
    net_own_costs="own costs of all budgets, less those of the alternative",
    who_enrol="people who enrol",
    each_enrolled="own costs for each who enrols",
    who_complete="people who complete",
    each_completed="own costs for each who completes",
    lines_title="Line by line (means over all years, {prices}, not discounted)",
    lines_head=("", "gross", "net", "", "of it beyond the evidence"),
    committee="committee {name}",
    ends=(
        "  If effects end where the evidence for them ends, all budgets together are left with {amount} on average"
        "{known}, not discounted;\n  the chance that they lose is {chance}\n"
    ),
    editions_title="Rules and tables used",
    figures_title="What is left to public budgets (present values, {prices})",
    figures_head=(
        "net benefit",
        "",
        "P(below 0)",
        "5 %",
        "95 %",
        "break-even, 50 %",
        "on paper",
        "never",
        "repayments",
    ),
    tells_the_rest="{how}; {command} tells the rest",
    stresses_title="Stresses (present values, {prices})",
    changes_by="net benefit changes by",
    as_it_stands="as it stands",
    tornado_title="One number at a time",
    nothing_uncertain="no number of the deal or its public purse is uncertain",
    tornado_of="{quantity} of all budgets on paper, {base} {currency} with every input at its mean",
    tornado_head=("", "at its 10 % point", "at its 90 % point", "at its lowest", "at its highest", "lowest to highest"),
    tornado_note=(
        "  each cell: the input's value there, and what it changes; every other input is at its mean and nothing is "
        "left to luck.\n  What happens when two inputs move together is not in it.\n"
    ),
    quantities={"net benefit": "net benefit", "own costs": "own costs"},
    present_note=(
        "a deal's present values are those of its first year, those of the sum of {year}; the whole of each deal "
        "counts, whatever the fund holds of it"
    ),
    half_back_note="break-even: the year by which half of all futures have their money back",
    half_back_on_paper="; on paper: with every number at its mean",
    prices_note="prices of other years are brought to {year} by each file's own inflation",
    silent="nothing is said of public budgets by: {names}",
    all_deals="all deals",
    story_title="{deal}: public budgets on path {path} of seed {seed}",
    story_note="Amounts in {currency}, prices of {year}; savings are positive, costs negative.",
    drawn_title="Drawn for this path",
    drawn_head=("input", "value"),
    succeeded_title="Who succeeded",
    succeeded_head=("outcome", "people", "brought by the programme"),
    unsaid=(
        "Nothing says how many would have succeeded anyway, so that nothing comes off and net counts every success: "
        "{outcomes}."
    ),
    overlap="{share} of the successes are claimed by other programmes as well.",
    kinds={
        "saved by successes": "saved by successes",
        "changed while people take part": "changed while people take part",
        "own cost": "own cost",
        "cost of the alternative, saved": "cost of the alternative, saved",
    },
    counts={
        "from the first success on": "from the first success on",
        "for the time it is met": "for the time it is met",
        "for each person": "for each person",
        "in all": "in all",
    },
    factors={
        "units each": "units each",
        "volume": "volume",
        "price": "price",
        "decay": "decay",
        "cashable": "cashable",
        "unserved": "unserved",
    },
    one_unit="gross = units x {gross}; net = added units x {net}; cash = net x {cash}",
    one_unit_of_cost="gross = units x {gross}",
    nothing_here="Nothing on this path.",
    line_head=("year", "people", "added", "units", "added units", "gross", "net", "cash"),
    cost_head=("year", "people", "units", "gross"),
    line_sum="all",
    beyond="Of the net amount {amount} falls in years for which there is no evidence.",
    budget_title="Budget of {the_budget}, by year",
    budget_head=("year", "net savings", "cash savings", "own costs", "repayments", "nominal", "cash position"),
    story_left_title="What is left (present values)",
    story_left_head=("budget", "net savings", "own costs", "repayments", "left"),
    repaid_anyway="Repaid for successes that would have come anyway, nominal: {amount}.",
)

DANISH = Words(
    language="da",
    budgets={"municipality": "kommune", "region": "region", "state": "stat", "outcome fund": "outcomefond"},
    the_budgets={
        "": "{name}",
        "municipality": "kommunen",
        "region": "regionen",
        "state": "staten",
        "outcome fund": "outcomefonden",
    },
    together="alle tilsammen",
    calculations={
        "budget-economic": "budgetøkonomisk beregning",
        "socio-economic": "samfundsøkonomisk beregning",
    },
    one_path="1 simuleret fremtid",
    paths="{count} simulerede fremtider",
    by_points="{paths} ved kvasitilfældige punkter i 32 gentagelser, seed {seed}, betinget metode",
    by_person="{paths}, seed {seed}, person for person",
    prices="{currency} i {year}-priser",
    present="{prices}, nutidsværdi i {year}",
    footer="{how}, {calculation}. Scenarie {digest}, risksim {version}.",
    error_note="± er én standardfejl på simuleringen; cifre ud over den vises ikke.",
    not_checked="Ikke kontrolleret mod kilden",
    limits_title="Hvad beregningen ikke kan sige",
    of_one=Sentence(
        "Nettogevinsten for {who} er i gennemsnit {amount} {prices}{known}; {futures} er den negativ.",
        "betaler den tilbage, før den sparer",
        "betaler den tilbage",
        "bruger den penge",
    ),
    of_all=Sentence(
        "Nettogevinsten for alle offentlige kasser tilsammen er i gennemsnit {amount} {prices}{known}; {futures} er "
        "den negativ.",
        "betaler kasserne tilbage, før de sparer",
        "betaler kasserne tilbage",
        "bruger kasserne penge",
    ),
    deepest="I kontante penge {before}: det dybeste punkt er i gennemsnit {amount} {currency} i {year}.",
    back=("I halvdelen af alle fremtider har besparelserne{known} tjent det ind {by}, og de kontante alene {cash_by}"),
    back_but_not_in_cash=(
        "I halvdelen af alle fremtider har besparelserne{known} tjent det ind {by}, men i de fleste fremtider gør de "
        "kontante alene det aldrig"
    ),
    back_in_cash=(
        "I de fleste fremtider tjener besparelserne{known} det aldrig ind, men i kontante penge er det sket {cash_by} "
        "i halvdelen af dem"
    ),
    never_back="I de fleste fremtider tjener besparelserne{known} det aldrig ind",
    back_on_paper="; på papiret, med alle tal på deres gennemsnit, sker det {by}",
    never_on_paper="; på papiret, med alle tal på deres gennemsnit, sker det aldrig",
    by_year="senest i {year}",
    total_left="For alle offentlige kasser tilsammen er nettogevinsten i gennemsnit {amount} {currency}{known}.",
    in_none="i ingen af de simulerede fremtider",
    in_few="i færre end 1 af 100 mulige fremtider",
    in_all="i alle simulerede fremtider",
    in_most="i mere end 99 af 100 mulige fremtider",
    in_some="i {whole} af 100 mulige fremtider",
    gross_only=(
        "Det er ikke angivet, hvor mange der ville have nået {outcome} alligevel: kun brutto, netto ukendt. Det, der "
        "er mærket {mark}, regner alle med, der nåede det, og det vides ikke, om det er en effekt af indsatsen."
    ),
    gross_only_note="kun brutto, netto ukendt: alle, der nåede målet, tælles som indsatsens fortjeneste",
    known_gross=" (kun brutto, netto ukendt)",
    of_society=(
        "Samfundsøkonomisk beregning: tilbagebetalingerne går lige op, da investorerne får det, kasserne betaler, og "
        "de står som nul nedenfor, undtagen hvor beløb er i løbende priser. Det, investorerne betaler for indsatsen, "
        "er en omkostning for samfundet, som kun er med, i det omfang filen nævner den blandt de offentlige udgifter."
    ),
    no_cost_named="Her er ingen udgift til indsatsen angivet, så nettogevinsten er for høj med hele den udgift.",
    costs=(
        "Filen siger intet om besparelser: indsatsen koster i gennemsnit de offentlige kasser {amount} {prices}, "
        "opgjort i nutidsværdi"
    ),
    costs_between=", og mellem {low} og {high} i ni af ti fremtider",
    costs_repaid="; dertil kommer {amount} {currency}, som de betaler tilbage til investorerne",
    left_title="Nettogevinst for hver kasse ({present})",
    left_head=(
        "",
        "gennemsnit",
        "",
        "risiko for tab",
        "5 %",
        "50 %",
        "95 %",
        "værste 5 %: gns. tab",
        "kun det forventede",
        "kontant, gns.",
    ),
    made_of_title="Hvad nettogevinsten består af (gennemsnit, {present})",
    made_of_head=("", "bruttobesparelse", "nettobesparelse", "heraf kontant", "egne udgifter", "tilbagebetaling"),
    costs_title="Hvad det koster (gennemsnit, {present})",
    even_title="År, hvor det går i nul: det første år, hvorefter kassen ikke igen er i minus",
    even_head=(
        "",
        "aldrig",
        "5 %",
        "50 %",
        "95 %",
        "år efter start",
        "på papiret",
        "kontant: aldrig",
        "50 %",
        "på papiret",
        "laveste kassestand",
        "i året",
    ),
    even_note=(
        "opgjort i nutidsværdi i {year}, kontant uden diskontering; den laveste kassestand er for gennemsnittet af "
        "alle fremtider"
    ),
    from_start_note="fra starten: kassen er aldrig i minus, som når den intet betaler",
    half_note="50 %: da er halvdelen af alle fremtider gået i nul",
    paper_note="på papiret: året, når alle tal står på deres gennemsnit",
    never="aldrig",
    from_start="fra starten",
    years_title="År for år, {budget} ({prices}, ikke diskonteret)",
    years_head=(
        "",
        "nettobesparelse",
        "heraf kontant",
        "egne udgifter",
        "tilbagebetaling",
        "5 %",
        "95 %",
        "kassestand",
        "5 %",
        "95 %",
    ),
    at_risk_title="Budgetrisiko: tilbagebetaling fra {payer} holdt op mod bevillingen ({currency}, løbende priser)",
    at_risk_head=("", "bevilget", "risiko for mere", "", "budgetrisiko, 90 %", "budgetrisiko, 95 %"),
    at_risk_note="* ingen bevilling er angivet: den forventede tilbagebetaling står i stedet",
    pockets_title="Forkert kasse? Hvem betaler, og hvem vinder (gennemsnit, {present})",
    pockets_head=("", "betaler", "af alt", "vinder", "af alt", "betaler pr. krone vundet", ""),
    funds_title="Hvor stor en del af tilbagebetalingen andre skal bære, for at betaleren ikke taber",
    funds_head=(
        "",
        "i gennemsnit",
        "",
        "med 80 % sandsynlighed",
        "med 95 %",
        "ingen andel rækker",
        "nettogevinst uden tilbagebetaling ({currency})",
    ),
    no_share="ingen andel rækker",
    win_win_title="Hvem der ender med gevinst: investorerne ved det sidste afkastkrav, og kassen",
    win_win_head=("", "begge", "kun investorerne", "kun kassen", "ingen af dem"),
    value_title="Værdi for pengene (alle kasser tilsammen)",
    saved_per_paid="nettobesparelse pr. krone betalt, nutidsværdi",
    deadweight="dødvægt: andel af tilbagebetalingen for det, der ville være sket alligevel",
    not_known="ukendt",
    not_said="ikke angivet for alle mål, der betales for",
    per_person="al tilbagebetaling pr. person: {outcome}",
    per_attributable="al tilbagebetaling pr. person, som indsatsen har bragt dertil: {outcome}",
    per_head_title="Hvad det koster pr. person (gennemsnit over alle år, {prices}, ikke diskonteret)",
    net_own_costs="alle kassers egne udgifter, fratrukket udgifterne til alternativet",
    who_enrol="personer, der begynder",
    each_enrolled="egne udgifter pr. person, der begynder",
    who_complete="personer, der gennemfører",
    each_completed="egne udgifter pr. person, der gennemfører",
    lines_title="Post for post (gennemsnit over alle år, {prices}, ikke diskonteret)",
    lines_head=("", "brutto", "netto", "", "heraf ud over evidensen"),
    committee="udvalg: {name}",
    ends=(
        "  Hvis effekterne ophører dér, hvor evidensen for dem ophører, er nettogevinsten for alle kasser tilsammen i "
        "gennemsnit\n  {amount}{known}, ikke diskonteret; risikoen for tab er {chance}\n"
    ),
    editions_title="Anvendte regler og tabeller (gengivet på engelsk)",
    figures_title="Nettogevinst for de offentlige kasser (nutidsværdi, {prices})",
    figures_head=(
        "nettogevinst",
        "",
        "risiko for tab",
        "5 %",
        "95 %",
        "går i nul, 50 %",
        "på papiret",
        "aldrig",
        "tilbagebetaling",
    ),
    tells_the_rest="{how}; resten fås med {command}",
    stresses_title="Stresstest (nutidsværdi, {prices})",
    changes_by="nettogevinsten ændres med",
    as_it_stands="uændret",
    tornado_title="Ét tal ad gangen",
    nothing_uncertain="intet tal i aftalen eller for de offentlige kasser er usikkert",
    tornado_of="{quantity} for alle kasser på papiret, {base} {currency} med alle tal på deres gennemsnit",
    tornado_head=(
        "",
        "ved 10 %-punktet",
        "ved 90 %-punktet",
        "ved det laveste",
        "ved det højeste",
        "fra laveste til højeste",
    ),
    tornado_note=(
        "  hvert felt: tallets værdi dér, og hvad det ændrer; alle andre tal står på deres gennemsnit, og intet er "
        "overladt til\n  tilfældet. Hvad der sker, når to tal ændrer sig samtidig, er ikke med.\n"
    ),
    quantities={"net benefit": "nettogevinst", "own costs": "egne udgifter"},
    present_note=(
        "en aftales nutidsværdi er opgjort i dens første år, summens i {year}; hver aftale tæller fuldt ud, uanset "
        "fondens andel"
    ),
    half_back_note="går i nul: året, hvor halvdelen af alle fremtider har tjent pengene ind",
    half_back_on_paper="; på papiret: med alle tal på deres gennemsnit",
    prices_note="andre års priser er regnet om til {year} med hver fils egen inflation",
    silent="intet er angivet om de offentlige kasser for: {names}",
    all_deals="alle aftaler",
    story_title="{deal}: de offentlige kasser i fremtid nr. {path}, seed {seed}",
    story_note="Beløb i {currency}, {year}-priser; besparelser er positive, udgifter negative.",
    drawn_title="Trukket for denne fremtid",
    drawn_head=("størrelse", "værdi"),
    succeeded_title="Hvem der nåede målet",
    succeeded_head=("mål", "personer", "bragt dertil af indsatsen"),
    unsaid=(
        "Det er ikke angivet, hvor mange der ville have nået målet alligevel, så intet trækkes fra, og netto tæller "
        "alle: {outcomes}."
    ),
    overlap="Andre indsatser regner sig også {share} af de nåede mål til gode.",
    kinds={
        "saved by successes": "besparelse ved opnåede mål",
        "changed while people take part": "ændret, mens deltagerne er i indsatsen",
        "own cost": "egen udgift",
        "cost of the alternative, saved": "sparet udgift til alternativet",
    },
    counts={
        "from the first success on": "fra målet nås første gang",
        "for the time it is met": "så længe målet er nået",
        "for each person": "for hver person",
        "in all": "som samlet beløb",
    },
    factors={
        "units each": "enheder pr. person",
        "volume": "mængdefaktor",
        "price": "pris",
        "decay": "bortfald pr. år",
        "cashable": "andel i kontanter",
        "unserved": "andel uden andet tilbud",
    },
    one_unit="brutto = enheder x {gross}; netto = enheder, effekt x {net}; kontant = netto x {cash}",
    one_unit_of_cost="brutto = enheder x {gross}",
    nothing_here="Intet i denne fremtid.",
    line_head=("år", "personer", "effekt", "enheder", "enheder, effekt", "brutto", "netto", "kontant"),
    cost_head=("år", "personer", "enheder", "brutto"),
    line_sum="i alt",
    beyond="Af nettobeløbet falder {amount} i år, som der ikke er evidens for.",
    budget_title="Kassen år for år: {the_budget}",
    budget_head=(
        "år",
        "nettobesparelse",
        "kontant besparelse",
        "egne udgifter",
        "tilbagebetaling",
        "løbende priser",
        "kassestand",
    ),
    story_left_title="Nettogevinst (nutidsværdi)",
    story_left_head=("kasse", "nettobesparelse", "egne udgifter", "tilbagebetaling", "nettogevinst"),
    repaid_anyway="Dødvægt: tilbagebetalt for mål, der ville være nået alligevel, i løbende priser: {amount}.",
)

WORDS: dict[Language, Words] = {"en": ENGLISH, "da": DANISH}
