/** A gate: a CEL expression that is compiled when it is read, and judged clause by clause so that a refusal can say why. */
import { celEnv, isCelError, parse, plan, unparse } from '@bufbuild/cel';

type Expression = ReturnType<typeof parse>['expr'];

export interface Gate {
  readonly source: string;
  readonly clauses: readonly GateClause[];
}

/** One of the expressions that the gate's `&&` join. */
export interface GateClause {
  readonly text: string;
  /** What it looks at, such as `candidate.rmse`. */
  readonly paths: readonly string[];
  readonly evaluate: (objects: GateObjects) => unknown;
}

/** `candidate`, `champion` and the baselines, as the evidence holds them: numbers are doubles. */
export type GateObjects = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface ClauseResult {
  readonly clause: string;
  readonly passed: boolean;
  /** What the clause's paths held; absent ones are left out. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Why it could not be evaluated. */
  readonly error?: string;
}

/** What is wrong with an expression, and where: characters from its start. */
export class GateSyntaxError extends Error {
  override readonly name = 'GateSyntaxError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const sourceLimit = 4096;
const environment = celEnv();

/** @throws GateSyntaxError for what is no CEL, calls an unknown function, or loops inside a loop */
export function compileGate(source: string): Gate {
  if (source.length > sourceLimit) throw new GateSyntaxError(`the expression is longer than ${sourceLimit} characters`, sourceLimit);
  const parsed = parseSource(source);
  check(parsed.expr, parsed.sourceInfo?.positions ?? {}, 0);
  const clauses = splitAnd(parsed.expr).map((expr): GateClause => {
    const run = plan(environment, { ...parsed, expr });
    return { text: unparse({ ...parsed, expr }), paths: pathsOf(expr), evaluate: (objects) => run(objects as never) };
  });
  return { source, clauses };
}

/** Judges every clause; the gate lets through where each is true and none failed. */
export function judgeClauses(gate: Gate, objects: GateObjects): ClauseResult[] {
  return gate.clauses.map(({ text, paths, evaluate }) => {
    const values: Record<string, unknown> = {};
    for (const path of paths) {
      const value = valueAt(objects, path);
      if (value !== undefined && typeof value !== 'object') values[path] = value;
    }
    const result = evaluate(objects);
    if (result === true) return { clause: text, passed: true, values };
    if (result === false) return { clause: text, passed: false, values };
    return {
      clause: text,
      passed: false,
      values,
      error: isCelError(result) ? explain(result.message, paths, objects) : 'it is no condition: its value is not true or false',
    };
  });
}

function parseSource(source: string): ReturnType<typeof parse> {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new GateSyntaxError(error.message.replace(/^<input>:\d+:\d+: /, ''), offsetOf(error));
  }
}

function offsetOf(error: Error): number {
  const location = 'location' in error ? (error.location as { start?: { offset?: number } }) : undefined;
  return location?.start?.offset ?? 0;
}

/** Loops inside loops would let a file of evidence keep the server busy for hours. */
function check(expr: Expression, positions: Readonly<Record<string, number>>, loops: number): void {
  const { exprKind } = expr;
  const position = positions[String(expr.id)] ?? 0;
  if (exprKind.case === 'comprehensionExpr' && loops > 0)
    throw new GateSyntaxError('a loop inside a loop is not allowed in a gate', position);
  if (
    exprKind.case === 'callExpr' &&
    /^[a-zA-Z]/.test(exprKind.value.function) &&
    environment.funcs.find(exprKind.value.function) === undefined
  ) {
    throw new GateSyntaxError(`there is no function '${exprKind.value.function}'`, position);
  }
  for (const child of childrenOf(expr)) check(child, positions, exprKind.case === 'comprehensionExpr' ? loops + 1 : loops);
}

function splitAnd(expr: Expression): Expression[] {
  const { exprKind } = expr;
  return exprKind.case === 'callExpr' && exprKind.value.function === '_&&_' ? exprKind.value.args.flatMap(splitAnd) : [expr];
}

function pathsOf(expr: Expression): string[] {
  const path = pathOf(expr);
  if (path !== undefined) return path.includes('.') ? [path] : [];
  return [...new Set(childrenOf(expr).flatMap(pathsOf))];
}

function pathOf(expr: Expression): string | undefined {
  const { exprKind } = expr;
  if (exprKind.case === 'identExpr') return exprKind.value.name;
  if (exprKind.case !== 'selectExpr' || exprKind.value.operand === undefined) return undefined;
  const operand = pathOf(exprKind.value.operand);
  return operand === undefined ? undefined : `${operand}.${exprKind.value.field}`;
}

function childrenOf(expr: Expression): Expression[] {
  const { exprKind } = expr;
  const children = (): (Expression | undefined)[] => {
    switch (exprKind.case) {
      case 'selectExpr':
        return [exprKind.value.operand];
      case 'callExpr':
        return [exprKind.value.target, ...exprKind.value.args];
      case 'listExpr':
        return exprKind.value.elements;
      case 'structExpr':
        return exprKind.value.entries.flatMap((entry) => [entry.value, entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined]);
      case 'comprehensionExpr': {
        const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
        return [iterRange, accuInit, loopCondition, loopStep, result];
      }
      case 'constExpr':
      case 'identExpr':
      case undefined:
        return [];
    }
  };
  return children().filter((child) => child !== undefined);
}

function valueAt(objects: GateObjects, path: string): unknown {
  let value: unknown = objects;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** CEL says `unresolved attribute`; people want to know which. */
function explain(message: string, paths: readonly string[], objects: GateObjects): string {
  const missing = paths.filter((path) => valueAt(objects, path) === undefined);
  if (missing.length > 0) return `the evidence has no ${missing.map((path) => `'${path}'`).join(', ')}`;
  return message.includes('overload') ? `${message} (numbers of the evidence are doubles: write 2.0, not 2)` : message;
}
