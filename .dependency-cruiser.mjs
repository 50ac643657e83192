/** Import borders of the house: app → lib → db and worker → lib → db. See docs/decisions/0002. */
/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'db-knows-no-rule',
      comment: 'db/ is the lowest floor',
      severity: 'error',
      from: { path: '^db/' },
      to: { path: '^(app|lib|worker|commands|scripts|test)/' },
    },
    {
      name: 'lib-knows-no-delivery',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(app|worker|commands|scripts|test)/' },
    },
    {
      name: 'lib-without-react-or-next',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: 'node_modules/(react|react-dom|next|next-auth|react-aria-components)/' },
    },
    {
      name: 'worker-without-app',
      severity: 'error',
      from: { path: '^worker/' },
      to: { path: '^(app|commands)/' },
    },
    {
      name: 'commands-without-app',
      comment: 'a command is one file over worker, lib and db',
      severity: 'error',
      from: { path: '^commands/' },
      to: { path: '^app/' },
    },
    {
      name: 'app-without-worker-or-db',
      comment: 'pages and actions call lib; only lib talks to the database',
      severity: 'error',
      from: { path: '^app/' },
      to: { path: '^(worker|commands|db)/' },
    },
    {
      name: 'page-folders-know-only-their-own',
      comment: 'what several pages use stands in app/_shared',
      severity: 'error',
      from: { path: '^app/\\(console\\)/([^/]+)/' },
      to: { path: '^app/', pathNot: '^app/(\\(console\\)/$1|_shared|_server|_shell|ui)/' },
    },
    {
      name: 'shared-rooms-know-no-page',
      severity: 'error',
      from: { path: '^app/(_shared|_server|_shell|ui)/' },
      to: { path: '^app/(\\(console\\)|sign-in|api)/' },
    },
    {
      name: 'ui-knows-no-room',
      comment: 'the components are the lowest floor of the console',
      severity: 'error',
      from: { path: '^app/ui/' },
      to: { path: '^app/_' },
    },
    {
      name: 'no-drivers-outside-db',
      severity: 'error',
      from: { pathNot: '^(db|bench|e2e|test)/' },
      to: { path: 'node_modules/(better-sqlite3|tedious|tarn)/' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The peer of a benchmark has dependencies of its own, which are installed when it runs.
    exclude: { path: ['\\.(test|spec)\\.tsx?$', '^bench/crawl/crawlee/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
