/**
 * The direction of the house (docs/architecture.md): a folder imports only from those below it.
 * The order here is the order in which an assessment meets them; the foundations come last.
 */
const house = [
  'cli',
  'http',
  'intake',
  'booking',
  'operations',
  'delivery',
  'queue',
  'record',
  'log',
  'mapping',
  'fhir',
  'assessment',
];

/** The rooms of mapping/, from the last that is entered to the first. What stands beside them sees all of them. */
const mappingRooms = [
  'versions',
  'schema',
  'trace',
  'code',
  'check',
  'data',
  'template',
  'expression',
  'files',
];

const forbidden = [
  {
    name: 'no-circular',
    severity: 'error',
    comment: 'A circle has no direction.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-unresolvable',
    // @medplum/fhirtypes holds types only, which the resolver does not see.
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: '^@medplum/fhirtypes$' },
  },
  {
    name: 'only-the-top-sees-all',
    severity: 'error',
    comment:
      'app.ts and its folder put the parts together, main.ts knows the process; nothing imports them but each other and tests.',
    from: { pathNot: '^(src/main\\.ts|src/bridge\\.js|src/app[./]|test/)' },
    to: { path: '^src/((app|main)\\.ts$|app/)' },
  },
  {
    name: 'errors-stand-alone',
    severity: 'error',
    from: { path: '^src/errors\\.ts$' },
    to: { path: '^src/' },
  },
  {
    name: 'configuration-stays-at-the-top',
    severity: 'error',
    comment: 'Folders take their options as arguments.',
    from: { path: '^src/[^/]+/', pathNot: '^src/(cli|app)/' },
    to: { path: '^src/(config|variables)\\.ts$' },
  },
  {
    name: 'the-twin-stands-alone',
    severity: 'error',
    comment: 'The sandbox judges the bridge, so it shares no code with it.',
    from: { path: '^src/sandbox/' },
    to: { path: '^src/', pathNot: '^src/sandbox/' },
  },
  {
    name: 'the-bridge-does-not-know-the-twin',
    severity: 'error',
    from: { path: '^src/(?!sandbox/)[^/]+/', pathNot: '^src/cli/' },
    to: { path: '^src/sandbox/' },
  },
  ...mappingRooms.slice(1).map((room, i) => ({
    name: `mapping-below-${room}`,
    severity: 'error',
    comment: `${room} imports only from the rooms below it.`,
    from: { path: `^src/mapping/${room}/` },
    to: { path: `^src/mapping/(${mappingRooms.slice(0, i + 1).join('|')})/` },
  })),
  ...house.slice(1).map((folder, i) => ({
    name: `below-${folder}`,
    severity: 'error',
    comment: `${folder} imports only from the folders below it.`,
    from: { path: `^src/${folder}/` },
    to: { path: `^src/(${house.slice(0, i + 1).join('|')})/` },
  })),
];

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'types'],
    },
  },
};
