-- SHA-256 of a body that was removed when its retention ended; the body is empty then.
alter table ledger add column body_digest bytea check (body_digest is null or length(body) = 0);
create index ledger_removal on ledger (seq) where type = 'record.sealed_or_deleted';
