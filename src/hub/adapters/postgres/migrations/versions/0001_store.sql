-- Documents. Bodies are canonical bytes and come back byte for byte, hence not jsonb.
create table doc (
    key text collate "C" primary key,
    body bytea not null
);

create table inbox (
    source text not null,
    id text not null,
    type text not null,
    verdict text not null,
    content_hash bytea,
    topic text,
    partition integer,
    at_offset bigint,
    primary key (source, id)
);

-- Ranges of offsets dealt with; neighbours are joined when written.
create table span (
    topic text not null,
    partition integer not null,
    first_offset bigint not null,
    last_offset bigint not null,
    primary key (topic, partition, first_offset)
);

-- Written once and never changed: the place in the hash chain is kept beside it, in seal.
create table ledger (
    seq bigint generated always as identity primary key,
    id text not null unique,
    kind text not null,
    type text not null,
    dossier text,
    recipient text,
    topic text,
    key text,
    recorded_at timestamptz not null,
    body bytea not null
);
create index ledger_dossier on ledger (dossier, seq) where dossier is not null;

create table unsealed (
    seq bigint primary key
);

create table seal (
    position bigint primary key,
    seq bigint not null unique,
    hash bytea not null
);

create table wake (
    key text not null,
    due date not null,
    clock text not null,
    primary key (key, due, clock)
);
create index wake_due on wake (due, key);

create table queue (
    id text primary key,
    n bigint generated always as identity,
    organ text not null,
    type text not null,
    state text not null,
    is_open boolean not null,
    cadre text,
    case_id text,
    due date,
    is_copy boolean not null,
    body bytea not null,
    updated_at timestamptz not null
);
create index queue_organ on queue (organ, n);
create index queue_open on queue (n) where is_open;

create table dead_letter (
    topic text not null,
    partition integer not null,
    at_offset bigint not null,
    source text,
    id text,
    reason text not null,
    detail text not null,
    value bytea not null,
    attempts integer not null,
    held_at timestamptz not null default now(),
    primary key (topic, partition, at_offset)
);

-- Single numbers and bodies of the hub itself: registry (value = revision), roster (value = version), published.
create table meta (
    name text primary key,
    value bigint not null default 0,
    body bytea
);
insert into meta (name) values ('registry'), ('roster'), ('published');

-- Which roster document changed last in which roster version.
create table roster_change (
    key text collate "C" primary key,
    version bigint not null
);
create index roster_change_version on roster_change (version);

-- For a clock that a test runner moves: no row = the machine's time.
create table clock (
    only_row boolean primary key default true check (only_row),
    at timestamptz not null
);
