export { compileGate, GateSyntaxError, judgeClauses, type ClauseResult, type Gate, type GateObjects } from './gate.ts';
export { parseProject, type EndpointDefinition, type GateDefinition, type ProjectFile } from './parse.ts';
