alter table dead_letter rename column held_at to first_seen;
alter table dead_letter add column last_seen timestamptz not null default now();
alter table dead_letter add column kind text not null default 'poison';

-- Ids that are in Kafka though this ledger does not know that it published them: it was restored from a backup.
create table already_out (
    id text primary key
);

create table webhook (
    recipient text primary key,
    url text not null,
    at_position bigint not null default 0
);

-- One row per recipient and item, for ever; state: due, delivered, failed.
create table delivery (
    recipient text not null,
    item text not null,
    position bigint not null,
    attempts integer not null default 0,
    next_try timestamptz not null,
    state text not null default 'due',
    last_error text not null default '',
    updated_at timestamptz not null,
    primary key (recipient, item)
);
create index delivery_due on delivery (recipient, position) where state = 'due';
create index delivery_failed on delivery (recipient) where state = 'failed';
