-- Which receipt answers which event, so that looking one up does not read the ledger. Written with the ledger's lines;
-- one that the ledger had already may stand here twice: no unique key, which would cost more than the rest.
create table receipt (
    recipient text not null,
    cause text not null,
    id text not null
);
insert into receipt (recipient, cause, id)
select recipient, convert_from(body, 'UTF8')::json ->> 'causationid', id from ledger
where kind = 'out' and topic = 'receipts-' || recipient and length(body) > 0
  and convert_from(body, 'UTF8')::json ->> 'causationid' is not null;
create index receipt_cause on receipt (cause);
