/** Finds in a JSON schema what may stand at a place of a file. */

export type Schema = Record<string, unknown>;
export type Path = readonly (string | number)[];

/** A key that may stand at a place. */
export interface KeyFound {
  name: string;
  description: string;
  /** What its value is, in a word or two: `number`, `list`, `true or false`. */
  kind: string;
  required: boolean;
  schema: Schema;
}

/** A value that may stand at a place. */
export interface ValueFound {
  text: string;
  /** Whether it is one of a closed list, and not only an example. */
  closed: boolean;
}

const DEEPEST = 12;

export class SchemaWalker {
  constructor(private readonly root: Schema) {}

  /** What may stand at a path: one schema for each alternative. `around` are the keys beside each step's end. */
  at(path: Path, siblings: readonly string[] = []): Schema[] {
    let found = this.alternatives(this.root);
    for (const step of path) found = found.flatMap((one) => this.step(one, step));
    return siblings.length > 0 ? fitting(found, siblings) : found;
  }

  /** The keys of the mapping at a path, in the order of the schema; required ones first. */
  keys(path: Path, siblings: readonly string[] = []): KeyFound[] {
    const alternatives = this.at(path, siblings);
    const found = new Map<string, KeyFound>();
    for (const one of alternatives) {
      const required = new Set(strings(one.required));
      for (const [name, schema] of Object.entries(members(one.properties))) {
        const before = found.get(name);
        if (before) {
          before.required &&= required.has(name);
          continue;
        }
        found.set(name, {
          name,
          description: this.describe(schema),
          kind: this.kind(schema),
          required: required.has(name),
          schema,
        });
      }
    }
    const everywhere = alternatives.filter((one) => one.properties !== undefined).length;
    for (const key of found.values())
      key.required &&=
        alternatives.filter((one) => key.name in members(one.properties)).length === everywhere;
    return [...found.values()].sort((one, other) => Number(other.required) - Number(one.required));
  }

  /** One key of the mapping at a path; null where the schema knows none such. */
  key(path: Path, name: string, siblings: readonly string[] = []): KeyFound | null {
    return this.keys(path, siblings).find((one) => one.name === name) ?? null;
  }

  /** Values that may be written at a path. */
  values(path: Path): ValueFound[] {
    const found = new Map<string, ValueFound>();
    const add = (value: unknown, closed: boolean): void => {
      if (value === null || typeof value === 'object') return;
      const text = scalar(value);
      if (!found.has(text)) found.set(text, { text, closed });
    };
    for (const one of this.at(path)) {
      if (Array.isArray(one.enum)) one.enum.forEach((value) => add(value, true));
      if ('const' in one) add(one.const, true);
      if (one.type === 'boolean') [true, false].forEach((value) => add(value, true));
    }
    for (const one of this.at(path)) {
      if (Array.isArray(one.examples)) one.examples.forEach((value) => add(value, false));
    }
    return [...found.values()];
  }

  /** The words of a schema, or those of what it refers to. */
  describe(schema: Schema): string {
    if (typeof schema.description === 'string') return schema.description;
    const first = this.alternatives(schema).find((one) => typeof one.description === 'string');
    return first ? String(first.description) : '';
  }

  kind(schema: Schema): string {
    const kinds = new Set<string>();
    for (const one of this.alternatives(schema)) kinds.add(kindOf(one));
    kinds.delete('');
    return [...kinds].slice(0, 3).join(' | ');
  }

  /** A schema and everything that it may be instead, with references followed. */
  alternatives(schema: Schema, seen: readonly string[] = []): Schema[] {
    if (seen.length > DEEPEST) return [];
    const { $ref: reference, anyOf, oneOf, allOf, ...own } = schema;
    const found: Schema[] = [];
    if (typeof reference === 'string') {
      if (seen.includes(reference)) return [];
      const target = this.resolve(reference);
      if (target) found.push(...this.alternatives(target, [...seen, reference]));
    }
    for (const group of [anyOf, oneOf, allOf])
      if (Array.isArray(group))
        for (const one of group) if (isSchema(one)) found.push(...this.alternatives(one, [...seen, '']));
    if (found.length === 0) return [own];
    return Object.keys(own).some((key) => SAYS.has(key)) ? [own, ...found] : found;
  }

  private resolve(reference: string): Schema | null {
    if (!reference.startsWith('#')) return null;
    let found: unknown = this.root;
    for (const part of reference.split('/').slice(1)) {
      if (!isSchema(found)) return null;
      found = found[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    return isSchema(found) ? found : null;
  }

  private step(schema: Schema, step: string | number): Schema[] {
    if (typeof step === 'number') {
      const first = Array.isArray(schema.prefixItems) ? schema.prefixItems[step] : undefined;
      const item = first ?? schema.items;
      return isSchema(item) ? this.alternatives(item) : [];
    }
    const known = members(schema.properties)[step];
    if (known) return this.alternatives(known);
    for (const [pattern, one] of Object.entries(members(schema.patternProperties)))
      if (new RegExp(pattern, 'u').test(step)) return this.alternatives(one);
    return isSchema(schema.additionalProperties) ? this.alternatives(schema.additionalProperties) : [];
  }
}

/** Keys by which a schema says something of its own beside what it refers to. */
const SAYS = new Set([
  'properties',
  'items',
  'enum',
  'const',
  'type',
  'additionalProperties',
  'examples',
  'required',
]);

/** Alternatives that know all keys that are there; all of them where none does. */
function fitting(alternatives: Schema[], siblings: readonly string[]): Schema[] {
  const found = alternatives.filter((one) => {
    const known = members(one.properties);
    return siblings.every((name) => name in known || isSchema(one.additionalProperties));
  });
  return found.length > 0 ? found : alternatives;
}

function kindOf(schema: Schema): string {
  if (Array.isArray(schema.enum))
    return schema.enum.length > 3 ? 'one of a list' : schema.enum.map(scalar).join(' | ');
  if ('const' in schema) return scalar(schema.const);
  if (schema.format === 'date') return 'date';
  if (schema.properties || schema.type === 'object') return 'block';
  if (schema.type === 'array') return 'list';
  if (schema.type === 'boolean') return 'true | false';
  if (schema.type === 'integer') return 'whole number';
  return typeof schema.type === 'string' && schema.type !== 'null' ? schema.type : '';
}

/** A value as YAML writes it; text that YAML would take for something else in quotes. */
export function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const risky =
    value === '' ||
    /^[\s\-?:,[\]{}#&*!|>'"%@`]|: | #|\s$/.test(value) ||
    /^(?:true|false|null|yes|no|on|off|~|[-+]?[\d.].*)$/i.test(value);
  const date = /^\d{4}-\d{2}-\d{2}$/.test(value);
  return risky && !date && !/^\d+ [a-z]+$/.test(value) ? `'${value.replaceAll("'", "''")}'` : value;
}

function members(value: unknown): Record<string, Schema> {
  return isSchema(value) ? (value as Record<string, Schema>) : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
