-- The roster by what a finding may say. "cadre" is the record that says so; merges are followed when read.
-- Kinds: n = name in plain form, s = its reading, i = (keyed) citizen number.
create table roster_token (
    kind "char" not null,
    token text collate "C" not null,
    cadre text not null,
    primary key (kind, token, cadre)
);
create index roster_token_cadre on roster_token (cadre);

-- The same, within every organ that the cadre was ever in.
create table roster_in (
    organ text not null,
    kind "char" not null,
    token text collate "C" not null,
    cadre text not null,
    primary key (organ, kind, token, cadre)
);
create index roster_in_cadre on roster_in (cadre);

-- Posts held, by their plain name ('' = acted or was in charge), days as ordinals.
create table roster_holder (
    organ text not null,
    base text not null,
    from_day integer not null,
    to_day integer not null,
    cadre text not null
);
create index roster_holder_organ on roster_holder (organ, base);
create index roster_holder_cadre on roster_holder (cadre);

create table roster_merge (
    gone text primary key,
    into_cadre text not null
);
insert into meta (name) values ('organs'), ('cadres');
