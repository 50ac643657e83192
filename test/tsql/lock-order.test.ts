import { describe, expect, it } from 'vitest';
import { changesOf, faultsOf, type TableChange } from './lock-order.ts';
import { LockOrderRecorder } from './lock-order-recorder.ts';
import { modulesOf } from './modules.ts';
import { appended, contradictions, lockOrder, returns } from './written-order.ts';

const server = modulesOf('sqlserver');
const tablesOf = (text: string) => changesOf(text, server).map(({ table }) => table);
const updated = (...tables: string[]): TableChange[] =>
  tables.map((table) => ({ table, kind: 'update' }));

describe('the written order of locks', () => {
  it('has one place for every table that the migrations make', () => {
    expect([...lockOrder].toSorted()).toEqual([...server.tables].toSorted());
    expect(new Set(lockOrder).size).toBe(lockOrder.length);
  });

  it('names tables of the schema alone', () => {
    const named = [
      ...appended,
      ...Object.keys(returns),
      ...Object.keys(contradictions).flatMap((pair) => pair.split(' → ')),
    ];
    expect(named.filter((table) => !server.tables.has(table))).toEqual([]);
  });

  it('calls only what is against it a contradiction', () => {
    const against = Object.keys(contradictions).filter((pair) => {
      const [first = '', later = ''] = pair.split(' → ');
      return lockOrder.indexOf(first) > lockOrder.indexOf(later);
    });
    expect(against).toEqual(Object.keys(contradictions));
  });
});

describe('reading what a statement changes', () => {
  it('follows the triggers of a table: what the item waits for, queue row, then totals', () => {
    expect(tablesOf("update [ingest].[work_items] set [status] = N'pending'")).toEqual([
      'work_items',
      'work_items',
      'ready_items',
      'ready_items',
      'source_total_deltas',
      'host_total_deltas',
    ]);
  });

  it('follows a procedure, and the triggers of what it changes', () => {
    const tables = tablesOf('exec [ingest].[claim_items] @1, @2');
    expect(tables).toContain('ready_items');
    expect(tables).toContain('work_items');
    expect(tables).toContain('source_total_deltas');
  });

  it('takes each transaction that a procedure begins for one by itself', () => {
    const body = `insert into hosts (host) values (@host);
      begin transaction; update sources set a = 1; update hosts set a = 1; commit transaction;
      update sources set a = 2`;
    const procedures = new Map([['one_after_the_other', body]]);
    const changes = changesOf('exec one_after_the_other', { ...server, procedures });
    expect(changes.map(({ table }) => table)).toEqual(['hosts', 'sources', 'hosts', 'sources']);
    expect(faultsOf(changes)).toEqual([]);
    expect(faultsOf(updated('workers', 'sources', 'workers'))).toEqual([
      'workers → sources',
      'back to workers',
    ]);
  });

  it('finds the table behind another name, and none behind a variable', () => {
    const text = `delete from @taken;
      update total set item_count = 1 from "ingest"."source_totals" as total join @sums as s on s.a = total.a;
      insert into @taken select 1;`;
    expect(changesOf(text, server)).toEqual([{ table: 'source_totals', kind: 'update' }]);
  });

  it('takes no word of a string or comment for a change', () => {
    const text = `select 'delete from hosts' -- update sources set x = 1
      /* insert into users */ from "ingest"."hosts"`;
    expect(changesOf(text, server)).toEqual([]);
  });
});

describe('holding a transaction against the order', () => {
  it('finds nothing where tables are locked in the order', () => {
    expect(faultsOf(updated('work_items', 'work_items', 'hosts', 'ingest_runs'))).toEqual([]);
  });

  it('finds two tables locked the other way round', () => {
    expect(faultsOf(updated('ingest_runs', 'hosts'))).toEqual(['ingest_runs → hosts']);
  });

  it('finds a table that is locked again after another', () => {
    expect(faultsOf(updated('sources', 'hosts', 'sources'))).toEqual(['back to sources']);
  });

  it('lets rows be appended anywhere, but not changed', () => {
    const insert: TableChange = { table: 'events', kind: 'insert' };
    expect(faultsOf([insert, ...updated('work_items')])).toEqual([]);
    expect(faultsOf(updated('events', 'work_items'))).toEqual(['events → work_items']);
  });

  it('keeps transactions of two connections apart, and what is sent outside of any', () => {
    const recorder = new LockOrderRecorder();
    const [one, other] = [{}, {}];
    recorder.begun(one);
    recorder.sent(one, 'update hosts set x = 1', 'sqlserver');
    recorder.sent(other, 'update sources set x = 1', 'sqlserver');
    recorder.ended(one);
    recorder.sent(one, 'update sources set x = 1', 'sqlserver');
    expect(recorder.takeFaults()).toEqual([]);

    recorder.begun(one);
    recorder.sent(one, 'update hosts set x = 1', 'sqlserver');
    recorder.sent(one, 'update sources set x = 1', 'sqlserver');
    recorder.ended(one);
    expect(recorder.takeFaults()).toEqual(['hosts → sources']);
    expect(recorder.takeFaults()).toEqual([]);
  });
});
