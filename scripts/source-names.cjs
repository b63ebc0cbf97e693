// Where `#room` names lead in the sources. package.json maps them to what was built; the dependency
// rules read the sources, so each name is mapped back: dist/raft/index.js is raft/index.ts.
const { join } = require('node:path');

const root = join(__dirname, '..');
const { imports } = require(join(root, 'package.json'));

/** Name to absolute source path, in the resolver's form: exact names end in `$`. */
const alias = Object.fromEntries(
  Object.entries(imports).map(([name, built]) => {
    const source = built.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts');
    return name.includes('*') ? [name, join(root, source)] : [`${name}$`, join(root, source)];
  }),
);

module.exports = { resolve: { alias, extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } } };
