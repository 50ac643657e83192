/** Splits a script at its GO lines, as sqlcmd does, without being fooled by text that looks like one. */

export interface Batch {
  readonly sql: string;
  /** First line of the batch in the script, from 1. */
  readonly line: number;
  /** `GO 3` runs the batch three times. */
  readonly repeat: number;
}

/** A line with nothing but GO, an optional count and an optional comment. */
const separator = /^[ \t]*go(?:[ \t]+(\d{1,6}))?[ \t]*;?[ \t]*(?:--.*|\/\*.*\*\/[ \t]*)?$/i;

type State =
  | { readonly in: 'code' }
  | { readonly in: 'quoted'; readonly end: string }
  /** T-SQL block comments nest. */
  | { readonly in: 'comment'; readonly depth: number };

const code: State = { in: 'code' };

/** Batches without statements (blank, comments only) are left out. */
export function splitBatches(script: string): Batch[] {
  const batches: Batch[] = [];
  let state: State = code;
  let lines: string[] = [];
  let start = 1;
  const end = (next: number, repeat: number) => {
    const sql = lines.join('\n');
    if (hasStatement(sql)) batches.push({ ...trimmed(sql, start), repeat });
    lines = [];
    start = next;
  };
  for (const [index, line] of script
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const match = state.in === 'code' ? separator.exec(line) : null;
    if (match) {
      end(index + 2, Number(match[1] ?? 1));
      continue;
    }
    lines.push(line);
    state = stateAfter(line, state);
  }
  end(0, 1);
  return batches;
}

function trimmed(sql: string, start: number): { sql: string; line: number } {
  const leading = /^(?:[ \t]*\n)*/.exec(sql)?.[0] ?? '';
  return { sql: sql.trim(), line: start + (leading.match(/\n/g)?.length ?? 0) };
}

const closing: Readonly<Record<string, string>> = { "'": "'", '"': '"', '[': ']' };

/** Where the scanner is at the end of a line. A doubled closing quote is a part of the text. */
function stateAfter(line: string, before: State): State {
  let state = before;
  for (let at = 0; at < line.length; at += 1) {
    const two = line.slice(at, at + 2);
    const one = line.charAt(at);
    if (state.in === 'quoted') {
      if (two === state.end + state.end) at += 1;
      else if (one === state.end) state = code;
    } else if (two === '/*') {
      state = { in: 'comment', depth: state.in === 'comment' ? state.depth + 1 : 1 };
      at += 1;
    } else if (state.in === 'comment') {
      if (two !== '*/') continue;
      state = state.depth > 1 ? { in: 'comment', depth: state.depth - 1 } : code;
      at += 1;
    } else if (two === '--') {
      return state;
    } else {
      const end = closing[one];
      if (end !== undefined) state = { in: 'quoted', end };
    }
  }
  return state;
}

/** Whether anything but blanks and comments is in it. */
function hasStatement(sql: string): boolean {
  let state: State = code;
  for (const line of sql.split('\n')) {
    if (state.in === 'quoted') return true;
    const bare = state.in === 'code' ? line.replace(/--.*$/, '').replace(/\/\*.*?\*\//g, '') : '';
    if (state.in === 'code' && bare.replace(/\/\*.*$/, '').trim() !== '') return true;
    const after = stateAfter(line, state);
    // Code behind the end of a block comment on the same line.
    if (state.in === 'comment' && after.in !== 'comment') {
      if (
        line
          .slice(line.lastIndexOf('*/') + 2)
          .replace(/--.*$/, '')
          .trim() !== ''
      )
        return true;
    }
    state = after;
  }
  return false;
}
