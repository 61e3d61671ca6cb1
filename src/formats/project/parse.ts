import { LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { MillwrightError } from '../../errors.ts';
import { findFault, type Fault } from './check.ts';
import { compileGate, GateSyntaxError } from './gate.ts';
import { laterSections, projectSchema } from './schema.ts';

/** `millwright.yaml`, read and checked. */
export interface ProjectFile {
  readonly project: string | undefined;
  readonly gates: readonly GateDefinition[];
  readonly endpoints: readonly EndpointDefinition[];
}

/** What an endpoint of `endpoints:` declares; settings that are left out have their defaults. */
export interface EndpointDefinition {
  readonly name: string;
  readonly model: string;
  readonly settings: {
    readonly runtime?: 'auto' | 'onnx' | 'python_function';
    readonly workers?: number;
    readonly queue?: number;
    readonly timeoutMs?: number;
    readonly memoryBytes?: number;
    readonly batchRows?: number;
  };
  /** How its predictions are recorded. */
  readonly records: {
    readonly sample?: number;
    readonly mask?: Readonly<Record<string, 'drop' | 'hash'>>;
    readonly required?: boolean;
    readonly keepDays?: number;
  };
}

/** What a model of `models:` declares. */
export interface GateDefinition {
  readonly model: string;
  readonly protects: readonly string[];
  /** Stage of `dvc.yaml`, and file as that stage names its output. */
  readonly evidence: { readonly stage: string; readonly file: string };
  /** CEL that compiles. */
  readonly expression: string;
}

const protectedByDefault = ['champion', 'Production'];
const aliasLimit = 100;

/**
 * @param name of the file, as messages show it
 * @throws CONFIG_INVALID `NAME:LINE:COLUMN: key: problem; remedy`
 */
export function parseProject(text: string, name: string): ProjectFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) throw invalid(`${place(error.pos[0])}: this is no YAML: ${error.message}`);
  const fault = laterSection(document) ?? findFault(document, document.contents, projectSchema, [], 0);
  if (fault !== undefined) throw invalid(`${place(fault.offset)}: ${describe(fault)}`);
  const value = document.toJS({ maxAliasCount: aliasLimit }) as ProjectYaml;
  const gates = Object.entries(value.models ?? {}).map(([model, settings]): GateDefinition => {
    checkModelName(model, () => place(offsetOf(document, ['models', model])));
    checkGate(settings.gate, ['models', model, 'gate'], document, place);
    checkFile(settings.evidence.file, model, () => place(offsetOf(document, ['models', model, 'evidence', 'file'])));
    return { model, protects: settings.protects ?? protectedByDefault, evidence: settings.evidence, expression: settings.gate };
  });
  const endpoints = Object.entries(value.endpoints ?? {}).map(([name, endpoint]): EndpointDefinition => {
    checkEndpoint(name, endpoint, (key) => place(offsetOf(document, ['endpoints', name, ...key])));
    return { name, model: endpoint.model, settings: settingsOf(endpoint), records: recordsOf(endpoint) };
  });
  return { project: value.project, gates, endpoints };
}

/** What the schema has made sure of. */
interface ProjectYaml {
  readonly project?: string;
  readonly endpoints?: Readonly<Record<string, EndpointYaml>>;
  readonly models?: Readonly<
    Record<
      string,
      { readonly protects?: readonly string[]; readonly evidence: { readonly stage: string; readonly file: string }; readonly gate: string }
    >
  >;
}

interface EndpointYaml {
  readonly model: string;
  readonly runtime?: string;
  readonly workers?: number;
  readonly queue?: number;
  readonly timeout_seconds?: number;
  readonly memory_mib?: number;
  readonly batch_rows?: number;
  readonly records?: Omit<EndpointDefinition['records'], 'keepDays'> & { readonly keep_days?: number };
}

const runtimes = ['auto', 'onnx', 'python_function'] as const;

function checkEndpoint(name: string, { model, runtime }: EndpointYaml, place: (key: readonly string[]) => string): void {
  if (!/^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,126}[a-zA-Z0-9])?$/.test(name))
    throw invalid(`${place([])}: endpoints.${name}: this is no name of an endpoint; use letters, digits, '.', '_' and '-'`);
  if (!/^models:\/[^/@]+[@/][^/@]+$/.test(model))
    throw invalid(
      `${place(['model'])}: endpoints.${name}.model is '${model}'; write models:/NAME@ALIAS, models:/NAME/STAGE or models:/NAME/VERSION`,
    );
  if (runtime !== undefined && !runtimes.some((known) => known === runtime))
    throw invalid(`${place(['runtime'])}: endpoints.${name}.runtime is '${runtime}'; write ${runtimes.join(', ')}`);
}

function settingsOf({ runtime, workers, queue, timeout_seconds, memory_mib, batch_rows }: EndpointYaml): EndpointDefinition['settings'] {
  return {
    ...(runtime === undefined ? {} : { runtime: runtime as 'auto' }),
    ...(workers === undefined ? {} : { workers }),
    ...(queue === undefined ? {} : { queue }),
    ...(timeout_seconds === undefined ? {} : { timeoutMs: timeout_seconds * 1000 }),
    ...(memory_mib === undefined ? {} : { memoryBytes: memory_mib * 1024 ** 2 }),
    ...(batch_rows === undefined ? {} : { batchRows: batch_rows }),
  };
}

function recordsOf({ records = {} }: EndpointYaml): EndpointDefinition['records'] {
  const { keep_days, ...named } = records;
  return { ...named, ...(keep_days === undefined ? {} : { keepDays: keep_days }) };
}

function laterSection(document: Document): Fault | undefined {
  const section = laterSections.find((key) => document.has(key));
  if (section === undefined) return undefined;
  return {
    path: [section],
    offset: offsetOf(document, [section]),
    problem: 'is not there yet in this version of Millwright',
    remedy: 'take the section out',
  };
}

function checkModelName(model: string, place: () => string): void {
  if (model.trim() !== '' && !/[/:]/.test(model) && model.length <= 256) return;
  throw invalid(`${place()}: models.${model}: this is no name of a model; names are not empty and have no / and no :`);
}

function checkFile(file: string, model: string, place: () => string): void {
  if (!file.startsWith('/') && !/^[a-zA-Z]:/.test(file) && !file.split(/[/\\]/).includes('..') && !file.includes('\0')) return;
  throw invalid(`${place()}: models.${model}.evidence.file: '${file}' leads out of the project; name a file below it, with /`);
}

function checkGate(expression: string, path: readonly string[], document: Document, place: (offset: number) => string): void {
  try {
    compileGate(expression);
  } catch (error) {
    if (!(error instanceof GateSyntaxError)) throw error;
    const node = document.getIn(path, true) as Node | undefined;
    const start = node?.range?.[0] ?? 0;
    // Inside quotes and on one line, characters of the text are characters of the file.
    const quoted = Number(isQuoted(node));
    throw invalid(
      `${place(start + quoted + error.offset)}: ${path.join('.')}: ${error.message} at character ${error.offset + 1} of '${expression}'; ` +
        'write a CEL condition such as "candidate.rmse < naive.rmse"',
    );
  }
}

function isQuoted(node: Node | undefined): boolean {
  return node !== undefined && 'type' in node && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
}

function offsetOf(document: Document, path: readonly string[]): number {
  return (document.getIn(path, true) as Node | undefined)?.range?.[0] ?? 0;
}

function describe(fault: Fault): string {
  return `${fault.path.length === 0 ? 'the file' : fault.path.join('.')} ${fault.problem}; ${fault.remedy}`;
}

function invalid(message: string): MillwrightError {
  return new MillwrightError('CONFIG_INVALID', message);
}
