-- Which receipt answers which event, so that looking one up does not read the ledger. Written with the ledger's lines.
create table receipt (
    recipient text not null,
    cause text not null,
    id text not null,
    primary key (recipient, cause, id)
);
insert into receipt (recipient, cause, id)
select recipient, convert_from(body, 'UTF8')::json ->> 'causationid', id from ledger
where kind = 'out' and topic = 'receipts-' || recipient and length(body) > 0
  and convert_from(body, 'UTF8')::json ->> 'causationid' is not null;
