/** A test that can't fail proves nothing. */
import ts from 'typescript';
import { repositoryFiles, textOf } from './tree.js';

const ASSERTION = /\b(?:expect|assert)\w*\s*(?:\(|\.)/;

/** The names of a file's tests whose text holds no assertion, nor a call of a function that does. */
function withoutAssertion(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const asserting = functionsThatAssert(source);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node)) {
      const body = node.arguments[1]?.getText() ?? '';
      const called = [...body.matchAll(/\b(\w+)\s*[(<]/g)].map((match) => match[1] ?? '');
      const asserts = ASSERTION.test(body) || called.some((name) => asserting.has(name));
      if (!asserts) found.push(node.arguments[0]?.getText() ?? '');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `test(name, body)`, `it(name, body)` and `test.each(table)(name, body)`. */
function isTest(call: ts.CallExpression): boolean {
  return (
    /^(?:test|it)(?:\.each\b[^]*)?$/.test(call.expression.getText()) && call.arguments.length > 1
  );
}

/** Functions of the file, whose name or body says that they check something; imported ones by name. */
function functionsThatAssert(source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) {
      if (ASSERTION.test(node.getText())) names.add(node.name.text);
    }
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
      if (ASSERTION.test(node.initializer?.getText() ?? '')) names.add(node.name.text);
    }
    // A method of the test's own double may fail the test by throwing.
    if (ts.isMethodDeclaration(node) && /\bthrow\b|\breject\(/.test(node.getText())) {
      names.add(node.name.getText());
    }
    if (ts.isImportSpecifier(node) && /^(?:check|must|verify)/.test(node.name.text)) {
      names.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

describe('test files', () => {
  const files = repositoryFiles().filter((file) => file.endsWith('.test.ts'));

  test('every test holds an assertion', () => {
    const idle = files.flatMap((file) =>
      withoutAssertion(file, textOf(file)).map((name) => `${file}: ${name}`),
    );
    expect(files.length).toBeGreaterThan(5);
    expect(idle).toEqual([]);
  });

  test('a test without one is found', () => {
    const idle = "test('idle', () => { run(); });\ntest('busy', () => { expect(1).toBe(1); });";
    expect(withoutAssertion('planted.test.ts', idle)).toEqual(["'idle'"]);
  });
});
