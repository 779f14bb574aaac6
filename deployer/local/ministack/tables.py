"""Tables that note in the journal what becomes of their items."""

import functools
import threading

from journal import CannotKeep, journal

from ministack.services import dynamodb

# The requests that write items. What one of them writes is kept wholly or not at all.
WRITES = (
    "_put_item",
    "_update_item",
    "_delete_item",
    "_batch_write_item",
    "_transact_write_items",
    "_execute_statement",
    "_batch_execute_statement",
    "_execute_transaction",
)


class Request(threading.local):
    """What the request of this thread has changed: what to write, and how to take it back."""

    records = None
    undo = ()


request = Request()


def note_items():
    """Lets every change of an item go through the journal."""
    set_item, remove_item = dynamodb._set_item, dynamodb._remove_item
    items_replaced, store_token = dynamodb._items_replaced, dynamodb._txn_token_store

    def take_back(table, partition, sort, old):
        if old is None:
            remove_item(table, partition, sort)
        else:
            set_item(table, partition, sort, old)

    def note(record, undo):
        if request.records is not None:
            request.records.append(record)
            request.undo.append(undo)
            return
        try:
            journal.write([record])
        except CannotKeep:
            # Nobody asked for it, such as the end of an item's life: it happens again.
            undo()

    def noted_set_item(table, partition, sort, item):
        old = set_item(table, partition, sort, item)
        undo = functools.partial(take_back, table, partition, sort, old)
        note(["item", table["TableArn"], partition, sort, item], undo)
        return old

    def noted_remove_item(table, partition, sort):
        old = remove_item(table, partition, sort)
        if old is not None:
            undo = functools.partial(take_back, table, partition, sort, old)
            note(["item", table["TableArn"], partition, sort, None], undo)
        return old

    def noted_items_replaced(table):
        items_replaced(table)
        note(["items", table["TableArn"], table["items"]], lambda: None)

    def noted_token(token, entry):
        store_token(token, entry)
        scope = [dynamodb.get_account_id(), dynamodb.get_region(), token]
        undo = functools.partial(dynamodb._txn_idempotency.pop_scoped, *scope, None)
        note(["token", scope, entry], undo)

    def whole(write):
        @functools.wraps(write)
        def kept_wholly(*arguments):
            if request.records is not None:
                return write(*arguments)
            request.records, request.undo = [], []
            try:
                answer = write(*arguments)
                if request.records:
                    # One line, so that half a transaction is never found.
                    journal.write([["write", request.records]])
                return answer
            except BaseException:
                for undo in reversed(request.undo):
                    undo()
                raise
            finally:
                request.records, request.undo = None, ()

        return kept_wholly

    dynamodb._set_item, dynamodb._remove_item = noted_set_item, noted_remove_item
    dynamodb._items_replaced, dynamodb._txn_token_store = noted_items_replaced, noted_token
    for name in WRITES:
        setattr(dynamodb, name, whole(getattr(dynamodb, name)))


def keep_tokens():
    """A transaction that is sent once more under its token is not done again, after a start either."""
    get_state, load = dynamodb.get_state, dynamodb.load_persisted_state

    def state_with_tokens():
        return {**get_state(), "tokens": dynamodb._txn_idempotency}

    def load_with_tokens(data):
        load(data)
        dynamodb._txn_idempotency.update((data or {}).get("tokens", {}))

    dynamodb.get_state, dynamodb.load_persisted_state = state_with_tokens, load_with_tokens


def replay(records):
    """Applies what the journal tells of items. Returns of how many changes the table is unknown."""
    strange = 0
    tables = {table["TableArn"]: table for table in dynamodb._tables.all_values()}
    for record in records:
        for kind, name, *rest in record[1] if record[0] == "write" else [record]:
            if kind == "token":
                dynamodb._txn_idempotency.set_scoped(*name, rest[0])
            elif name not in tables:
                strange += 1
            elif kind == "items":
                tables[name]["items"].clear()
                tables[name]["items"].update(rest[0])
            else:
                partition, sort, item = rest
                rows = tables[name]["items"]
                if item is not None:
                    rows.setdefault(partition, {})[sort] = item
                elif partition in rows:
                    rows[partition].pop(sort, None)
                    if not rows[partition]:
                        del rows[partition]
    for table in tables.values():
        dynamodb._items_replaced(table)
    return strange
