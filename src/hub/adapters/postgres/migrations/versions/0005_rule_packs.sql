-- value = revision, body = the versions (hub.policy.active).
insert into meta (name) values ('packs');
